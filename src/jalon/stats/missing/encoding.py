"""Columns of a table as the numbers that a regression takes: centred, scaled, levels apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers
from jalon.stats.missing.incomplete_table import IncompleteTable


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """How each column of a table enters the regressions of the others.

    A number or binary column is one column of the design; an ordered one has an indicator of
    each level above its lowest, so that its effect need not be linear (R's contrasts of an
    ordered factor span the same). Each is centred and scaled by its known values, once.

    Attributes:
        owner: shape (d,), which column of the table each column of the design comes from; p
            and above for the outcome.
        level: shape (d,), level that it indicates; NaN for the value itself.
        mean: shape (d,), what is taken off.
        scale: shape (d,), what it is divided by; 0 for a column that is the same for everyone.
    """

    owner: Integers
    level: Floats
    mean: Floats
    scale: Floats

    def columns_of(self, j: int) -> npt.NDArray[np.intp]:
        """Return the columns of the design that column ``j`` of the table is written to."""
        return np.flatnonzero(self.owner == j)


def choose_encoding(table: IncompleteTable, extra: Floats) -> Encoding:
    """Choose how the columns of a table and of its outcome enter a regression.

    Args:
        table: the table; its known values give levels, means and scales.
        extra: shape (n, e), complete columns beside it.

    Returns:
        The encoding of p + e columns.
    """
    owner, level, mean, scale = [], [], [], []
    for j in range(len(table.kinds) + extra.shape[1]):
        inside = j < len(table.kinds)
        column = table.values[:, j] if inside else extra[:, j - len(table.kinds)]
        known = column[~np.isnan(column)]
        codes = np.unique(known)[1:] if inside and table.kinds[j] == "ordered" else np.empty(0)
        for code in codes if len(codes) else [np.nan]:
            shown = known if np.isnan(code) else (known == code).astype(np.float64)
            centre = float(shown.mean()) if len(shown) else 0.0
            spread = float(shown.std()) if len(shown) else 0.0
            owner.append(j)
            level.append(code)
            mean.append(centre)
            # A constant such as 0.1 may differ from its own mean by rounding.
            scale.append(spread if spread > 1e-12 * abs(centre) else 0.0)
    return Encoding(np.array(owner), np.array(level), np.array(mean), np.array(scale))


def encode(values: Floats, encoding: Encoding, columns: npt.NDArray[np.intp]) -> Floats:
    """Return values of one column of the table as columns of the design.

    Args:
        values: shape (r,), values of the table's column, NaN where missing.
        encoding: the encoding.
        columns: shape (c,), columns of the design that belong to it.

    Returns:
        Shape (r, c), NaN where missing.
    """
    level, mean = encoding.level[columns], encoding.mean[columns]
    scale = np.where(encoding.scale[columns] > 0, encoding.scale[columns], np.inf)
    shown = np.repeat(values[:, None], len(columns), axis=1)
    levels = ~np.isnan(level)
    if levels.any():
        indicated = np.where(np.isnan(shown), np.nan, shown == level)
        shown = np.where(levels, indicated, shown)
    return np.asarray((shown - mean) / scale)
