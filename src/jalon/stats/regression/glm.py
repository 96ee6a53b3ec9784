"""Newton's method for generalised linear models, in coordinates that suit any unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.special import ndtr

from jalon.core import ConvergenceError, Floats, UnsuitableDataError
from jalon.stats.regression.design import Design, prepare_design, read_covariates
from jalon.stats.regression.glm_family import Family
from jalon.stats.regression.glm_fit import (
    GlmData,
    GlmFit,
    take_intervals,
    take_ratios,
    take_test,
)
from jalon.stats.regression.separation import refuse_separation

MAX_STEPS = 40
SMALLEST_PIVOT = 1e-7
"""Share of a column's spread not explained by the columns before it; below, collinear."""

LAST_DECREMENT = 1e-16
"""Squared step in standard errors, per unit of weight, after which nothing is gained."""

SLOW_RATIO = 0.01
"""Newton squares its decrement near a maximum; steady shares mean a climb to infinity."""


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Orthonormal columns that span the covariates.

    Attributes:
        q: shape (n, p), columns of mean square 1, the first for the intercept.
        back: shape (p, p), leads from coefficients of ``q`` to those of the covariates.
        names: shape (p,), "intercept" and the covariates in words.
    """

    q: Floats
    back: Floats
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """Where Newton's method arrived.

    Attributes:
        gamma: shape (k,), coefficients of the columns.
        eta: shape (n,), linear predictor.
        information: shape (k, k), at ``gamma``.
        log_likelihood: at ``gamma``.
        steps: steps taken.
        settled: whether the last step was too small to matter.
        slow: whether the steps did not shrink as they do near a maximum.
    """

    gamma: Floats
    eta: Floats
    information: Floats
    log_likelihood: float
    steps: int
    settled: bool
    slow: bool


def read_rows(
    x: npt.ArrayLike | None,
    y: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    offset: npt.ArrayLike | None,
    names: tuple[str, ...] | None,
) -> tuple[GlmData, tuple[str, ...]]:
    """Read covariates and outcomes, and leave out the patients of weight 0.

    Args:
        x: shape (n, p), covariates without intercept; None for the intercept alone.
        y: shape (n,), outcomes.
        weight: shape (n,), case weights; None for one each.
        offset: shape (n,), known part of the linear predictor; None for 0.
        names: shape (p,), the columns in words.

    Returns:
        The rows, and the names with "intercept" first.

    Raises:
        UnsuitableDataError: wrong shapes, missing values or negative weights.
    """
    outcome = np.asarray(y, dtype=np.float64)
    if outcome.ndim != 1 or not np.all(np.isfinite(outcome)):
        raise UnsuitableDataError(
            "the outcome is not one finite number per patient; leave out patients without it"
        )
    n = len(outcome)
    known = np.zeros(n) if offset is None else _read_column(offset, n, "offset")
    mass = np.ones(n) if weight is None else _read_column(weight, n, "weight")
    if np.any(mass < 0):
        raise UnsuitableDataError("weight is negative for some patients; weights are >= 0")
    table, words = (np.empty((n, 0)), ()) if x is None else read_covariates(x, n, names)
    full = np.column_stack([np.ones(n), table])
    keep = mass > 0
    rows = GlmData(full[keep], outcome[keep], mass[keep], known[keep])
    return rows, ("intercept", *words)


def fit_glm(family: Family, data: GlmData, names: tuple[str, ...], level: float) -> GlmFit:
    """Maximise the likelihood of a generalised linear model with its canonical link.

    Args:
        family: distribution of the outcome.
        data: rows with weight above 0.
        names: shape (p,), "intercept" and the covariates in words.
        level: coverage of the intervals, 0 to 1.

    Returns:
        The fit with its tests.

    Raises:
        UnsuitableDataError: a missing value, a column that is constant or a combination of
            others, or that separates the outcomes.
        ConvergenceError: no maximum was found.
    """
    basis = make_basis(data, names)
    null = climb(family, basis.q[:, :1], data)
    top = climb(family, basis.q, data, null.gamma) if len(names) > 1 else null
    if top.slow:
        refuse_separation(family.name, data, names, family.ratio)
    if not top.settled:
        raise ConvergenceError(
            f"the regression found no maximum in {top.steps} steps; look for extreme values in "
            f"{', '.join(names[1:]) or 'the offset'}"
        )
    return _report(family, data, basis, (null, top), level)


def make_basis(data: GlmData, names: tuple[str, ...]) -> Basis:
    """Turn covariates into orthonormal columns.

    Args:
        data: rows with weight above 0.
        names: shape (p,), "intercept" and the covariates in words.

    Returns:
        The columns and the way back.

    Raises:
        UnsuitableDataError: a missing value, or a column that is constant or a combination of
            the columns before it.
    """
    n, p = data.x.shape
    if p == 1:
        return Basis(np.ones((n, 1)), np.ones((1, 1)), names)
    design = prepare_design(np.ascontiguousarray(data.x[:, 1:]), names[1:], None)
    q, r = np.linalg.qr(np.column_stack([np.ones(n), design.x]))
    q, r = q * np.sqrt(n), r / np.sqrt(n)
    # A table with fewer rows than columns has fewer pivots than columns.
    pivots = np.zeros(p)
    pivots[: len(r)] = np.abs(np.diagonal(r))
    if np.any(pivots < SMALLEST_PIVOT):
        raise UnsuitableDataError(
            f"{names[int(np.argmax(pivots < SMALLEST_PIVOT))]} is a combination of the columns "
            "before it; leave it out"
        )
    return Basis(q, _undo_scaling(design) @ solve_triangular(r, np.eye(p)), names)


def _undo_scaling(design: Design) -> Floats:
    """Lead from coefficients of standardised columns to those of the columns as given."""
    p = len(design.scale) + 1
    back = np.zeros((p, p))
    back[0, 0] = 1.0
    back[1:, 1:] = np.diag(1 / design.scale)
    back[0, 1:] = -design.mean / design.scale
    return back


def climb(family: Family, q: Floats, data: GlmData, start: Floats | None = None) -> Ascent:
    """Take Newton steps, halved where they overshoot, until the likelihood stands still.

    Args:
        family: distribution of the outcome.
        q: shape (n, k), columns of comparable spread.
        data: outcomes, weights and offset; its covariates are not read.
        start: shape (j,), coefficients of the first j columns to start from.

    Returns:
        Where it arrived, settled or not.
    """
    gamma = np.zeros(q.shape[1])
    if start is not None:
        gamma[: len(start)] = start
    elif family.name == "poisson":
        gamma[0] = np.log(data.weight @ data.y) - np.log(data.weight @ np.exp(data.offset))
    eta = q @ gamma + data.offset
    reached = float(data.weight @ family.log_likelihood(data.y, eta))
    enough, last = LAST_DECREMENT * float(data.weight.mean()), np.inf
    settled, slow = False, True
    for steps in range(1, MAX_STEPS + 1):
        gradient, information = take_slopes(family, q, eta, data)
        try:
            step = np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
        except np.linalg.LinAlgError:
            break
        decrement = float(gradient @ step)
        if not np.isfinite(decrement):
            break
        gamma, eta, reached = _take_step(family, (q, data), (gamma, eta, reached), step)
        slow, last = steps > 1 and decrement > SLOW_RATIO * last, decrement
        settled = decrement <= enough
        if settled:
            break
    _, information = take_slopes(family, q, eta, data)
    return Ascent(gamma, eta, information, reached, steps, settled, slow or not settled)


def take_slopes(family: Family, q: Floats, eta: Floats, data: GlmData) -> tuple[Floats, Floats]:
    """Return the gradient and the information of the log likelihood.

    Args:
        family: distribution of the outcome.
        q: shape (n, k), columns.
        eta: shape (n,), linear predictor.
        data: outcomes and weights.

    Returns:
        Shapes (k,) and (k, k).
    """
    mean = family.mean(eta)
    gradient = q.T @ (data.weight * (data.y - mean))
    information = (q.T * (data.weight * family.variance(mean))) @ q
    return gradient, information


def _take_step(
    family: Family,
    problem: tuple[Floats, GlmData],
    place: tuple[Floats, Floats, float],
    step: Floats,
) -> tuple[Floats, Floats, float]:
    """Step, halving it while the likelihood falls by more than rounding."""
    (q, data), (gamma, eta, reached) = problem, place
    change = q @ step
    least = reached - 1e-12 * abs(reached)
    for halving in range(30):
        share = 0.5**halving
        ahead = eta + share * change
        value = float(data.weight @ family.log_likelihood(data.y, ahead))
        if value >= least:
            moved = gamma + share * step
            return moved, q @ moved + data.offset, value
    return place


def _report(
    family: Family, data: GlmData, basis: Basis, ascents: tuple[Ascent, Ascent], level: float
) -> GlmFit:
    """Bring the fit back to the units of the covariates, and test it."""
    null, top = ascents
    n, df = len(data.y), len(basis.names) - 1
    inverse = np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    beta = basis.back @ top.gamma
    with np.errstate(over="ignore", under="ignore"):
        covariance = basis.back @ (inverse + inverse.T) @ basis.back.T / 2
    error = np.sqrt(np.diagonal(covariance))
    z = beta / error
    estimates = take_intervals(beta, error, level)
    perfect = float(data.weight @ family.saturated(data.y))
    gradient, information = take_slopes(family, basis.q, null.eta, data)
    return GlmFit(
        family=family.name,
        names=basis.names,
        coefficients=beta,
        covariance=covariance,
        standard_errors=error,
        z=z,
        p=2 * ndtr(-np.abs(z)),
        estimates=estimates,
        ratios=take_ratios(estimates),
        log_likelihood_null=null.log_likelihood,
        log_likelihood=top.log_likelihood,
        deviance=2 * (perfect - top.log_likelihood),
        null_deviance=2 * (perfect - null.log_likelihood),
        aic=2 * (df + 1) - 2 * top.log_likelihood,
        bic=float(np.log(n)) * (df + 1) - 2 * top.log_likelihood,
        likelihood_ratio=take_test(2 * (top.log_likelihood - null.log_likelihood), df),
        wald=take_test(_take_wald(top.gamma, inverse), df),
        score=take_test(float(gradient @ np.linalg.solve(information, gradient)), df),
        n=n,
        events=float(data.weight @ data.y),
        iterations=top.steps,
        level=level,
        fitted=family.mean(top.eta),
        data=data,
    )


def _take_wald(gamma: Floats, inverse: Floats) -> float:
    """Test that all coefficients but the intercept's are 0, whatever the coordinates."""
    rest, spread = gamma[1:], inverse[1:, 1:]
    return float(rest @ np.linalg.solve(spread, rest)) if len(rest) else 0.0


def _read_column(values: npt.ArrayLike, n: int, name: str) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (n,) or not np.all(np.isfinite(column)):
        raise UnsuitableDataError(
            f"{name} is not one finite number for each of the {n} patients; complete it first"
        )
    return column
