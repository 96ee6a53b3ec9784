"""Instability plots: how far predictions move when the model is made anew (Riley 2023)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from jalon.core import Floats
from jalon.report.figures.cloud import draw_density, draw_dots
from jalon.report.figures.head import note_height
from jalon.report.figures.key import KeyEntry, plan_key, write_key
from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import ACCENT, INK, QUIET, Stroke
from jalon.report.figures.panels import Panels, plan_panels
from jalon.report.figures.plot import (
    EDGE,
    LINE,
    NORMAL,
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
from jalon.report.figures.typeface import wrap_words
from jalon.report.instability import InstabilityPicture
from jalon.report.labelled_line import LabelledLine
from jalon.report.wording import Language, Wording

_MODEL = Stroke(ACCENT, None)
_ENVELOPE = Stroke(INK, (4.0, 1.6))
_MANY = Stroke("#9c9c9c", None)
_DIAGONAL = Stroke(QUIET, (2.5, 2.0))
_MOST_CURVES = 150
_MOST_LIMITS = 60


def instability_figure(
    picture: InstabilityPicture,
    note: str = "",
    width_mm: float = 180,
    language: Language = "en",
) -> str:
    """Draw how far each patient's risk moves when the model is made anew on resamples.

    Up to four panels: predictions, mean absolute change per patient, calibration curves, and
    how often a patient would change sides. Of many calibration curves up to 150 are drawn.

    Args:
        picture: the risks and what was found about them.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column (panels below each other), 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.

    Reference:
        Riley and Collins (2023), Stability of clinical prediction models developed using
        statistical or machine learning methods, figures 2 to 5,
        https://doi.org/10.1002/bimj.202200302.
    """
    wording = Wording(language)
    with house_settings():
        sheet = draw_instability(picture, note, width_mm, wording)
        return sheet.svg(wording.say("instability.title"), _describe(picture, note, wording))


@dataclass(frozen=True, slots=True)
class _Panel:
    """One panel: its heading, its upright scale, and what is drawn in it."""

    head: str
    y: Scale
    draw: Callable[[Axes, Box], None]


def draw_instability(
    picture: InstabilityPicture, note: str, width: float, wording: Wording
) -> Sheet:
    """Draw the panels on a sheet.

    Args:
        picture: what to draw.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    x = _risk_scale(picture, wording)
    panels = _plan(picture, x, wording)
    plan = plan_panels(len(panels), width, 76.0)
    lines, key = break_note(note, width), plan_key(_entries(picture, wording), width - 2 * EDGE)
    start = note_height(lines)
    tops, boxes, top = _place(panels, plan, start + key.height + 1.5, x)
    sheet = Sheet(width, top)
    write_note(sheet, lines)
    write_key(sheet, key, EDGE, start)
    for i, (panel, box, head) in enumerate(zip(panels, boxes, tops, strict=True)):
        for k, line in enumerate(wrap_words(panel.head, NORMAL, plan.width, "SemiBold")):
            at = plan.left(i) + EDGE, head + 2.6 + k * LINE
            sheet.write(*at, line, NORMAL, weight="SemiBold")
        panel.draw(draw_frame(sheet, box, x, panel.y, plan.left(i) + EDGE), box)
    return sheet


def _place(
    panels: Sequence[_Panel], plan: Panels, top: float, x: Scale
) -> tuple[list[float], list[Box], float]:
    """Return the top and the frame of each panel, and where all of them end."""
    margin = max(left_margin(panel.y) for panel in panels)
    size = plan.width - margin - 3.0
    height = min(size, 70.0)
    tops, boxes = [], []
    for row in plan.rows():
        above = max(_above(panels[i], plan.width) for i in row)
        for i in row:
            tops.append(top)
            boxes.append(Box(plan.left(i) + margin, top + above, size, height))
        top += above + height + bottom_margin(x, size) + 1.5
    return tops, boxes, top


def _above(panel: _Panel, width: float) -> float:
    head = len(wrap_words(panel.head, NORMAL, width, "SemiBold"))
    return LINE * (head + len(title_lines(panel.y.title, width))) + 3.4


def _risk_scale(picture: InstabilityPicture, wording: Wording) -> Scale:
    _, high = round_out(0.0, max(float(picture.predicted.max()), 0.01), 5)
    title = wording.say("instability.x", month=wording.tick(picture.month))
    return number_scale(0.0, min(high, 1.0), 5, wording, title, factor=100)


def _plan(picture: InstabilityPicture, x: Scale, wording: Wording) -> list[_Panel]:
    panels = []
    if picture.resampled is not None or picture.envelope is not None:
        panels.append(_plan_predictions(picture, x, wording))
    if picture.error is not None:
        panels.append(_plan_error(picture, wording))
    if picture.resampled_calibration:
        panels.append(_plan_calibration(picture, x, wording))
    if picture.change is not None:
        panels.append(_plan_change(picture, wording))
    return panels


def _up(values: Sequence[float], name: str, wording: Wording) -> Scale:
    known = [value for value in values if math.isfinite(value)]
    _, high = round_out(0.0, min(max([*known, 0.01]), 1.0), 5)
    title = wording.say(f"instability.{name}")
    return number_scale(0.0, min(high, 1.0), 5, wording, title, factor=100)


