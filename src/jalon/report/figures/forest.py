"""Forest plots: an estimate for each centre or kind of patient, and all of them together."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.patches import Polygon

from jalon.core import Estimate
from jalon.report.figures.forest_layout import (
    INDENT,
    ROW,
    ForestBlock,
    ForestColumn,
    ForestLayout,
    count_words,
    lay_out_forest,
    number_words,
    range_words,
    section_height,
)
from jalon.report.figures.forest_scale import ForestScale
from jalon.report.figures.key import draw_patch
from jalon.report.figures.note import write_note
from jalon.report.figures.palette import ACCENT, INK, PALE, QUIET, RULE
from jalon.report.figures.plot import EDGE, LINE, SMALL
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.typeface import measure_width
from jalon.report.forest import ForestMeasure, ForestPicture, ForestRow, ForestSection
from jalon.report.wording import Language, Wording

_BASE_LINE = 3.1


def forest_figure(
    picture: ForestPicture, note: str = "", width_mm: float = 180, language: Language = "en"
) -> str:
    """Draw an estimate for each centre or kind of patient, and all of them together.

    A diamond is the estimate of all; the open bar below it is where a new centre is expected.
    An arrow says that an interval goes on beyond the scale.

    Args:
        picture: rows, measures, pooled estimates.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column (measures below each other), 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.
    """
    wording = Wording(language)
    with house_settings():
        sheet = draw_forest(picture, note, width_mm, wording)
        measures = ", ".join(measure.name for measure in picture.measures)
        title = wording.say("forest.title", measures=measures, head=picture.head.lower())
        return sheet.svg(title, describe_forest(picture, note, wording))


def draw_forest(picture: ForestPicture, note: str, width: float, wording: Wording) -> Sheet:
    """Draw the plot on a sheet of the height that it needs.

    Args:
        picture: what to draw.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    layout = lay_out_forest(picture, note, width, wording)
    sheet = Sheet(width, layout.height)
    write_note(sheet, layout.note)
    for block in layout.blocks:
        _draw_block(sheet, picture, layout, block, wording)
    for i, line in enumerate(layout.remark):
        y = layout.height - 1.4 - LINE * (len(layout.remark) - 1 - i)
        sheet.write(EDGE, y, line, SMALL, colour=QUIET)
    return sheet


def _draw_block(
    sheet: Sheet, picture: ForestPicture, layout: ForestLayout, block: ForestBlock, wording: Wording
) -> None:
    for column in block.columns:
        _draw_scale(sheet, picture.measures[column.index], column, block)
    _write_heads(sheet, layout, block, wording)
    most = max((row.patients for row in picture.rows if row.patients > 0), default=math.nan)
    y, index = block.rows_top, 0
    for section, lines in zip(picture.sections, layout.sections, strict=True):
        if lines:
            _write_section(sheet, (section, lines), block, y, wording)
            y += section_height(lines)
        for row in section.rows:
            left = EDGE + (INDENT if section.label else 0.0)
            _write_name(sheet, layout, index, (left, y))
            _draw_row(sheet, picture, block, (row, y, most), wording)
            if layout.counts is not None:
                words = count_words(row, wording)
                sheet.write(layout.counts, y + _BASE_LINE, words, SMALL, align="right")
            y += layout.row_height(index)
            index += 1
    _draw_summary(sheet, picture, layout, block, wording)


def _draw_scale(
    sheet: Sheet, measure: ForestMeasure, column: ForestColumn, block: ForestBlock
) -> None:
    scale = column.scale
    for tick, label in zip(scale.ticks, scale.labels, strict=True):
        x = scale.x(tick)
        sheet.rule((x, block.rows_top), (x, block.axis), PALE, 0.4)
        sheet.rule((x, block.axis), (x, block.axis + 0.9), INK, 0.6)
        sheet.write(x, block.axis + 3.9, label, SMALL, align="center")
    if measure.reference is not None:
        x = scale.x(measure.reference)
        sheet.rule((x, block.rows_top), (x, block.axis), QUIET, 0.6)
    if measure.pooled is not None and not math.isnan(measure.pooled.value):
        x = scale.x(measure.pooled.value)
        sheet.rule((x, block.rows_top), (x, block.axis), ACCENT, 0.6, (2.0, 2.0))
    sheet.rule((scale.left, block.axis), (scale.right, block.axis), INK, 0.6)
    y = block.axis + 3.9 + LINE
    if any(measure.sides):
        _write_sides(sheet, measure, scale, y)
        y += LINE
    for line in column.remarks:
        sheet.write(column.scale.left, y + 0.3, line, SMALL, colour=QUIET)
        y += LINE


