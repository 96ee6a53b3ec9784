"""``jalon registry init``: make a store, or bring one up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.cli.registry_options import ByOption, KeysOption, StoreOption, name_actor, require_store

if TYPE_CHECKING:
    from jalon.registry.store.store import DataKind


def init(
    store: StoreOption = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Its patients are invented; every output says so.")
    ] = False,
    keys: KeysOption = None,
    centre: Annotated[
        list[str] | None,
        typer.Option("--centre", help="Make this centre's key in the file of --keys; repeat."),
    ] = None,
    by: ByOption = None,
) -> None:
    """Make the registry's store, or add what a newer dictionary asks for; nothing is lost."""
    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.registry.pseudonym import add_keys  # noqa: PLC0415 - heavy
    from jalon.registry.store.store import create_store  # noqa: PLC0415 - heavy

    if centre and keys is None:
        raise UserError("say in which file the keys shall lie: --keys FILE")
    kind: DataKind = "synthetic" if synthetic else "real"
    opened, made = create_store(require_store(store), kind, name_actor(by))
    opened.close()
    if made:
        columns = sum(part.startswith("column") for part in made)
        tables = sum(part.startswith("table") for part in made)
        what = [f"{tables} tables"] * bool(tables) + [f"{columns} columns"] * bool(columns)
        typer.echo(f"made: {', '.join(what) or 'books'} ({kind} patients)")
    else:
        typer.echo("the store is up to date; nothing was changed")
    if centre and keys:
        _tell_keys(add_keys(keys, centre), keys)


def _tell_keys(made: list[str], path: Path) -> None:
    if made:
        typer.echo(f"new keys in {path}: {', '.join(made)}")
        typer.echo("keep that file apart from the registry, and a copy of it: without a centre's")
        typer.echo("key its patients cannot be recognised again")
    else:
        typer.echo(f"{path} has a key of each; nothing was changed")
