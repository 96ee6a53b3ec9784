"""The level scale of one measure of a forest plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jalon.core import Estimate
from jalon.report.figures.plot import SMALL
from jalon.report.figures.typeface import measure_width
from jalon.report.forest import ForestMeasure
from jalon.report.wording import Wording

_RATIOS = (
    (0.001, 0.01, 0.1, 1, 10, 100, 1000),
    (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100),
    (0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4),
    (0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.6),
    tuple(i / 20 for i in range(10, 41)),
)


@dataclass(frozen=True, slots=True)
class ForestScale:
    """A scale between two edges of the sheet; ratios stand in proportion to their logarithm.

    Attributes:
        low: where it begins, on the scale that is drawn.
        high: where it ends.
        left: edge in millimetres.
        right: edge in millimetres.
        log: whether the logarithm is drawn.
        ticks: values with a number.
        labels: the numbers.
    """

    low: float
    high: float
    left: float
    right: float
    log: bool
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def x(self, value: float) -> float:
        """Return where a value stands, kept between the edges."""
        place = _place(value, self.log)
        share = min(max((place - self.low) / (self.high - self.low), 0.0), 1.0)
        return self.left + share * (self.right - self.left)

    def beyond(self, value: float) -> int:
        """Return -1 below the scale, 1 above it, 0 on it."""
        place = _place(value, self.log)
        return (place > self.high + 1e-9) - (place < self.low - 1e-9)


def plan_scale(
    measure: ForestMeasure,
    estimates: Sequence[Estimate],
    edges: tuple[float, float],
    wording: Wording,
) -> ForestScale:
    """Choose a scale that shows every estimate; very wide intervals are cut.

    Args:
        measure: what is measured.
        estimates: of all rows.
        edges: left and right in millimetres.
        wording: how numbers are written.

    Returns:
        The scale.
    """
    low, high = _choose_range(measure, estimates)
    room = edges[1] - edges[0]
    if measure.log:
        ticks = _ratio_ticks(low, high, room, wording)
    else:
        ticks = _number_ticks(low, high, room, wording)
    digits = 0
    while any(abs(round(tick, digits) - tick) > 1e-9 for tick in ticks) and digits < 6:
        digits += 1
    labels = tuple(
        wording.tick(tick) if measure.log else wording.number(tick, digits) for tick in ticks
    )
    return ForestScale(low, high, *edges, measure.log, ticks, labels)


def _place(value: float, log: bool) -> float:
    if not log:
        return float(value)
    return math.log(value) if value > 0 else -math.inf


def _choose_range(measure: ForestMeasure, estimates: Sequence[Estimate]) -> tuple[float, float]:
    """Return the ends: all values, and the limits of usual intervals; outlying limits are cut."""
    sure = [estimate.value for estimate in estimates]
    sure += [] if measure.reference is None else [measure.reference]
    for part in (measure.pooled, measure.prediction):
        sure += [part.low, part.high] if part is not None else []
    places = [_place(value, measure.log) for value in sure]
    places = [place for place in places if math.isfinite(place)] or [0.0]
    limits = [_place(n, measure.log) for e in estimates for n in (e.low, e.high)]
    limits = [limit for limit in limits if math.isfinite(limit)]
    half = sorted(
        abs(_place(e.high, measure.log) - _place(e.value, measure.log)) for e in estimates
    )
    half = [width for width in half if math.isfinite(width)]
    first, last = min(places), max(places)
    floor = 0.5 if measure.log else 0.12 * max(abs(first), abs(last), 0.1)
    reach = max(0.75 * (last - first), 1.6 * half[len(half) // 2] if half else 0.0, floor)
    low = min(first, max(min(limits, default=first), first - reach))
    high = max(last, min(max(limits, default=last), last + reach))
    pad = max(0.04 * (high - low), 1e-3)
    return low - pad, high + pad


def _ratio_ticks(low: float, high: float, room: float, wording: Wording) -> tuple[float, ...]:
    """Return the most ratios of one list whose numbers do not touch."""
    best: tuple[float, ...] = ()
    for ratios in _RATIOS:
        ticks = tuple(r for r in ratios if low <= math.log(r) <= high)
        per = room / (high - low)
        apart = [
            per * (math.log(b) - math.log(a))
            - (measure_width(wording.tick(a), SMALL) + measure_width(wording.tick(b), SMALL)) / 2
            for a, b in pairwise(ticks)
        ]
        if len(ticks) > len(best) and all(gap >= 1.6 for gap in apart):
            best = ticks
    return best


def _number_ticks(low: float, high: float, room: float, wording: Wording) -> tuple[float, ...]:
    """Return round numbers, as many as there is room for."""
    for power in range(math.floor(math.log10(high - low)) - 2, 20):
        for factor in (1, 2, 5):
            step = factor * 10.0**power
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first > 40:
                continue
            ticks = tuple(round(i * step, 12) for i in range(first, last + 1))
            digits = max(0, -power)
            widest = max(
                (measure_width(wording.number(t, digits), SMALL) for t in ticks), default=0
            )
            if step / (high - low) * room >= widest + 1.8:
                return ticks
    return ()
