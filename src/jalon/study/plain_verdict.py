"""Every figure of a validation: what the maths says of a cohort and a score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from jalon.core import ConvergenceError, Floats, SurvivalData, UnsuitableDataError
from jalon.study.plain_validation_cohort import ValidationCohort
from jalon.study.plain_validation_parts import LabelColumn
from jalon.study.plain_validation_rivals import Rival
from jalon.validate import (
    Accuracy,
    Aim,
    Bootstrap,
    CentreRule,
    CentreValidation,
    Contest,
    DecisionCurve,
    DiscriminationReport,
    GroupCalibration,
    GroupSeparation,
    ObservedExpected,
    Predicted,
    PseudoCalibration,
    Recalibration,
    Reclassification,
    RocPoints,
    ScoreComparison,
    Subgroups,
    WeakCalibration,
    calibrate_groups,
    calibrate_smoothly,
    calibrate_weakly,
    compare_scores,
    compare_subgroups,
    decision_curve,
    discriminate,
    draw_roc,
    group_risks,
    leave_centres_out,
    measure_accuracy,
    observed_expected,
    recalibrate,
    reclassify_at,
    separate_groups,
)

RESAMPLES = 200
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, eq=False)
class MonthVerdict:
    """What is judged at one month, where there are risks.

    Attributes:
        month: months from time zero.
        ratio: observed over expected events.
        weak: intercept and slope.
        smooth: the smooth curve and its distances; None with too few different risks.
        groups: predicted and observed by groups of rising risk; None where they do not make two.
        recalibration: what moving the risks would bring.
        decision: net benefit.
    """

    month: float
    ratio: ObservedExpected | None
    weak: WeakCalibration | None
    smooth: PseudoCalibration | None
    groups: GroupCalibration | None
    recalibration: Recalibration | None
    decision: DecisionCurve | None


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """Every figure of a validation.

    Attributes:
        discrimination: how well the score ranks.
        roc: the ROC curve by each month.
        separation: how far apart its groups are; None where it has none that are certain.
        months: what is judged at each month; empty where the score states no risks.
        accuracy: Brier score and index of prediction accuracy; None likewise.
        centres: the figures by centre, pooled; None where no centres were named.
        subgroups: the figures by part of the patients, by name of the column.
        comparisons: with each rival, on the patients that both are known for.
        rival_decisions: net benefit at the last month of the rivals that have risks for every
            ranked patient, by name.
        moves: net reclassification against rivals that have risks, by name; a footnote.
        notes: what could not be computed, and why.
    """

    discrimination: DiscriminationReport
    roc: tuple[RocPoints, ...]
    separation: GroupSeparation | None
    months: tuple[MonthVerdict, ...]
    accuracy: Accuracy | None
    centres: CentreValidation | None
    subgroups: dict[str, Subgroups]
    comparisons: dict[str, ScoreComparison]
    rival_decisions: dict[str, DecisionCurve]
    moves: dict[str, Reclassification]
    notes: tuple[str, ...]


class _Notes:
    """Collects what could not be computed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def attempt(self, what: str, compute: Callable[[], Found]) -> Found | None:
        """Compute something, or note why not."""
        try:
            return compute()
        except (UnsuitableDataError, ConvergenceError) as reason:
            self.texts.append(f"no {what}: {reason}")
            return None


def give_verdict(
    cohort: ValidationCohort,
    rivals: tuple[Rival, ...],
    labels: tuple[LabelColumn, ...],
    centre: LabelColumn | None,
    seed: int,
) -> Verdict:
    """Compute every figure of a validation.

    Args:
        cohort: the patients and what is predicted for them.
        rivals: what the score is compared with.
        labels: columns that part the patients.
        centre: the column of centres; None for none.
        seed: of all chance.

    Returns:
        The figures; those that cannot be computed are left out with a note.

    Raises:
        UnsuitableDataError: the score is the same for everyone, or as ``discriminate``.
    """
    notes, data, own = _Notes(), cohort.data, cohort.predicted
    rng = np.random.default_rng([seed, 1])
    found = discriminate(own.score, data, cohort.days, rng)
    notes.texts += found.notes
    last = Predicted(own.score, own.at(len(cohort.days) - 1), own.log_hazard)
    aim = Aim(float(cohort.days[-1]))
    subgroups = {}
    for label in labels:
        part = notes.attempt(
            f"figures by {label.name}",
            lambda label=label: compare_subgroups(  # type: ignore[misc]
                last, data, label.labels[cohort.ranked], aim, order=label.order
            ),
        )
        if part is not None:
            subgroups[label.name] = part
    risks = own.risk
    return Verdict(
        discrimination=found,
        roc=tuple(draw_roc(own.score, data, day) for day in cohort.days.tolist()),
        separation=notes.attempt("separation of groups", lambda: _separate(cohort)),
        months=() if risks is None else _judge_months(cohort, risks, rng, notes),
        accuracy=notes.attempt("accuracy", lambda: measure_accuracy(risks, data, cohort.days))
        if risks is not None
        else None,
        centres=None if centre is None else _leave_out(cohort, last, centre, aim, notes),
        subgroups=subgroups,
        comparisons=_compare(cohort, rivals, notes),
        rival_decisions=_weigh_rivals(cohort, rivals, notes),
        moves=_count_moves(cohort, rivals, notes),
        notes=tuple(dict.fromkeys(notes.texts)),
    )


def _separate(cohort: ValidationCohort) -> GroupSeparation:
    definition, group = cohort.scored.definition, cohort.group
    if not definition.groups:
        raise UnsuitableDataError(f"{definition.short} has no groups")
    rows = group >= 0
    names = [part.label["en"] for part in definition.groups]
    return separate_groups(group[rows], cohort.data.take(rows), cohort.days, names)


