"""The partial likelihood as a hill to climb, with a penalty or not, some coefficients held."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from jalon.core import ConvergenceError, Floats
from jalon.stats.kernels.cox import evaluate
from jalon.stats.kernels.cox_moments import slope_determinant
from jalon.stats.kernels.cox_sums import Sums
from jalon.stats.kernels.cox_ties import EFRON, EXACT
from jalon.stats.kernels.risk_sets import RiskSets
from jalon.stats.regression.cox_climb import TIES, evaluate_exact, make_sums
from jalon.stats.regression.cox_fit import Ties
from jalon.stats.regression.cox_rows import CoxRows
from jalon.stats.regression.design import Columns, measure_columns
from jalon.stats.regression.risk_sets import Timeline, arrange_risk_sets

MAX_STEPS = 500
LAST_DECREMENT = 1e-22
"""Squared step in standard errors after which nothing is gained."""

SMALL_DECREMENT = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Hill:
    """A log likelihood over standardised coefficients.

    Attributes:
        timeline: the risk sets.
        columns: by which the covariates were standardised.
        ties: how ties are treated.
        sums: room for an evaluation.
        ridge: shape (p,), half of this times the squared coefficient is taken away.
        firth: whether half the log determinant of the information is added.
    """

    timeline: Timeline
    columns: Columns
    ties: int
    sums: Sums
    ridge: Floats
    firth: bool = False

    @property
    def sets(self) -> RiskSets:
        """The risk sets."""
        return self.timeline.sets


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A place on the hill.

    Attributes:
        beta: shape (p,), standardised coefficients.
        value: log likelihood with its penalty; minus infinity where it does not exist.
        likelihood: the same without penalty.
        gradient: shape (p,), of the value.
        information: shape (p, p), of the likelihood without penalty.
        curvature: shape (p, p), the information with what a ridge adds, or, under Firth's
            penalty, what has been learned of minus the second derivative of the value.
        steps: steps taken to get here.
    """

    beta: Floats
    value: float
    likelihood: float
    gradient: Floats
    information: Floats
    curvature: Floats
    steps: int = 0


def raise_hill(
    rows: CoxRows,
    names: tuple[str, ...],
    ties: Ties,
    ridge: Floats | None = None,
    firth: bool = False,
) -> Hill:
    """Build the hill of some patients.

    Args:
        rows: the patients.
        names: their covariates in words.
        ties: how ties are treated.
        ridge: shape (p,), ridge penalties per squared unit of each coefficient as given.
        firth: whether to add Firth's penalty.

    Returns:
        The hill.
    """
    columns = measure_columns(rows.x, names, rows.data.weight)
    timeline = arrange_risk_sets(rows.x, rows.data, rows.offset, columns)
    # Small data, so one chunk, of which the walk back for the penalty can make use.
    sums = make_sums(timeline.sets, EXACT)
    penalty = np.zeros(len(names)) if ridge is None else ridge / columns.scale / columns.scale
    return Hill(timeline, columns, TIES[ties], sums, penalty, firth)


def look(hill: Hill, beta: Floats) -> Spot:
    """Look at one place of the hill.

    Args:
        hill: the hill.
        beta: shape (p,), standardised coefficients.

    Returns:
        Its height and slopes.

    Reference:
        Firth's penalty in the Cox model: Heinze G, Schemper M (2001),
        doi:10.1111/j.0006-341X.2001.00114.x, section 2.
    """
    sums = hill.sums
    if hill.ties == EXACT:
        likelihood = evaluate_exact(hill.sets, beta, sums)
    else:
        likelihood = float(evaluate(hill.sets, beta, hill.ties, sums))
    information = np.tril(sums.information) + np.tril(sums.information, -1).T
    gradient = sums.gradient - hill.ridge * beta
    value = likelihood - float(hill.ridge @ beta**2) / 2
    curvature = information + np.diag(hill.ridge)
    if hill.firth:
        sign, logarithm = np.linalg.slogdet(information)
        value = value + logarithm / 2 if sign > 0 else -np.inf
        if sign > 0:
            inverse = np.linalg.inv(information)
            inverse = (inverse + inverse.T) / 2
            bend = slope_determinant(hill.sets, sums.part, hill.ties == EFRON, inverse)
            gradient = gradient + bend / 2
    if not np.isfinite(value):
        value = -np.inf
    return Spot(beta, value, likelihood, gradient, information, curvature)


def ascend(hill: Hill, start: Floats, held: int = -1, bend: Floats | None = None) -> Spot:
    """Climb by Newton steps, halved where they overshoot, until the hill is flat.

    The curvature of Firth's penalty is not computed but learned from how the slope changes
    along the way (Broyden, Fletcher, Goldfarb and Shanno), starting from the information.

    Args:
        hill: the hill.
        start: shape (p,), where to start.
        held: a coefficient that stays as it is, or -1.
        bend: shape (p, p), curvature learned nearby, for Firth's penalty.

    Returns:
        The summit.

    Raises:
        ConvergenceError: no summit was found.
    """
    free = np.flatnonzero(np.arange(len(start)) != held)
    here, last = look(hill, start), np.inf
    if hill.firth and bend is not None:
        here = replace(here, curvature=bend)
    for taken in range(MAX_STEPS):
        step, gradient = np.zeros(len(start)), here.gradient[free]
        if len(free):
            step[free] = _solve(here.curvature[np.ix_(free, free)], gradient)
        decrement = float(gradient @ step[free])
        # Below this only rounding is left to climb, which need not shrink.
        if not decrement > LAST_DECREMENT or SMALL_DECREMENT > decrement >= last:
            return replace(here, steps=taken)
        ahead = _advance(hill, here, step, decrement)
        if ahead is None and decrement < SMALL_DECREMENT:
            return replace(here, steps=taken)
        if ahead is None:
            break
        if hill.firth:
            ahead = replace(ahead, curvature=_learn(here, ahead))
        here, last = ahead, decrement
    raise ConvergenceError(
        "the penalised Cox fit or its profile found no maximum; look for extreme values in "
        f"{', '.join(hill.columns.names)}"
    )


def _learn(here: Spot, ahead: Spot) -> Floats:
    """Correct the curvature by how the slope changed from one place to the next."""
    moved, change = ahead.beta - here.beta, here.gradient - ahead.gradient
    gain, bent = float(moved @ change), here.curvature @ moved
    if gain <= 1e-12 * float(moved @ bent):
        return here.curvature
    learned: Floats = here.curvature + np.outer(change, change) / gain
    return learned - np.outer(bent, bent) / float(moved @ bent)


def _solve(matrix: Floats, vector: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(matrix, vector), dtype=np.float64)
    except np.linalg.LinAlgError as reason:
        raise ConvergenceError(
            "the information vanished on the way to the maximum; look for collinear columns"
        ) from reason


def _advance(hill: Hill, here: Spot, step: Floats, decrement: float) -> Spot | None:
    """Step, halving it until the hill rises by a small share of what the slope promises."""
    noise = 1e-13 * abs(here.value)
    for halving in range(40):
        share = 0.5**halving
        ahead = look(hill, here.beta + share * step)
        if ahead.value >= here.value + 1e-4 * share * decrement - noise:
            return ahead
    return None
