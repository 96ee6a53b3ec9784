"""Snapshots that a patient has left since: marked, so that no study runs on them again."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from jalon.dictionary import find_table
from jalon.registry.members import unpack_patients
from jalon.registry.objections import find_objecting
from jalon.registry.store.audit import append_audit
from jalon.registry.store.current import read_current
from jalon.registry.store.schema import outdated, snapshot_centre
from jalon.registry.store.schema import snapshot as snapshot_book
from jalon.registry.store.writing import Writing


def mark_outdated(writing: Writing) -> list[str]:
    """Mark every snapshot that holds a patient who objects to its project today.

    Args:
        writing: the transaction; its moment says which day it is.

    Returns:
        The snapshots that were marked now.
    """
    connection, today = writing.connection, date.fromisoformat(writing.at[:10])
    marked = set(connection.execute(sa.select(outdated.c.snapshot_id)).scalars())
    objections = read_current(connection, find_table("objection"))
    if objections.is_empty():
        return []
    found: list[str] = []
    book, part = snapshot_book.c, snapshot_centre.c
    chosen = sa.select(book.snapshot_id, book.project, part.members)
    chosen = chosen.join(snapshot_centre, part.snapshot_id == book.snapshot_id)
    chosen = chosen.where(part.centre.in_(objections["centre"].unique().to_list()))
    for row in connection.execute(chosen.order_by(book.snapshot_id)).all():
        if row.snapshot_id in marked or row.snapshot_id in found:
            continue
        members = unpack_patients(row.members)
        leaving = find_objecting(objections, row.project, today).patients
        if members.join(leaving, on=["centre", "patient"], how="semi").height:
            connection.execute(
                sa.insert(outdated).values(snapshot_id=row.snapshot_id, at=writing.at)
            )
            found.append(row.snapshot_id)
    if found:
        append_audit(writing, "outdated", {"snapshots": found})
    return found
