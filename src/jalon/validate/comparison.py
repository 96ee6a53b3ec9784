"""Comparison: several scores for the same patients, each against the first, patient by patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats import (
    BrierScore,
    DifferenceAtTimes,
    TimeAuc,
    brier_score,
    compare_at_times,
    concordance,
    hold_competing,
    incidence_concordance,
    time_auc,
    uno_concordance,
)
from jalon.stats.survival.interval import find_z
from jalon.validate.predicted import Predicted
from jalon.validate.risks import read_level
from jalon.validate.utility import BenefitDifference, compare_decision_curves


@dataclass(frozen=True, slots=True)
class Contest:
    """Where and when scores are compared.

    Attributes:
        times: shape (m,), times at which AUC and accuracy are read, within follow-up; C counts
            events up to the last.
        thresholds: shape (k,), risks from which a patient would be treated, for the net benefit.
        cause: the event code of interest; others compete.
        level: coverage of the intervals, 0 to 1.
    """

    times: tuple[float, ...]
    thresholds: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5)
    cause: int = 1
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class ScoreDifference:
    """How much better a score is than the first.

    Attributes:
        estimate: its figure less that of the first.
        std_error: which knows that the patients are the same.
        p: two-sided p-value for no difference.
    """

    estimate: Estimate
    std_error: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """One score, and how it compares with the first.

    Attributes:
        harrell: Harrell's C.
        uno: Uno's C, by inverse probability of censoring where causes compete.
        auc: time-dependent AUC at the times.
        brier: Brier score and index of prediction accuracy (IPA) at the times; None without risks.
        harrell_gain: difference in Harrell's C.
        uno_gain: difference in Uno's C.
        auc_gain: difference in AUC at each time.
        accuracy_gain: difference in IPA at each time; None where one of the two has no risks.
        benefit_gain: difference in net benefit at each threshold, by time; empty likewise.
    """

    harrell: Estimate
    uno: Estimate
    auc: TimeAuc
    brier: BrierScore | None
    harrell_gain: ScoreDifference
    uno_gain: ScoreDifference
    auc_gain: DifferenceAtTimes
    accuracy_gain: DifferenceAtTimes | None
    benefit_gain: tuple[BenefitDifference, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreComparison:
    """Several scores on the same patients.

    Attributes:
        reference: name of the first.
        contenders: every score by name, the first among them (its differences are 0).
        patients: how many.
        events: how many of them had the event.
    """

    reference: str
    contenders: dict[str, Contender]
    patients: int
    events: int


@dataclass(frozen=True, slots=True, eq=False)
class _Ranks:
    """C with the pull of each patient on it."""

    estimate: Estimate
    influence: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """All figures of one score."""

    harrell: _Ranks
    uno: _Ranks
    auc: TimeAuc
    brier: BrierScore | None


def compare_scores(
    scores: Mapping[str, Predicted], data: SurvivalData, contest: Contest
) -> ScoreComparison:
    """Compare scores on the same patients with intervals that know they are the same.

    Args:
        scores: what each score predicts for the patients, by name; all are compared with the first.
            Accuracy and net benefit need a risk at each of the times.
        data: outcomes of the same patients, without late entry or weights.
        contest: times, thresholds, cause and coverage.

    Returns:
        Each score's figures, and their differences from the first. A score that was learned from
        these very patients is flattered.

    Raises:
        UnsuitableDataError: fewer than two scores, predictions of other patients or for other
            times, or as the figures.

    Reference:
        Therneau T, Atkinson E, "Concordance", vignette of the R package survival, for C; Blanche
        P and others (2013), doi:10.1002/sim.5958, section 4.3, for AUC; Kattan MW, Gerds TA
        (2018), doi:10.1186/s41512-018-0029-2, for IPA.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> score = rng.normal(size=300)
        >>> data = SurvivalData(rng.exponential(np.exp(-score)), np.ones(300))
        >>> poor = Predicted(score + rng.normal(size=300))
        >>> found = compare_scores({"good": Predicted(score), "poor": poor}, data, Contest((0.5,)))
        >>> found.contenders["poor"].harrell_gain.estimate.high < 0
        True
    """
    if len(scores) < 2:
        raise UnsuitableDataError("one score has nothing to be compared with; give at least two")
    read_level(contest.level)
    for name, one in scores.items():
        _require(name, one, len(data), len(contest.times))
    judged = {name: _judge(one, data, contest) for name, one in scores.items()}
    reference = next(iter(scores))
    return ScoreComparison(
        reference=reference,
        contenders={
            name: _contend(
                (judged[name], judged[reference]), (scores[name], scores[reference]), data, contest
            )
            for name in scores
        },
        patients=len(data),
        events=int(np.sum(data.event == contest.cause)),
    )


def _require(name: str, one: Predicted, n: int, times: int) -> None:
    one.require(n)
    if one.risk is not None and one.risk.shape not in ((n, times), (n,) if times == 1 else (n, 1)):
        raise UnsuitableDataError(
            f"{name}: risks of shape {one.risk.shape} for {n} patients and {times} times; give one "
            "column per time"
        )


def _judge(one: Predicted, data: SurvivalData, contest: Contest) -> _Judged:
    cause, level, until = contest.cause, contest.level, max(contest.times)
    competes = bool(np.any((data.event != 0) & (data.event != cause)))
    harrell = concordance(
        one.score, hold_competing(data, cause) if competes else data.cause(cause), level
    )
    uno = (
        incidence_concordance(one.score, data, cause, until, level)
        if competes
        else uno_concordance(one.score, data.cause(cause), until, level)
    )
    return _Judged(
        _Ranks(harrell.estimate, harrell.influence),
        _Ranks(uno.estimate, uno.influence),
        time_auc(one.score, data, contest.times, cause, level),
        None if one.risk is None else brier_score(one.risk, data, contest.times, cause, level),
    )


def _contend(
    pair: tuple[_Judged, _Judged],
    predicted: tuple[Predicted, Predicted],
    data: SurvivalData,
    contest: Contest,
) -> Contender:
    own, first = pair
    both = own.brier is not None and first.brier is not None
    return Contender(
        harrell=own.harrell.estimate,
        uno=own.uno.estimate,
        auc=own.auc,
        brier=own.brier,
        harrell_gain=_differ(own.harrell, first.harrell),
        uno_gain=_differ(own.uno, first.uno),
        auc_gain=compare_at_times(own.auc.auc, first.auc.auc),
        accuracy_gain=(
            compare_at_times(own.brier.accuracy, first.brier.accuracy)
            if own.brier is not None and first.brier is not None
            else None
        ),
        benefit_gain=_weigh(predicted, data, contest) if both else (),
    )


def _differ(own: _Ranks, first: _Ranks) -> ScoreDifference:
    level = own.estimate.level
    value = own.estimate.value - first.estimate.value
    error = float(np.sqrt(np.sum((own.influence - first.influence) ** 2)))
    half = find_z(level) * error
    p = 1.0 if error == 0 else 2 * float(ndtr(-abs(value) / error))
    return ScoreDifference(
        Estimate(value, value - half, value + half, level, "jackknife"), error, p
    )


def _weigh(
    predicted: tuple[Predicted, Predicted], data: SurvivalData, contest: Contest
) -> tuple[BenefitDifference, ...]:
    found = []
    for place, time in enumerate(contest.times):
        own, first = (_read(one.at(place)) for one in predicted)
        found.append(
            compare_decision_curves(own, first, data, time, contest.thresholds, contest.cause)
        )
    return tuple(found)


def _read(risk: Floats | None) -> npt.ArrayLike:
    if risk is None:
        raise UnsuitableDataError("a score without risks has no net benefit")
    return risk
