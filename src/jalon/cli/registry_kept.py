"""``jalon registry kept``: the files that the centres sent, as they came."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from jalon.cli.registry_options import JsonOption, KeysOption, StoreOption, open_registry


def kept(
    centre: Annotated[str, typer.Option(help="Code of the centre.")],
    number: Annotated[
        int | None, typer.Option("--import", help="Number of an import whose file is wanted.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Where to write that file.")] = None,
    store: StoreOption = None,
    keys: KeysOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a centre's imports, or write one's file as it came; the centre's key opens it."""
    import sqlalchemy as sa  # noqa: PLC0415 - heavy

    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.registry.store.schema import import_batch  # noqa: PLC0415 - heavy

    opened = open_registry(store)
    chosen = sa.select(import_batch).where(import_batch.c.centre == centre)
    chosen = chosen.order_by(import_batch.c.import_id)
    with opened.read() as connection:
        rows = [dict(row) for row in connection.execute(chosen).mappings()]
    if number is None:
        _list(rows, as_json=as_json)
        return
    found = next((row for row in rows if row["import_id"] == number), None)
    if found is None:
        raise UserError(f"centre {centre} has no import {number}; leave out --import to list them")
    if to is None or to.exists():
        raise UserError("name a new file with --to; it holds the centre's own patient numbers")
    _write(store, found["sha256"], centre, keys, to)


def _list(rows: list[dict[str, object]], *, as_json: bool) -> None:
    names = ("import_id", "at", "by", "table_name", "rows", "added", "changed", "sha256")
    if as_json:
        typer.echo(json.dumps([{name: row[name] for name in names} for row in rows]))
        return
    for row in rows:
        counts = f"{row['rows']:>9,} rows {row['added']:>9,} new {row['changed']:>7,} changed"
        when = str(row["at"])[:16]
        sha256 = str(row["sha256"])[:12]
        typer.echo(f"{row['import_id']:>6}  {when}  {row['table_name']:<16}{counts}  {sha256}…")


def _write(store: str | None, sha256: str, centre: str, keys: Path | None, to: Path) -> None:
    from jalon.core.files import write_file  # noqa: PLC0415
    from jalon.registry.pseudonym import find_key  # noqa: PLC0415 - heavy
    from jalon.registry.store.raw import open_file  # noqa: PLC0415 - heavy

    with open_registry(store).read() as connection:
        content = open_file(connection, sha256, find_key(centre, keys))
    write_file(to, content)
    to.chmod(0o600)
    typer.echo(f"wrote {to}, {len(content):,} bytes; it holds the centre's own patient numbers")
