"""The figures of a judgement: calibration, AUC over time, decision curves; with their numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jalon.core import Estimate
from jalon.core.units import DAYS_PER
from jalon.report import (
    CalibrationFigures,
    CalibrationGroup,
    CalibrationPicture,
    DecisionLine,
    DecisionPicture,
    LabelledLine,
    auc_figure,
    calibration_figure,
    decision_figure,
)
from jalon.report.documents import Figure
from jalon.report.tables import Cell, Heading, Interval, Number, Table
from jalon.study.drawings import NARROW, WIDE, Drawer, Drawing
from jalon.study.judgement import Judgement, MonthJudgement
from jalon.validate import DecisionCurve

MONTH = DAYS_PER["months"]


def draw_both(
    drawer: Drawer, name: str, draw: Callable[[float], str], caption: str, numbers: Table | None
) -> Drawing:
    """Draw a figure for the page and for the phone.

    Args:
        drawer: the endpoint's.
        name: name of the files.
        draw: from a width in mm to the figure.
        caption: words that stand alone.
        numbers: what it shows.

    Returns:
        The drawing.
    """
    figure = Figure(draw(WIDE), caption, draw(NARROW))
    return Drawing(f"{drawer.prefix}_{name}", figure, numbers)


def draw_calibration(drawer: Drawer, judged: Judgement, part: MonthJudgement) -> Drawing | None:
    """Draw what happened against what the score promised.

    Args:
        drawer: the endpoint's.
        judged: the cohort.
        part: the month.

    Returns:
        The drawing; None where the cohort gives neither curve nor groups.
    """
    if part.smooth is None and part.groups is None:
        return None
    outcome, smooth, parts = judged.outcome, part.smooth, part.groups
    had = (judged.data.event == 1) & (judged.data.time <= part.month * MONTH)
    curves: tuple[LabelledLine, ...] = ()
    groups: tuple[CalibrationGroup, ...] = ()
    figures = CalibrationFigures(None if part.ratio is None else part.ratio.ratio, part.slope)
    if smooth is not None:
        limits = (smooth.low, smooth.high, smooth.level)
        curves = (LabelledLine("learned score", smooth.predicted, smooth.observed, *limits),)
        errors = (smooth.error_mean, smooth.error_50, smooth.error_90)
        figures = CalibrationFigures(figures.ratio, figures.slope, *errors)
    if parts is not None:
        pairs = zip(parts.predicted.tolist(), parts.observed, strict=True)
        groups = tuple(CalibrationGroup(predicted, observed) for predicted, observed in pairs)
    picture = CalibrationPicture(
        part.month, outcome.risk_name, curves, groups, part.risk[had], part.risk[~had], figures,
        outcome.competes,
    )  # fmt: skip
    caption = (
        f"Observed risk by {part.month:g} months against the risk that the total means. "
        f"{outcome.cohort.name}, n = {len(judged.data):,}. On the diagonal what was promised came "
        "true. Bars and band: 95% interval."
    )
    if outcome.cohort.role == "development":
        caption += " The score was learned from these patients, so the picture flatters it."
    return draw_both(
        drawer,
        f"calibration_{outcome.cohort.role}_{part.month:g}",
        lambda width: calibration_figure(picture, drawer.note, width),
        caption,
        _list_calibration(part, caption),
    )


def _list_calibration(part: MonthJudgement, title: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    if part.groups is not None:
        pairs = zip(part.groups.predicted.tolist(), part.groups.observed, strict=True)
        rows += [("group", Number(told, 4), Interval(seen, 4)) for told, seen in pairs]
    if part.smooth is not None:
        smooth = part.smooth
        lines = np.column_stack([smooth.predicted, smooth.observed, smooth.low, smooth.high])
        rows += [
            ("curve", Number(told, 4), Interval(_join(seen, smooth.level), 4))
            for told, *seen in lines.tolist()
        ]
    columns = (Heading("What"), Heading("Predicted risk"), Heading("Observed risk"))
    return Table(title, columns, tuple(rows))


def draw_areas(drawer: Drawer, judged: Judgement) -> Drawing | None:
    """Draw the AUC over time of the learned score and of published ones on the same patients.

    Args:
        drawer: the endpoint's.
        judged: the cohort.

    Returns:
        The drawing; None with too few events for a curve.
    """
    if not judged.areas:
        return None
    lines = [
        LabelledLine(name, curve.time / MONTH, curve.auc, curve.low, curve.high, curve.level)
        for name, curve in judged.areas.items()
    ]
    outcome = judged.outcome
    caption = (
        "Time-dependent AUC: how often, of one patient who had the event by then and one who had "
        f"not, the first has the higher score. {outcome.cohort.name}, n = {judged.shared:,}"
        f"{' with every score' if len(lines) > 1 else ''}. Bands: 95% interval at each time."
    )
    rows: list[tuple[Cell, ...]] = []
    for name, curve in judged.areas.items():
        points = np.column_stack([curve.time / MONTH, curve.auc, curve.low, curve.high])
        rows += [
            (name, Number(month, 2), Interval(_join(area, curve.level), 4))
            for month, *area in points.tolist()
        ]
    numbers = Table(caption, (Heading("Score"), Heading("Months"), Heading("AUC")), tuple(rows))
    return draw_both(
        drawer,
        f"auc_{outcome.cohort.role}",
        lambda width: auc_figure(lines, drawer.note, width),
        caption,
        numbers,
    )


def draw_decisions(drawer: Drawer, judged: Judgement, part: MonthJudgement) -> Drawing | None:
    """Draw the net benefit of treating by the score, beside treating everyone or no one.

    Args:
        drawer: the endpoint's.
        judged: the cohort.
        part: the month.

    Returns:
        The drawing; None where there is no net benefit.
    """
    if not part.decisions:
        return None
    lines = tuple(_line(name, curve) for name, curve in part.decisions.items())
    first = next(iter(part.decisions.values()))
    everyone = LabelledLine("", first.threshold, first.treat_all.value)
    outcome = judged.outcome
    caption = (
        f"Net benefit by {part.month:g} months of treating whoever has at least the risk on the "
        f"axis. {outcome.cohort.name}, n = {judged.shared:,}"
        f"{' with every score' if len(lines) > 1 else ''}."
    )
    if len(lines) > 1:
        caption += " Every score's risks were learned from the development cohort."
    return draw_both(
        drawer,
        f"net_benefit_{outcome.cohort.role}_{part.month:g}",
        lambda width: decision_figure(
            DecisionPicture(part.month, lines, everyone), drawer.note, width
        ),
        caption,
        _list_decisions(part, caption),
    )


def _line(name: str, curve: DecisionCurve) -> DecisionLine:
    benefit = curve.net_benefit
    line = LabelledLine(
        name, curve.threshold, benefit.value, benefit.low, benefit.high, curve.level
    )
    return DecisionLine(line, curve.treated)


def _list_decisions(part: MonthJudgement, title: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, curve in part.decisions.items():
        benefit = curve.net_benefit
        points = np.column_stack(
            [curve.threshold, curve.treated, curve.treat_all.value, benefit.value, benefit.low,
             benefit.high]
        )  # fmt: skip
        rows += [
            (
                name, Number(threshold, 2), Number(treated, 4), Number(everyone, 4),
                Interval(_join(found, curve.level), 4),
            )
            for threshold, treated, everyone, *found in points.tolist()
        ]  # fmt: skip
    columns = (
        Heading("Score"), Heading("Threshold"), Heading("Treated"), Heading("Treating everyone"),
        Heading("Net benefit"),
    )  # fmt: skip
    return Table(title, columns, tuple(rows))


def _join(parts: list[float], level: float) -> Estimate:
    value, low, high = parts
    return Estimate(value, low, high, level)
