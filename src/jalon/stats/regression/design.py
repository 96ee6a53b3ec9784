"""The covariates of a regression: checked, named, centred and scaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.kernels.columns import CHUNK, sum_columns, sum_squares
from jalon.stats.team import ALONE, Team


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Covariates with mean 0 and spread 1, so that a fit does not depend on their units.

    Attributes:
        x: shape (n, p), standardised.
        mean: shape (p,), weighted mean of each column as given.
        scale: shape (p,), standard deviation of each column as given.
        names: the columns in words, for messages and tables.
    """

    x: Floats
    mean: Floats
    scale: Floats
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What is needed to standardise covariates.

    Attributes:
        mean: shape (p,), weighted mean of each column.
        scale: shape (p,), standard deviation of each column.
        names: the columns in words, for messages and tables.
    """

    mean: Floats
    scale: Floats
    names: tuple[str, ...]


def prepare_design(x: Floats, names: tuple[str, ...], weight: Floats | None) -> Design:
    """Centre and scale covariates, and refuse those that say nothing.

    Args:
        x: shape (n, p), as read by ``read_covariates``.
        names: the columns in words.
        weight: shape (n,), case weights for the means; None for one each.

    Returns:
        The standardised covariates.

    Raises:
        UnsuitableDataError: a missing value, or a column that is the same for everyone.
    """
    columns = measure_columns(x, names, weight)
    centred = x - columns.mean
    centred /= columns.scale
    return Design(centred, columns.mean, columns.scale, names)


def measure_columns(
    x: Floats, names: tuple[str, ...], weight: Floats | None, team: Team = ALONE
) -> Columns:
    """Measure mean and spread of covariates, and refuse those that say nothing.

    Args:
        x: shape (n, p), as read by ``read_covariates``.
        names: the columns in words.
        weight: shape (n,), case weights for the means; None for one each.
        team: who does it.

    Returns:
        Means and scales.

    Raises:
        UnsuitableDataError: a missing value, or a column that is the same for everyone.
    """
    n, p = x.shape
    chunks, weights = -(-n // CHUNK), np.empty(0) if weight is None else np.array(weight)
    total, squares = np.empty((chunks, 1 + p)), np.empty((chunks, p))
    team.run(lambda worker: sum_columns(x, weights, total, (worker, team.workers)))
    with np.errstate(over="ignore", invalid="ignore"):
        sums = total.sum(axis=0)
        mean = x[0] + sums[1:] / sums[0]
    if not np.all(np.isfinite(mean)):
        _refuse_missing(x, names)
    team.run(lambda worker: sum_squares(x, mean, squares, (worker, team.workers)))
    with np.errstate(over="ignore"):
        scale = np.sqrt(squares.sum(axis=0) / n)
    for j in np.flatnonzero(~((scale > 1e-150) & (scale < 1e150))):
        # The squares overflow or vanish, the values do not.
        centred = x[:, j] - mean[j]
        largest = np.max(np.abs(centred))
        scale[j] = largest * np.sqrt(np.mean((centred / largest) ** 2)) if largest > 0 else 0.0
    # A constant such as 0.1 may differ from its own mean by rounding.
    flat = ~(scale > 1e-12 * np.abs(mean))
    if flat.any():
        raise UnsuitableDataError(
            f"{names[int(np.argmax(flat))]} is the same for all {n} patients, so its effect "
            "cannot be estimated; leave it out"
        )
    return Columns(mean, scale, names)


def read_covariates(
    x: npt.ArrayLike, n: int, names: Sequence[str] | None
) -> tuple[Floats, tuple[str, ...]]:
    """Read covariates as a table of numbers with a name for each column.

    Args:
        x: shape (n, p), one row per patient.
        n: number of patients of the outcome.
        names: shape (p,), the columns in words; None for "column 0", "column 1", ….

    Returns:
        The table and the names.

    Raises:
        UnsuitableDataError: another shape, or not one name per column.
    """
    # Rows together in memory, which data frames do not give; the kernels are compiled for it.
    table = np.require(read_floats(x, "x"), requirements=["C", "W"])
    if table.ndim != 2:
        raise UnsuitableDataError(
            f"x has {table.ndim} dimensions; give one row per patient and one column per covariate"
        )
    rows, columns = table.shape
    if rows != n:
        raise UnsuitableDataError(f"x has {rows} rows but the outcome {n}; give one per patient")
    if columns == 0:
        raise UnsuitableDataError("x has no column; give at least one covariate")
    words = [f"column {j}" for j in range(columns)] if names is None else list(names)
    if len(words) != columns:
        raise UnsuitableDataError(f"{len(words)} names for {columns} columns; give one per column")
    return table, tuple(words)


def read_new_patients(x: npt.ArrayLike, names: tuple[str, ...]) -> Floats:
    """Read the covariates of patients to predict for.

    Args:
        x: shape (n, p), one row per patient, in the order of the fit.
        names: shape (p,), the columns of the fit in words.

    Returns:
        The table.

    Raises:
        UnsuitableDataError: another shape, or a missing value.
    """
    given = read_floats(x, "x")
    table, _ = read_covariates(given, len(given) if given.ndim else 0, names)
    if not np.all(np.isfinite(table)):
        _refuse_missing(table, names)
    return table


def _refuse_missing(x: Floats, names: tuple[str, ...]) -> None:
    missing = np.sum(~np.isfinite(x), axis=0)
    first = int(np.argmax(missing > 0))
    raise UnsuitableDataError(
        f"{names[first]} is missing or infinite for {missing[first]} of {len(x)} patients; leave "
        "them out or impute first"
        if missing[first]
        else "covariates are too large to average; give them in a larger unit"
    )
