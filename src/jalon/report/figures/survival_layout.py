"""Where everything stands on a survival figure, before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jalon.core import Estimate
from jalon.core.units import DAYS_PER
from jalon.report.figures.end_labels import EndLabel, Frame, place_end_labels
from jalon.report.figures.month_axis import place_ticks
from jalon.report.figures.steps import Steps, cut_steps
from jalon.report.figures.typeface import measure_width, wrap_words
from jalon.report.labelled_curve import LabelledCurve
from jalon.report.wording import ENGLISH, Wording

SMALL = 7.0
NORMAL = 7.5
LINE = 3.3
KEY_WIDTH = 6.0
_EDGE = 1.0
_TALLEST = 78.0
_END_SHARE = 0.24


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalLayout:
    """The places of a survival figure, in millimetres from the top left corner.

    Attributes:
        width: of the sheet.
        left: of the frame.
        frame: the frame that the curves are drawn in.
        ticks: of the time axis, in months.
        steps: what is drawn of each curve.
        end_labels: places of labels at the ends of curves; None when a legend is used.
        endpoint_lines: the words along the vertical axis, from left to right.
        label_lines: the lines of each label, at the end of its curve or in the legend.
        name_lines: the lines of each name beside or above its numbers at risk.
        legend_rows: curves of each row of the legend; empty when none is needed.
        stacked: True when group names stand above their numbers at risk, not beside.
        at_risk: numbers at risk as written, one row per curve, one per tick.
        wording: the language.
        named_lines: how many lines of each label are its name; the median follows.
    """

    width: float
    left: float
    frame: Frame
    ticks: tuple[float, ...]
    steps: tuple[Steps, ...]
    end_labels: tuple[EndLabel, ...] | None
    endpoint_lines: tuple[str, ...]
    label_lines: tuple[tuple[str, ...], ...]
    name_lines: tuple[tuple[str, ...], ...]
    legend_rows: tuple[tuple[int, ...], ...]
    stacked: bool
    at_risk: tuple[tuple[str, ...], ...]
    wording: Wording
    named_lines: tuple[int, ...]

    @property
    def legend_heights(self) -> tuple[int, ...]:
        """Lines that each row of the legend takes."""
        return tuple(max(len(self.label_lines[i]) for i in row) for row in self.legend_rows)

    def x(self, month: float) -> float:
        """Return where a month stands on the sheet.

        Args:
            month: from time zero.

        Returns:
            Millimetres from the left edge of the sheet.
        """
        return self.left + self.frame.x(month)


def lay_out(
    curves: Sequence[LabelledCurve],
    endpoint: str,
    horizon: float,
    width: float,
    wording: Wording = ENGLISH,
) -> SurvivalLayout:
    """Find a place for everything so that nothing overlaps and nothing is cut.

    Labels at the ends of the curves are tried first; a legend above the frame replaces
    them when they would collide.

    Args:
        curves: one per group.
        endpoint: words along the vertical axis.
        horizon: end of the time axis in months.
        width: of the sheet in millimetres.
        wording: the language.

    Returns:
        The layout.
    """
    labels = [item.label for item in curves]
    height = min(0.48 * width + 8, _TALLEST)
    words = tuple(wrap_words(f"{endpoint} (%)", NORMAL, height))
    paper = _Paper(horizon, width, height, words, wording)
    medians = [write_median(item.median, wording) for item in curves]
    lines = _end_label_lines(labels, medians, width)
    direct = _arrange(curves, paper, lines)
    if direct.end_labels is not None or not any(lines[0]):
        return direct
    return _arrange(curves, paper, None)


def _end_label_lines(
    labels: Sequence[str], medians: Sequence[str], width: float
) -> tuple[tuple[str, ...], ...]:
    room = _END_SHARE * width
    return tuple(
        (
            *(wrap_words(label, SMALL, room) if label or not median else ()),
            *(wrap_words(median, SMALL, room) if median else ()),
        )
        for label, median in zip(labels, medians, strict=True)
    )


def write_median(median: Estimate | None, wording: Wording) -> str:
    """Return a median survival time with its interval in words.

    Args:
        median: in months, limits NaN where they are not reached; None for none.
        wording: the language.

    Returns:
        The words; "" for None.
    """
    if median is None:
        return ""
    if math.isnan(median.value):
        return wording.say("survival.not_reached")
    digits = 1 if median.value < 24 else 0
    value = wording.number(median.value, digits)
    if math.isnan(median.low):
        return wording.say("survival.median", median=value)
    low, high = wording.number(median.low, digits), wording.number(median.high, digits)
    joint = "-"
    if math.isnan(median.high):
        joint, high = f" {wording.say('number.to')} ", wording.say("survival.beyond")
    return wording.say("survival.median", median=f"{value} ({low}{joint}{high})")


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is fixed before anything is placed."""

    horizon: float
    width: float
    height: float
    endpoint_lines: tuple[str, ...]
    wording: Wording