def _plan_predictions(picture: InstabilityPicture, x: Scale, wording: Wording) -> _Panel:
    resampled, envelope = picture.resampled, picture.envelope
    most = [x.high] if resampled is None else [x.high, float(np.nanmax(resampled))]
    y = _up(most, "predictions_y", wording)

    def draw(axes: Axes, box: Box) -> None:
        if resampled is not None:
            across = np.tile(picture.predicted, resampled.shape[0])
            up = resampled.ravel()
            known = np.isfinite(up)
            draw_density(axes, across[known], up[known], box)
        _draw_diagonal(axes)
        if envelope is not None and envelope.low is not None and envelope.high is not None:
            for limit in (envelope.low, envelope.high):
                draw_line(axes, _calm(envelope.x, limit), _ENVELOPE, box)

    return _Panel(wording.say("instability.predictions"), y, draw)


def _calm(x: Floats, limit: Floats) -> LabelledLine:
    """Return the limits of patients as a line: medians of neighbours when there are many."""
    known = np.isfinite(limit)
    x, limit = x[known], limit[known]
    if len(x) > _MOST_LIMITS:
        parts = np.array_split(np.arange(len(x)), _MOST_LIMITS)
        x = np.array([np.median(x[rows]) for rows in parts])
        limit = np.array([np.median(limit[rows]) for rows in parts])
    return LabelledLine("", x, limit)


def _plan_error(picture: InstabilityPicture, wording: Wording) -> _Panel:
    error = picture.error if picture.error is not None else np.zeros(0)
    head = wording.say("instability.error_bare")
    if not math.isnan(picture.mean_error):
        head = wording.say("instability.error", mean=_points(picture.mean_error, wording))

    def draw(axes: Axes, box: Box) -> None:
        draw_dots(axes, picture.predicted, error, box, INK)

    return _Panel(head, _up([float(n) for n in error], "error_y", wording), draw)


def _plan_calibration(picture: InstabilityPicture, x: Scale, wording: Wording) -> _Panel:
    curves = picture.resampled_calibration
    every = _every(len(curves))
    highest = [float(np.nanmax(c.y)) for c in curves if c.seen]
    y = _up([x.high, min(max([*highest, 0.0]), 1.5 * x.high)], "calibration_y", wording)

    def draw(axes: Axes, box: Box) -> None:
        for curve in curves[::every]:
            (line,) = axes.plot(*_sample(curve), color=_MANY.colour, linewidth=0.35, alpha=0.7)
            line.set_solid_joinstyle("round")
        _draw_diagonal(axes)
        if picture.calibration is not None:
            draw_line(axes, picture.calibration, _MODEL, box, band=False)

    return _Panel(wording.say("instability.calibration"), y, draw)


def _every(curves: int) -> int:
    return -(-curves // _MOST_CURVES)


def _sample(curve: LabelledLine) -> tuple[list[float], list[float]]:
    """Return about thirty points of a thin curve, its ends among them."""
    rows = np.unique(np.linspace(0, len(curve.x) - 1, 30).round().astype(int))
    return curve.x[rows].tolist(), curve.y[rows].tolist()


def _plan_change(picture: InstabilityPicture, wording: Wording) -> _Panel:
    change = picture.change if picture.change is not None else np.zeros(0)
    threshold = picture.threshold
    head = wording.say("instability.class_bare")
    if threshold is not None:
        head = wording.say("instability.class", threshold=wording.percent(threshold))
    y = _up([float(n) for n in change], "class_bare_y" if threshold is None else "class_y", wording)

    def draw(axes: Axes, box: Box) -> None:
        if threshold is not None:
            axes.axvline(threshold, color=QUIET, linewidth=0.6, dashes=(2.5, 2.0))
        draw_dots(axes, picture.predicted, change, box, INK)

    return _Panel(head, y, draw)


def _draw_diagonal(axes: Axes) -> None:
    axes.plot((0, 1), (0, 1), color=QUIET, linewidth=0.6, dashes=(2.5, 2.0))


def _points(share: float, wording: Wording) -> str:
    return wording.say("instability.points", number=wording.number(100 * share, 1))


def _entries(picture: InstabilityPicture, wording: Wording) -> list[KeyEntry]:
    entries = []
    if picture.resampled is not None:
        entries.append(KeyEntry(wording.say("instability.density"), _MANY, "square"))
    if picture.envelope is not None:
        level = wording.level(picture.envelope.level)
        entries.append(KeyEntry(wording.say("instability.envelope", level=level), _ENVELOPE))
    if picture.error is not None or picture.change is not None:
        count = wording.count(len(picture.predicted))
        words = f"{wording.say('instability.patients')} ({count})"
        entries.append(KeyEntry(words, Stroke(INK, None), "dot"))
    if picture.resampled_calibration:
        curves = len(picture.resampled_calibration)
        drawn, total = len(range(0, curves, _every(curves))), picture.resamples or curves
        count = wording.count(total) if drawn == total else f"{drawn} / {wording.count(total)}"
        entries.append(KeyEntry(wording.say("instability.resamples", count=count), _MANY, "thin"))
    if picture.resampled_calibration and picture.calibration is not None:
        entries.append(KeyEntry(wording.say("instability.model"), _MODEL))
    return entries


def _describe(picture: InstabilityPicture, note: str, wording: Wording) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    sentences = [f"{note}."] if note else []
    patients, resamples = wording.count(len(picture.predicted)), wording.count(picture.resamples)
    sentences.append(wording.say("instability.count", patients=patients, resamples=resamples))
    if not math.isnan(picture.mean_error):
        sentences.append(wording.say("instability.mean", mean=_points(picture.mean_error, wording)))
    return " ".join(sentences)
