"""The hash of what happened to questions, together with what each asks."""

from __future__ import annotations

import polars as pl

from jalon.registry.store.digest import digest_frame

COLUMNS = (
    "query_id",
    "seq",
    "at",
    "by",
    "state",
    "comment",
    "value_digest",
    "import_id",
    "centre",
    "patient",
    "table_name",
    "row_key",
    "columns",
    "rule",
)


def digest_query_events(events: pl.DataFrame) -> str:
    """Return one hash over the events of one audit entry.

    Args:
        events: the events, each beside the fixed columns of its question (centre, patient,
            table_name, row_key, columns, rule); further columns do not count.

    Returns:
        64 hexadecimal digits.
    """
    whole = {"seq", "import_id"}
    chosen = [pl.col(name).cast(pl.Int64 if name in whole else pl.String) for name in COLUMNS]
    return digest_frame(events.select(chosen), ("query_id", "seq"))
