"""``jalon registry export``: a centre's current rows as files for the centre itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from jalon.cli.registry_options import (
    ByOption,
    CentreOption,
    JsonOption,
    QuietOption,
    StoreOption,
    name_actor,
    open_registry,
)


def export(  # noqa: PLR0913, PLR0917 - the options of a verb
    table: Annotated[str, typer.Argument(help='A table, or "all".')],
    to: Annotated[
        Path, typer.Option(help="File for one table, folder for all; must not be there yet.")
    ],
    centre: CentreOption = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="csv, parquet or xlsx; else by the file's name.")
    ] = None,
    store: StoreOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write current rows with their pseudonyms, for the centre itself; it is recorded."""
    from jalon.dictionary import find_table, list_tables  # noqa: PLC0415 - heavy
    from jalon.registry.export import FOR_THE_CENTRE, export_tables, find_format  # noqa: PLC0415

    tables = list_tables() if table == "all" else (find_table(table),)
    kind, opened = find_format(format_, to), open_registry(store)
    written = export_tables(opened, tables, to, kind, centre=centre, by=name_actor(by))
    if as_json:
        rows = [
            {"table": part.table, "file": str(part.path), "rows": part.rows, "sha256": part.sha256}
            for part in written
        ]
        typer.echo(json.dumps({"centre": centre, "data_kind": opened.data_kind, "files": rows}))
        return
    typer.echo(f"note  {FOR_THE_CENTRE}", err=True)
    if centre is None:
        typer.echo("note  this one holds the patients of every centre", err=True)
    if quiet:
        return
    if opened.data_kind == "synthetic":
        typer.echo("synthetic patients: no real person is in it")
    for part in written:
        typer.echo(f"  {part.table:<16}{part.rows:>10,} rows  sha256 {part.sha256[:12]}…")
    typer.echo(f"wrote {to}")
