"""Who writes when: one delivery per centre at a time, each import with a number of its own."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from jalon.registry.store.engine import is_sqlite
from jalon.registry.store.schema import import_batch
from jalon.registry.store.writing import Writing


def lock_centre(writing: Writing, centre: str) -> None:
    """Wait until no other delivery of this centre is under way.

    Args:
        writing: the transaction, which holds the lock until it ends.
        centre: the centre's code.
    """
    if not is_sqlite(writing.connection):  # in SQLite the transaction itself is the lock
        number = int.from_bytes(hashlib.sha256(centre.encode()).digest()[:7], "big")
        writing.connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")


def take_number(writing: Writing) -> int:
    """Return the number of a new import; no other import has it."""
    connection = writing.connection
    if is_sqlite(connection):
        last = sa.select(sa.func.max(import_batch.c.import_id))
        return int(connection.execute(last).scalar() or 0) + 1
    return int(connection.exec_driver_sql("SELECT nextval('import_number')").scalar_one())
