"""Regression of pseudo-values: a risk as a function of covariates, whatever the censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import ConvergenceError, Floats, UnsuitableDataError

MOST_STEPS = 200
HALVINGS = 40
SETTLED = 1e-11
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
    fitted = np.zeros(x.shape[1])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise UnsuitableDataError("the predicted risks are too alike for this curve")
    least = _sum_squares(values, x @ fitted + offset)
    for _ in range(MOST_STEPS):
        index = x @ fitted + offset
        slope = _slope(index)[:, None] * x
        pull = slope.T @ (values - take_back(index))
        step = _find_step(values, x, index, pull)
        if step is None:
            break
        moved, reached = _shorten(values, (x, offset), fitted, step, least)
        fitted, least = fitted + moved, reached
        size = np.sqrt(np.einsum("ij,ij->j", slope, slope))
        if np.max(np.abs(step) * size) <= SETTLED * np.sqrt(max(least, 1e-300)):
            return PseudoFit(fitted, _robust(values, x, x @ fitted + offset))
    raise ConvergenceError(
        "the regression of pseudo-values did not settle; use fewer knots, or more events"
    )


def _find_step(values: Floats, x: Floats, index: Floats, pull: Floats) -> Floats | None:
    """Newton's step, or that of Gauss and Newton where the squares are not convex."""
    slope = _slope(index)
    square = (slope[:, None] * x).T @ (slope[:, None] * x)
    bend = slope * (1 - np.exp(np.minimum(index, 700.0))) * (values - take_back(index))
    for matrix in (square - (bend[:, None] * x).T @ x, square):
        try:
            np.linalg.cholesky(matrix)
            return np.asarray(np.linalg.solve(matrix, pull), dtype=np.float64)
        except np.linalg.LinAlgError:
            continue
    return None


def _shorten(
    values: Floats, design: tuple[Floats, Floats], fitted: Floats, step: Floats, least: float
) -> tuple[Floats, float]:
    """Halve a step until the squares do not rise."""
    x, offset = design
    for _ in range(HALVINGS):
        reached = _sum_squares(values, x @ (fitted + step) + offset)
        if reached <= least * (1 + 1e-14):
            return step, reached
        step = step / 2
    return np.zeros(len(step)), least


def _sum_squares(values: Floats, index: Floats) -> float:
    return float(np.sum((values - take_back(index)) ** 2))


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
