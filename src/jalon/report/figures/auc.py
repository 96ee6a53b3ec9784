"""How well scores tell apart, month by month, who has had the event and who has not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jalon.report.figures.head import (
    band_entries,
    banded,
    check_lines,
    name_entries,
    plan_head,
)
from jalon.report.figures.month_axis import place_ticks
from jalon.report.figures.palette import QUIET, STROKES
from jalon.report.figures.plot import (
    SMALL,
    Scale,
    bottom_margin,
    draw_frame,
    draw_line,
    find_span,
    number_scale,
    round_out,
)
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.typeface import measure_width
from jalon.report.labelled_line import LabelledLine
from jalon.report.wording import Language, Wording


def auc_figure(
    lines: Sequence[LabelledLine],
    note: str = "",
    width_mm: float = 180,
    language: Language = "en",
) -> str:
    """Draw how well scores tell those with the event by each month from those without it.

    An area under the curve of 0.5 is a coin toss; 1 is a perfect separation. With more than
    three scores the interval of the first alone is drawn.

    Args:
        lines: one to six scores; ``x`` in months, ``y`` and its limits on the scale 0 to 1.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column, 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.

    Raises:
        UnsuitableDataError: no line with a number, or too many lines.
    """
    check_lines(lines, "AUC")
    wording = Wording(language)
    with house_settings():
        sheet = draw_auc(lines, note, width_mm, wording)
        return sheet.svg(wording.say("auc.title"), _describe(lines, note, wording))


def draw_auc(lines: Sequence[LabelledLine], note: str, width: float, wording: Wording) -> Sheet:
    """Draw the areas under the curve on a sheet.

    Args:
        lines: one to six scores.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    y = _choose_range(lines, wording)
    head = plan_head(name_entries(lines), band_entries(lines, wording), note, y, width)
    box = head.frame(min(0.34 * width + 14, 62.0))
    x = month_scale(lines, box.width, wording)
    sheet = Sheet(width, box.bottom + bottom_margin(x, box.width))
    head.write(sheet)
    axes = draw_frame(sheet, box, x, y)
    axes.axhline(0.5, color=QUIET, linewidth=0.6, dashes=(2.5, 2.0))
    bands = banded(lines)
    for line, stroke in zip(lines, STROKES, strict=False):
        draw_line(axes, line, stroke, box, band=line in bands)
    head.name_lines(sheet, lines, y, box)
    return sheet


def month_scale(lines: Sequence[LabelledLine], width: float, wording: Wording) -> Scale:
    """Return the scale of months from 0 to the last month of any line.

    Args:
        lines: ``x`` in months.
        width: of the frame in millimetres.
        wording: the language.

    Returns:
        The scale.
    """
    last = max(float(line.x[-1]) for line in lines if len(line.x))
    label = measure_width(f"{last:.0f}", SMALL) + 1.8
    ticks = place_ticks(max(last, 1e-6), width, label)
    labels = tuple(wording.tick(tick) for tick in ticks)
    return Scale(0.0, max(last, 1e-6), ticks, labels, wording.say("axis.months"))


def _choose_range(lines: Sequence[LabelledLine], wording: Wording) -> Scale:
    low, high = find_span([*lines], bands=False)
    if bands := banded(lines):
        below, above = find_span(bands)
        low, high = min(low, below), max(high, above)
    low, high = round_out(min(low, 0.5), max(high, 0.7), 6)
    return number_scale(max(low, 0.0), min(high, 1.0), 6, wording, wording.say("auc.axis"))


def _describe(lines: Sequence[LabelledLine], note: str, wording: Wording) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    sentences = [f"{note}."] if note else []
    for line in lines:
        known = np.flatnonzero(np.isfinite(line.y))
        if not len(known):
            sentences.append(wording.say("auc.none", label=line.label))
            continue
        first, last = int(known[0]), int(known[-1])
        sentences.append(
            wording.say(
                "auc.one",
                label=line.label or "AUC",
                first=wording.number(float(line.y[first])),
                first_month=wording.tick(float(line.x[first])),
                last=wording.number(float(line.y[last])),
                last_month=wording.tick(float(line.x[last])),
            )
        )
    return " ".join(sentences)
