"""A frame of rows becomes one hash that any change of a value would change.

The form that is hashed is spelt out here byte by byte, so that a store can be verified in fifteen
years by another version of every library.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
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
    ordered = frame.sort(list(keys))
    for column in ordered.iter_columns():
        digest.update(f"{column.name}\n".encode())
        digest.update(column.is_not_null().to_numpy().astype(np.uint8).tobytes())
        for part in _list_parts(column):
            digest.update(part)
    return digest.hexdigest()


def _list_parts(column: pl.Series) -> list[bytes]:
    if column.dtype == pl.String:
        texts = column.fill_null("")
        lengths = texts.str.len_bytes().to_numpy().astype("<i8").tobytes()
        return [lengths, "".join(texts.to_list()).encode()]
    if column.dtype == pl.Float64:
        # Adding 0.0 makes minus zero plain zero, which is what SQLite keeps.
        return [(column.fill_null(0.0).to_numpy() + 0.0).astype("<f8").tobytes()]
    return [column.to_physical().cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()]


def digest_record(record: dict[str, Any]) -> str:
    """Return the SHA-256 of a record's canonical JSON."""
    return hashlib.sha256(write_canonical(record).encode()).hexdigest()


def write_canonical(value: object) -> str:
    """Return JSON with one spelling: sorted keys, no blanks, as it is hashed; dates as ISO."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
