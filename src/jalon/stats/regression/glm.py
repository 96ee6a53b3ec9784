"""Generalised linear models: one likelihood for outcomes of yes or no and for counts."""

from __future__ import annotations

import numpy as np
from scipy.special import logit, logsumexp, ndtr

from jalon.core import ConvergenceError, Floats
from jalon.stats.regression.glm_family import Family
from jalon.stats.regression.glm_fit import GlmFit, take_intervals, take_ratios, take_test
from jalon.stats.regression.glm_rows import Basis, GlmData, add_columns, make_basis
from jalon.stats.regression.newton import Ascent, Objective, climb, evaluate
from jalon.stats.regression.separation import refuse_separation


def fit_glm(family: Family, data: GlmData, level: float) -> GlmFit:
    """Maximise the likelihood of a generalised linear model with its canonical link.

    Args:
        family: distribution of the outcome.
        data: rows with weight above 0.
        level: coverage of the intervals, 0 to 1.

    Returns:
        The fit with its tests.

    Raises:
        UnsuitableDataError: a missing value, a column that is constant or a combination of
            others, or that separates the outcomes.
        ConvergenceError: no maximum was found.
    """
    basis = make_basis(data)
    objective = Objective(family, basis.q, data)
    null = climb(objective, start_at(family, basis, data), np.eye(len(data.names))[:, :1])
    top = climb(objective, null.point.gamma)
    require_maximum(family, data, top)
    return _report(objective, basis, (null, top), level)


def start_at(family: Family, basis: Basis, data: GlmData) -> Floats:
    """Give the coefficients where no covariate has an effect; exact without offset.

    Args:
        family: distribution of the outcome.
        basis: columns, the first for the intercept.
        data: rows with weight above 0.

    Returns:
        Shape (p,), coefficients of the columns.
    """
    share = data.weight @ data.y / data.weight.sum()
    if family.name == "logistic":
        first = logit(share) - data.weight @ data.offset / data.weight.sum()
    else:
        first = np.log(data.weight @ data.y) - logsumexp(data.offset, b=data.weight)
    gamma = np.zeros(len(data.names))
    # The sign of the first column is the choice of the factorisation.
    gamma[0] = first * basis.q[0, 0]
    return gamma


def require_maximum(family: Family, data: GlmData, ascent: Ascent) -> None:
    """Refuse an ascent that has no end or did not reach it.

    Args:
        family: distribution of the outcome.
        data: rows with weight above 0.
        ascent: where Newton's method arrived.

    Raises:
        UnsuitableDataError: a covariate separates the outcomes.
        ConvergenceError: no maximum was found.
    """
    if ascent.slow:
        refuse_separation(family, data)
    if not ascent.settled:
        raise ConvergenceError(
            f"the regression found no maximum in {ascent.steps} steps; look for extreme values "
            f"in {', '.join(data.names[1:]) or 'the offset'}"
        )


def _report(
    objective: Objective, basis: Basis, ascents: tuple[Ascent, Ascent], level: float
) -> GlmFit:
    """Bring the fit back to the units of the covariates, and test it."""
    null, top = ascents[0].point, ascents[1].point
    family, data = objective.family, objective.data
    n, df = len(data.y), len(data.names) - 1
    inverse = np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    beta, covariance = basis.back @ top.gamma, bring_back(basis, inverse)
    error = take_errors(basis, inverse)
    z = beta / error
    estimates = take_intervals(beta, error, level)
    perfect = float(data.weight @ family.saturated(data.y))
    slope = evaluate(objective, null.gamma)
    rao = float(slope.gradient @ np.linalg.solve(slope.information, slope.gradient))
    return GlmFit(
        family=family.name,
        names=data.names,
        coefficients=beta,
        covariance=covariance,
        standard_errors=error,
        z=z,
        p=2 * ndtr(-np.abs(z)),
        estimates=estimates,
        ratios=take_ratios(estimates),
        log_likelihood_null=null.value,
        log_likelihood=top.value,
        deviance=2 * (perfect - top.value),
        null_deviance=2 * (perfect - null.value),
        aic=2 * (df + 1) - 2 * top.value,
        bic=float(np.log(n)) * (df + 1) - 2 * top.value,
        likelihood_ratio=take_test(2 * (top.value - null.value), df),
        wald=take_test(take_wald(top.gamma, inverse), df),
        score=take_test(rao, df),
        n=n,
        events=float(data.weight @ data.y),
        iterations=ascents[1].steps,
        level=level,
        fitted=family.mean(add_columns(data.x, beta) + data.offset),
        data=data,
    )


def bring_back(basis: Basis, covariance: Floats) -> Floats:
    """Turn a covariance of the columns' coefficients into one of the covariates'.

    Args:
        basis: the columns and the way back.
        covariance: shape (p, p).

    Returns:
        Shape (p, p), symmetric.
    """
    with np.errstate(over="ignore", under="ignore"):
        result: Floats = basis.back @ (covariance + covariance.T) @ basis.back.T / 2
    return result


def take_errors(basis: Basis, covariance: Floats) -> Floats:
    """Give standard errors of the covariates' coefficients, also where their squares overflow.

    Args:
        basis: the columns and the way back.
        covariance: shape (p, p), of the columns' coefficients.

    Returns:
        Shape (p,), standard errors.
    """
    size = np.abs(basis.back).max(axis=1)
    rows = basis.back / size[:, None]
    error: Floats = size * np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows))
    return error


def take_wald(gamma: Floats, covariance: Floats) -> float:
    """Measure how far all coefficients but the intercept's are from 0, in any coordinates.

    Args:
        gamma: shape (p,), coefficients of the columns.
        covariance: shape (p, p), theirs.

    Returns:
        The statistic; 0 when there is only an intercept.
    """
    rest = gamma[1:]
    return float(rest @ np.linalg.solve(covariance[1:, 1:], rest)) if len(rest) else 0.0
