"""Calibration at one month: predicted against observed risk, and whom the predictions are of."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from jalon.core import Estimate, Floats
from jalon.report.calibration import CalibrationFigures, CalibrationGroup, CalibrationPicture
from jalon.report.figures.head import band_entries, banded, note_height
from jalon.report.figures.key import Key, KeyEntry, plan_key, write_key
from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import INK, QUIET, STROKES, Stroke
from jalon.report.figures.plot import (
    EDGE,
    LINE,
    SMALL,
    Box,
    Scale,
    bottom_margin,
    draw_frame,
    draw_line,
    left_margin,
    number_scale,
    round_out,
    title_lines,
)
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.typeface import measure_width, wrap_words
from jalon.report.wording import Language, Wording

_DIAGONAL = Stroke(QUIET, (2.5, 2.0))
_GROUP = Stroke(INK, None)
_WITHOUT = "#8c8c8c"
_HISTOGRAM = 21.0
_PAD = 3.4
_BINS = 50


def calibration_figure(
    picture: CalibrationPicture,
    note: str = "",
    width_mm: float = 180,
    language: Language = "en",
) -> str:
    """Draw whether predicted risks come true: on the diagonal they do.

    Below stands how many patients have each predicted risk: upwards those seen with the event
    by then, downwards the others.

    Args:
        picture: curves, groups, predicted risks and figures.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column, 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.
    """
    wording = Wording(language)
    with house_settings():
        sheet = draw_calibration(picture, note, width_mm, wording)
        title = wording.say("calibration.title", month=wording.tick(picture.month))
        return sheet.svg(title, _describe(picture, note, wording))


def draw_calibration(
    picture: CalibrationPicture, note: str, width: float, wording: Wording
) -> Sheet:
    """Draw the plot on a sheet: key and figures at its right on a page, around it in a column.

    Args:
        picture: what to draw.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    lines, wide = break_note(note, width), width >= 120
    x, y = _scales(picture, wording)
    left = left_margin(y)
    size = min((0.56 if wide else 1.0) * width - left - EDGE - 3.0, 92.0)
    aside = left + size + 9.0
    room = width - EDGE - aside if wide else width - 2 * EDGE
    key, table = plan_key(_entries(picture, wording), room), _figures(picture.figures, wording)
    competing = wrap_words(wording.say("calibration.competing"), SMALL, room)
    remark = competing if picture.competing else []
    top = note_height(lines)
    above = 0.0 if wide else key.height + LINE * len(remark) + 2.0
    title = LINE * len(title_lines(y.title, width - 2 * EDGE))
    box = Box(left, top + above + title + 2.4, size, size)
    histogram = _HISTOGRAM + 2.0 if _counted(picture) else 0.0
    low = box.bottom + histogram + bottom_margin(x, size)
    count = sum(len(lines) for lines in _name_lines(table, room, wording))
    sheet = Sheet(width, low + (0.0 if wide or not table else LINE * (count + 1) + 3.0))
    write_note(sheet, lines)
    _draw_plot(sheet, picture, box, (x, y), wording)
    place = (aside, box.top) if wide else (EDGE, top)
    _write_aside(sheet, key, remark, place)
    under = (aside, box.top + key.height + LINE * len(remark) + 5.0) if wide else (EDGE, low + 2.0)
    _write_figures(sheet, table, under, room, wording)
    return sheet


def _scales(picture: CalibrationPicture, wording: Wording) -> tuple[Scale, Scale]:
    """Return two scales of the same length, so that the diagonal is one."""
    parts = [part for curve in picture.curves for part in (curve.x, curve.y)]
    parts += [
        part for curve in banded(picture.curves) for part in (curve.high,) if part is not None
    ]
    groups = [(g.predicted, g.observed.value, g.observed.high) for g in picture.groups]
    values = np.concatenate([*parts, np.ravel(groups), picture.risks_event, picture.risks_free])
    values = values[np.isfinite(values)]
    _, high = round_out(0.0, min(float(values.max()) if len(values) else 1.0, 1.0), 5)
    month = wording.tick(picture.month)
    across = wording.say("calibration.x", month=month, endpoint=picture.endpoint)
    up = wording.say("calibration.y")
    high = min(max(high, 0.01), 1.0)
    return (
        number_scale(0.0, high, 5, wording, across, factor=100),
        number_scale(0.0, high, 5, wording, up, factor=100),
    )


def _entries(picture: CalibrationPicture, wording: Wording) -> list[KeyEntry]:
    single = len(picture.curves) == 1
    entries = []
    for curve, stroke in zip(picture.curves, STROKES, strict=False):
        name = curve.label or (wording.say("calibration.curve") if single else "")
        entries.append(KeyEntry(name, stroke))
    entries += band_entries(picture.curves, wording)
    if picture.groups:
        level = wording.level(picture.groups[0].observed.level)
        entries.append(KeyEntry(wording.say("calibration.group", level=level), _GROUP, "dot"))
    entries.append(KeyEntry(wording.say("calibration.ideal"), _DIAGONAL, "thin"))
    return entries


def _draw_plot(
    sheet: Sheet,
    picture: CalibrationPicture,
    box: Box,
    scales: tuple[Scale, Scale],
    wording: Wording,
) -> None:
    x, y = scales
    bare = Scale(x.low, x.high, x.ticks, ("",) * len(x.ticks)) if _counted(picture) else x
    axes = draw_frame(sheet, box, bare, y)
    axes.plot((0, x.high), (0, x.high), color=QUIET, linewidth=0.6, dashes=(2.5, 2.0))
    bands = banded(picture.curves)
    for curve, stroke in zip(picture.curves, STROKES, strict=False):
        draw_line(axes, curve, stroke, box, band=curve in bands)
    for group in picture.groups:
        _draw_group(axes, group)
    if _counted(picture):
        under = Box(box.left, box.bottom + 2.0, box.width, _HISTOGRAM)
        _draw_histogram(sheet, picture, under, x, wording)


