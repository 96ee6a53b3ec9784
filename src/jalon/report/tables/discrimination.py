"""The table that stands beside the discrimination figure."""

from __future__ import annotations

from collections.abc import Sequence

from jalon.report.discrimination import DiscriminationRow
from jalon.report.tables.table import Heading, Interval, Table


def discrimination_table(rows: Sequence[DiscriminationRow], title: str) -> Table:
    """Tabulate concordances with their intervals.

    Args:
        rows: one per score and data set.
        title: the caption.

    Returns:
        One row each, with the patients it rests on and how its interval was made.
    """
    columns = (
        Heading("Score and data"),
        Heading("Concordance (interval)"),
        Heading("Patients"),
        Heading("Interval"),
    )
    cells = tuple(
        (row.label, Interval(row.estimate), row.n_text, _interval_words(row)) for row in rows
    )
    return Table(title, columns, cells)


def _interval_words(row: DiscriminationRow) -> str:
    if row.estimate.low != row.estimate.low:  # NaN: there is no interval
        return "none"
    return f"{100 * row.estimate.level:g}%, {row.estimate.method}".rstrip(", ")
