"""A frame of rows becomes one hash that any change of a value would change.

The form that is hashed is spelt out here byte by byte, so that a store can be verified in fifteen
years by another version of every library.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import polars as pl


def digest_frame(frame: pl.DataFrame, keys: tuple[str, ...]) -> str:
    """Return the SHA-256 of a frame's values, the same for any order of its rows.

    For each column: its name, a byte per row (1 where there is a value), then the values: numbers
    as little-endian float64 or int64, dates as int64 days since 1970, texts as the int64 length of
    each in bytes followed by all their UTF-8 bytes. A missing value counts as 0 or nothing.

    Args:
        frame: the rows, typed as a store types them.
        keys: the columns that tell them apart; texts in the order of their bytes.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256(f"{frame.height}\n".encode())
    # One pass for all columns: a frame of few rows and many columns is the usual case.
    parts = [part for name, kind in frame.schema.items() for part in _express(name, kind)]
    plain = frame.lazy().sort(list(keys)).select(parts).collect()
    for name, kind in frame.schema.items():
        digest.update(f"{name}\n".encode())
        digest.update(plain[f"{name} there"].to_numpy().tobytes())
        fixed = plain[f"{name} fixed"].to_numpy()
        # Adding 0.0 makes minus zero plain zero, which is what SQLite keeps (polars leaves it out).
        digest.update((fixed + 0.0 if kind == pl.Float64 else fixed).tobytes())
        if kind == pl.String:
            digest.update("".join(plain[f"{name} text"].to_list()).encode())
    return digest.hexdigest()


def _express(name: str, kind: pl.DataType) -> list[pl.Expr]:
    """Return the byte that says a value is there, its fixed part, and a text itself."""
    column = pl.col(name)
    there = column.is_not_null().cast(pl.UInt8).alias(f"{name} there")
    if kind == pl.String:
        text = column.fill_null("")
        size = text.str.len_bytes().cast(pl.Int64)
        return [there, size.alias(f"{name} fixed"), text.alias(f"{name} text")]
    if kind == pl.Float64:
        return [there, column.fill_null(0.0).alias(f"{name} fixed")]
    return [there, column.to_physical().cast(pl.Int64).fill_null(0).alias(f"{name} fixed")]


def digest_record(record: dict[str, Any]) -> str:
    """Return the SHA-256 of a record's canonical JSON."""
    return hashlib.sha256(write_canonical(record).encode()).hexdigest()


def write_canonical(value: object) -> str:
    """Return JSON with one spelling: sorted keys, no blanks, as it is hashed; dates as ISO."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
