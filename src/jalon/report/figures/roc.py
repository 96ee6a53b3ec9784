"""ROC curves by a month: whom each score would pick out, at every possible threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.report.figures.head import note_height
from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import INK, MOST_CURVES, QUIET, STROKES, Stroke
from jalon.report.figures.panels import plan_panels
from jalon.report.figures.plot import (
    EDGE,
    LINE,
    SMALL,
    Box,
    Scale,
    bottom_margin,
    draw_frame,
    left_margin,
    number_scale,
)
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.typeface import measure_width, wrap_words
from jalon.report.wording import Language, Wording

_SAMPLE = 5.0
_ROW = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve:
    """The ROC curve of one score.

    Attributes:
        label: name of the score.
        false_positive: shape (m,), 1 - specificity at each threshold, 0 to 1, in any order.
        true_positive: shape (m,), sensitivity at each threshold, 0 to 1.
        auc: area under the curve with its interval.

    Raises:
        UnsuitableDataError: the two differ in length.
    """

    label: str
    false_positive: Floats
    true_positive: Floats
    auc: Estimate

    def __post_init__(self) -> None:
        x = np.asarray(self.false_positive, dtype=np.float64)
        y = np.asarray(self.true_positive, dtype=np.float64)
        if x.shape != y.shape or x.ndim != 1:
            raise UnsuitableDataError(
                f"ROC curve “{self.label}”: {x.shape} false and {y.shape} true positive shares"
            )
        known = np.isfinite(x) & np.isfinite(y)
        order = np.lexsort((y[known], x[known]))
        object.__setattr__(self, "false_positive", x[known][order])
        object.__setattr__(self, "true_positive", y[known][order])


@dataclass(frozen=True, slots=True, eq=False)
class RocPanel:
    """The ROC curves of several scores by one month.

    Attributes:
        month: the time of interest.
        curves: one to six scores, in the same order in every panel.
    """

    month: float
    curves: tuple[RocCurve, ...]


def roc_figure(
    panels: Sequence[RocPanel], note: str = "", width_mm: float = 180, language: Language = "en"
) -> str:
    """Draw whom each score would pick out by a month, at every possible threshold.

    Args:
        panels: one per month.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column, 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.

    Raises:
        UnsuitableDataError: no curve, or too many on one panel.
    """
    if not any(len(curve.false_positive) for panel in panels for curve in panel.curves):
        raise UnsuitableDataError("no ROC curve was given; there is nothing to draw")
    if max(len(panel.curves) for panel in panels) > MOST_CURVES:
        raise UnsuitableDataError(f"draw at most {MOST_CURVES} ROC curves on one panel")
    wording = Wording(language)
    months = ", ".join(wording.tick(panel.month) for panel in panels)
    with house_settings():
        sheet = draw_roc(panels, note, width_mm, wording)
        title = wording.say("roc.title", months=months)
        return sheet.svg(title, _describe(panels, note, wording))


def draw_roc(panels: Sequence[RocPanel], note: str, width: float, wording: Wording) -> Sheet:
    """Draw the panels on a sheet.

    Args:
        panels: one per month.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    lines = break_note(note, width)
    plan = plan_panels(len(panels), width)
    beside = len(panels) == 1 and width >= 120
    x, y = (_scale(plan.width, wording, wording.say(f"roc.{axis}")) for axis in "xy")
    side = min(plan.width - left_margin(y) - EDGE - 3.0, 80.0)
    keys = [
        _plan_key(panel, plan.width if not beside else width - side - 20, wording)
        for panel in panels
    ]
    above, below = 2 * LINE + 3.0, bottom_margin(x, side) + 1.0
    tops, top = [], note_height(lines)
    for row in plan.rows():
        tops.append(top)
        under = 0.0 if beside else max(keys[i].height for i in row)
        top += above + side + below + under + 2.0
    sheet = Sheet(width, top)
    write_note(sheet, lines)
    for row, first in zip(plan.rows(), tops, strict=True):
        for i in row:
            box = Box(plan.left(i) + left_margin(y), first + above, side, side)
            _draw_panel(sheet, panels[i], box, (x, y), wording)
            place = (
                (box.right + 8.0, box.top) if beside else (plan.left(i) + EDGE, box.bottom + below)
            )
            _write_key(sheet, keys[i], place)
    return sheet


