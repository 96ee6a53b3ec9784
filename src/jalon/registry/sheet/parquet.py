"""A Parquet file's typed columns become texts that lose nothing."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import polars as pl

from jalon.core.errors import DataFileError
from jalon.registry.sheet.sheet import Raw

MAX_CELLS = 2_000_000_000
"""More than any centre has; a small damaged file may claim it."""

DAMAGED = "is not a whole Parquet file; it may have been cut short; export it again"


def split_parquet(path: Path, content: bytes) -> Raw:
    """Turn a Parquet file into cells.

    Args:
        path: the file, for messages.
        content: its bytes.

    Returns:
        The cells; "lines" are rows counted from 1.

    Raises:
        DataFileError: damaged, or a column whose values are no single value.
    """
    if not content.endswith(b"PAR1") or len(content) < 12:
        raise DataFileError(path, DAMAGED)
    try:
        frame = _load(path, content)
        texts = frame.select(_text(path, name, frame.schema[name]) for name in frame.columns)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise DataFileError(path, DAMAGED) from error
    header = tuple(frame.columns)
    places = {name: str(place) for place, name in enumerate(header)}
    lines = np.arange(1, frame.height + 1, dtype=np.int64)
    return Raw(header, texts.rename(places), lines)


def _load(path: Path, content: bytes) -> pl.DataFrame:
    lazy = pl.scan_parquet(io.BytesIO(content))
    width = len(lazy.collect_schema())
    rows = int(lazy.select(pl.len()).collect().item())
    if rows * max(width, 1) > MAX_CELLS:
        advice = f"claims {rows:,} rows, more than can be read; split it"
        raise DataFileError(path, advice)
    return pl.read_parquet(io.BytesIO(content))


def _text(path: Path, name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind.is_nested() or kind in {pl.Binary, pl.Object}:
        advice = f"holds values of type {kind}; keep one text, number or date in each cell"
        raise DataFileError(path, advice, column=name)
    if kind == pl.Boolean:
        return column.cast(pl.Int8).cast(pl.String)
    if kind.is_float():
        # A code such as 12 that came as 12.0, because some rows were empty, stays 12.
        whole = column.is_finite() & (column == column.round()) & (column.abs() < 2**53)
        exact = pl.when(whole).then(column).cast(pl.Int64).cast(pl.String)
        return pl.coalesce(exact, column.cast(pl.String)).alias(name)
    if isinstance(kind, pl.Datetime):
        pattern = "%Y-%m-%dT%H:%M:%S%.f%:z" if kind.time_zone else "%Y-%m-%dT%H:%M:%S%.f"
        return column.dt.to_string(pattern)
    if kind == pl.Date:
        return column.dt.to_string("%Y-%m-%d")
    return column.cast(pl.String)
