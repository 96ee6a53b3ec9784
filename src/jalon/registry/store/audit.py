"""The audit: what was done, by whom and when, each entry sealed by the one before."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa

from jalon.registry.store.digest import write_canonical
from jalon.registry.store.engine import is_sqlite
from jalon.registry.store.schema import audit
from jalon.registry.store.writing import Writing

START = "0" * 64
"""What stands before the first entry."""

LOCK = 7_266_101
"""The advisory lock under which PostgreSQL writers append, one after the other."""


def append_audit(writing: Writing, action: str, details: dict[str, Any]) -> int:
    """Append one entry to the chain; no later one can be written before this transaction ends.

    Args:
        writing: the transaction.
        action: the verb, for example "import".
        details: what was done, without any patient's value or local number.

    Returns:
        The entry's place in the chain.
    """
    seq, previous = find_head(writing)
    text = write_canonical(details)
    entry = {"seq": seq + 1, "at": writing.at, "by": writing.by, "action": action}
    entry |= {"details": text, "previous": previous}
    writing.connection.execute(sa.insert(audit).values(**entry, hash=hash_entry(entry)))
    return seq + 1


def find_head(writing: Writing) -> tuple[int, str]:
    """Return the last entry's place and hash, and keep others from appending meanwhile."""
    if not is_sqlite(writing.connection):
        writing.connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    last = sa.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    row = writing.connection.execute(last).first()
    return (row.seq, row.hash) if row else (0, START)


def hash_entry(entry: dict[str, Any]) -> str:
    """Return an entry's hash: over its own fields and the hash before it."""
    names = ("previous", "seq", "at", "by", "action", "details")
    content = write_canonical([entry[name] for name in names])
    return hashlib.sha256(content.encode()).hexdigest()