def _scale(width: float, wording: Wording, title: str) -> Scale:
    return number_scale(0.0, 1.0, 5 if width > 40 else 2, wording, title, factor=100)


def _draw_panel(
    sheet: Sheet, panel: RocPanel, box: Box, scales: tuple[Scale, Scale], wording: Wording
) -> None:
    axes = draw_frame(sheet, box, *scales)
    head = wording.say("roc.month", month=wording.tick(panel.month))
    left = box.left - left_margin(scales[1]) + EDGE
    sheet.write(left, box.top - 3.0 - LINE, head, 7.5, weight="SemiBold")
    axes.plot((0, 1), (0, 1), color=QUIET, linewidth=0.6, dashes=(2.5, 2.0))
    for curve, stroke in zip(panel.curves, STROKES, strict=False):
        if not len(curve.false_positive):
            continue
        x = np.concatenate(([0.0], curve.false_positive, [1.0]))
        y = np.concatenate(([0.0], curve.true_positive, [1.0]))
        rows = _thin(x, y, 0.1 / box.width)
        (line,) = axes.plot(x[rows], y[rows], color=stroke.colour, linewidth=1.1, clip_on=False)
        if stroke.dashes:
            line.set_dashes(stroke.dashes)


def _thin(x: Floats, y: Floats, step: float) -> list[int]:
    """Keep the points that stand at least a step from the last one kept, and both ends."""
    kept = [0]
    for i in range(1, len(x) - 1):
        if abs(x[i] - x[kept[-1]]) + abs(y[i] - y[kept[-1]]) >= step:
            kept.append(i)
    return [*kept, len(x) - 1]


@dataclass(frozen=True, slots=True)
class _Key:
    """The table of the areas: its lines and where its numbers end."""

    head: str
    names: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...]
    width: float

    @property
    def height(self) -> float:
        return LINE * (1 + sum(map(len, self.names))) + _ROW * len(self.names) + 1.5


def _plan_key(panel: RocPanel, room: float, wording: Wording) -> _Key:
    numbers = tuple(
        wording.interval(curve.auc) if len(curve.false_positive) else wording.say("roc.none")
        for curve in panel.curves
    )
    level = panel.curves[0].auc.level if panel.curves else 0.95
    head = wording.say("roc.auc", level=wording.level(level))
    widest = max(measure_width(words, SMALL) for words in numbers)
    words = room - EDGE - _SAMPLE - 1.5 - widest - 2.5
    names = tuple(tuple(wrap_words(curve.label, SMALL, words)) for curve in panel.curves)
    longest = max(measure_width(line, SMALL) for lines in names for line in lines)
    width = max(_SAMPLE + 1.5 + longest + 2.5 + widest, measure_width(head, SMALL))
    return _Key(head, names, numbers, width)


def _write_key(sheet: Sheet, key: _Key, place: tuple[float, float]) -> None:
    left, y = place[0], place[1] + 2.4
    right = left + key.width
    sheet.write(right, y, key.head, SMALL, align="right", colour=QUIET)
    y += LINE + _ROW
    for number, lines, stroke in zip(key.numbers, key.names, STROKES, strict=False):
        _sample(sheet, left, y - 0.9, stroke)
        sheet.write(right, y, number, SMALL, align="right")
        for i, line in enumerate(lines):
            sheet.write(left + _SAMPLE + 1.5, y + i * LINE, line, SMALL, colour=INK)
        y += LINE * len(lines) + _ROW


def _sample(sheet: Sheet, x: float, y: float, stroke: Stroke) -> None:
    sheet.rule((x, y), (x + _SAMPLE, y), stroke.colour, 1.2, stroke.dashes)


def _describe(panels: Sequence[RocPanel], note: str, wording: Wording) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    sentences = [f"{note}."] if note else []
    for panel in panels:
        sentences.append(f"{wording.say('roc.month', month=wording.tick(panel.month))}:")
        for curve in panel.curves:
            area = "–" if math.isnan(curve.auc.value) else wording.interval(curve.auc)
            sentences.append(wording.say("roc.one", label=curve.label or "ROC", auc=area))
    return " ".join(sentences)
