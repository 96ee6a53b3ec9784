"""Lasso and elastic net Cox regression: covariates drawn to 0 until few are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.regression.cox_rows import CoxRows, read_rows
from jalon.stats.regression.design import Columns, measure_columns
from jalon.stats.regression.lasso_hill import LassoHill, find_slope, measure, settle
from jalon.stats.regression.risk_sets import arrange_risk_sets

SMALLEST_ALPHA, LEAST_GAIN, MOST_EXPLAINED, LOOK_BACK = 1e-3, 1e-3, 0.999, 5
"""As in glmnet: with less than this share of lasso the path begins as if it were this share; it
ends when five strengths gained less than this part of the deviance explained, or all is explained.
"""


@dataclass(frozen=True, slots=True, eq=False)
class ElasticNet:
    """A penalty on the sizes of coefficients.

    Attributes:
        alpha: share of absolute values (lasso), the rest being squares (ridge), 0 to 1.
        strengths: the penalties to fit for (lambda), above 0 or 0 itself; None for a falling
            sequence from the smallest that leaves no penalised covariate in.
        count: how many, when they are chosen.
        ratio: the last as a share of the first; None for 0.0001 with more patients than
            covariates, 0.01 otherwise.
        standardise: whether a coefficient counts per standard deviation of its covariate.
        factors: shape (p,), penalty of each covariate relative to the others, 0 to keep it in;
            they are scaled to a mean of 1. None for equal ones.
    """

    alpha: float = 1.0
    strengths: Sequence[float] | None = None
    count: int = 100
    ratio: float | None = None
    standardise: bool = True
    factors: Sequence[float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LassoPath:
    """Coefficients for each of k strengths of the penalty.

    Attributes:
        names: shape (p,), the covariates in words.
        strengths: shape (k,), falling penalties (lambda).
        coefficients: shape (k, p), log hazard ratios per unit.
        nonzero: shape (k,), how many are not 0.
        deviance_ratio: shape (k,), share of the null deviance that is explained.
        null_deviance: twice the log likelihood between no covariate and a perfect model.
        log_likelihood: shape (k,), Breslow's log partial likelihood.
        alpha: share of lasso in the penalty.
        n: patients with weight above 0.
        events: how many of them had the event.
    """

    names: tuple[str, ...]
    strengths: Floats
    coefficients: Floats
    nonzero: Integers
    deviance_ratio: Floats
    null_deviance: float
    log_likelihood: Floats
    alpha: float
    n: int
    events: int

    def at(self, strength: float) -> Floats:
        """Return the coefficients for a strength, on a straight line between those fitted.

        Args:
            strength: the penalty; beyond those fitted, the nearest counts.

        Returns:
            Shape (p,).
        """
        rising = self.strengths[::-1]
        columns = [np.interp(strength, rising, column[::-1]) for column in self.coefficients.T]
        return np.array(columns)


def fit_lasso_cox(
    x: npt.ArrayLike,
    data: SurvivalData,
    net: ElasticNet | None = None,
    offset: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> LassoPath:
    """Estimate hazard ratios with as few covariates as a penalty leaves, for a row of penalties.

    The penalised coefficients have no standard errors: those of a model chosen by the data would
    be too small. Choose the penalty by ``cross_validate_lasso``.

    Args:
        x: shape (n, p), covariates, one row per patient, no missing value; p may exceed n.
        data: outcomes of the same patients, with one cause of event; strata, weights and late
            entry are honoured. Ties are Breslow's.
        net: the penalty; None for the lasso.
        offset: shape (n,), a known part of the log hazard.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        The coefficients for each penalty.

    Raises:
        UnsuitableDataError: no event, several causes, a missing value, a constant column, nobody
            to compare with, or a penalty out of range.
        ConvergenceError: no minimum was found, as for a covariate that separates patients and
            is not held.

    Reference:
        Tibshirani R (1997), doi:10.1002/(SICI)1097-0258(19970228)16:4<385::AID-SIM380>3.0.CO;2-3;
        Simon N, Friedman J, Hastie T, Tibshirani R (2011), doi:10.18637/jss.v039.i05, equation 3,
        whose scale of lambda and sequence of penalties are kept (R's ``glmnet``).

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 0, 1, 1])
        >>> x = [[2, 0], [3, 1], [1, 1], [1, 0], [0, 1], [0, 0]]
        >>> path = fit_lasso_cox(x, data, ElasticNet(strengths=[0.5, 0.1]))
        >>> path.nonzero.tolist(), path.coefficients[1].round(2).tolist()
        ([1, 2], [0.93, 0.23])
    """
    chosen = ElasticNet() if net is None else net
    rows, words = read_rows(x, data, offset, names)
    columns = measure_columns(rows.x, words, rows.data.weight)
    hill = raise_lasso(rows, columns, chosen)
    floor = _find_saturated(hill)
    start, first = _start(hill)
    null = _deviance(hill, np.zeros(len(words)), floor)
    if not null > 0:
        raise UnsuitableDataError(
            "nobody else is at risk when events happen, so there is nobody to compare with; wait "
            "for longer follow-up"
        )
    beta, found, last = start, [], first
    for strength in _list_strengths(chosen, first, rows.x.shape):
        slope = np.abs(find_slope(hill, beta))
        likely = slope >= hill.alpha * hill.bounds * (2 * strength - last)
        beta = settle(hill, strength, beta, np.flatnonzero(likely | (beta != 0)))
        found.append((strength, beta, 1 - _deviance(hill, beta, floor) / null))
        last = strength
        if chosen.strengths is None and _is_enough([one[2] for one in found]):
            break
    table = np.array([one[1] for one in found])
    ratio = np.array([one[2] for one in found])
    return LassoPath(
        names=words,
        strengths=np.array([one[0] for one in found]),
        coefficients=table / columns.scale,
        nonzero=np.count_nonzero(table, axis=1).astype(np.int64),
        deviance_ratio=ratio,
        null_deviance=null,
        log_likelihood=floor - null * (1 - ratio) / 2,
        alpha=chosen.alpha,
        n=len(rows.data),
        events=int(np.sum(rows.data.event > 0)),
    )


def raise_lasso(rows: CoxRows, columns: Columns, net: ElasticNet) -> LassoHill:
    """Build the penalised likelihood of some patients.

    Args:
        rows: the patients.
        columns: by which their covariates are standardised.
        net: the penalty.

    Returns:
        The hill.

    Raises:
        UnsuitableDataError: a penalty out of range.
    """
    p, weight = rows.x.shape[1], rows.weight
    if not 0 <= net.alpha <= 1:
        raise UnsuitableDataError(f"alpha is {net.alpha:g}; give a share between 0 and 1")
    factors = np.ones(p) if net.factors is None else read_floats(net.factors, "factors")
    if factors.shape != (p,) or not (np.all(factors >= 0) and 0 < factors.sum() < np.inf):
        raise UnsuitableDataError(f"factors is not one number >= 0 for each of {p} columns")
    factors = factors * p / factors.sum()
    spread = np.ones(p)
    if net.standardise:
        # glmnet's standard deviation counts the weights, that of the design does not.
        spread = np.sqrt(weight @ (rows.x - columns.mean) ** 2 / weight.sum())
    unit = spread / columns.scale
    timeline = arrange_risk_sets(rows.x, rows.data, rows.offset, columns)
    return LassoHill(
        timeline,
        columns.names,
        float(weight.sum()),
        factors * unit,
        factors * unit**2,
        net.alpha,
    )


def measure_deviance(rows: CoxRows, coefficients: Floats) -> Floats:
    """Return twice the distance of some models' log likelihoods from a perfect one's.

    Args:
        rows: the patients.
        coefficients: shape (k, p), log hazard ratios of k models.

    Returns:
        Shape (k,).
    """
    n = len(rows.data)
    bare = Columns(np.empty(0), np.empty(0), ())
    timeline = arrange_risk_sets(np.empty((n, 0)), rows.data, np.zeros(n), bare)
    nothing = np.empty(0)
    found = []
    for beta in coefficients:
        known = rows.log_hazard(beta)[timeline.rows]
        moved = replace(timeline, sets=timeline.sets._replace(offset=known))
        hill = LassoHill(moved, (), 1.0, nothing, nothing, 1.0)
        found.append(_deviance(hill, nothing, _find_saturated(hill)))
    return np.array(found)


def _start(hill: LassoHill) -> tuple[Floats, float]:
    """Fit what is not penalised, and find the strength that lets nothing else in."""
    free = np.flatnonzero(hill.bounds == 0)
    beta = settle(hill, 1e30, np.zeros(len(hill.bounds)), free) if len(free) else None
    start = np.zeros(len(hill.bounds)) if beta is None else beta
    held = hill.bounds > 0
    pull = np.abs(find_slope(hill, start))[held] / hill.bounds[held]
    return start, float(pull.max()) / max(hill.alpha, SMALLEST_ALPHA)


def _list_strengths(net: ElasticNet, first: float, shape: tuple[int, ...]) -> list[float]:
    if net.strengths is not None:
        given = read_floats(net.strengths, "strengths")
        if given.ndim != 1 or len(given) == 0 or not np.all((given >= 0) & (given < np.inf)):
            raise UnsuitableDataError("strengths holds a negative or missing penalty; give >= 0")
        return sorted(given.tolist(), reverse=True)
    ratio = (1e-4 if shape[0] > shape[1] else 0.01) if net.ratio is None else net.ratio
    if not (0 < ratio < 1 and net.count >= 2):
        raise UnsuitableDataError("ratio must be between 0 and 1 and count at least 2")
    return [float(one) for one in first * ratio ** np.linspace(0, 1, net.count)]


def _is_enough(ratios: list[float]) -> bool:
    if ratios[-1] > MOST_EXPLAINED:
        return True
    if len(ratios) < LOOK_BACK:
        return False
    return ratios[-1] - ratios[-LOOK_BACK] < LEAST_GAIN * ratios[-1]


def _find_saturated(hill: LassoHill) -> float:
    """Log likelihood of a model that knows who dies when: only ties are left."""
    sets = hill.sets
    ends = sets.start[:-1] + sets.deaths
    total = np.append(0.0, np.cumsum(sets.weight))
    dead = total[ends] - total[sets.start[:-1]]
    return -float(np.sum(dead * np.log(dead)))


def _deviance(hill: LassoHill, beta: Floats, saturated: float) -> float:
    return 2 * (saturated - measure(hill, beta))
