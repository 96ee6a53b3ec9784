"""Where everything stands on a forest plot, before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jalon.core import Estimate
from jalon.report.figures.forest_scale import ForestScale, plan_scale
from jalon.report.figures.head import note_height
from jalon.report.figures.note import break_note
from jalon.report.figures.plot import EDGE, LINE, SMALL
from jalon.report.figures.typeface import measure_width, wrap_words
from jalon.report.forest import ForestMeasure, ForestPicture, ForestRow
from jalon.report.wording import Wording

ROW = 4.4
INDENT = 2.0
_GAP = 3.0
_NARROWEST = 19.0
_UNDER = 5.2


@dataclass(frozen=True, slots=True)
class ForestColumn:
    """One measure: its place and its words.

    Attributes:
        index: of the measure.
        scale: of its estimates.
        right: edge of its numbers in millimetres.
        head: lines of its name.
        remarks: lines below its scale.
    """

    index: int
    scale: ForestScale
    right: float
    head: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForestBlock:
    """Measures that share their rows.

    Attributes:
        columns: side by side.
        top: of the headings in millimetres.
        rows_top: of the first row.
        rows_bottom: of the last row, pooled rows not counted.
        axis: where the scales are drawn.
    """

    columns: tuple[ForestColumn, ...]
    top: float
    rows_top: float
    rows_bottom: float
    axis: float


@dataclass(frozen=True, slots=True)
class ForestLayout:
    """The places of a forest plot, in millimetres from the top left corner.

    Attributes:
        note: lines of the label that must be seen.
        names: lines of the name of each row.
        sections: lines of the heading of each section; none for a section without.
        heads: lines above the names.
        pooled: lines of the name of the pooled row.
        prediction: lines of the name of the row of a new centre; empty for none.
        counts: right edge of the column of patients; None when they stand after the names.
        tails: count after each name; "" for none.
        blocks: measures, from top to bottom.
        remark: lines at the foot.
        height: of the sheet.
    """

    note: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    sections: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...]
    pooled: tuple[str, ...]
    prediction: tuple[str, ...]
    counts: float | None
    tails: tuple[str, ...]
    blocks: tuple[ForestBlock, ...]
    remark: tuple[str, ...]
    height: float

    def row_height(self, i: int) -> float:
        """Return the height of a row."""
        return ROW + LINE * (len(self.names[i]) - 1)


def section_height(lines: Sequence[str]) -> float:
    """Return the height of the heading of a section; 0 for none."""
    return ROW + LINE * (len(lines) - 1) if lines else 0.0


def count_words(row: ForestRow, wording: Wording) -> str:
    """Return the patients of a row with their events in brackets; "" when unknown."""
    if math.isnan(row.patients):
        return ""
    events = "" if math.isnan(row.events) else f" ({wording.count(row.events)})"
    return f"{wording.count(row.patients)}{events}"


def number_words(estimate: Estimate, measure: ForestMeasure, wording: Wording) -> str:
    """Return an estimate of a measure as written."""
    return wording.interval(estimate, measure.digits)


def range_words(interval: Estimate, measure: ForestMeasure, wording: Wording) -> str:
    """Return an interval without its estimate; a dash when a limit is unknown."""
    if math.isnan(interval.low) or math.isnan(interval.high):
        return "–"
    low, high = (wording.number(n, measure.digits) for n in (interval.low, interval.high))
    joint = f" {wording.say('number.to')} " if "−" in low + high else "-"
    return f"({low}{joint}{high})"


@dataclass(frozen=True, slots=True)
class _Names:
    """The column of names: its lines, and where it ends."""

    lines: tuple[tuple[str, ...], ...]
    sections: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...]
    pooled: tuple[str, ...]
    prediction: tuple[str, ...]
    tails: tuple[str, ...]
    counts: float | None
    right: float


def lay_out_forest(
    picture: ForestPicture, note: str, width: float, wording: Wording
) -> ForestLayout:
    """Find a place for everything: measures side by side while there is room.

    Args:
        picture: what to draw.
        note: a label that must be seen, "" for none.
        width: of the sheet in millimetres.
        wording: the language.

    Returns:
        The layout.
    """
    lines = break_note(note, width)
    names = _plan_names(picture, width, wording)
    groups = _share_out(picture, width - EDGE - names.right, wording)
    top, blocks = note_height(lines), []
    for group in groups:
        block, bottom = _plan_block(picture, group, (names, width, top), wording)
        blocks.append(block)
        top = bottom + 2.0
    remark = tuple(wrap_words(_remark(picture, blocks, wording), SMALL, width - 3 * EDGE))
    return ForestLayout(
        note=lines,
        names=names.lines,
        sections=names.sections,
        heads=names.heads,
        pooled=names.pooled,
        prediction=names.prediction,
        counts=names.counts,
        tails=names.tails,
        blocks=tuple(blocks),
        remark=remark,
        height=top + LINE * len(remark) + 0.8,
    )


def _plan_names(picture: ForestPicture, width: float, wording: Wording) -> _Names:
    rows, wide = picture.rows, width >= 120
    counts = [count_words(row, wording) for row in rows]
    indents = [INDENT if s.label else 0.0 for s in picture.sections for _ in s.rows]
    room = (0.27 if wide else 0.37) * width
    lines = [
        tuple(wrap_words(row.label, SMALL, room - indent))
        for row, indent in zip(rows, indents, strict=True)
    ]
    pooled = picture.pooled_label or wording.say("forest.pooled")
    summed = any(measure.pooled for measure in picture.measures)
    new = any(measure.prediction for measure in picture.measures)
    below = tuple(wrap_words(pooled, SMALL, room, "SemiBold")) if summed else ()
    label = picture.new_label or wording.say("forest.prediction")
    last = tuple(wrap_words(label, SMALL, room)) if new else ()
    head = picture.head
    if not wide and any(counts):
        head = f"{head}, {wording.say('forest.patients')}"
    heads = tuple(wrap_words(head, SMALL, room, "SemiBold"))
    if not wide:
        lines = [
            _add_tail(part, count, room - indent)
            for part, count, indent in zip(lines, counts, indents, strict=True)
        ]
    widths = [
        indent + measure_width(line, SMALL) + (_tail_width(part, line, count) if not wide else 0)
        for part, indent, count in zip(lines, indents, counts, strict=True)
        for line in part
    ]
    widths += [measure_width(line, SMALL) for line in last]
    widths += [measure_width(line, SMALL, "SemiBold") for line in below]
    widths += [measure_width(line, SMALL, "SemiBold") for line in heads]
    right = EDGE + min(max(widths), room)
    column = None
    if wide and any(counts):
        words = [wording.say("forest.patients"), *counts]
        column = right + _GAP + max(measure_width(word, SMALL) for word in words)
        right = column
    tails = tuple(counts) if not wide else ("",) * len(counts)
    sections = tuple(
        tuple(wrap_words(section.label, SMALL, right - EDGE, "SemiBold")) if section.label else ()
        for section in picture.sections
    )
    return _Names(tuple(lines), sections, heads, below, last, tails, column, right)


def _add_tail(lines: tuple[str, ...], count: str, room: float) -> tuple[str, ...]:
    """Give the count a line of its own when it does not fit after the name."""
    last = measure_width(lines[-1], SMALL) + _tail_width(lines, lines[-1], count)
    return (*lines, "") if count and last > room else lines


def _tail_width(lines: Sequence[str], line: str, count: str) -> float:
    if not count or line is not lines[-1]:
        return 0.0
    return measure_width(count, SMALL) + (1.8 if line else 0.0)


def _share_out(picture: ForestPicture, room: float, wording: Wording) -> list[list[int]]:
    """Divide the measures into blocks, as many side by side as have room for their scale."""
    wide = [_number_width(picture, i, wording) for i in range(len(picture.measures))]
    groups: list[list[int]] = [[]]
    used = 0.0
    for i, number in enumerate(wide):
        need = number + 2 * _GAP + _NARROWEST
        if groups[-1] and used + need > room:
            groups.append([])
            used = 0.0
        groups[-1].append(i)
        used += need
    return groups


def _number_width(picture: ForestPicture, i: int, wording: Wording) -> float:
    measure = picture.measures[i]
    words = [number_words(row.estimates[i], measure, wording) for row in picture.rows]
    if measure.pooled is not None:
        words.append(number_words(measure.pooled, measure, wording))
    if measure.prediction is not None:
        words.append(range_words(measure.prediction, measure, wording))
    words += [wording.p_value(s.p_values[i]) for s in picture.sections if s.p_values]
    return max(measure_width(word, SMALL) for word in words)


def _plan_block(
    picture: ForestPicture,
    group: Sequence[int],
    place: tuple[_Names, float, float],
    wording: Wording,
) -> tuple[ForestBlock, float]:
    names, width, top = place
    room = (width - EDGE - names.right) / len(group)
    columns = []
    for k, i in enumerate(group):
        right = names.right + room * (k + 1)
        edges = (
            names.right + room * k + _GAP + 0.6,
            right - _number_width(picture, i, wording) - _GAP,
        )
        scale = plan_scale(
            picture.measures[i], [r.estimates[i] for r in picture.rows], edges, wording
        )
        head = tuple(wrap_words(picture.measures[i].name, SMALL, room - _GAP, "SemiBold"))
        remarks = _remarks(picture.measures[i], right - edges[0], wording)
        columns.append(ForestColumn(i, scale, right, head, remarks))
    lines = max(len(names.heads), *(len(column.head) for column in columns))
    first = top + 1.2 + LINE * lines + 0.8
    rows = sum(ROW + LINE * (len(part) - 1) for part in names.lines)
    rows += sum(section_height(part) for part in names.sections)
    ends = [part for part in (names.pooled, names.prediction) if part]
    summary = sum(ROW + LINE * (len(part) - 1) for part in ends) + (0.8 if ends else 0.0)
    axis = first + rows + summary + 0.6
    sides = any(any(picture.measures[i].sides) for i in group)
    under = _UNDER + (LINE if sides else 0.0) + LINE * max(len(c.remarks) for c in columns)
    return ForestBlock(tuple(columns), top, first, first + rows, axis), axis + under


def _remarks(measure: ForestMeasure, room: float, wording: Wording) -> tuple[str, ...]:
    """Return the lines about how much the rows differ."""
    words = []
    if not math.isnan(measure.i2):
        i2, tau2 = wording.percent(measure.i2), short_number(measure.tau2, wording)
        words.append(wording.say("forest.heterogeneity", i2=i2, tau2=tau2))
    if not math.isnan(measure.p):
        words.append(wording.say("forest.heterogeneity_p", p=wording.p_value(measure.p)))
    return tuple(line for word in words for line in wrap_words(word, SMALL, room))


def short_number(value: float, wording: Wording) -> str:
    """Return a small number with two significant digits."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    if 0 < value < 0.0001:
        return f"< {wording.number(0.0001, 4)}"
    digits = 2 if value >= 0.1 else 1 - math.floor(math.log10(value))
    return wording.number(value, digits)


def _remark(picture: ForestPicture, blocks: Sequence[ForestBlock], wording: Wording) -> str:
    level = wording.level(picture.rows[0].estimates[0].level)
    words = picture.remark or wording.say("forest.level", level=level)
    cut = any(
        column.scale.beyond(limit)
        for block in blocks
        for column in block.columns
        for row in picture.rows
        for limit in (row.estimates[column.index].low, row.estimates[column.index].high)
        if not math.isnan(limit)
    )
    return f"{words} · {wording.say('forest.arrow')}" if cut else words
