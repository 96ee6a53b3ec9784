"""``jalon registry synthetic``: the files of invented centres, for trying everything out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jalon.cli.registry_options import QuietOption


def synthetic(
    patients: Annotated[int, typer.Argument(min=1, help="How many patients to invent.")],
    to: Annotated[Path, typer.Option(help="The folder: a folder per centre, a file per table.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 1,
    centre: Annotated[
        list[str] | None, typer.Option("--centre", help="Code of a centre; repeat.")
    ] = None,
    faults: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of the rows to break, to see it caught.")
    ] = 0.0,
    quiet: QuietOption = False,
) -> None:
    """Invent a registry that looks roughly like the published one; no real person is in it."""
    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.simulate import plant_faults, simulate_tables, write_tables  # noqa: PLC0415 - heavy

    if to.exists() and any(to.iterdir() if to.is_dir() else [to]):
        raise UserError(f"{to} is there already and not empty; name another folder")
    tables = simulate_tables(patients, seed, tuple(centre or ()))
    planted = plant_faults(tables, faults, seed) if faults else None
    files = write_tables(planted.tables if planted else tables, to)
    if quiet:
        return
    typer.echo("synthetic patients: no real person is among them")
    for name, frame in tables.items():
        typer.echo(f"  {name:<16}{frame.height:>10,} rows")
    if planted:
        typer.echo(f"  {'broken on purpose':<16}{len(planted.faults):>9,} rows")
    typer.echo(f"wrote {len(files):,} files into {to}")
