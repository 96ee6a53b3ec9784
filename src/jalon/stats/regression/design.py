"""The covariates of a regression: checked, named, centred and scaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError


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
    with np.errstate(over="ignore", invalid="ignore"):
        mean = x.mean(axis=0) if weight is None else weight @ x / weight.sum()
    if not np.all(np.isfinite(mean)):
        _refuse_missing(x, names)
    centred = x - mean
    scale = _measure_spread(centred)
    # A constant such as 0.1 may differ from its own mean by rounding.
    flat = ~(scale > 1e-12 * np.abs(mean))
    if flat.any():
        raise UnsuitableDataError(
            f"{names[int(np.argmax(flat))]} is the same for all {len(x)} patients, so its effect "
            "cannot be estimated; leave it out"
        )
    centred /= scale
    return Design(centred, mean, scale, names)


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
    table = np.asarray(x, dtype=np.float64, order="C")
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


def _measure_spread(centred: Floats) -> Floats:
    """Return the standard deviation of each column, also where its squares overflow."""
    with np.errstate(over="ignore", under="ignore"):
        scale = np.sqrt(np.einsum("ij,ij->j", centred, centred) / len(centred))
    for j in np.flatnonzero(~((scale > 1e-150) & (scale < 1e150))):
        largest = np.max(np.abs(centred[:, j]))
        if largest > 0:
            scale[j] = largest * np.sqrt(np.mean((centred[:, j] / largest) ** 2))
    return np.asarray(scale, dtype=np.float64)


def _refuse_missing(x: Floats, names: tuple[str, ...]) -> None:
    missing = np.sum(~np.isfinite(x), axis=0)
    first = int(np.argmax(missing > 0))
    raise UnsuitableDataError(
        f"{names[first]} is missing or infinite for {missing[first]} of {len(x)} patients; leave "
        "them out or impute first"
        if missing[first]
        else "covariates are too large to average; give them in a larger unit"
    )
