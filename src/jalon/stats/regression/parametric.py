"""Parametric survival regression: by how much each covariate stretches the time to the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import ConvergenceError, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.regression.glm import bring_back, take_errors, take_wald
from jalon.stats.regression.glm_fit import take_intervals, take_ratios, take_test
from jalon.stats.regression.glm_rows import Basis, GlmData, make_basis, read_rows
from jalon.stats.regression.newton import SLOW_DECREMENT, SLOW_RATIO
from jalon.stats.regression.parametric_fit import ParametricFit
from jalon.stats.regression.risk_sets import require_one_cause
from jalon.stats.regression.separation import find_separation
from jalon.stats.regression.survival_distribution import SHAPES, Distribution, Shape

MAX_STEPS = 60
LAST_DECREMENT = 1e-16
"""Squared step in standard errors, per unit of weight, after which nothing is gained."""


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """What is climbed: standardised log times are linear in the parameters.

    Attributes:
        shape: distribution of the standardised log time.
        rows: shape (n, k), minus the columns, then log time less offset when the scale is free.
        fixed: shape (n,), log time less offset over the scale when that is known, else 0.
        early: shape (n, k), like ``rows`` at the time of entry.
        early_fixed: shape (n,), like ``fixed`` at the time of entry.
        entered: shape (n,), whether the patient entered late.
        event: shape (n,), whether the event happened.
        weight: shape (n,), case weights.
    """

    shape: Shape
    rows: Floats
    fixed: Floats
    early: Floats
    early_fixed: Floats
    entered: npt.NDArray[np.bool_]
    event: npt.NDArray[np.bool_]
    weight: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """The likelihood at one place.

    Attributes:
        theta: shape (k,), coefficients over the scale, then one over the scale when free.
        value: log likelihood of log times.
        gradient: shape (k,), first derivative.
        information: shape (k, k), minus the second derivative.
    """

    theta: Floats
    value: float
    gradient: Floats
    information: Floats


def fit_parametric(
    x: npt.ArrayLike | None,
    data: SurvivalData,
    distribution: Distribution = "weibull",
    level: float = 0.95,
    offset: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> ParametricFit:
    """Estimate by how much each covariate stretches or shortens the time to the event.

    Log time is a sum of covariates plus scatter of a known shape (accelerated failure time). A
    time ratio of 2 means that every quantile of the time to the event is doubled. Patients of
    weight 0 are left out; those with an entry time count from then on.

    Args:
        x: shape (n, p), covariates, one row per patient, no missing value; None for none.
        data: outcomes of the same patients, times above 0, one cause of event, no strata.
        distribution: "weibull", "exponential" (a constant hazard), "rayleigh" (a hazard in
            proportion to time), "lognormal" or "loglogistic".
        level: coverage of the intervals, 0 to 1.
        offset: shape (n,), a known part of the log time.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        Coefficients, scale, time ratios with intervals, tests.

    Raises:
        UnsuitableDataError: no event, a time of 0, strata, a missing value, a column that is
            constant, a combination of the others, or without any event on one side.
        ConvergenceError: no maximum was found.

    Reference:
        Kalbfleisch JD, Prentice RL (2002), The Statistical Analysis of Failure Time Data, 2nd
        edition, doi:10.1002/9781118032985, sections 2.2 and 3.2.

    Example:
        A constant hazard of 2 events in 10 years: the expected time is 5 years.

        >>> from jalon.core import SurvivalData
        >>> fit = fit_parametric(None, SurvivalData([4, 6], [1, 1]), "exponential")
        >>> round(fit.time_ratios[0].value, 6)
        5.0
    """
    require_choice(distribution, "distribution", Distribution)
    _require_times(data)
    rows = read_rows(x, data.event, data.weight, offset, names)
    kept = data if data.weight is None else data.take(data.weight > 0)
    require_one_cause(kept)
    basis = make_basis(rows)
    likelihood = _prepare(SHAPES[distribution], basis, kept, rows)
    start = _start(likelihood, kept, rows, basis)
    null = _climb(_restrict(likelihood), start[_keep_null(likelihood)])
    top = _climb(likelihood, start)
    if null is None or top is None:
        _explain(rows)
    return _report(likelihood, basis, rows, kept, (null, top, distribution, level))


def _prepare(shape: Shape, basis: Basis, data: SurvivalData, rows: GlmData) -> Likelihood:
    """Write standardised log times as rows times parameters."""
    log_time = np.log(data.time) - rows.offset
    entry = np.zeros(len(data)) if data.entry is None else data.entry
    entered = entry > 0
    log_entry = np.log(np.where(entered, entry, 1.0)) - rows.offset
    if shape.free_scale:
        late, early = np.column_stack([-basis.q, log_time]), np.column_stack([-basis.q, log_entry])
        fixed = early_fixed = np.zeros(len(data))
    else:
        late, early = -basis.q, -basis.q
        fixed, early_fixed = log_time / shape.scale, log_entry / shape.scale
    return Likelihood(shape, late, fixed, early, early_fixed, entered, data.event > 0, rows.weight)


def _start(likelihood: Likelihood, data: SurvivalData, rows: GlmData, basis: Basis) -> Floats:
    """Begin at a constant hazard without covariates."""
    observed = data.time if data.entry is None else data.time - data.entry
    total = float(rows.weight @ (observed * np.exp(-rows.offset)))
    theta = np.zeros(likelihood.rows.shape[1])
    theta[0] = np.log(total / (rows.weight @ rows.y)) * basis.q[0, 0] / likelihood.shape.scale
    if likelihood.shape.free_scale:
        theta[-1] = 1.0
    return theta


def _keep_null(likelihood: Likelihood) -> list[int]:
    last = likelihood.rows.shape[1] - 1
    return [0, last] if likelihood.shape.free_scale else [0]


def _restrict(likelihood: Likelihood) -> Likelihood:
    """The same without covariates."""
    keep = _keep_null(likelihood)
    return Likelihood(
        likelihood.shape,
        likelihood.rows[:, keep],
        likelihood.fixed,
        likelihood.early[:, keep],
        likelihood.early_fixed,
        likelihood.entered,
        likelihood.event,
        likelihood.weight,
    )


def _evaluate(likelihood: Likelihood, theta: Floats) -> Place:
    """Log likelihood and slopes; minus infinity where the scale is not positive."""
    weight, event, rows = likelihood.weight, likelihood.event, likelihood.rows
    k = len(theta)
    if likelihood.shape.free_scale and theta[-1] <= 0:
        return Place(theta, -np.inf, np.zeros(k), np.zeros((k, k)))
    z = rows @ theta + likelihood.fixed
    parts = [
        np.where(event, dead, alive)
        for dead, alive in zip(
            likelihood.shape.density(z), likelihood.shape.survival(z), strict=True
        )
    ]
    value = float(weight @ parts[0])
    gradient = rows.T @ (weight * parts[1])
    information = -(rows.T * (weight * parts[2])) @ rows
    if likelihood.entered.any():
        late = np.where(likelihood.entered, weight, 0.0)
        before = likelihood.shape.survival(likelihood.early @ theta + likelihood.early_fixed)
        value -= float(late @ before[0])
        gradient = gradient - likelihood.early.T @ (late * before[1])
        information = information + (likelihood.early.T * (late * before[2])) @ likelihood.early
    if likelihood.shape.free_scale:
        deaths = float(weight @ event)
        value += deaths * float(np.log(theta[-1]))
        gradient[-1] += deaths / theta[-1]
        information[-1, -1] += deaths / theta[-1] ** 2
    return Place(theta, value, gradient, information)


def _climb(likelihood: Likelihood, theta: Floats) -> Place | None:
    """Newton steps, halved where they overshoot; None when they do not settle."""
    place = _evaluate(likelihood, theta)
    unit, last = float(likelihood.weight.mean()), np.inf
    for _ in range(MAX_STEPS):
        try:
            step = np.asarray(np.linalg.solve(place.information, place.gradient), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        decrement = float(place.gradient @ step)
        if not np.isfinite(decrement):
            return None
        for halving in range(40):
            ahead = _evaluate(likelihood, place.theta + 0.5**halving * step)
            if ahead.value >= place.value - 1e-12 * abs(place.value):
                place = ahead
                break
        if SLOW_RATIO * last < decrement < SLOW_DECREMENT * unit:
            return None
        if abs(decrement) <= LAST_DECREMENT * unit:
            return place
        last = decrement
    return None


def _explain(rows: GlmData) -> None:
    """Say why there is no answer."""
    direction = find_separation("poisson", rows) if len(rows.names) > 1 else None
    if direction is not None:
        worst = rows.names[1 + int(np.argmax(np.abs(direction[1:])))]
        raise UnsuitableDataError(
            f"on one side of {worst} nobody has the event, so its time ratio is infinite or zero; "
            "leave it out, or merge it with another category"
        )
    raise ConvergenceError(
        "the parametric fit found no maximum; look for extreme values in "
        f"{', '.join(rows.names[1:]) or 'time'}, or for events that all happen at the same time"
    )


def _report(
    likelihood: Likelihood,
    basis: Basis,
    rows: GlmData,
    data: SurvivalData,
    result: tuple[Place | None, Place | None, Distribution, float],
) -> ParametricFit:
    """Bring the fit back to log time and to the units of the covariates."""
    null, top, distribution, level = result
    if null is None or top is None:
        raise ConvergenceError("the parametric fit found no maximum")
    free = likelihood.shape.free_scale
    p = len(rows.names)
    scale = 1 / float(top.theta[-1]) if free else likelihood.shape.scale
    gamma = top.theta[:p] * scale
    turned = _turn(top, p, scale) if free else np.linalg.inv(top.information) * scale**2
    inner = np.asarray(turned, dtype=np.float64)
    wide = np.eye(len(inner))
    wide[:p, :p] = basis.back
    wider = Basis(basis.q, wide)
    beta, error = basis.back @ gamma, take_errors(wider, inner)
    estimates = take_intervals(beta, error[:p], level)
    z = beta / error[:p]
    constant = float(rows.weight[likelihood.event] @ np.log(data.time[likelihood.event]))
    # With a free scale the likelihood climbed has it already.
    constant += 0.0 if free else float(rows.weight @ likelihood.event) * float(np.log(scale))
    return ParametricFit(
        distribution=distribution,
        names=rows.names,
        coefficients=beta,
        scale=scale,
        covariance=bring_back(wider, inner),
        standard_errors=error,
        z=z,
        p=2 * ndtr(-np.abs(z)),
        estimates=estimates,
        time_ratios=take_ratios(estimates),
        log_likelihood_null=null.value - constant,
        log_likelihood=top.value - constant,
        likelihood_ratio=take_test(2 * (top.value - null.value), p - 1),
        wald=take_test(take_wald(gamma, inner[:p, :p]), p - 1),
        n=len(rows.y),
        events=float(rows.weight @ rows.y),
        level=level,
    )


def _turn(top: Place, p: int, scale: float) -> Floats:
    """Covariance of coefficients and log scale from that of the parameters climbed."""
    turn = np.eye(p + 1) * scale
    turn[:p, p] = -top.theta[:p] * scale**2
    turn[p, p] = -scale
    result: Floats = turn @ np.linalg.inv(top.information) @ turn.T
    return result


def _require_times(data: SurvivalData) -> None:
    zero = int(np.sum(data.time <= 0))
    if zero:
        raise UnsuitableDataError(
            f"time is 0 for {zero} patients, whose log does not exist; give them half a day, or "
            "leave them out"
        )
    if data.stratum is not None and len(np.unique(data.stratum)) > 1:
        raise UnsuitableDataError(
            "strata have no baseline of their own here; give them as columns of x instead"
        )
