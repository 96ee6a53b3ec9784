"""``jalon registry object``: a patient says no, or no longer says no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jalon.cli.registry_options import (
    ByOption,
    DateOption,
    KeysOption,
    StoreOption,
    name_actor,
    open_registry,
    read_day,
)

if TYPE_CHECKING:
    from jalon.registry.delivery import Receipt


def object_(  # noqa: PLR0913, PLR0917 - the options of a verb
    centre: Annotated[str, typer.Option(help="Code of the patient's centre.")],
    patient: Annotated[str, typer.Option(help="The centre's own number of the patient.")],
    project: Annotated[str | None, typer.Option(help="The project; --all for every one.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every project, now and later.")] = False,
    on: DateOption = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="The patient takes the objection back.")
    ] = False,
    store: StoreOption = None,
    keys: KeysOption = None,
    by: ByOption = None,
) -> None:
    """Record a patient's objection to a project or to all, or its withdrawal."""
    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.registry.objection_record import record_objection  # noqa: PLC0415 - heavy
    from jalon.registry.objections import ALL  # noqa: PLC0415 - heavy
    from jalon.registry.pseudonym import find_key  # noqa: PLC0415 - heavy

    if every == bool(project):
        raise UserError("name one project with --project, or say --all; not both")
    day, key, opened = read_day(on), find_key(centre, keys), open_registry(store)
    with opened.write(name_actor(by)) as writing:
        receipt = record_objection(writing, key, patient, project or ALL, day, withdraw)
    what = f"project {project}" if project else "all projects"
    verb = "withdrawn" if withdraw else "recorded"
    typer.echo(f"{verb}: objection to {what}, from {day} on")
    _tell_outdated(receipt, withdraw)


def _tell_outdated(receipt: Receipt, withdraw: bool) -> None:
    if receipt.outdated:
        count = len(receipt.outdated)
        word = "snapshot is" if count == 1 else "snapshots are"
        typer.echo(f"{count} {word} out of date and will be refused; take new ones")
    elif not withdraw:
        typer.echo("no snapshot so far holds this patient's data for it")