def _judge_months(
    cohort: ValidationCohort, risks: Floats, rng: np.random.Generator, notes: _Notes
) -> tuple[MonthVerdict, ...]:
    months = zip(cohort.horizon.months, cohort.days.tolist(), risks.T, strict=True)
    return tuple(
        _judge_month(month, day, np.ascontiguousarray(column), cohort.data, (rng, notes))
        for month, day, column in months
    )


def _judge_month(
    month: float,
    day: float,
    risk: Floats,
    data: SurvivalData,
    tools: tuple[np.random.Generator, _Notes],
) -> MonthVerdict:
    rng, notes = tools
    at = f"by month {month:g}"
    return MonthVerdict(
        month=month,
        ratio=notes.attempt(
            f"observed over expected {at}",
            lambda: observed_expected(risk, data, day, interval="influence"),
        ),
        weak=notes.attempt(f"calibration slope {at}", lambda: calibrate_weakly(risk, data, day)),
        smooth=notes.attempt(
            f"smooth calibration {at}",
            lambda: calibrate_smoothly(risk, data, day, bootstrap=Bootstrap(rng, RESAMPLES)),
        ),
        groups=notes.attempt(
            f"calibration by groups {at}", lambda: calibrate_parts(risk, data, day)
        ),
        recalibration=notes.attempt(f"recalibration {at}", lambda: recalibrate(risk, data, day)),
        decision=notes.attempt(
            f"net benefit {at}", lambda: decision_curve(risk, data, day, list_thresholds(risk))
        ),
    )


def list_thresholds(risk: Floats) -> Floats:
    """Choose the thresholds of a decision curve: each per cent up to a little above all risks.

    Args:
        risk: shape (n,), predicted risks.

    Returns:
        Rising thresholds, 0.01 to at most 0.99.
    """
    top = min(int(np.ceil(100 * float(risk.max()))) + 5, 99)
    return np.arange(1, max(top, 10) + 1) / 100


def calibrate_parts(risk: Floats, data: SurvivalData, day: float) -> GroupCalibration:
    """Compare predicted with observed risks in as many groups as can be judged.

    Args:
        risk: shape (n,), predicted risks.
        data: outcomes of the same patients.
        day: time of interest.

    Returns:
        Ten groups of rising risk at most.

    Raises:
        UnsuitableDataError: the risks do not make two groups.
    """
    reason = UnsuitableDataError("the risks make no two groups")
    for count in (10, 8, 6, 5, 4, 3, 2):
        try:
            return calibrate_groups(risk, data, day, group_risks(risk, count))
        except UnsuitableDataError as error:
            reason = error
    raise reason


def _leave_out(
    cohort: ValidationCohort, own: Predicted, centre: LabelColumn, aim: Aim, notes: _Notes
) -> CentreValidation | None:
    """The score is given, so nothing is learned without a centre; it is judged in each."""
    names = centre.labels[cohort.ranked]
    known = np.array([one is not None for one in names])
    if not known.all():
        notes.texts.append(
            f"{int(np.sum(~known)):,} patients without {centre.name} are in no centre"
        )
    rows = np.flatnonzero(known)
    part, data = own.take(rows), cohort.data.take(rows)
    return notes.attempt(
        f"figures by {centre.name}",
        lambda: leave_centres_out(
            lambda _: None,
            lambda _, inside: part.take(inside),
            data,
            names[rows],
            aim,
            CentreRule(),
        ),
    )


def _compare(
    cohort: ValidationCohort, rivals: tuple[Rival, ...], notes: _Notes
) -> dict[str, ScoreComparison]:
    name = cohort.scored.definition.short
    contest = Contest(tuple(cohort.days.tolist()))
    found = {}
    for rival in rivals:
        title = rival.name if rival.name != name else f"{rival.name} (other)"
        pair = {name: cohort.predicted.take(rival.known), title: rival.predicted}
        part = notes.attempt(
            f"comparison with {title}",
            lambda pair=pair, rival=rival: compare_scores(  # type: ignore[misc]
                pair, cohort.data.take(rival.known), contest
            ),
        )
        if part is not None:
            found[title] = part
    return found


def _weigh_rivals(
    cohort: ValidationCohort, rivals: tuple[Rival, ...], notes: _Notes
) -> dict[str, DecisionCurve]:
    place, own = len(cohort.days) - 1, cohort.predicted.at(len(cohort.days) - 1)
    found = {}
    for rival in rivals:
        risk = rival.predicted.at(place)
        if own is None or risk is None or not rival.known.all():
            continue
        part = notes.attempt(
            f"net benefit of {rival.name}",
            lambda risk=risk: decision_curve(  # type: ignore[misc]
                risk, cohort.data, float(cohort.days[place]), list_thresholds(own)
            ),
        )
        if part is not None:
            found[rival.name] = part
    return found


def _count_moves(
    cohort: ValidationCohort, rivals: tuple[Rival, ...], notes: _Notes
) -> dict[str, Reclassification]:
    """From each rival to the score, at the last month."""
    place, found = len(cohort.days) - 1, {}
    for rival in rivals:
        old, new = rival.predicted.at(place), cohort.predicted.at(place)
        if old is None or new is None:
            continue
        part = notes.attempt(
            f"net reclassification against {rival.name}",
            lambda old=old, new=new, rival=rival: reclassify_at(  # type: ignore[misc]
                old, new[rival.known], cohort.data.take(rival.known), float(cohort.days[place])
            ),
        )
        if part is not None:
            found[rival.name] = part
    return found
