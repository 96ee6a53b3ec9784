"""What an import did, or why nothing was done, for a person and for a program."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from jalon.registry.delivery import Receipt
    from jalon.registry.rejected import RejectedError

SHOWN = 20
"""How many rejected cells of a file a person sees; the CSV file holds all."""


def tell_receipts(receipts: list[Receipt]) -> None:
    """Tell a person what an import did: a line per table, or per centre when there are several."""
    if len(receipts) == 1:
        tell_receipt(receipts[0])
        return
    names = ("centre", "files", "new", "changed", "as before", "queries opened", "closed")
    typer.echo(f"{names[0]:<10}" + "".join(f"{name:>16}" for name in names[1:]))
    for receipt in receipts:
        taken, queries = receipt.taken, receipt.queries
        counts = (
            len(taken),
            sum(one.added for one in taken),
            sum(one.changed for one in taken),
            sum(one.unchanged for one in taken),
            queries.opened + queries.reopened,
            queries.closed,
        )
        typer.echo(f"{receipt.centre:<10}" + "".join(f"{count:>16,}" for count in counts))


def tell_receipt(receipt: Receipt) -> None:
    """Tell a person what an import did, one line per table."""
    typer.echo(f"centre {receipt.centre}")
    for one in receipt.taken:
        what = (
            f"imported before as number {one.import_id}; nothing was changed"
            if one.before
            else f"{one.added:>8,} new {one.changed:>7,} changed {one.unchanged:>8,} as before"
        )
        typer.echo(f"  {one.table:<16}{what}")
    queries = receipt.queries
    if queries.opened or queries.closed or queries.reopened:
        typer.echo(
            f"  {'queries':<16}{queries.opened:>8,} opened {queries.closed:>4,} closed "
            f"{queries.reopened:>6,} asked again"
        )
    if receipt.outdated:
        word = "snapshot is" if len(receipt.outdated) == 1 else "snapshots are"
        typer.echo(f"  {len(receipt.outdated)} {word} out of date now: an objection came")


def describe_receipt(receipt: Receipt) -> dict[str, Any]:
    """Return the same for a program."""
    return {
        "centre": receipt.centre,
        "taken": [asdict(one) for one in receipt.taken],
        "queries": asdict(receipt.queries),
        "outdated": list(receipt.outdated),
    }


def show_rejected(error: RejectedError, to: Path | None, *, as_json: bool) -> None:
    """Show the rejected cells, and write them to a file when one is named.

    Args:
        error: what was rejected.
        to: a CSV file; its first column says which file a cell is of.
        as_json: whether a program reads.
    """
    from jalon.cli.registry_rejections import show_rejections  # noqa: PLC0415 - heavy
    from jalon.registry.rejected import name_apart  # noqa: PLC0415 - heavy
    from jalon.registry.safe_csv import write_safe_csv  # noqa: PLC0415 - heavy

    if to is not None:
        write_safe_csv(error.tabulate(), to)
    if as_json:
        cells = {str(path): found.frame.to_dicts() for path, found in error.rejected.items()}
        typer.echo(json.dumps({"kept": False, "problem": str(error), "rejected": cells}))
        return
    names = name_apart(list(error.rejected))
    for path, found in error.rejected.items():
        show_rejections(found, names[path], SHOWN)
    typer.echo(f"error  {error}", err=True)
    if to is not None:
        typer.echo(f"all rejected cells are in {to}")
