"""CSV files that a spreadsheet opens without running anything that stands in a cell."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import polars as pl

DANGER = r"^[=+\-@\t\r\n＝＋－＠]"
"""Beginnings of a text that some spreadsheet takes for a formula."""

WITHIN = r"""([;\t\r\n]["'\s]*)([=+\-@＝＋－＠])"""
"""The same after a mark that another country's spreadsheet takes for a separator."""


def make_safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before every text that a spreadsheet would take for a formula.

    Args:
        frame: any columns; numbers and dates are left as they are.

    Returns:
        The same frame with safe texts and safe names.

    Example:
        >>> make_safe(pl.DataFrame({"a": ["=1+1", "b"]}))["a"].to_list()
        ["'=1+1", 'b']
    """
    texts = [name for name, kind in frame.schema.items() if _is_text(kind)]
    safe = frame.with_columns(_guard(pl.col(name).cast(pl.String)) for name in texts)
    names = pl.Series(frame.columns, dtype=pl.String)
    guarded = names.to_frame("name").select(_guard(pl.col("name"))).to_series().to_list()
    return safe.rename(dict(zip(frame.columns, guarded, strict=True)))


def write_safe_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV under a temporary name, then rename it.

    Args:
        frame: what goes in.
        path: where the file goes; its folder is made when missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            make_safe(frame).write_csv(stream, quote_style="necessary")
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _is_text(kind: pl.DataType) -> bool:
    return kind == pl.String or isinstance(kind, pl.Categorical | pl.Enum)


def _guard(text: pl.Expr) -> pl.Expr:
    inner = text.str.replace_all(WITHIN, "${1}'${2}")
    return pl.when(text.str.contains(DANGER)).then(pl.lit("'") + inner).otherwise(inner).name.keep()
