"""The patients behind a generalised linear model, and columns that suit any unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.regression.design import Design, prepare_design, read_covariates

SMALLEST_PIVOT = 1e-7
"""Share of a column's spread not explained by the columns before it; below, collinear."""


@dataclass(frozen=True, slots=True, eq=False)
class GlmData:
    """The patients behind a fit, those of weight 0 left out.

    Attributes:
        x: shape (n, p), covariates as given, a column of ones for the intercept first.
        y: shape (n,), outcomes.
        weight: shape (n,), case weights.
        offset: shape (n,), known part of the linear predictor.
        names: shape (p,), "intercept" and the covariates in words.
    """

    x: Floats
    y: Floats
    weight: Floats
    offset: Floats
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Orthonormal columns that span the covariates.

    Attributes:
        q: shape (n, p), columns of mean square 1, the first for the intercept.
        back: shape (p, p), leads from coefficients of ``q`` to those of the covariates.
    """

    q: Floats
    back: Floats


def read_rows(
    x: npt.ArrayLike | None,
    y: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    offset: npt.ArrayLike | None,
    names: Sequence[str] | None,
) -> GlmData:
    """Read covariates and outcomes, and leave out the patients of weight 0.

    Args:
        x: shape (n, p), covariates without intercept; None for the intercept alone.
        y: shape (n,), outcomes.
        weight: shape (n,), case weights; None for one each.
        offset: shape (n,), known part of the linear predictor; None for 0.
        names: shape (p,), the columns in words.

    Returns:
        The rows.

    Raises:
        UnsuitableDataError: wrong shapes, missing outcomes or negative weights.
    """
    outcome = read_floats(y, "the outcome")
    if outcome.ndim != 1 or not np.all(np.isfinite(outcome)):
        raise UnsuitableDataError(
            "the outcome is not one finite number per patient; leave out patients without it"
        )
    n = len(outcome)
    known = np.zeros(n) if offset is None else read_column(offset, n, "offset")
    mass = np.ones(n) if weight is None else read_column(weight, n, "weight")
    if np.any(mass < 0):
        raise UnsuitableDataError("weight is negative for some patients; weights are >= 0")
    table, words = (np.empty((n, 0)), ()) if x is None else read_covariates(x, n, names)
    full = np.column_stack([np.ones(n), table])
    keep = mass > 0
    return GlmData(full[keep], outcome[keep], mass[keep], known[keep], ("intercept", *words))


def make_basis(data: GlmData) -> Basis:
    """Turn covariates into orthonormal columns.

    Args:
        data: rows with weight above 0.

    Returns:
        The columns and the way back.

    Raises:
        UnsuitableDataError: a missing value, or a column that is constant or a combination of
            the columns before it.
    """
    n, p = data.x.shape
    if p == 1:
        return Basis(np.ones((n, 1)), np.ones((1, 1)))
    design = prepare_design(np.ascontiguousarray(data.x[:, 1:]), data.names[1:], None)
    q, r = np.linalg.qr(np.column_stack([np.ones(n), design.x]))
    q, r = q * np.sqrt(n), r / np.sqrt(n)
    # A table with fewer rows than columns has fewer pivots than columns.
    pivots = np.zeros(p)
    pivots[: len(r)] = np.abs(np.diagonal(r))
    if np.any(pivots < SMALLEST_PIVOT):
        raise UnsuitableDataError(
            f"{data.names[int(np.argmax(pivots < SMALLEST_PIVOT))]} is a combination of the "
            "columns before it; leave it out"
        )
    return Basis(q, _undo_scaling(design) @ solve_triangular(r, np.eye(p)))


def add_columns(x: Floats, beta: Floats) -> Floats:
    """Give the linear predictor so that patients with equal covariates have equal values.

    A matrix product sums some rows in another order than others, and ties would be lost.

    Args:
        x: shape (n, p), columns.
        beta: shape (p,), their coefficients.

    Returns:
        Shape (n,), the sum of columns times coefficients.
    """
    total = np.zeros(len(x))
    for column, coefficient in zip(x.T, beta, strict=True):
        total += column * coefficient
    return total


def read_column(values: npt.ArrayLike, n: int, name: str) -> Floats:
    """Read one finite number per patient.

    Args:
        values: shape (n,).
        n: number of patients.
        name: what the numbers are, for the message.

    Returns:
        The column.

    Raises:
        UnsuitableDataError: another shape or a missing value.
    """
    column = read_floats(values, name)
    if column.shape != (n,) or not np.all(np.isfinite(column)):
        raise UnsuitableDataError(
            f"{name} is not one finite number for each of the {n} patients; complete it first"
        )
    return column


def _undo_scaling(design: Design) -> Floats:
    """Lead from coefficients of standardised columns to those of the columns as given."""
    p = len(design.scale) + 1
    back = np.zeros((p, p))
    back[0, 0] = 1.0
    back[1:, 1:] = np.diag(1 / design.scale)
    back[0, 1:] = -design.mean / design.scale
    return back
