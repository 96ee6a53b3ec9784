"""What a table must have before its missing values can be imputed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.kernels.regression_draw import factorise_kept
from jalon.stats.missing.encoding import Encoding
from jalon.stats.missing.incomplete_table import IncompleteTable
from jalon.stats.missing.target import Target

SAME = 0.999
"""Correlation above which two predictors say the same, as in R's ``mice``."""


def require_known(target: Target, leave_out: bool) -> None:
    """Refuse a column of which too little is known.

    Args:
        target: an incomplete column.
        leave_out: whether a column known to have one value only may pass.

    Raises:
        UnsuitableDataError: nothing known, one value only, or too few known values for its
            donors or its predictors.
    """
    known, name = len(target.values), target.name
    if known == 0:
        raise UnsuitableDataError(f"{name} is missing for every patient; leave it out")
    if len(target.levels) == 1:
        if leave_out:
            return
        raise UnsuitableDataError(
            f"{name} has one value only where it is known, so it cannot be imputed; leave it out"
        )
    if target.method == "matching" and known < target.donors:
        raise UnsuitableDataError(
            f"{name} is known for {known} patients, fewer than its {target.donors} donors; leave "
            "it out or take fewer donors"
        )
    if target.method in ("matching", "normal") and known <= len(target.predictors) + 1:
        raise UnsuitableDataError(
            f"{name} is known for {known} patients, too few for {len(target.predictors)} "
            "predictors; choose fewer"
        )


def require_distinct(
    z: Floats, encoding: Encoding, uses: npt.NDArray[np.bool_], names: tuple[str, ...]
) -> None:
    """Refuse predictors that say nothing new.

    Args:
        z: shape (n, d), the design, NaN where missing.
        encoding: what its columns are.
        uses: shape (p, d), columns of the design that each incomplete column is imputed from.
        names: shape (p + e,), the columns of the table and of the outcome in words.

    Raises:
        UnsuitableDataError: a predictor that is the same for everyone, nearly equal to
            another, a combination of others, or never known together with another.
    """
    used = uses.any(axis=0)
    for k in np.flatnonzero(used & (encoding.scale == 0)):
        raise UnsuitableDataError(
            f"{names[encoding.owner[k]]} is the same for every patient; leave it out"
        )
    together, correlation = _correlate(z)
    pairs = (uses.T.astype(np.int64) @ uses) > 0
    pairs &= encoding.owner[:, None] != encoding.owner[None, :]
    for i, k in np.argwhere(np.triu(pairs)):
        one, two = names[encoding.owner[i]], names[encoding.owner[k]]
        if together[i, k] == 0:
            raise UnsuitableDataError(
                f"{one} and {two} are never both known, so nothing tells how they relate; keep "
                "them from being predictors together"
            )
        if together[i, k] > 2 and abs(correlation[i, k]) >= SAME:
            raise UnsuitableDataError(
                f"{one} and {two} say the same (correlation {SAME:g} or more); leave one out"
            )
    complete = np.flatnonzero(used & ~np.isnan(z).any(axis=0))
    _require_rank(z[:, complete], encoding.owner[complete], names)


def _require_rank(x: Floats, owner: Integers, names: tuple[str, ...]) -> None:
    kept = factorise_kept(np.tril(x.T @ x))[1]
    if not kept.all():
        name = names[owner[int(np.argmin(kept))]]
        raise UnsuitableDataError(
            f"{name} is a combination of other complete columns; leave one of them out"
        )


def _correlate(z: Floats) -> tuple[Floats, Floats]:
    """Return on how many rows each pair of columns is known, and their correlation there."""
    seen = (~np.isnan(z)).astype(np.float64)
    value = np.where(np.isnan(z), 0.0, z)
    together = seen.T @ seen
    total, squares = value.T @ seen, (value**2).T @ seen
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = squares - total**2 / together
        shared = value.T @ value - total * total.T / together
        correlation = shared / np.sqrt(spread * spread.T)
    # A column that does not vary where the other is known has no correlation with it.
    flat = spread < 1e-12 * together
    return together, np.where(flat | flat.T, 0.0, correlation)


def require_rows(table: IncompleteTable, n: int) -> None:
    """Refuse an outcome of other patients than the table's.

    Args:
        table: the table.
        n: patients of the outcome.

    Raises:
        UnsuitableDataError: another number of patients.
    """
    if n != len(table.values):
        raise UnsuitableDataError(
            f"the table has {len(table.values)} rows but the outcome {n}; give one per patient"
        )