def _arrange(
    curves: Sequence[LabelledCurve],
    paper: _Paper,
    lines: tuple[tuple[str, ...], ...] | None,
) -> SurvivalLayout:
    """Lay out with labels at the ends (their lines given) or with a legend (None)."""
    labels, width = [item.label for item in curves], paper.width
    number = _widest_number(curves, paper.wording)
    stacked = _names_need_own_line(labels, width)
    left = _left_margin(labels, number, stacked, len(paper.endpoint_lines))
    # A median makes a label several lines tall; a little air keeps labels apart.
    air = 0.9 if any(item.median for item in curves) else 0.0
    sizes = [(w, h + air) for w, h in map(_block_size, lines or ())]
    right = max([_EDGE + number / 2, 2.5, *(1.8 + w + _EDGE for w, _ in sizes if w)])
    frame = Frame(paper.horizon, width - left - right, paper.height)
    ticks = place_ticks(frame.horizon, frame.width, number + 1.6)
    steps = tuple(cut_steps(item.curve, frame.horizon, frame.width) for item in curves)
    single = lines is not None and not any(map(any, lines))
    entries = _legend_entries(curves, paper.wording)
    places = place_end_labels(steps, sizes, frame) if lines is not None and not single else None
    if places and not _fits(places, sizes, width - left - _EDGE):
        places = None
    return SurvivalLayout(
        width=width,
        left=left,
        frame=frame,
        ticks=ticks,
        steps=steps,
        end_labels=places,
        endpoint_lines=paper.endpoint_lines,
        label_lines=lines or _legend_lines(entries, width - left - _EDGE),
        name_lines=tuple(tuple(wrap_words(label, SMALL, width - 2 * _EDGE)) for label in labels),
        legend_rows=() if lines is not None else _flow(entries, width - left - _EDGE),
        stacked=stacked,
        at_risk=tuple(_numbers_at_risk(item, ticks, paper.wording) for item in curves),
        wording=paper.wording,
        named_lines=tuple(
            len(wrap_words(label, SMALL, _END_SHARE * width)) if label else 0 for label in labels
        ),
    )


def _legend_entries(curves: Sequence[LabelledCurve], wording: Wording) -> list[str]:
    """Return the words of the legend: label and median."""
    parts = [(item.label, write_median(item.median, wording)) for item in curves]
    return [", ".join(part for part in pair if part) for pair in parts]


def _numbers_at_risk(
    item: LabelledCurve, ticks: Sequence[float], wording: Wording
) -> tuple[str, ...]:
    days = [tick * DAYS_PER["months"] for tick in ticks]
    return tuple(wording.count(number) for number in item.curve.at_risk_at(days))


def _widest_number(curves: Sequence[LabelledCurve], wording: Wording) -> float:
    """Return the room that the widest number at risk or tick label needs."""
    most = [max(item.curve.at_risk, default=0.0) for item in curves]
    return max(measure_width(wording.count(number), SMALL) for number in [*most, 100])


def _names_need_own_line(labels: Sequence[str], width: float) -> bool:
    return max(measure_width(label, SMALL) for label in labels) > 0.23 * width


def _left_margin(labels: Sequence[str], number: float, stacked: bool, lines: int) -> float:
    axis = _EDGE + LINE * lines + 1.5 + measure_width("100", SMALL) + 1.8
    names = 0.0 if stacked else max(measure_width(label, SMALL) for label in labels)
    return max(axis, _EDGE + names + (2.0 if names else 0) + number / 2)


def _block_size(lines: Sequence[str]) -> tuple[float, float]:
    return max(measure_width(line, SMALL) for line in lines), LINE * len(lines)


def _fits(places: Sequence[EndLabel], sizes: Sequence[tuple[float, float]], room: float) -> bool:
    return all(place.x + size[0] <= room for place, size in zip(places, sizes, strict=True))


def _flow(labels: Sequence[str], room: float) -> tuple[tuple[int, ...], ...]:
    """Fill the rows of the legend from left to right."""
    rows: list[list[int]] = []
    used = room
    for i, label in enumerate(labels):
        wide = legend_entry_width(label)
        if used + wide > room:
            rows.append([])
            used = 0.0
        rows[-1].append(i)
        used += wide
    return tuple(tuple(row) for row in rows)


def _legend_lines(labels: Sequence[str], room: float) -> tuple[tuple[str, ...], ...]:
    words = room - KEY_WIDTH - 1.5
    return tuple(tuple(wrap_words(label, SMALL, words)) for label in labels)


def legend_entry_width(label: str) -> float:
    """Return the room that one entry of the legend takes, the gap after it included.

    Args:
        label: name of the group.

    Returns:
        Millimetres.
    """
    return KEY_WIDTH + 1.5 + measure_width(label, SMALL) + 4.5
