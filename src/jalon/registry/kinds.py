"""How each kind of column is kept in a frame."""

from __future__ import annotations

import polars as pl

KINDS: dict[str, type[pl.DataType]] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "flag": pl.Int64,
    "category": pl.String,
    "identifier": pl.String,
    "date": pl.Date,
}
"""The type of each kind of column."""
