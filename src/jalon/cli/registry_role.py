"""``jalon registry role``: what a login of PostgreSQL may see."""

from __future__ import annotations

from typing import Annotated

import typer

from jalon.cli.registry_options import ByOption, StoreOption, name_actor, open_registry


def role(
    name: Annotated[str, typer.Argument(help="The role of PostgreSQL, which is there already.")],
    centre: Annotated[
        str | None, typer.Option(help="It works for this centre and sees no other.")
    ] = None,
    statistician: Annotated[
        bool, typer.Option("--statistician", help="It sees snapshots and no patient.")
    ] = False,
    store: StoreOption = None,
    by: ByOption = None,
) -> None:
    """Give a role of PostgreSQL what a centre, or a statistician, needs, and no more."""
    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.registry.store.roles import grant_centre, grant_statistician  # noqa: PLC0415 - heavy

    if statistician == bool(centre):
        raise UserError("say --centre CODE or --statistician, not both")
    opened = open_registry(store)
    with opened.write(name_actor(by)) as writing:
        if centre:
            grant_centre(writing, name, centre)
        else:
            grant_statistician(writing, name)
    opened.close()
    if centre:
        typer.echo(f"role {name} works for centre {centre}: it reads and adds that centre's rows")
        typer.echo("and queries, deletes nothing, and sees no other centre")
    else:
        typer.echo(f"role {name} sees which snapshots there are, notes runs, and sees no patient")
