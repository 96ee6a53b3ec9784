"""The tables of a validation, one CSV file each, with every digit."""

from __future__ import annotations

from jalon.core import Estimate
from jalon.report.tables import Cell, Heading, Interval, Number, PValue, Table
from jalon.study.plain_validation import PlainValidation
from jalon.study.plain_verdict import MonthVerdict, Verdict
from jalon.validate import DecisionCurve, Merits

MEASURES = {
    "concordance": "Harrell's C",
    "auc": "AUC by the last month",
    "slope": "Calibration slope",
    "ratio": "Observed over expected",
    "accuracy": "Index of prediction accuracy",
}
"""Names of the figures that parts of the patients are judged by."""


def write_tables(found: PlainValidation) -> dict[str, Table]:
    """Lay out the numbers of a validation.

    Args:
        found: the validation.

    Returns:
        Tables by name of their file; those without a row are left out.
    """
    verdict = found.verdict
    tables = {
        "figures": _list_figures(found),
        "groups": _list_groups(verdict),
        "auc_over_time": _list_auc(verdict),
        "roc": _list_roc(found),
        "calibration_groups": _list_calibration(verdict),
        "calibration_curves": _list_curves(verdict),
        "recalibration": _list_recalibrated(verdict),
        "net_benefit": _list_benefit(found),
        "centres": _list_centres(verdict),
        "subgroups": _list_subgroups(verdict),
        "comparison": _list_comparison(found),
    }
    return {name: table for name, table in tables.items() if table.rows}


def _make(title: str, heads: str, rows: list[tuple[Cell, ...]]) -> Table:
    return Table(title, tuple(Heading(word) for word in heads.split("|")), tuple(rows))


def _list_figures(found: PlainValidation) -> Table:
    verdict, months = found.verdict, found.cohort.horizon.months
    ranks = verdict.discrimination
    rows: list[tuple[Cell, ...]] = [
        ("Harrell's C", None, Interval(ranks.harrell)),
        ("Uno's C", None, Interval(ranks.uno)),
    ]
    if ranks.royston is not None:
        rows += [
            ("Royston's D", None, Interval(ranks.royston.separation)),
            ("Royston's R squared", None, Interval(ranks.royston.explained)),
        ]
    for month, auc in zip(months, ranks.auc.auc.estimates, strict=True):
        rows.append(("AUC", Number(month), Interval(auc)))
    for part in verdict.months:
        rows += [(name, Number(part.month), Interval(one)) for name, one in list_calibration(part)]
    if verdict.accuracy is not None:
        score = verdict.accuracy.score
        for name, kind in (("Brier score", score.error), ("IPA", score.accuracy)):
            pairs = zip(months, kind.estimates, strict=True)
            rows += [(name, Number(month), Interval(one)) for month, one in pairs]
        if verdict.accuracy.integrated is not None:
            rows.append(("Integrated Brier score", None, Interval(verdict.accuracy.integrated)))
        if verdict.accuracy.integrated_accuracy is not None:
            rows.append(("Integrated IPA", None, Interval(verdict.accuracy.integrated_accuracy)))
    return _make("Figures of merit", "Figure|Month|Value", rows)


def list_calibration(part: MonthVerdict) -> list[tuple[str, Estimate]]:
    """List the figures of calibration at one month.

    Args:
        part: what is judged at the month.

    Returns:
        Name and estimate of those that could be computed.
    """
    found = []
    if part.ratio is not None:
        expected = Estimate(part.ratio.expected, float("nan"), float("nan"))
        found += [("Observed risk", part.ratio.observed), ("Expected risk", expected)]
        found.append(("Observed over expected", part.ratio.ratio))
    if part.weak is not None:
        found += [("Calibration intercept", part.weak.intercept)]
        found += [("Calibration slope", part.weak.slope)]
    if part.smooth is not None:
        found += [("ICI", part.smooth.error_mean), ("E50", part.smooth.error_50)]
        found += [("E90", part.smooth.error_90)]
    return found


def _list_groups(verdict: Verdict) -> Table:
    rows: list[tuple[Cell, ...]] = []
    heads = "Group|Patients|Events|Competing|Median, days|Hazard ratio to the group below"
    if verdict.separation is None:
        return _make("Groups", heads, rows)
    heads += "".join(f"|Risk by day {time:.0f}" for time in verdict.separation.times)
    for one in verdict.separation.groups:
        ratio = None if one.hazard_ratio is None else Interval(one.hazard_ratio)
        risks = tuple(Interval(risk) for risk in one.risk)
        counts = tuple(Number(count) for count in (one.patients, one.events, one.competing))
        rows.append((one.name, *counts, Interval(one.median), ratio, *risks))
    return _make("Groups", heads, rows)


def _list_auc(verdict: Verdict) -> Table:
    curve = verdict.discrimination.curve
    rows: list[tuple[Cell, ...]] = []
    if curve is not None:
        columns = (
            curve.time, curve.auc, curve.low, curve.high, curve.band_low, curve.band_high,
            curve.cases, curve.controls,
        )  # fmt: skip
        rows = [tuple(Number(float(cell)) for cell in row) for row in zip(*columns, strict=True)]
    heads = "Day|AUC|Low|High|Band low|Band high|With the event|Without"
    return _make("AUC over time", heads, rows)


def _list_roc(found: PlainValidation) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for month, roc in zip(found.cohort.horizon.months, found.verdict.roc, strict=True):
        columns = zip(roc.threshold, roc.true_positive, roc.false_positive, strict=True)
        rows += [(Number(month), *(Number(float(cell)) for cell in row)) for row in columns]
    return _make("ROC curves", "Month|Score at least|True positive|False positive", rows)


