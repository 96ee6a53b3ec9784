"""Rejected cells as a person sees them: what is wrong, on which lines, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    import polars as pl

    from jalon.registry.rejection import Rejections

WIDE = 110
"""Characters from which a table can be read."""

LINES = 3
"""How many lines of one kind are named; the CSV file names all."""


def show_rejections(
    rejections: Rejections, file: str, shown: int = 20, console: Console | None = None
) -> None:
    """Show the rejected cells of one file, those that are wrong alike in one row.

    Args:
        rejections: what was rejected.
        file: name of the file.
        shown: how many kinds are shown at most.
        console: where to write; None for the terminal.
    """
    import polars as pl  # noqa: PLC0415 - heavy

    out = console or Console(highlight=False)
    kinds = (
        rejections.frame.group_by("column", "found", "rule", "advice", maintain_order=True)
        .agg(pl.col("line").head(LINES), count=pl.len())
        .sort(pl.col("line").list.first(), maintain_order=True)
    )
    count, different = len(rejections), kinds.height
    cells = "cell" if count == 1 else "cells"
    ways = "" if different in {1, count} else f", {different:,} kinds"
    out.print(Text(f"{file}: {count:,} {cells} rejected{ways}", style="bold"))
    if out.width < WIDE:
        _list(kinds.head(shown), out)
    else:
        out.print(_draw(kinds.head(shown)))
    if different > shown:
        word = "kind" if different - shown == 1 else "kinds"
        out.print(Text(f"and {different - shown:,} further {word}", style="dim"))


def _draw(kinds: pl.DataFrame) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("lines", no_wrap=True)
    for name in ("column", "rule", "found"):
        table.add_column(name, overflow="fold")
    table.add_column("what to do", ratio=1, overflow="fold")
    for row in kinds.iter_rows(named=True):
        # As plain text: a name in brackets is no style.
        cells = (row["column"], row["rule"], row["found"], row["advice"])
        table.add_row(_list_lines(row["line"], row["count"]), *(Text(cell) for cell in cells))
    return table


def _list(kinds: pl.DataFrame, out: Console) -> None:
    """On a narrow terminal the columns of a table would hold a word each."""
    for row in kinds.iter_rows(named=True):
        head = Text("line ", style="dim") + _list_lines(row["line"], row["count"])
        out.print(head + Text(f"  {row['column']}  {row['rule']}: {row['found']}"))
        out.print(Padding(Text(row["advice"]), (0, 0, 0, 4)))


def _list_lines(lines: list[int], count: int) -> Text:
    listed = Text(", ".join(f"{line}" for line in lines))
    if count > len(lines):
        listed.append(f" +{count - len(lines):,}", style="dim")
    return listed
