"""The Cox likelihood with an elastic net penalty: its minimum for one strength of the penalty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import ConvergenceError, Floats, Integers
from jalon.stats.kernels.cox import evaluate
from jalon.stats.kernels.cox_moments import describe_blocks
from jalon.stats.kernels.cox_ties import BRESLOW, EXACT
from jalon.stats.kernels.risk_sets import RiskSets
from jalon.stats.kernels.shrink import shrink_quadratic
from jalon.stats.regression.cox_climb import make_sums
from jalon.stats.regression.cox_place import Place, sum_up_to
from jalon.stats.regression.risk_sets import Timeline

MAX_STEPS, SETTLED = 200, 1e-12
MOST_REACH = 25.0
"""Log hazard ratio between the extremes of a covariate that no data can show to be finite."""


@dataclass(frozen=True, slots=True, eq=False)
class LassoHill:
    """The penalised likelihood, per unit of weight.

    Attributes:
        timeline: the risk sets, covariates standardised.
        names: the covariates in words.
        weight: sum of the case weights.
        bounds: shape (p,), penalty of each standardised coefficient relative to others: its
            factor times what the coefficient counts for.
        squares: shape (p,), the same for squared coefficients.
        alpha: share of absolute values in the penalty.
    """

    timeline: Timeline
    names: tuple[str, ...]
    weight: float
    bounds: Floats
    squares: Floats
    alpha: float

    @property
    def sets(self) -> RiskSets:
        """The risk sets."""
        return self.timeline.sets


def find_slope(hill: LassoHill, beta: Floats) -> Floats:
    """Return the gradient of the log likelihood per unit of weight, for all covariates.

    Args:
        hill: the hill.
        beta: shape (p,), standardised coefficients.

    Returns:
        Shape (p,).
    """
    sets = hill.sets
    used = np.flatnonzero(beta)
    log_hazard = sets.x[:, used] @ beta[used]
    if len(sets.offset):
        log_hazard = log_hazard + sets.offset
    hazard = np.exp(log_hazard - log_hazard.max(initial=0.0))
    part = hazard * sets.weight
    bare = sets._replace(x=np.empty((len(hazard), 0)))
    scale = np.ones(len(beta))
    place = Place(hill.timeline, scale, hazard, part, False)
    met = sum_up_to(describe_blocks(bare, part, False).hazard, place)
    slope: Floats = (sets.weight * place.died - part * met) @ sets.x / hill.weight
    return slope


def settle(hill: LassoHill, strength: float, start: Floats, active: Integers) -> Floats:
    """Find the minimum for one strength of the penalty.

    Args:
        hill: the hill.
        strength: of the penalty (lambda).
        start: shape (p,), coefficients to start from.
        active: columns that may differ from 0 at first; others join when the slope asks for it.

    Returns:
        Shape (p,), standardised coefficients.

    Raises:
        ConvergenceError: no minimum was found.
    """
    beta = start
    limit = strength * hill.alpha * hill.bounds
    while True:
        beta = _settle_active(hill, strength, beta, active)
        slope = np.abs(find_slope(hill, beta))
        outside = np.setdiff1d(np.flatnonzero(slope > limit * (1 + 1e-9) + 1e-12), active)
        if len(outside) == 0:
            return _require_finite(hill, strength, beta)
        active = np.union1d(active, outside)


def _require_finite(hill: LassoHill, strength: float, beta: Floats) -> Floats:
    """Refuse a coefficient that only stopped because its slope fell below rounding."""
    reach = np.abs(beta) * np.ptp(hill.sets.x, axis=0)
    if np.any(reach > MOST_REACH):
        raise ConvergenceError(
            f"{hill.names[int(np.argmax(reach))]} separates the patients who have the event from "
            f"the others at risk, and a penalty of {strength:g} does not hold it; give larger "
            "penalties or leave it out"
        )
    return beta


def measure(hill: LassoHill, beta: Floats) -> float:
    """Return the log partial likelihood.

    Args:
        hill: the hill.
        beta: shape (p,), standardised coefficients.

    Returns:
        Breslow's log partial likelihood.
    """
    return _look(hill, beta, np.flatnonzero(beta))[0]


def _look(hill: LassoHill, beta: Floats, active: Integers) -> tuple[float, Floats, Floats]:
    """Log likelihood, gradient and information of some columns."""
    sets = hill.sets._replace(x=np.ascontiguousarray(hill.sets.x[:, active]))
    sums = make_sums(sets, EXACT)
    value = float(evaluate(sets, np.ascontiguousarray(beta[active]), BRESLOW, sums))
    information = np.tril(sums.information) + np.tril(sums.information, -1).T
    return value, sums.gradient.copy(), np.ascontiguousarray(information)


def _settle_active(hill: LassoHill, strength: float, beta: Floats, active: Integers) -> Floats:
    """Newton steps on some columns, each a quadratic with the penalty as it is."""
    bounds = strength * hill.alpha * hill.bounds[active]
    ridge = strength * (1 - hill.alpha) * hill.squares[active]

    def take_penalty(some: Floats) -> float:
        return float(bounds @ np.abs(some) + ridge @ some**2 / 2)

    here = beta.copy()
    here[np.setdiff1d(np.arange(len(beta)), active)] = 0.0
    if len(active) == 0:
        return here
    value, slope, bend = _look(hill, here, active)
    for _ in range(MAX_STEPS):
        now = here[active]
        pull = slope / hill.weight - ridge * now + ridge * now
        target, done = shrink_quadratic(bend / hill.weight, pull, now, bounds, ridge)
        step = target - now
        size = float(step @ (bend / hill.weight + np.diag(ridge)) @ step)
        if done and size < SETTLED**2:
            here[active] = target
            return here
        before = -value / hill.weight + take_penalty(now)
        promise = float(-slope @ step) / hill.weight + take_penalty(target) - take_penalty(now)
        for halving in range(40):
            ahead = here.copy()
            ahead[active] = now + 0.5**halving * step
            found = _look(hill, ahead, active)
            after = -found[0] / hill.weight + take_penalty(ahead[active])
            if after <= before + 1e-4 * 0.5**halving * promise + 1e-14 * abs(before):
                break
        else:
            break
        here, (value, slope, bend) = ahead, found
    raise ConvergenceError(
        f"the lasso found no minimum at a penalty of {strength:g}; leave out the smallest "
        "penalties, or covariates that separate those who have the event"
    )