def _write_sides(sheet: Sheet, measure: ForestMeasure, scale: ForestScale, y: float) -> None:
    """Write what either end of the scale means; on a narrow one only what the right end does."""
    first, last = f"← {measure.sides[0]}", f"{measure.sides[1]} →"
    both = measure_width(first, SMALL) + measure_width(last, SMALL) + 2.0
    if both <= scale.right - scale.left:
        sheet.write(scale.left, y, first, SMALL, colour=QUIET)
    sheet.write(scale.right, y, last, SMALL, align="right", colour=QUIET)


def _write_heads(sheet: Sheet, layout: ForestLayout, block: ForestBlock, wording: Wording) -> None:
    last = block.rows_top - 1.6
    for i, line in enumerate(reversed(layout.heads)):
        sheet.write(EDGE, last - i * LINE, line, SMALL, weight="SemiBold")
    for column in block.columns:
        for i, line in enumerate(reversed(column.head)):
            sheet.write(column.scale.left, last - i * LINE, line, SMALL, weight="SemiBold")
    if layout.counts is not None:
        words = wording.say("forest.patients")
        sheet.write(layout.counts, last, words, SMALL, align="right", weight="SemiBold")
    sheet.rule((EDGE, block.rows_top - 0.5), (sheet.width - EDGE, block.rows_top - 0.5), INK, 0.6)


def _write_section(
    sheet: Sheet,
    heading: tuple[ForestSection, Sequence[str]],
    block: ForestBlock,
    y: float,
    wording: Wording,
) -> None:
    section, lines = heading
    for i, line in enumerate(lines):
        sheet.write(EDGE, y + _BASE_LINE + i * LINE, line, SMALL, weight="SemiBold")
    for column in block.columns if section.p_values else ():
        p = section.p_values[column.index]
        words = "" if math.isnan(p) else wording.p_value(p)
        sheet.write(column.right, y + _BASE_LINE, words, SMALL, align="right", colour=QUIET)


def _write_name(sheet: Sheet, layout: ForestLayout, index: int, place: tuple[float, float]) -> None:
    x, y = place[0], place[1] + _BASE_LINE
    lines = layout.names[index]
    for i, line in enumerate(lines):
        sheet.write(x, y + i * LINE, line, SMALL)
    if tail := layout.tails[index]:
        at = x + (measure_width(lines[-1], SMALL) + 1.8 if lines[-1] else 0.0)
        sheet.write(at, y + (len(lines) - 1) * LINE, tail, SMALL, colour=QUIET)


def _draw_row(
    sheet: Sheet,
    picture: ForestPicture,
    block: ForestBlock,
    place: tuple[ForestRow, float, float],
    wording: Wording,
) -> None:
    row, y, most = place
    share = math.sqrt(row.patients / most) if row.patients > 0 else 0.75
    for column in block.columns:
        estimate, measure = row.estimates[column.index], picture.measures[column.index]
        words = number_words(estimate, measure, wording)
        sheet.write(column.right, y + _BASE_LINE, words, SMALL, align="right")
        middle = y + _BASE_LINE - 0.95
        _draw_interval(sheet, column.scale, estimate, middle)
        if not math.isnan(estimate.value):
            half = 0.5 + 0.7 * share
            x = column.scale.x(estimate.value)
            draw_patch(sheet, (x - half, middle - half, 2 * half, 2 * half), INK)


