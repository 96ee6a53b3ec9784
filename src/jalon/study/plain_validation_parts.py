"""Columns that part the patients of a file: centres, sexes, age bands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from jalon.core.errors import DataFileError
from jalon.study.plain_table import PlainTable

MOST_VALUES = 8
"""A column of more different numbers than this is cut into bands."""

BANDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class LabelColumn:
    """A label of each row of a file.

    Attributes:
        name: of the column.
        labels: shape (n,), texts; None where not known.
        order: names of the bands that numbers were cut into, rising; none for other columns.
    """

    name: str
    labels: npt.NDArray[np.object_]
    order: tuple[str, ...] = ()


def read_label(table: PlainTable, name: str, role: str) -> LabelColumn:
    """Read a column that parts the patients.

    Args:
        table: the file.
        name: of the column.
        role: the option that named it, for messages.

    Returns:
        Its texts; numbers of many values are cut into three bands of about equal size.

    Raises:
        DataFileError: no such column, or the same for every row.
    """
    texts = table.text(name, role)
    known = texts.drop_nulls()
    if known.n_unique() + (known.len() < texts.len()) < 2:
        raise DataFileError(
            table.path, f"it is the same for every row; {role} parts nobody by it", column=name
        )
    if role == "--by" and table.is_number(name) and known.n_unique() > MOST_VALUES:
        values = table.numbers(name)
        shares = np.arange(1, BANDS) / BANDS
        cuts = np.unique(np.nanquantile(values, shares, method="inverted_cdf"))
        return cut_bands(name, values, cuts)
    return LabelColumn(name, np.array(texts.to_list(), dtype=object))


def cut_bands(
    name: str, values: npt.NDArray[np.float64], cuts: npt.NDArray[np.float64]
) -> LabelColumn:
    """Cut numbers into bands.

    Args:
        name: of the column.
        values: shape (n,), NaN where not known.
        cuts: rising limits; a value on one belongs below it.

    Returns:
        The name of each row's band.
    """
    edges = [f"{cut:g}" for cut in cuts]
    between = [f">{low} to {high}" for low, high in pairwise(edges)]
    names = [f"to {edges[0]}", *between, f">{edges[-1]}"]
    places = np.searchsorted(cuts, values, side="left")
    labels = [
        None if np.isnan(value) else names[k] for value, k in zip(values, places, strict=True)
    ]
    return LabelColumn(name, np.array(labels, dtype=object), tuple(names))
