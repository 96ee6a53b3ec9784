"""``jalon registry audit``: what was done, and whether anything was altered since."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from jalon.cli.registry_options import JsonOption, StoreOption, open_registry

audit_app = typer.Typer(help="What was done, and whether it was altered.", no_args_is_help=True)


@audit_app.command("list")
def list_(
    store: StoreOption = None,
    last: Annotated[int, typer.Option(help="How many entries, the latest ones.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show the last entries."""
    import sqlalchemy as sa  # noqa: PLC0415 - heavy

    from jalon.registry.store.schema import audit  # noqa: PLC0415 - heavy

    opened = open_registry(store)
    with opened.read() as connection:
        chosen = sa.select(audit).order_by(audit.c.seq.desc()).limit(last)
        rows = [dict(row) for row in connection.execute(chosen).mappings()][::-1]
    if as_json:
        typer.echo(json.dumps([row | {"details": json.loads(row["details"])} for row in rows]))
        return
    for row in rows:
        typer.echo(f"{row['seq']:>6}  {row['at'][:19]}  {row['by']:<12}  {_tell(row)}")


def _tell(row: dict[str, str]) -> str:
    details = json.loads(row["details"])
    told = {
        "import": lambda: (
            f"import {details['import_id']}: {details['table_name']} of {details['centre']}, "
            f"{details['added']:,} new, {details['changed']:,} changed, "
            f"{details['unchanged']:,} as before"
        ),
        "key": lambda: f"first key of centre {details['centre']}",
        "snapshot": lambda: (
            f"snapshot {details['snapshot_id'][:12]} for {details['project']}: "
            f"{details['patients']:,} patients, {details['left_out']:,} left out"
        ),
        "export": lambda: f"export of {', '.join(details.get('tables', ['rows']))}",
        "role": lambda: f"rights of the login {details['role']}",
        "init": lambda: f"{len(details['made'])} tables, columns or books made",
        "run": lambda: f"run of {details['study']} on snapshot {details['snapshot_id'][:12]}",
        "outdated": lambda: f"{len(details['snapshots'])} snapshots out of date",
        "query": lambda: ", ".join(
            f"{count} {state}" for state, count in details.items() if isinstance(count, int)
            and state != "import_id"
        ) + " queries",
    }.get(row["action"])  # fmt: skip
    return told() if told else row["action"]


@audit_app.command("verify")
def verify(
    store: StoreOption = None,
    head: Annotated[
        str | None, typer.Option(help="Hash of an entry noted elsewhere, which must be there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hash everything again: every entry, row, kept file, query, snapshot and run."""
    import sqlalchemy as sa  # noqa: PLC0415 - heavy

    from jalon.registry.store.schema import audit  # noqa: PLC0415 - heavy
    from jalon.registry.store.verify import verify_audit  # noqa: PLC0415 - heavy

    opened = open_registry(store)
    faults = verify_audit(opened, head)
    with opened.read() as connection:
        chosen = sa.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
        last = connection.execute(chosen).first()
    found = {"entries": last.seq if last else 0, "head": last.hash if last else ""}
    if as_json:
        typer.echo(json.dumps(found | {"whole": not faults, "faults": faults}))
    elif faults:
        for fault in faults:
            typer.echo(f"altered: {fault}", err=True)
    else:
        typer.echo(
            f"whole: {found['entries']:,} entries, and all that they tell of, are as written"
        )
        typer.echo(f"head   {found['head']}")
    if faults:
        raise typer.Exit(1)
