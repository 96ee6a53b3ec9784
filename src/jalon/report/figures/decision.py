"""Decision curves: what treating by each score brings, at each threshold of risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jalon.report.decision import DecisionLine, DecisionPicture
from jalon.report.figures.head import band_entries, banded, find_end, name_entries, plan_head
from jalon.report.figures.key import KeyEntry
from jalon.report.figures.palette import INK, QUIET, STROKES, Stroke
from jalon.report.figures.plot import (
    EDGE,
    LINE,
    NORMAL,
    SMALL,
    Box,
    Scale,
    draw_frame,
    draw_line,
    find_span,
    number_scale,
    round_out,
)
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.side_labels import write_side_labels
from jalon.report.figures.typeface import measure_width, wrap_words
from jalon.report.labelled_line import LabelledLine
from jalon.report.wording import Language, Wording

_ALL = Stroke(QUIET, (1.6, 1.2))
_NONE = Stroke(INK, None)
_TREATED = 20.0


def decision_figure(
    picture: DecisionPicture,
    note: str = "",
    width_mm: float = 180,
    language: Language = "en",
) -> str:
    """Draw what treating by predicted risk brings, against treating everyone and no one.

    The threshold is the risk from which a patient is treated; its odds are what a needless
    treatment weighs against a missed one. Below stands the share of patients treated.

    Args:
        picture: net benefit of each score and of treating everyone.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column, 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.
    """
    wording = Wording(language)
    with house_settings():
        sheet = draw_decision(picture, note, width_mm, wording)
        title = wording.say("decision.title", month=wording.tick(picture.month))
        return sheet.svg(title, _describe(picture, note, wording))


def draw_decision(picture: DecisionPicture, note: str, width: float, wording: Wording) -> Sheet:
    """Draw the curves on a sheet.

    Args:
        picture: what to draw.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    lines = [score.benefit for score in picture.scores]
    y = _benefit_scale(picture, wording)
    names = [
        *name_entries(lines),
        *([KeyEntry(wording.say("decision.all"), _ALL)] if picture.treat_all else []),
        KeyEntry(wording.say("decision.none"), _NONE, "thin"),
    ]
    head = plan_head(names, band_entries(lines, wording), note, y, width)
    box = head.frame(min(0.30 * width + 22, 66.0))
    x = _threshold_scale(picture, box.width, wording)
    shares = [score for score in picture.scores if score.treated is not None]
    under = Box(box.left, box.bottom + 9.0, box.width, _TREATED) if shares else box
    odds = wrap_words(wording.say("decision.odds"), SMALL, width - 2 * EDGE)
    sheet = Sheet(width, under.bottom + 14.6 + LINE * len(odds))
    head.write(sheet)
    _draw_benefit(sheet, picture, box, (x if not shares else _bare(x), y))
    if shares:
        _draw_treated(sheet, picture.scores, under, x, wording)
    _write_thresholds(sheet, under, x, wording)
    for i, line in enumerate(odds):
        sheet.write(EDGE, under.bottom + 16.6 + i * LINE, line, SMALL, colour=QUIET)
    ends = [find_end(line, y, box) for line in _all_lines(picture) if line.label]
    if head.side is not None:
        write_side_labels(sheet, head.side, box.right, ends, (box.top, box.bottom))
    return sheet


def _bare(x: Scale) -> Scale:
    return replace(x, labels=("",) * len(x.ticks), title="")


def _all_lines(picture: DecisionPicture) -> list[LabelledLine]:
    """Return every line with a name, in the order of the names."""
    last = max(float(score.benefit.x[-1]) for score in picture.scores if len(score.benefit.x))
    everyone = [replace(picture.treat_all, label="all")] if picture.treat_all else []
    nobody = LabelledLine("none", np.array([last]), np.array([0.0]))
    return [*(score.benefit for score in picture.scores), *everyone, nobody]


