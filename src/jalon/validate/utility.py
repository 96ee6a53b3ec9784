"""Clinical usefulness: would treating by predicted risk do more good than harm?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.validate.benefit import (
    BenefitCurve,
    Cases,
    Step,
    count_treated,
    draw_curve,
    observe_all,
    rate_treated,
)
from jalon.validate.risks import (
    judge,
    read_horizon,
    read_level,
    read_risk,
    read_thresholds,
)


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """What treating by predicted risk brings, compared with treating everyone or no one.

    Treating no one has net benefit 0 at every threshold.

    Attributes:
        threshold: shape (m,), risk from which a patient is treated.
        treated: shape (m,), share of patients at or above it.
        true_positive: shape (m,), share of all who are treated and have the event.
        false_positive: shape (m,), share of all who are treated and do not have it.
        net_benefit: true positives less false positives, these weighed by the odds of the
            threshold.
        treat_all: the same when everyone is treated.
        gain: net benefit less that of treating everyone.
        standardised: net benefit over the share who have the event, which it would be for a
            perfect prediction.
        avoided: treatments avoided per patient without missing an event, compared with treating
            everyone; NaN at threshold 0.
        observed: share of all who have the event, with its normal interval.
        level: coverage of the intervals, 0 to 1.
    """

    threshold: Floats
    treated: Floats
    true_positive: Floats
    false_positive: Floats
    net_benefit: BenefitCurve
    treat_all: BenefitCurve
    gain: BenefitCurve
    standardised: BenefitCurve
    avoided: BenefitCurve
    observed: Estimate
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class BenefitDifference:
    """How much more net benefit one prediction has than another.

    Attributes:
        threshold: shape (m,), risk from which a patient is treated.
        difference: first less second, with its interval, which knows that the patients are
            the same.
        p: shape (m,), two-sided p-values for no difference; 1 where both treat the same patients.
    """

    threshold: Floats
    difference: BenefitCurve
    p: Floats


def decision_curve(
    risk: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    thresholds: npt.ArrayLike,
    cause: int = 1,
    level: float = 0.95,
) -> DecisionCurve:
    """Weigh the patients rightly treated against those wrongly treated, at each threshold.

    Who would have had the event by the time of interest is estimated among those treated and
    among all: by Kaplan-Meier, or by Aalen-Johansen when other causes compete.

    Args:
        risk: shape (n,), predicted probability of the event by ``horizon``, 0 to 1.
        data: outcomes of the same patients, without late entry; whole weights count patients.
        horizon: time of interest, above 0; events at it count.
        thresholds: shape (m,), risks at or above which a patient is treated, at least 0 and below
            1; a threshold of 0.2 means that missing one event is as bad as treating four in vain.
        cause: the event code of interest.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Net benefit and what follows from it. It is NaN where nobody treated was followed to the
        time of interest, and 0 where nobody is treated.

    Raises:
        UnsuitableDataError: risks or thresholds that are no probabilities, late entry, no event of
            the cause by ``horizon``, or nobody followed that long.

    Reference:
        Vickers AJ and others (2008), doi:10.1186/1472-6947-8-53, for censored outcomes and
        competing risks; standardised: Kerr KF and others (2016),
        doi:10.1200/JCO.2015.65.5654; avoided: Vickers AJ and others (2019),
        doi:10.1186/s41512-019-0064-7.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 9, 9, 9], event=[1, 1, 1, 0, 0, 0])
        >>> curve = decision_curve([0.9, 0.8, 0.3, 0.4, 0.2, 0.1], data, 5, [0.35, 0.5])
        >>> curve.net_benefit.value.round(3).tolist()
        [0.244, 0.333]
    """
    limits, time = read_thresholds(thresholds), read_horizon(horizon)
    judged = judge(risk, data, cause)
    observed = observe_all(judged, time)
    steps = rate_treated(judged, time, limits)
    return _report(limits, steps, observed, Cases(judged.weight, judged.counts), level)


def binary_decision_curve(
    risk: npt.ArrayLike,
    y: npt.ArrayLike,
    thresholds: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    prevalence: float | None = None,
    level: float = 0.95,
) -> DecisionCurve:
    """Weigh the patients rightly treated against those wrongly treated, for a yes-or-no outcome.

    Args:
        risk: shape (n,), predicted probability of the outcome, 0 to 1.
        y: shape (n,), outcome, 0 no or 1 yes.
        thresholds: shape (m,), risks at or above which a patient is treated, at least 0 and below
            1.
        weight: shape (n,), case weights, >= 0; None for one each. Whole weights count patients.
        prevalence: share with the outcome in the population, when cases and controls were
            sampled separately, taken as known; None to use the share among these patients.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Net benefit and what follows from it.

    Raises:
        UnsuitableDataError: risks, thresholds or prevalence that are no probabilities, outcomes
            that are not 0 or 1, or not both.

    Reference:
        Vickers AJ, Elkin EB (2006), doi:10.1177/0272989X06295361, for the measure; the error
        is that of a mean of independent contributions.

    Example:
        >>> curve = binary_decision_curve([0.9, 0.8, 0.3, 0.2], [1, 0, 1, 0], [0.25, 0.5])
        >>> curve.net_benefit.value.round(3).tolist()
        [0.417, 0.0]
    """
    limits = read_thresholds(thresholds)
    _require_prevalence(prevalence)
    chance, outcome, case = _read_outcome(risk, y, weight)
    everyone, pull = count_treated(chance >= 0, outcome, case, prevalence)
    steps = (count_treated(chance >= limit, outcome, case, prevalence) for limit in limits)
    cases = Cases(case, bool(np.all(case == np.round(case))))
    return _report(limits, steps, (float(everyone[1]), pull[1]), cases, level)


def compare_decision_curves(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    thresholds: npt.ArrayLike,
    cause: int = 1,
) -> BenefitDifference:
    """Compare the net benefit of two predictions for the same patients.

    Args:
        first: shape (n,), predicted probabilities of one model.
        second: shape (n,), those of the other.
        data: outcomes of the same patients, as for ``decision_curve``.
        horizon: time of interest, above 0.
        thresholds: shape (m,), risks at or above which a patient is treated.
        cause: the event code of interest.

    Returns:
        First less second, with 95% intervals.

    Raises:
        UnsuitableDataError: as ``decision_curve``.

    Reference:
        Vickers AJ and others (2008), doi:10.1186/1472-6947-8-53, for the measure; the error
        follows from each patient's influence.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 9, 9, 9], event=[1, 1, 1, 0, 0, 0])
        >>> better, worse = [0.9, 0.8, 0.7, 0.4, 0.2, 0.1], [0.9, 0.8, 0.3, 0.4, 0.2, 0.1]
        >>> found = compare_decision_curves(better, worse, data, 5, [0.5])
        >>> round(float(found.difference.value[0]), 4)
        0.1667
    """
    limits, time = read_thresholds(thresholds), read_horizon(horizon)
    judged = [judge(risk, data, cause) for risk in (first, second)]
    observe_all(judged[0], time)
    cases = Cases(judged[0].weight, judged[0].counts)
    value, error = np.empty((2, len(limits)))
    pairs = zip(*(rate_treated(one, time, limits) for one in judged), strict=True)
    for j, ((rate, pull), (other, other_pull)) in enumerate(pairs):
        odds = limits[j] / (1 - limits[j])
        value[j] = rate[1] - other[1] - odds * (rate[2] - other[2])
        error[j] = cases.find_error(pull[1] - other_pull[1] - odds * (pull[2] - other_pull[2]))
    z = np.divide(value, error, out=np.zeros(len(value)), where=error > 0)
    p = np.asarray(2 * ndtr(-np.abs(z)))
    return BenefitDifference(limits, draw_curve(value, error, 0.95), p)


def _report(
    limits: Floats,
    steps: Iterable[Step],
    observed: tuple[float, Floats],
    cases: Cases,
    level: float,
) -> DecisionCurve:
    """Turn shares of patients and their pulls into net benefits."""
    read_level(level)
    share, moved = observed
    odds = limits / (1 - limits)
    rates, errors = np.zeros((len(limits), 3)), np.zeros((len(limits), 3))
    for j, (rate, pull) in enumerate(steps):
        rates[j] = rate
        net = pull[1] - odds[j] * pull[2]
        ratio = (rate[1] - odds[j] * rate[2]) / share
        parts = (net, net - (1 + odds[j]) * moved, (net - ratio * moved) / share)
        errors[j] = [cases.find_error(part) for part in parts]
    benefit = rates[:, 1] - odds * rates[:, 2]
    everyone = share - odds * (1 - share)
    whole = cases.find_error(moved)
    per_odds = np.divide(1.0, odds, out=np.full(len(odds), np.nan), where=odds > 0)
    gain = benefit - everyone
    around = draw_curve(np.array([share]), np.array([whole]), level)
    return DecisionCurve(
        threshold=limits,
        treated=rates[:, 0],
        true_positive=rates[:, 1],
        false_positive=rates[:, 2],
        net_benefit=draw_curve(benefit, errors[:, 0], level),
        treat_all=draw_curve(everyone, (1 + odds) * whole, level),
        gain=draw_curve(gain, errors[:, 1], level),
        standardised=draw_curve(benefit / share, errors[:, 2], level),
        avoided=draw_curve(gain * per_odds, errors[:, 1] * per_odds, level),
        observed=Estimate(share, float(around.low[0]), float(around.high[0]), level, "normal"),
        level=level,
    )


def _read_outcome(
    risk: npt.ArrayLike, y: npt.ArrayLike, weight: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Risks, outcomes and weights of the patients who count."""
    outcome = np.asarray(y, dtype=np.float64)
    if outcome.ndim != 1 or not np.all((outcome == 0) | (outcome == 1)):
        raise UnsuitableDataError("outcomes must be 0 no or 1 yes, one per patient")
    case = np.ones(len(outcome)) if weight is None else np.asarray(weight, dtype=np.float64)
    if case.shape != outcome.shape or not np.all(np.isfinite(case) & (case >= 0)):
        raise UnsuitableDataError("give one finite weight >= 0 per patient")
    chance, keep = read_risk(risk, len(outcome)), case > 0
    if not 0 < case @ outcome < case.sum():
        raise UnsuitableDataError("everyone or nobody has the outcome; there is nothing to weigh")
    return chance[keep], outcome[keep], case[keep]


def _require_prevalence(prevalence: float | None) -> None:
    if prevalence is not None and not 0 < prevalence < 1:
        raise UnsuitableDataError(
            f"the prevalence is {prevalence:g}; give the share with the outcome, between 0 and 1"
        )
