"""Names beside the ends of lines, each with a sample of its line, pushed apart when close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jalon.report.figures.key import SMALL, KeyEntry
from jalon.report.figures.sheet import Sheet
from jalon.report.figures.typeface import measure_width, wrap_words

_LINE = 3.1
_GAP = 0.9
_SAMPLE = 4.5
_BEFORE = 1.2
_AFTER = 1.1


@dataclass(frozen=True, slots=True)
class SideLabels:
    """Names for the right side of a frame, broken to fit.

    Attributes:
        entries: names and strokes.
        lines: the lines of each name.
        width: room right of the frame, in millimetres.
    """

    entries: tuple[KeyEntry, ...]
    lines: tuple[tuple[str, ...], ...]
    width: float

    @property
    def height(self) -> float:
        """Room that all names need below each other."""
        return sum(_LINE * len(lines) + _GAP for lines in self.lines)


def plan_side_labels(entries: Sequence[KeyEntry], width: float) -> SideLabels | None:
    """Break names for the right side of a frame.

    Args:
        entries: names and strokes, one per line.
        width: of the sheet in millimetres.

    Returns:
        The plan; None on a narrow sheet when a name would take too much of it, so that a
        key above is needed.
    """
    room = 0.21 * width
    if width < 120 and any(measure_width(entry.label, SMALL) > room for entry in entries):
        return None
    lines = tuple(tuple(wrap_words(entry.label, SMALL, room)) for entry in entries)
    widest = max((measure_width(line, SMALL) for part in lines for line in part), default=0.0)
    return SideLabels(tuple(entries), lines, _BEFORE + _SAMPLE + _AFTER + widest + 1.0)


def write_side_labels(
    sheet: Sheet,
    plan: SideLabels,
    right: float,
    wanted: Sequence[float],
    edges: tuple[float, float],
) -> None:
    """Write each name as near as can be to the end of its line.

    Args:
        sheet: the paper.
        plan: the names.
        right: right edge of the frame in millimetres.
        wanted: how far down each line ends.
        edges: top and bottom of the frame.
    """
    heights = [_LINE * len(lines) + _GAP for lines in plan.lines]
    levels = spread(wanted, heights, edges)
    for entry, lines, level in zip(plan.entries, plan.lines, levels, strict=True):
        first = level - _LINE * (len(lines) - 1) / 2
        x = right + _BEFORE
        sheet.rule((x, first), (x + _SAMPLE, first), entry.stroke.colour, 1.1, entry.stroke.dashes)
        for i, line in enumerate(lines):
            sheet.write(x + _SAMPLE + _AFTER, first + i * _LINE + 0.9, line, SMALL)


def spread(
    wanted: Sequence[float], heights: Sequence[float], edges: tuple[float, float]
) -> list[float]:
    """Push levels apart until nothing overlaps, as near to what is wanted as can be.

    Neighbours that are too close become one block around their common middle, as in the
    pooling of adjacent violators.

    Args:
        wanted: where each middle should stand.
        heights: room that each needs; their sum should fit between the edges.
        edges: the least and the greatest place.

    Returns:
        Where each middle stands.
    """
    low, high = edges
    blocks: list[tuple[float, list[int]]] = []
    for i in sorted(range(len(wanted)), key=lambda k: (wanted[k], k)):
        blocks.append((_inside(wanted[i], heights[i], low, high), [i]))
        while len(blocks) > 1:
            room = sum(heights[k] for k in blocks[-1][1] + blocks[-2][1]) / 2
            if blocks[-1][0] - blocks[-2][0] >= room - 1e-9:
                break
            _, second = blocks.pop()
            _, first = blocks.pop()
            both = first + second
            middle = sum(wanted[k] for k in both) / len(both)
            blocks.append((_inside(middle, sum(heights[k] for k in both), low, high), both))
    levels = [0.0] * len(wanted)
    for middle, members in blocks:
        at = middle - sum(heights[k] for k in members) / 2
        for k in members:
            levels[k] = at + heights[k] / 2
            at += heights[k]
    return levels


def _inside(middle: float, height: float, low: float, high: float) -> float:
    return max(min(middle, high - height / 2), low + height / 2)
