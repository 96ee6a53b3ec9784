"""Who is in a snapshot and who was left out, as the store keeps it."""

from __future__ import annotations

import json
import zlib

import polars as pl


def pack_patients(patients: pl.DataFrame) -> bytes:
    """Return a list of patients as few bytes."""
    return zlib.compress(json.dumps(patients.rows()).encode(), 6)


def unpack_patients(packed: bytes) -> pl.DataFrame:
    """Return the list that was packed, columns centre and patient."""
    rows = json.loads(zlib.decompress(packed))
    return pl.DataFrame(rows, schema={"centre": pl.String, "patient": pl.String}, orient="row")