def _draw_group(axes: Axes, group: CalibrationGroup) -> None:
    x, observed = group.predicted, group.observed
    if math.isnan(x) or math.isnan(observed.value):
        return
    if not math.isnan(observed.low) and not math.isnan(observed.high):
        axes.plot((x, x), (observed.low, observed.high), color=INK, linewidth=0.8)
    axes.plot(x, observed.value, "o", color=INK, markersize=3.4, markeredgewidth=0, clip_on=False)


def _counted(picture: CalibrationPicture) -> bool:
    return len(picture.risks_event) + len(picture.risks_free) > 0


def _draw_histogram(
    sheet: Sheet, picture: CalibrationPicture, box: Box, x: Scale, wording: Wording
) -> None:
    """Draw upwards those with the event and downwards the others, on one scale of counts."""
    edges = np.linspace(x.low, x.high, _BINS + 1)
    up, down = (_count(risks, edges) for risks in (picture.risks_event, picture.risks_free))
    most_up, most_down = max(float(up.max()), 1.0), max(float(down.max()), 1.0)
    pad = _PAD / (box.height - 2 * _PAD) * (most_up + most_down)
    y = Scale(-most_down - pad, most_up + pad, (), ())
    axes = draw_frame(sheet, box, x, y)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    left, right = edges[:-1], np.diff(edges) * 0.8
    axes.bar(left, up, right, align="edge", color=STROKES[0].colour, linewidth=0)
    axes.bar(left, -down, right, align="edge", color=_WITHOUT, linewidth=0)
    axes.axhline(0, color=INK, linewidth=0.4)
    for name, risks, at, colour in (
        ("with_event", picture.risks_event, box.top + 2.2, STROKES[0].colour),
        ("without_event", picture.risks_free, box.bottom - 0.9, QUIET),
    ):
        words = f"{wording.say(f'calibration.{name}')} ({wording.count(len(risks))})"
        sheet.write(box.right, at, words, SMALL, align="right", colour=colour)


def _count(risks: Floats, edges: Floats) -> Floats:
    return np.histogram(np.clip(risks, edges[0], edges[-1]), edges)[0].astype(np.float64)


def _figures(figures: CalibrationFigures, wording: Wording) -> list[tuple[str, str, str]]:
    """Return the name, the number and the ideal of each figure that was given."""
    plan: list[tuple[str, Estimate | None, int, float]] = [
        ("ratio", figures.ratio, 2, 1),
        ("slope", figures.slope, 2, 1),
        ("ici", figures.ici, 1, 100),
        ("e50", figures.e50, 1, 100),
        ("e90", figures.e90, 1, 100),
    ]
    return [
        (
            wording.say(f"calibration.{name}"),
            wording.interval(estimate, digits, scale),
            "1" if scale == 1 else "0",
        )
        for name, estimate, digits, scale in plan
        if estimate is not None
    ]


def _write_aside(sheet: Sheet, key: Key, remark: Sequence[str], place: tuple[float, float]) -> None:
    write_key(sheet, key, *place)
    for i, line in enumerate(remark):
        sheet.write(place[0], place[1] + key.height + 3.2 + i * LINE, line, SMALL, colour=QUIET)


def _write_figures(
    sheet: Sheet,
    table: Sequence[tuple[str, str, str]],
    place: tuple[float, float],
    room: float,
    wording: Wording,
) -> None:
    if not table:
        return
    ideal = wording.say("calibration.ideal_head")
    edge = place[0] + room
    numbers = edge - measure_width(ideal, SMALL) - 3.0
    y = place[1] + 2.4
    sheet.write(edge, y, ideal, SMALL, align="right", colour=QUIET)
    for (_, number, right), lines in zip(table, _name_lines(table, room, wording), strict=True):
        y += LINE
        sheet.write(numbers, y, number, SMALL, align="right")
        sheet.write(edge, y, right, SMALL, align="right", colour=QUIET)
        for i, line in enumerate(lines):
            sheet.write(place[0], y + i * LINE, line, SMALL)
        y += LINE * (len(lines) - 1)


def _name_lines(
    table: Sequence[tuple[str, str, str]], room: float, wording: Wording
) -> list[list[str]]:
    """Break the names of the figures to the room that their numbers leave."""
    ideal = measure_width(wording.say("calibration.ideal_head"), SMALL)
    widest = max((measure_width(number, SMALL) for _, number, _ in table), default=0.0)
    return [wrap_words(name, SMALL, max(room - ideal - widest - 6.0, 12.0)) for name, *_ in table]


def _describe(picture: CalibrationPicture, note: str, wording: Wording) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    sentences = [f"{note}."] if note else []
    for curve in picture.curves:
        known = np.flatnonzero(np.isfinite(curve.y))
        if len(known):
            row = known[len(known) // 2]
            sentences.append(
                wording.say(
                    "calibration.one",
                    label=curve.label or wording.say("calibration.curve"),
                    predicted=wording.percent(float(curve.x[row])),
                    observed=wording.percent(float(curve.y[row])),
                )
            )
    sentences += [f"{name}: {number}." for name, number, _ in _figures(picture.figures, wording)]
    return " ".join(sentences)