def _benefit_scale(picture: DecisionPicture, wording: Wording) -> Scale:
    """Return the scale of net benefit; far below nothing it is cut, for nobody treats there."""
    lines = [score.benefit for score in picture.scores]
    low, high = find_span(lines, bands=False)
    if bands := banded(lines):
        low, high = min(low, find_span(bands)[0]), max(high, find_span(bands)[1])
    if picture.treat_all is not None and picture.treat_all.seen:
        high = max(high, float(np.nanmax(picture.treat_all.y)))
    high = max(high, 0.01)
    low, high = round_out(max(low, -0.12 * high), high, 10)
    name = "decision.standardised" if picture.standardised else "decision.net"
    return number_scale(min(low, -0.05 * high), high, 6, wording, wording.say(name), factor=100)


def _threshold_scale(picture: DecisionPicture, width: float, wording: Wording) -> Scale:
    low, high = (
        f(float(score.benefit.x[i]) for score in picture.scores if len(score.benefit.x))
        for f, i in ((min, 0), (max, -1))
    )
    if high - low < 1e-9:
        low, high = max(low - 0.05, 0.0), min(high + 0.05, 0.99)
    most = max(2, int(width / (measure_width("1:99,9", SMALL) + 2.5)))
    title = wording.say("decision.x", month=wording.tick(picture.month))
    return number_scale(low, high, min(most, 10), wording, title, factor=100)


def _draw_benefit(
    sheet: Sheet, picture: DecisionPicture, box: Box, scales: tuple[Scale, Scale]
) -> None:
    bare = replace(scales[0], labels=("",) * len(scales[0].ticks), title="")
    axes = draw_frame(sheet, box, bare, scales[1])
    axes.axhline(0, color=_NONE.colour, linewidth=0.6)
    if picture.treat_all is not None:
        draw_line(axes, picture.treat_all, _ALL, box, band=False)
    lines = [score.benefit for score in picture.scores]
    bands = banded(lines)
    for line, stroke in reversed(list(zip(lines, STROKES, strict=False))):
        draw_line(axes, line, stroke, box, band=line in bands)


def _draw_treated(
    sheet: Sheet, scores: Sequence[DecisionLine], box: Box, x: Scale, wording: Wording
) -> None:
    title = wording.say("decision.treated")
    y = number_scale(0.0, 1.0, 2, wording, title, factor=100)
    axes = draw_frame(sheet, box, _bare(x), y)
    for score, stroke in zip(scores, STROKES, strict=False):
        if score.treated is not None:
            line = LabelledLine("", score.benefit.x, score.treated)
            draw_line(axes, line, stroke, box)


def _write_thresholds(sheet: Sheet, box: Box, x: Scale, wording: Wording) -> None:
    """Write each threshold under its tick, and what its odds weigh below it."""
    for tick, label in zip(x.ticks, x.labels, strict=True):
        at = x.across(tick, box)
        sheet.write(at, box.bottom + 4.2, label, SMALL, align="center")
        sheet.write(at, box.bottom + 8.0, _odds(tick, wording), SMALL, align="center", colour=QUIET)
    sheet.write(box.left + box.width / 2, box.bottom + 12.6, x.title, NORMAL, align="center")


def _odds(threshold: float, wording: Wording) -> str:
    """Return the harm of a needless treatment against the benefit of one that was needed."""
    if threshold <= 0:
        return "0"
    ratio = (1 - threshold) / threshold
    if ratio >= 1:
        return f"1:{wording.tick(_short(ratio))}"
    return f"{wording.tick(_short(1 / ratio))}:1"


def _short(ratio: float) -> float:
    return float(round(ratio)) if ratio >= 5 else round(ratio, 1)


def _describe(picture: DecisionPicture, note: str, wording: Wording) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    sentences = [f"{note}."] if note else []
    for score in picture.scores:
        line = score.benefit
        known = np.flatnonzero(np.isfinite(line.y))
        if len(known):
            row = int(known[len(known) // 2])
            words = wording.say(
                "decision.one",
                label=line.label or wording.say("decision.net"),
                value=wording.number(100 * float(line.y[row]), 1),
                threshold=wording.percent(float(line.x[row])),
            )
            sentences.append(words)
    return " ".join(sentences)
