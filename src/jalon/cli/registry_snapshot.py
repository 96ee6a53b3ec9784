"""``jalon registry snapshot``: freeze the registry for one project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jalon.cli.registry_options import (
    ByOption,
    DateOption,
    StoreOption,
    name_actor,
    open_registry,
    read_day,
)


def snapshot(
    project: Annotated[str, typer.Option(help="The project; who objects to it is left out.")],
    to: Annotated[Path, typer.Option(help="The folder to write; it must not be there yet.")],
    on: DateOption = None,
    store: StoreOption = None,
    by: ByOption = None,
) -> None:
    """Write a folder of Parquet files without the patients who object; the same every time."""
    from jalon.registry.snapshot import take_snapshot  # noqa: PLC0415 - heavy

    taken = take_snapshot(open_registry(store), project, to, read_day(on), name_actor(by))
    manifest = taken.manifest
    typer.echo(f"snapshot for {manifest.project}, objections of {manifest.on}")
    if manifest.data_kind == "synthetic":
        typer.echo("synthetic patients: no real person is in it")
    typer.echo(f"  {'patients':<16}{manifest.patients:>10,}       {manifest.left_out:,} left out")
    for name, table in manifest.tables.items():
        typer.echo(f"  {name:<16}{table.rows:>10,} rows  sha256 {table.sha256[:12]}…")
    typer.echo(f"wrote {to}  {manifest.snapshot_id[:12]}…")