def _draw_interval(sheet: Sheet, scale: ForestScale, estimate: Estimate, y: float) -> None:
    """Draw the interval of a row, with an arrow where it goes on beyond the scale."""
    if math.isnan(estimate.low) or math.isnan(estimate.high):
        return
    left, right = scale.x(estimate.low), scale.x(estimate.high)
    sheet.rule((left, y), (right, y), INK, 0.8)
    for limit, x in ((estimate.low, left), (estimate.high, right)):
        side = scale.beyond(limit)
        if side:
            arrow = sheet.dot(x - 0.35 * side, y, INK, 2.8)
            arrow.set_marker(">" if side > 0 else "<")
            arrow.set_markeredgewidth(0)


def _draw_summary(
    sheet: Sheet, picture: ForestPicture, layout: ForestLayout, block: ForestBlock, wording: Wording
) -> None:
    y = block.rows_bottom
    if layout.pooled or layout.prediction:
        sheet.rule((EDGE, y + 0.3), (sheet.width - EDGE, y + 0.3), RULE, 0.4)
        y += 0.8
    for i, line in enumerate(layout.pooled):
        sheet.write(EDGE, y + _BASE_LINE + i * LINE, line, SMALL, weight="SemiBold")
    below = y + (ROW + LINE * (len(layout.pooled) - 1) if layout.pooled else 0.0)
    for i, line in enumerate(layout.prediction):
        sheet.write(EDGE, below + _BASE_LINE + i * LINE, line, SMALL)
    for column in block.columns:
        measure = picture.measures[column.index]
        if measure.pooled is not None:
            words = number_words(measure.pooled, measure, wording)
            at = column.right, y + _BASE_LINE
            sheet.write(*at, words, SMALL, align="right", weight="SemiBold")
            _draw_diamond(sheet, column.scale, measure.pooled, y + _BASE_LINE - 0.95)
        if measure.prediction is not None:
            words = range_words(measure.prediction, measure, wording)
            sheet.write(column.right, below + _BASE_LINE, words, SMALL, align="right")
            _draw_prediction(sheet, column.scale, measure.prediction, below + _BASE_LINE - 0.95)


def _draw_diamond(sheet: Sheet, scale: ForestScale, pooled: Estimate, y: float) -> None:
    if math.isnan(pooled.value):
        return
    middle = scale.x(pooled.value)
    known = not (math.isnan(pooled.low) or math.isnan(pooled.high))
    left, right = (scale.x(pooled.low), scale.x(pooled.high)) if known else (middle, middle)
    left, right = min(left, middle - 0.6), max(right, middle + 0.6)
    points = ((left, y), (middle, y - 1.3), (right, y), (middle, y + 1.3))
    places = [(px / sheet.width, 1 - py / sheet.height) for px, py in points]
    shape = Polygon(places, facecolor=ACCENT, linewidth=0, zorder=2.5)
    shape.set_transform(sheet.figure.transFigure)
    sheet.figure.add_artist(shape)


def _draw_prediction(sheet: Sheet, scale: ForestScale, interval: Estimate, y: float) -> None:
    if math.isnan(interval.low) or math.isnan(interval.high):
        return
    left, right = scale.x(interval.low), scale.x(interval.high)
    sheet.rule((left, y), (right, y), ACCENT, 1.0)
    for x in (left, right):
        sheet.rule((x, y - 0.9), (x, y + 0.9), ACCENT, 1.0)


def describe_forest(picture: ForestPicture, note: str, wording: Wording) -> str:
    """Say in words what a forest plot shows, for those who cannot see it.

    Args:
        picture: what is drawn.
        note: a label that must be seen.
        wording: the language.

    Returns:
        One sentence per row.
    """
    sentences = [f"{note}."] if note else []
    for row in picture.rows:
        numbers = ", ".join(
            f"{measure.name} {number_words(estimate, measure, wording)}"
            for measure, estimate in zip(picture.measures, row.estimates, strict=True)
        )
        sentences.append(wording.say("forest.one", label=row.label, numbers=numbers))
    pooled = [
        f"{measure.name} {number_words(measure.pooled, measure, wording)}"
        for measure in picture.measures
        if measure.pooled is not None
    ]
    if pooled:
        label = picture.pooled_label or wording.say("forest.pooled")
        sentences.append(wording.say("forest.one", label=label, numbers=", ".join(pooled)))
    return " ".join(sentences)