def _list_calibration(verdict: Verdict) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for part in verdict.months:
        if part.groups is None:
            continue
        found = part.groups
        columns = (found.patients, found.events, found.predicted, found.observed)
        for patients, events, predicted, observed in zip(*columns, strict=True):
            counts = (Number(part.month), Number(patients), Number(events), Number(predicted))
            rows.append((*counts, Interval(observed), PValue(found.test.p)))
    heads = "Month|Patients|Events|Predicted|Observed|p of all groups (Greenwood-Nam-D'Agostino)"
    return _make("Calibration by groups", heads, rows)


def _list_curves(verdict: Verdict) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for part in verdict.months:
        if part.smooth is None:
            continue
        curve = part.smooth
        columns = zip(curve.predicted, curve.observed, curve.low, curve.high, strict=True)
        rows += [(Number(part.month), *(Number(float(cell)) for cell in row)) for row in columns]
    return _make("Calibration curves", "Month|Predicted|Observed|Low|High", rows)


def _list_recalibrated(verdict: Verdict) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for part in verdict.months:
        if part.recalibration is None:
            continue
        found = part.recalibration
        for one in (found.none, found.baseline, found.stretched, found.both):
            line = (Number(part.month), one.kind, Number(one.intercept), Number(one.slope))
            merits = (Interval(one.ratio.ratio), Interval(one.weak.slope), Number(one.error_mean))
            rows.append((*line, *merits, Interval(one.brier), Interval(one.accuracy)))
    heads = (
        "Month|Recalibrated|Intercept|Slope|Observed over expected|Calibration slope|ICI|Brier|IPA"
    )
    return _make("Recalibration, apparent", heads, rows)


def _list_benefit(found: PlainValidation) -> Table:
    verdict, rows = found.verdict, list[tuple[Cell, ...]]()
    name = found.cohort.scored.definition.short
    for part in verdict.months:
        if part.decision is not None:
            rows += _list_decision(part.month, name, part.decision)
    if verdict.months:
        for rival, curve in verdict.rival_decisions.items():
            rows += _list_decision(verdict.months[-1].month, rival, curve)
    heads = (
        "Month|Score|Threshold|Treated|Net benefit|Low|High|Treating everyone|"
        "Gain over treating everyone|Gain low|Gain high|Standardised"
    )
    return _make("Net benefit", heads, rows)


def _list_decision(month: float, name: str, curve: DecisionCurve) -> list[tuple[Cell, ...]]:
    columns = (
        curve.threshold, curve.treated, curve.net_benefit.value, curve.net_benefit.low,
        curve.net_benefit.high, curve.treat_all.value, curve.gain.value, curve.gain.low,
        curve.gain.high, curve.standardised.value,
    )  # fmt: skip
    return [
        (Number(month), name, *(Number(float(cell)) for cell in row))
        for row in zip(*columns, strict=True)
    ]


def _list_centres(verdict: Verdict) -> Table:
    rows: list[tuple[Cell, ...]] = []
    names = list(MEASURES)[:4]
    if verdict.centres is not None:
        for one in verdict.centres.centres:
            if one.merits is not None:
                rows.append((one.name, *_list_merits(one.merits, names)))
        pooled = verdict.centres.pooled
        for title, kind in (("All (random effects)", "estimate"), ("A new one", "prediction")):
            cells = [Interval(getattr(pooled[n], kind)) if n in pooled else None for n in names]
            rows.append((title, None, None, *cells))
    heads = "|".join(["Centre", "Patients", "Events", *(MEASURES[name] for name in names)])
    return _make("Centres", heads, rows)


def _list_merits(merits: Merits, names: list[str]) -> tuple[Cell, ...]:
    figures = {str(name): one for name, one in merits.figures.items()}
    cells = [Interval(figures[name].estimate) if name in figures else None for name in names]
    return (Number(merits.patients), Number(merits.events), *cells)


def _list_subgroups(verdict: Verdict) -> Table:
    rows: list[tuple[Cell, ...]] = []
    names = list(MEASURES)
    for label, found in verdict.subgroups.items():
        rows += [(label, level, *_list_merits(one, names)) for level, one in found.levels.items()]
        tests = {str(name): test for name, test in found.tests.items()}
        cells = [PValue(tests[name].p) if name in tests else None for name in names]
        rows.append((label, "p of a difference", None, None, *cells))
    heads = "|".join(["Column", "Level", "Patients", "Events", *MEASURES.values()])
    return _make("Parts of the patients", heads, rows)


def _list_comparison(found: PlainValidation) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, pair in found.verdict.comparisons.items():
        one = pair.contenders[name]
        about = (Number(pair.patients), Number(pair.events))
        for what, gain in (("Harrell's C", one.harrell_gain), ("Uno's C", one.uno_gain)):
            rows.append((name, what, None, *about, Interval(gain.estimate), PValue(gain.p)))
        for what, change in (("AUC", one.auc_gain), ("IPA", one.accuracy_gain)):
            if change is not None:
                parts = zip(found.cohort.horizon.months, change.estimates, change.p, strict=True)
                rows += [
                    (name, what, Number(month), *about, Interval(gain), PValue(float(p)))
                    for month, gain, p in parts
                ]
        for month, benefit in zip(found.cohort.horizon.months, one.benefit_gain, strict=False):
            curve = benefit.difference
            columns = (benefit.threshold, curve.value, curve.low, curve.high, benefit.p)
            for threshold, value, low, high, p in zip(*columns, strict=True):
                what = f"net benefit at {threshold:.0%}"
                less = Interval(Estimate(float(value), float(low), float(high)))
                rows.append((name, what, Number(month), *about, less, PValue(float(p))))
    heads = "Score|Figure|Month|Patients|Events|Less that of the score judged|p"
    return _make("Comparison", heads, rows)
