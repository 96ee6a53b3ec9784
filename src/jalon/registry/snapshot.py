"""A frozen extract for one project: without those who object to it, the same bytes every time."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import sqlalchemy as sa

import jalon
from jalon.core.errors import UserError
from jalon.dictionary import Table, find_table, list_tables
from jalon.registry.freeze import freeze_table
from jalon.registry.manifest import NAME, FrozenTable, Manifest
from jalon.registry.members import pack_patients
from jalon.registry.objections import ALL, find_objecting
from jalon.registry.outdated import mark_outdated
from jalon.registry.store.audit import append_audit
from jalon.registry.store.current import read_current
from jalon.registry.store.dictionary_version import hash_dictionary
from jalon.registry.store.moment import Moment, hold_moment, read_columns
from jalon.registry.store.schema import audit, data_table, snapshot_centre
from jalon.registry.store.schema import snapshot as snapshot_book
from jalon.registry.store.store import Store
from jalon.registry.store.verify import digest_book
from jalon.registry.store.writing import Writing

CHANGES = ("init", "import")
"""Actions of the audit that change what a snapshot holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A snapshot that was taken.

    Attributes:
        folder: where it lies.
        manifest: what is in it.
    """

    folder: Path
    manifest: Manifest


def list_frozen() -> tuple[Table, ...]:
    """Return the tables that a snapshot holds: all but the objections themselves."""
    return tuple(table for table in list_tables() if table.name != "objection")


def take_snapshot(
    store: Store, project: str, folder: Path, on: date, by: str, hands: int | None = None
) -> Snapshot:
    """Freeze what the store holds now, without the patients who object to a project.

    Args:
        store: the store.
        project: the project's name; patients who object to it or to all are left out.
        folder: where to write it; it must not be there yet.
        on: the day whose objections count.
        by: who takes it.
        hands: how many connections read at once; the bytes do not depend on it.

    Returns:
        The snapshot, known to the store.

    Raises:
        UserError: the project has no name, the folder is there, or the store is empty.
    """
    if not project.strip() or project == ALL:
        raise UserError("name the project with --project: its objections decide who is left out")
    if folder.exists():
        raise UserError(f"{folder} is there already; a snapshot is never changed, name another")
    temporary = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        with hold_moment(store, hands or os.cpu_count() or 1) as moment:
            manifest, members, left_out = _freeze(store, moment, project, on, temporary)
        (temporary / NAME).write_text(manifest.text, encoding="utf-8")
        with store.write(by) as writing:
            _register(writing, manifest, members, left_out)
        temporary.replace(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Snapshot(folder, manifest)


def _freeze(
    store: Store, moment: Moment, project: str, on: date, folder: Path
) -> tuple[Manifest, pl.DataFrame, pl.DataFrame]:
    objecting = find_objecting(
        read_current(moment.connection, find_table("objection")), project, on
    )
    everyone = _list_patients(moment)
    same = ["centre", "patient"]
    left_out = everyone.join(objecting.patients, on=same, how="semi").sort(same)
    members = everyone.join(objecting.patients, on=same, how="anti").sort(same)
    if everyone.is_empty():
        raise UserError("the store holds no patient yet; import the table patient first")
    tables: dict[str, FrozenTable] = {
        table.name: freeze_table(
            moment, table, objecting.patients, folder / f"{table.name}.parquet"
        )
        for table in list_frozen()
    }
    manifest = Manifest(
        project=project,
        on=on.isoformat(),
        data_kind=store.data_kind,
        dictionary=hash_dictionary(),
        code=jalon.__version__,
        state=_find_state(moment.connection),
        patients=members.height,
        left_out=left_out.height,
        objections=objecting.digest,
        tables=tables,
    )
    return manifest, members, left_out


def _list_patients(moment: Moment) -> pl.DataFrame:
    stored = data_table("patient")
    chosen = sa.select(stored.c.centre, stored.c.patient).where(stored.c.ended_by.is_(None))
    query = str(chosen.compile(dialect=moment.connection.dialect))
    return read_columns(moment.hands[0], query, {"centre": pl.String, "patient": pl.String})


def _find_state(connection: sa.Connection) -> str:
    chosen = sa.select(audit.c.hash).where(audit.c.action.in_(CHANGES))
    return str(connection.execute(chosen.order_by(audit.c.seq.desc()).limit(1)).scalar_one())


def _register(
    writing: Writing, manifest: Manifest, members: pl.DataFrame, left_out: pl.DataFrame
) -> None:
    connection, name = writing.connection, manifest.snapshot_id
    known = sa.select(snapshot_book.c.snapshot_id).where(snapshot_book.c.snapshot_id == name)
    if connection.execute(known).first():
        return
    row = {
        "snapshot_id": name,
        "project": manifest.project,
        "on_date": manifest.on,
        "objections": manifest.objections,
        "manifest": manifest.text,
        "at": writing.at,
        "by": writing.by,
    }
    connection.execute(sa.insert(snapshot_book).values(row))
    details: dict[str, object] = {
        "snapshot_id": name,
        "project": manifest.project,
        "on": manifest.on,
    }
    details |= {"patients": manifest.patients, "left_out": manifest.left_out}
    parts = [part | {"snapshot_id": name} for part in _split_centres(members, left_out)]
    connection.execute(sa.insert(snapshot_centre), parts)
    details["centres"] = {str(part["centre"]): digest_book(part) for part in parts}
    append_audit(writing, "snapshot", details | {"record": digest_book(row)})
    mark_outdated(writing)


def _split_centres(members: pl.DataFrame, left_out: pl.DataFrame) -> list[dict[str, object]]:
    """Return who of each centre is in and who is not, so that each centre sees its own only."""
    return [
        {
            "centre": centre,
            "members": pack_patients(members.filter(centre=centre)),
            "left_out": pack_patients(left_out.filter(centre=centre)),
        }
        for centre in sorted({*members["centre"], *left_out["centre"]})
    ]
