"""Regression of pseudo-values: a risk as a function of covariates, whatever the censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import ConvergenceError, Floats, UnsuitableDataError
from jalon.stats.kernels.pseudo_climb import climb_pseudo

LEAST_SHARE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class PseudoFit:
    """A regression on the scale log(-log(1 - risk)).

    Attributes:
        coefficients: shape (p,).
        covariance: shape (p, p), robust.
    """

    coefficients: Floats
    covariance: Floats

    @property
    def std_errors(self) -> Floats:
        """Shape (p,), their standard errors."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def cloglog(risk: Floats) -> Floats:
    """Give log(-log(1 - risk)), the scale on which hazards multiply.

    Args:
        risk: above 0 and below 1.

    Returns:
        The same shape.
    """
    return np.asarray(np.log(-np.log1p(-risk)))


def take_back(scale: Floats) -> Floats:
    """Give the risk at a place on the scale log(-log(1 - risk)).

    Args:
        scale: any numbers.

    Returns:
        Risks, 0 to 1.
    """
    return np.asarray(-np.expm1(-np.exp(np.minimum(scale, 700.0))))


def fit_pseudo(values: Floats, x: Floats, offset: Floats) -> PseudoFit:
    """Fit risks to pseudo-values by least squares, errors being robust.

    The equations are those of R's ``geepack::geese(family = gaussian, mean.link = "cloglog",
    corstr = "independence")``, and so are its ``san.se``.

    Args:
        values: shape (n,), pseudo-values of the patients.
        x: shape (n, p), covariates, a column of ones among them when there is an intercept.
        offset: shape (n,), what is added to the linear predictor.

    Returns:
        The fit.

    Raises:
        UnsuitableDataError: columns that say the same.
        ConvergenceError: the squares have no least value that could be found.
    """
    fitted = find_least(values, x, offset)
    return PseudoFit(fitted, _robust(values, x, x @ fitted + offset))


def find_least(values: Floats, x: Floats, offset: Floats) -> Floats:
    """Find the coefficients of ``fit_pseudo`` without their errors.

    Args:
        values: shape (n,), pseudo-values of the patients.
        x: shape (n, p), covariates.
        offset: shape (n,), what is added to the linear predictor.

    Returns:
        Shape (p,).

    Raises:
        UnsuitableDataError: columns that say the same.
        ConvergenceError: the squares have no least value that could be found.
    """
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise UnsuitableDataError("the predicted risks are too alike for this curve")
    begin = np.zeros(x.shape[1])
    parts = (np.ascontiguousarray(part, dtype=np.float64) for part in (values, x, offset, begin))
    fitted, settled = climb_pseudo(*parts)
    if not settled:
        raise ConvergenceError(
            "the regression of pseudo-values did not settle; use fewer knots, or more events"
        )
    return np.asarray(fitted)


def _slope(index: Floats) -> Floats:
    """By how much the risk rises with the scale."""
    high = np.minimum(index, 700.0)
    return np.asarray(np.exp(high - np.exp(high)))


def _robust(values: Floats, x: Floats, index: Floats) -> Floats:
    slope = _slope(index)[:, None] * x
    square = slope.T @ slope
    size = np.sqrt(np.diag(square))
    even = square / np.outer(size, size) if size.min() > 0 else np.zeros((1, 1))
    if np.linalg.eigvalsh(even)[0] < LEAST_SHARE:
        raise ConvergenceError(
            "the regression of pseudo-values ends at risks of 0 or 1, where it has no error; use "
            "fewer knots, or more events"
        )
    bread = np.linalg.inv(even) / np.outer(size, size)
    meat = slope * (values - take_back(index))[:, None]
    return np.asarray(bread @ (meat.T @ meat) @ bread)
