"""Rows of one table put together from arrays: what is not given stays empty."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from jalon.dictionary import Table
from jalon.registry.kinds import KINDS


def assemble(table: Table, given: Mapping[str, pl.Series], centre: pl.Series) -> pl.DataFrame:
    """Put a table together; every column that is not given is empty.

    Args:
        table: the table's description.
        given: the columns that hold something.
        centre: the centre of each row.

    Returns:
        The centre and one typed column per column of the dictionary, in its order.
    """
    nothing = pl.Series([None], dtype=pl.Null).new_from_index(0, len(centre))
    columns = [
        given.get(column.name, nothing).cast(KINDS[column.kind]).alias(column.name)
        for column in table.columns
    ]
    return pl.DataFrame([centre.alias("centre"), *columns])


def pick(names: tuple[str, ...], places: np.ndarray) -> pl.Series:
    """Turn places in a list of names into those names.

    Args:
        names: the names.
        places: shape (n,), a place in the list; below zero where there is none.
    """
    values = pl.Series(names, dtype=pl.String).gather(np.maximum(places, 0))
    return values.set(pl.Series(places < 0), None)


def repeat(value: object, rows: int) -> pl.Series:
    """Return a column with the same value in every row.

    Args:
        value: the value.
        rows: how many rows.
    """
    return pl.Series([value]).new_from_index(0, rows)
