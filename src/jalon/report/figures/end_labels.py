"""Labels at the ends of curves, when they fit without touching anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jalon.report.figures.steps import Steps

_FARTHEST_NUDGE = 2.4
_CLEAR = 0.4


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame that a curve is drawn in.

    Attributes:
        horizon: end of the time axis in months.
        width: in millimetres.
        height: in millimetres.
    """

    horizon: float
    width: float
    height: float

    def x(self, month: float) -> float:
        """Return where a month stands.

        Args:
            month: from time zero.

        Returns:
            Millimetres from the left edge.
        """
        return month / self.horizon * self.width

    def y(self, percent: float) -> float:
        """Return where a height stands.

        Args:
            percent: 0 to 100.

        Returns:
            Millimetres from the lower edge.
        """
        return percent / 100 * self.height


@dataclass(frozen=True, slots=True)
class EndLabel:
    """Where the label of one curve stands.

    Attributes:
        x: of its left side, millimetres from the left edge of the frame.
        y: of its middle, millimetres from the lower edge of the frame.
    """

    x: float
    y: float


def place_end_labels(
    steps: Sequence[Steps], sizes: Sequence[tuple[float, float]], frame: Frame, gap: float = 1.2
) -> tuple[EndLabel, ...] | None:
    """Place each label right of where its curve ends, moved a little when two are close.

    Args:
        steps: one per curve.
        sizes: width and height of each label in millimetres.
        frame: where the curves are drawn.
        gap: between the end of a curve and its label, in millimetres.

    Returns:
        One place per curve; None when some label would touch another curve or label, so
        that a legend is needed.
    """
    wanted = [EndLabel(frame.x(s.month[-1]) + gap, frame.y(s.value[-1])) for s in steps]
    heights = [size[1] for size in sizes]
    y = _spread([place.y for place in wanted], heights, frame.height)
    places = tuple(EndLabel(place.x, level) for place, level in zip(wanted, y, strict=True))
    moved = max(abs(a.y - b.y) for a, b in zip(places, wanted, strict=True))
    if moved > _FARTHEST_NUDGE:
        return None
    touches = any(
        _touches_curve(place, size, other, frame)
        for i, (place, size) in enumerate(zip(places, sizes, strict=True))
        for j, other in enumerate(steps)
        if i != j
    )
    return None if touches else places


def _spread(wanted: Sequence[float], heights: Sequence[float], top: float) -> list[float]:
    """Push levels apart until labels do not overlap and none leaves the frame.

    Neighbours that are too close become one block around their common middle, as in the
    pooling of adjacent violators.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[tuple[float, list[int]]] = []
    for i in order:
        blocks.append((_keep_inside(wanted[i], heights[i], top), [i]))
        while len(blocks) > 1 and _overlap(blocks[-2], blocks[-1], heights):
            _, upper = blocks.pop()
            _, lower = blocks.pop()
            both = lower + upper
            middle = sum(wanted[k] for k in both) / len(both)
            blocks.append((_keep_inside(middle, sum(heights[k] for k in both), top), both))
    levels = [0.0] * len(wanted)
    for middle, members in blocks:
        low = middle - sum(heights[k] for k in members) / 2
        for k in members:
            levels[k] = low + heights[k] / 2
            low += heights[k]
    return levels


def _keep_inside(middle: float, height: float, top: float) -> float:
    # Half a line may hang over the upper edge, where a curve at 100 % has its label, but a
    # label never crosses the time axis.
    return min(max(middle, height / 2 + 0.2), top - height / 2 + 1.5)


def _overlap(
    lower: tuple[float, list[int]], upper: tuple[float, list[int]], heights: Sequence[float]
) -> bool:
    room = sum(heights[k] for k in lower[1] + upper[1]) / 2
    return upper[0] - lower[0] < room - 1e-9


def _touches_curve(place: EndLabel, size: tuple[float, float], other: Steps, frame: Frame) -> bool:
    per_mm = frame.horizon / frame.width
    span = other.span(place.x * per_mm, (place.x + size[0]) * per_mm)
    if span is None:
        return False
    low, high = frame.y(span[0]) - _CLEAR, frame.y(span[1]) + _CLEAR
    return low < place.y + size[1] / 2 and high > place.y - size[1] / 2
