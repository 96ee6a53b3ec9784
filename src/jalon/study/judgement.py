"""The learned score judged in a cohort by its risks: calibration, AUC over time, net benefit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from jalon.core import ConvergenceError, Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.core.units import DAYS_PER
from jalon.learn import ScoreRisks
from jalon.learn.risk_model import fit_risk
from jalon.study.analysis import EndpointResult, Rival
from jalon.study.outcome import Outcome
from jalon.study.plain_verdict import calibrate_parts, list_thresholds
from jalon.study.protocol import Role, StudyFile
from jalon.study.resampled_risk import find_last_month
from jalon.study.score_risks import estimate_score_risks
from jalon.validate import (
    AucCurve,
    DecisionCurve,
    GroupCalibration,
    ObservedExpected,
    PseudoCalibration,
    calibrate_smoothly,
    calibrate_weakly,
    decision_curve,
    draw_auc,
    observed_expected,
)

LEAST, MOST = 0.0005, 0.9995
"""An estimated risk of exactly 0 or 1 is taken as this: nobody can know either."""

MOST_RIVALS = 5
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, eq=False)
class MonthJudgement:
    """What the risks of a score are worth by one month.

    Attributes:
        month: months from time zero.
        risk: shape (m,), risk of each ranked patient by the score.
        ratio: observed over expected events.
        slope: calibration slope.
        smooth: the smooth curve; None with too few different risks.
        groups: predicted and observed by groups of rising risk.
        decisions: net benefit by name of the score, the learned one first; all on the patients
            who have every one of them.
    """

    month: float
    risk: Floats
    ratio: ObservedExpected | None
    slope: Estimate | None
    smooth: PseudoCalibration | None
    groups: GroupCalibration | None
    decisions: dict[str, DecisionCurve]


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What the learned score is worth in a cohort.

    Attributes:
        outcome: the cohort.
        data: outcomes of the m ranked patients.
        months: one for each month of the study that enough patients reach.
        areas: AUC over time by name of the score, the learned one first.
        shared: patients who have the learned score and every published one.
    """

    outcome: Outcome
    data: SurvivalData
    months: tuple[MonthJudgement, ...]
    areas: dict[str, AucCurve]
    shared: int


@dataclass(frozen=True, slots=True, eq=False)
class _Contest:
    """The scores on the patients who have all of them: ranks, and risks by month."""

    rows: npt.NDArray[np.bool_]
    data: SurvivalData
    ranks: dict[str, Floats]
    rate: Callable[[str, float], Floats]


OWN = "learned score"
"""What the learned score is called beside published ones."""


def judge_everywhere(study: StudyFile, result: EndpointResult) -> dict[Role, Judgement]:
    """Judge the learned score in each cohort where it was tried.

    Args:
        study: the study.
        result: what was found for the endpoint.

    Returns:
        Judgements by cohort. Risks are those of the development cohort, of published scores too:
        their totals get the risk that they meant there.
    """
    months = study.protocol.study.months
    risks = estimate_score_risks(result.learning, months)
    return {role: _judge(study, result, role, risks) for role in result.trials}


def _judge(study: StudyFile, result: EndpointResult, role: Role, risks: ScoreRisks) -> Judgement:
    trial, months = result.trials[role], study.protocol.study.months
    data = trial.outcome.data.take(trial.complete)
    last = find_last_month(months, data)
    contest = _gather(result, role)
    judged = []
    for place, month in enumerate(months[: len(risks.times)]):
        if last is None or month > last or find_last_month((month,), data) is None:
            continue
        risk = _rate(risks, trial.total, place)
        judged.append(_judge_month(month, risk, data, contest))
    rng = np.random.default_rng([study.protocol.study.seed, 3])
    areas = {}
    for name, rank in contest.ranks.items():
        curve = _attempt(lambda rank=rank: draw_auc(rank, contest.data, rng))  # type: ignore[misc]
        if curve is not None:
            areas[name] = curve
    return Judgement(trial.outcome, data, tuple(judged), areas, len(contest.data))


def _attempt(compute: Callable[[], Found]) -> Found | None:
    """Compute something; what a cohort cannot give is left out of the report."""
    try:
        return compute()
    except (UnsuitableDataError, ConvergenceError):
        return None


def _rate(risks: ScoreRisks, total: Floats, place: int) -> Floats:
    table = np.array([row.predicted[place].value for row in risks.totals])
    found = table[total.astype(np.int64) - risks.totals[0].total]
    return np.asarray(np.clip(found, LEAST, MOST))


def _judge_month(
    month: float, risk: Floats, data: SurvivalData, contest: _Contest
) -> MonthJudgement:
    day = month * DAYS_PER["months"]
    weak = _attempt(lambda: calibrate_weakly(risk, data, day))
    decisions = {}
    thresholds = list_thresholds(risk)
    for name in contest.ranks:
        own = risk[contest.rows] if name == OWN else _attempt(lambda: contest.rate(name, day))  # noqa: B023
        if own is None:
            continue
        curve = _attempt(lambda: decision_curve(own, contest.data, day, thresholds))  # noqa: B023
        if curve is not None:
            decisions[name] = curve
    return MonthJudgement(
        month=month,
        risk=risk,
        ratio=_attempt(lambda: observed_expected(risk, data, day, interval="influence")),
        slope=None if weak is None else weak.slope,
        smooth=_attempt(lambda: calibrate_smoothly(risk, data, day)),
        groups=_attempt(lambda: calibrate_parts(risk, data, day)),
        decisions=decisions,
    )


def _gather(result: EndpointResult, role: Role) -> _Contest:
    """Put the scores beside each other on the patients who have all of them."""
    own = result.trials[role]
    rivals = result.rivals.get(role, ())[:MOST_RIVALS]
    at_home = result.rivals.get("development", ())
    shared = own.complete.copy()
    for rival in rivals:
        shared &= rival.trial.complete
    if not np.any(own.outcome.data.event[shared] == 1):
        rivals, shared = (), own.complete
    ranks = {OWN: own.rank[shared]}
    ranks |= {rival.trial.definition.short: rival.trial.rank[shared] for rival in rivals}
    home = {rival.trial.definition.short: rival for rival in at_home}

    def rate(name: str, day: float) -> Floats:
        return _rate_rival(result, home[name], ranks[name], day)

    return _Contest(shared[own.complete], own.outcome.data.take(shared), ranks, rate)


def _rate_rival(result: EndpointResult, home: Rival, rank: Floats, day: float) -> Floats:
    """Give totals of a published score the risk that they meant in the development cohort."""
    both = result.trials["development"].complete & home.trial.complete
    data = result.outcome.data.take(both)
    model = fit_risk(home.trial.rank[both].astype(np.int64), data, 1)
    levels, place = np.unique(rank.astype(np.int64), return_inverse=True)
    table = np.array([row[0].value for row in model.predict(levels, np.array([day]))])
    return np.asarray(np.clip(table[place], LEAST, MOST))
