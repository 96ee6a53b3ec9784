"""The penalised partial likelihood of a shared frailty of known variance, climbed by Newton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from jalon.core import ConvergenceError, Floats, Integers
from jalon.stats.kernels.frailty import sum_groups_at_risk
from jalon.stats.regression.design import Columns
from jalon.stats.regression.risk_sets import Timeline

FrailtyDistribution = Literal["gamma", "gaussian"]
MAX_STEPS, LAST_DECREMENT, SMALL_DECREMENT = 200, 1e-22, 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class FrailtyHill:
    """What is climbed.

    Attributes:
        timeline: the risk sets, covariates standardised.
        columns: by which they were.
        codes: shape (m,), group of each patient of the risk sets.
        groups: number of groups.
        events: shape (q,), (weighted) events of each group.
        efron: whether tied deaths leave the risk set one by one.
        distribution: of the frailty.
        sparse: whether products of two groups are left out of the information, as R does.
    """

    timeline: Timeline
    columns: Columns
    codes: Integers
    groups: int
    events: Floats
    efron: bool
    distribution: FrailtyDistribution
    sparse: bool


@dataclass(frozen=True, slots=True, eq=False)
class FrailtySpot:
    """A place on the hill.

    Attributes:
        theta: variance of the frailty.
        beta: shape (p,), standardised coefficients.
        effect: shape (q,), log hazard of each group.
        likelihood: log partial likelihood with these effects.
        value: the same less the penalty.
        slope: shape (p + q,), gradient of the value.
        information: shape (p + q, p + q), of the likelihood.
        bend: shape (p + q,), what the penalty adds to its diagonal.
        steps: steps taken to get here.
    """

    theta: float
    beta: Floats
    effect: Floats
    likelihood: float
    value: float
    slope: Floats
    information: Floats
    bend: Floats
    steps: int = 0

    @property
    def curvature(self) -> Floats:
        """Shape (p + q, p + q), minus the second derivative of the value."""
        return self.information + np.diag(self.bend)


def look_around(hill: FrailtyHill, theta: float, beta: Floats, effect: Floats) -> FrailtySpot:
    """Evaluate the penalised likelihood and its derivatives at one place.

    Args:
        hill: the hill.
        theta: variance of the frailty, above 0.
        beta: shape (p,), standardised coefficients.
        effect: shape (q,), log hazard of each group.

    Returns:
        The place.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        sums = sum_groups_at_risk(hill.timeline.sets, hill.codes, beta, effect, hill.efron)
        raised = np.exp(effect)
    p = len(beta)
    information = -sums.means.T @ sums.means
    information[:p, :p] += sums.square
    information[:p, p:] += sums.cross
    information[p:, :p] += sums.cross.T
    place = np.arange(p, p + len(effect))
    information[place, place] += sums.group
    if hill.distribution == "gamma":
        penalty = float(np.sum(raised - 1 - effect)) / theta
        push, bend = (raised - 1) / theta, raised / theta
    else:
        penalty = float(np.sum(effect**2)) / (2 * theta)
        push, bend = effect / theta, np.full(len(effect), 1 / theta)
    slope = sums.slope
    slope[p:] -= push
    value = float(sums.loglik[0]) - penalty
    return FrailtySpot(
        theta=theta,
        beta=beta,
        effect=effect,
        likelihood=float(sums.loglik[0]),
        value=value if np.isfinite(value) else -np.inf,
        slope=slope,
        information=information,
        bend=np.append(np.zeros(p), bend),
    )


def climb_frailty(hill: FrailtyHill, theta: float, start: FrailtySpot | None = None) -> FrailtySpot:
    """Find the top for one variance of the frailty.

    Args:
        hill: the hill.
        theta: the variance, above 0.
        start: the top for another variance; None to start from 0.

    Returns:
        The top.

    Raises:
        ConvergenceError: no top was found.
    """
    p = len(hill.columns.names)
    beta, effect = np.zeros(p), np.zeros(hill.groups)
    if start is not None:
        beta, effect = start.beta, start.effect
    here, last = look_around(hill, theta, beta, effect), np.inf
    for taken in range(MAX_STEPS):
        try:
            step: Floats = np.asarray(np.linalg.solve(here.curvature, here.slope), np.float64)
        except np.linalg.LinAlgError:
            break
        decrement = float(here.slope @ step)
        if not decrement > LAST_DECREMENT or SMALL_DECREMENT > decrement >= last:
            return _finish(here, taken)
        ahead = _advance(hill, here, step, decrement)
        if ahead is None and decrement < SMALL_DECREMENT * max(1.0, abs(here.value)):
            return _finish(here, taken)
        if ahead is None:
            break
        here, last = ahead, decrement
    raise ConvergenceError(
        f"the Cox fit with a frailty of variance {theta:g} found no maximum; look for extreme "
        f"values or collinear columns in {', '.join(hill.columns.names) or 'the groups'}"
    )


def invert(hill: FrailtyHill, top: FrailtySpot) -> Floats:
    """Invert the curvature at a top.

    Args:
        hill: the hill; a sparse one leaves out the products of two groups.
        top: the top.

    Returns:
        Shape (p + q, p + q).
    """
    inverse = np.linalg.inv(thin(hill, top.curvature))
    return np.asarray((inverse + inverse.T) / 2, dtype=np.float64)


def thin(hill: FrailtyHill, matrix: Floats) -> Floats:
    """Leave out the products of two groups where the hill is sparse.

    Args:
        hill: the hill.
        matrix: shape (p + q, p + q).

    Returns:
        The matrix, or a thinner copy.
    """
    if not hill.sparse:
        return matrix
    p = len(hill.columns.names)
    thinner = matrix.copy()
    thinner[p:, p:] = np.diag(np.diagonal(matrix)[p:])
    return thinner


def _finish(here: FrailtySpot, taken: int) -> FrailtySpot:
    if not np.all(np.isfinite(here.slope)):
        raise ConvergenceError("the Cox fit with a frailty met numbers too large to go on with")
    return FrailtySpot(
        here.theta,
        here.beta,
        here.effect,
        here.likelihood,
        here.value,
        here.slope,
        here.information,
        here.bend,
        taken,
    )


def _advance(
    hill: FrailtyHill, here: FrailtySpot, step: Floats, decrement: float
) -> FrailtySpot | None:
    """Step, halving it until the hill rises by a small share of what the slope promises."""
    p, noise = len(here.beta), 1e-13 * abs(here.value)
    for halving in range(40):
        share = 0.5**halving
        ahead = look_around(
            hill, here.theta, here.beta + share * step[:p], here.effect + share * step[p:]
        )
        if ahead.value >= here.value + 1e-4 * share * decrement - noise:
            return ahead
    return None
