"""The figures of a validation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from jalon.core import Estimate, UnsuitableDataError
from jalon.core.units import DAYS_PER
from jalon.report import (
    CalibrationFigures,
    CalibrationGroup,
    CalibrationPicture,
    ComparisonMeasure,
    ComparisonPicture,
    ComparisonRow,
    DecisionLine,
    DecisionPicture,
    ForestPicture,
    ForestSection,
    LabelledCurve,
    LabelledLine,
    RocCurve,
    RocPanel,
    auc_figure,
    calibration_figure,
    comparison_figure,
    decision_figure,
    forest_figure,
    roc_figure,
    survival_figure,
)
from jalon.report.wording import Language, Wording
from jalon.study.drawings import NARROW, WIDE, find_horizon
from jalon.study.forest_parts import NOTHING, list_merits, measure_forest
from jalon.study.plain_validation import PlainValidation
from jalon.study.plain_verdict import MonthVerdict
from jalon.validate import DecisionCurve, MeritName, Merits

MONTH = DAYS_PER["months"]
FOREST: tuple[tuple[MeritName, str], ...] = (
    ("concordance", "Harrell's C"), ("slope", "Calibration slope"), ("ratio", "Observed / expected")
)  # fmt: skip
MOST_RIVALS = 5
FRENCH = {
    "Harrell's C": "C de Harrell",
    "Calibration slope": "Pente de calibration",
    "Observed / expected": "Observés / attendus",
    "Free of {}": "Sans {}",
    "Incidence of {}": "Incidence de {}",
    "Patients": "Patients",
    "Difference in Harrell's C": "Différence de C de Harrell",
    "Difference in AUC by {} months": "Différence d'AUC à {} mois",
    "Difference in IPA by {} months": "Différence d'IPA à {} mois",
    "{} patients, {} events": "{} patients, {} événements",
}
"""Our own words on the figures; those of the figures themselves are in the report room."""


def draw_figures(found: PlainValidation) -> tuple[dict[str, str], tuple[str, ...]]:
    """Draw what a validation found.

    Args:
        found: the validation.

    Returns:
        SVG text by name of the file, at 180 mm and, named narrow, at 85 mm; and what could not be
        drawn and why.
    """
    verdict = found.verdict
    plans: dict[str, Callable[[_Pen], str]] = {"roc": partial(_draw_roc, found)}
    if verdict.discrimination.curve is not None:
        plans["auc_over_time"] = partial(_draw_auc, found)
    if verdict.separation is not None:
        plans["groups"] = partial(_draw_groups, found)
    for part in verdict.months:
        plans[f"calibration_{part.month:g}"] = lambda pen, part=part: _draw_calibration(
            found, part, pen
        )  # type: ignore[misc]
        plans[f"net_benefit_{part.month:g}"] = lambda pen, part=part: _draw_benefit(
            found, part, pen
        )  # type: ignore[misc]
    if verdict.centres is not None:
        plans["centres"] = partial(_draw_centres, found)
    if verdict.subgroups:
        plans["subgroups"] = partial(_draw_subgroups, found)
    if verdict.comparisons:
        plans["comparison"] = partial(_draw_comparison, found)
    figures, notes = {}, []
    for name, draw in plans.items():
        try:
            figures[name] = draw(_choose_pen(found, WIDE))
            figures[f"{name}_narrow"] = draw(_choose_pen(found, NARROW))
        except UnsuitableDataError as reason:
            notes.append(f"figure {name} is not drawn: {reason}")
    return figures, tuple(notes)


@dataclass(frozen=True, slots=True)
class _Pen:
    """How figures are drawn: the label that the data need, the width and the language."""

    note: str
    width: float
    language: Language

    def say(self, words: str, *parts: str) -> str:
        """Say words of ours in the language."""
        return (FRENCH[words] if self.language == "fr" else words).format(*parts)


def _choose_pen(found: PlainValidation, width: float) -> _Pen:
    request = found.request
    label = "SYNTHETIC DATA" if request.synthetic else "real data"
    return _Pen(Wording(request.language).note(label), width, request.language)


def _name(found: PlainValidation) -> str:
    return found.cohort.scored.definition.short


def _draw_roc(found: PlainValidation, pen: _Pen) -> str:
    verdict, months = found.verdict, found.cohort.horizon.months
    areas = verdict.discrimination.auc.auc.estimates
    panels = [
        RocPanel(month, (RocCurve(_name(found), roc.false_positive, roc.true_positive, area),))
        for month, roc, area in zip(months, verdict.roc, areas, strict=True)
    ]
    return roc_figure(panels, pen.note, pen.width, pen.language)


def _draw_auc(found: PlainValidation, pen: _Pen) -> str:
    curve = found.verdict.discrimination.curve
    if curve is None:
        raise UnsuitableDataError("too few events")
    line = LabelledLine(
        _name(found), curve.time / MONTH, curve.auc, curve.low, curve.high, curve.level
    )
    return auc_figure([line], pen.note, pen.width, pen.language)


def _draw_groups(found: PlainValidation, pen: _Pen) -> str:
    separation = found.verdict.separation
    if separation is None:
        raise UnsuitableDataError("no groups")
    event = found.request.outcome.event
    words = pen.say("Incidence of {}" if separation.competes else "Free of {}", event)
    result = ""
    if separation.gray is not None:
        result = f"Gray {Wording(pen.language).p_value(separation.gray.p)}"
    elif separation.test is not None:
        result = f"Log-rank {Wording(pen.language).p_value(separation.test.p)}"
    groups = found.cohort.scored.definition.groups
    names = {part.label["en"]: part.label.get(pen.language, part.label["en"]) for part in groups}
    curves = [
        LabelledCurve(names.get(one.name, one.name), one.curve, _in_months(one.median))
        for one in separation.groups
    ]
    horizon = find_horizon([one.curve for one in separation.groups])
    return survival_figure(
        curves, words, horizon, result, pen.note, pen.width, language=pen.language
    )


def _in_months(days: Estimate) -> Estimate:
    return Estimate(days.value / MONTH, days.low / MONTH, days.high / MONTH, days.level)


def _draw_calibration(found: PlainValidation, part: MonthVerdict, pen: _Pen) -> str:
    cohort = found.cohort
    place = list(cohort.horizon.months).index(part.month)
    risk = cohort.predicted.at(place)
    if risk is None:
        raise UnsuitableDataError("no risks")
    day = part.month * MONTH
    had = (cohort.data.event == 1) & (cohort.data.time <= day)
    curves: tuple[LabelledLine, ...] = ()
    groups: tuple[CalibrationGroup, ...] = ()
    figures = CalibrationFigures(
        None if part.ratio is None else part.ratio.ratio,
        None if part.weak is None else part.weak.slope,
    )
    if part.smooth is not None:
        smooth = part.smooth
        curves = (
            LabelledLine(
                _name(found), smooth.predicted, smooth.observed, smooth.low, smooth.high,
                smooth.level,
            ),
        )  # fmt: skip
        figures = CalibrationFigures(
            figures.ratio, figures.slope, smooth.error_mean, smooth.error_50, smooth.error_90
        )
    if part.groups is not None:
        pairs = zip(part.groups.predicted.tolist(), part.groups.observed, strict=True)
        groups = tuple(CalibrationGroup(predicted, observed) for predicted, observed in pairs)
    picture = CalibrationPicture(
        part.month, found.request.outcome.event, curves, groups, risk[had], risk[~had], figures,
        bool(np.any(cohort.data.event == 2)),
    )  # fmt: skip
    return calibration_figure(picture, pen.note, pen.width, pen.language)


def _draw_benefit(found: PlainValidation, part: MonthVerdict, pen: _Pen) -> str:
    if part.decision is None:
        raise UnsuitableDataError("no net benefit")
    lines = [_line(_name(found), part.decision)]
    if part is found.verdict.months[-1]:
        rivals = list(found.verdict.rival_decisions.items())[:MOST_RIVALS]
        lines += [_line(name, curve) for name, curve in rivals]
    everyone = part.decision.treat_all
    return decision_figure(
        DecisionPicture(
            part.month, tuple(lines), LabelledLine("", part.decision.threshold, everyone.value)
        ),
        pen.note, pen.width, pen.language,
    )  # fmt: skip


def _line(name: str, curve: DecisionCurve) -> DecisionLine:
    benefit = curve.net_benefit
    line = LabelledLine(
        name, curve.threshold, benefit.value, benefit.low, benefit.high, curve.level
    )
    return DecisionLine(line, curve.treated)


def _draw_centres(found: PlainValidation, pen: _Pen) -> str:
    centres = found.verdict.centres
    if centres is None:
        raise UnsuitableDataError("no centres")
    judged = [(one.name, one.merits) for one in centres.centres if one.merits is not None]
    shown = _choose([merits for _, merits in judged], pen)
    rows = tuple(list_merits(name, merits, shown) for name, merits in judged)
    head = found.request.stratum
    return forest_figure(
        ForestPicture(head, measure_forest(centres.pooled, shown), (ForestSection(rows),)),
        pen.note, pen.width, pen.language,
    )  # fmt: skip


def _draw_subgroups(found: PlainValidation, pen: _Pen) -> str:
    parts = found.verdict.subgroups
    shown = _choose([one for part in parts.values() for one in part.levels.values()], pen)
    sections = []
    for label, part in parts.items():
        rows = tuple(list_merits(level, merits, shown) for level, merits in part.levels.items())
        tests = tuple(part.tests[name].p if name in part.tests else math.nan for name, _ in shown)
        sections.append(ForestSection(rows, label, tests))
    picture = ForestPicture("Patients", measure_forest({}, shown), tuple(sections))
    return forest_figure(picture, pen.note, pen.width, pen.language)


def _choose(merits: list[Merits], pen: _Pen) -> list[tuple[MeritName, str]]:
    """Keep the measures that somebody has, named in the language of the figure."""
    return [
        (name, pen.say(words))
        for name, words in FOREST
        if any(name in one.figures for one in merits)
    ]


def _draw_comparison(found: PlainValidation, pen: _Pen) -> str:
    months = found.cohort.horizon.months
    rows, accurate = [], False
    for name, pair in found.verdict.comparisons.items():
        one = pair.contenders[name]
        gain = NOTHING
        if one.accuracy_gain is not None:
            gain, accurate = one.accuracy_gain.estimates[-1], True
        differences = (one.harrell_gain.estimate, one.auc_gain.estimates[-1], gain)
        rows.append(ComparisonRow(name, differences))
    measures = [
        ComparisonMeasure(pen.say("Difference in Harrell's C")),
        ComparisonMeasure(pen.say("Difference in AUC by {} months", f"{months[-1]:g}")),
    ]
    if accurate:
        measures.append(
            ComparisonMeasure(pen.say("Difference in IPA by {} months", f"{months[-1]:g}"))
        )
    kept = tuple(ComparisonRow(row.label, row.differences[: len(measures)]) for row in rows)
    sizes = {(pair.patients, pair.events) for pair in found.verdict.comparisons.values()}
    patients, events = sizes.pop() if len(sizes) == 1 else (0, 0)
    words = (
        pen.say("{} patients, {} events", *map(Wording(pen.language).count, (patients, events)))
        if patients
        else ""
    )
    picture = ComparisonPicture(_name(found), tuple(measures), kept, words)
    return comparison_figure(picture, pen.note, pen.width, pen.language)
