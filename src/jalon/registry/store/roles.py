"""Who may see what in PostgreSQL: a centre its own patients, a statistician no patient at all."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.registry.store.audit import append_audit
from jalon.registry.store.bulk import name_columns
from jalon.registry.store.engine import is_sqlite
from jalon.registry.store.schema import (
    audit,
    centre_key,
    data_tables,
    import_batch,
    info,
    outdated,
    query,
    query_event,
    raw_file,
    run,
    snapshot,
    snapshot_centre,
)
from jalon.registry.store.writing import Writing

CENTRE_BOOKS = (centre_key, import_batch, raw_file)
"""Books of a centre's rows to which it appends."""

CENTRE_ACTIONS = ("import", "key", "outdated", "query")
"""What a centre may note in the audit."""


def grant_centre(writing: Writing, role: str, centre: str) -> None:
    """Let a role of PostgreSQL import, check and ask within one centre, and see no other.

    Nothing may be deleted, and nothing changed but what the store itself changes: which row was
    replaced, and where a question stands. Of the audit a centre sees the hashes that it must
    continue and no detail.

    Args:
        writing: a transaction of the store's owner.
        role: the role, which must be there.
        centre: the centre's code; a role can be given several, one after the other.

    Raises:
        UserError: the store is no PostgreSQL, or there is no such role.
    """
    name = _check_role(writing, role)
    if not centre.strip():
        raise UserError("name the centre with --centre")
    for table in (*data_tables(), *CENTRE_BOOKS, query, snapshot_centre):
        _limit(writing, table, role, f"centre = {_write(centre)}")
    # A question's events follow the question: whoever cannot see it cannot see them.
    mine = "EXISTS (SELECT 1 FROM query q WHERE q.query_id = query_event.query_id)"
    _limit(writing, query_event, role, mine)
    for table in data_tables():
        _grant(writing, "SELECT, INSERT, UPDATE (ended_by)", table, name)
    for table in (*CENTRE_BOOKS, query_event, outdated):
        _grant(writing, "SELECT, INSERT", table, name)
    _grant(writing, "SELECT, INSERT, UPDATE (state, value_digest)", query, name)
    for table in (info, snapshot, snapshot_centre, run):
        _grant(writing, "SELECT", table, name)
    _send(writing, f"GRANT USAGE ON SEQUENCE import_number TO {name}")
    _grant_audit(writing, role, CENTRE_ACTIONS)
    append_audit(writing, "role", {"role": role, "centre": centre})


def grant_statistician(writing: Writing, role: str) -> None:
    """Let a role of PostgreSQL see which snapshots there are and note runs on them.

    The rows of patients are in the snapshot's folder; in the database the role sees none.

    Args:
        writing: a transaction of the store's owner.
        role: the role, which must be there.

    Raises:
        UserError: the store is no PostgreSQL, or there is no such role.
    """
    name = _check_role(writing, role)
    for table in (info, snapshot, outdated):
        _grant(writing, "SELECT", table, name)
    _grant(writing, "SELECT, INSERT", run, name)
    _grant_audit(writing, role, ("run",))
    append_audit(writing, "role", {"role": role, "statistician": True})


def _check_role(writing: Writing, role: str) -> str:
    if is_sqlite(writing.connection):
        raise UserError("SQLite knows no roles: who can read the file sees all; use PostgreSQL")
    found = writing.connection.execute(
        sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :role"),
        {"role": role},
    ).scalar()
    name = name_columns(writing.connection, [role])
    if found is None:
        raise UserError(f"there is no role {role}; first: CREATE ROLE {name} LOGIN PASSWORD '…'")
    if found:
        raise UserError(f"role {role} passes by every limit (SUPERUSER or BYPASSRLS); take another")
    return name


def _limit(writing: Writing, table: sa.Table, role: str, condition: str) -> None:
    """Show a role only the rows of a table for which a condition holds, and take no others."""
    _protect(writing, table)
    policy = _name_policy(role, condition)
    name = name_columns(writing.connection, [role])
    _send(writing, f'DROP POLICY IF EXISTS {policy} ON "{table.name}"')
    _send(
        writing,
        f'CREATE POLICY {policy} ON "{table.name}" TO {name} '
        f"USING ({condition}) WITH CHECK ({condition})",
    )


def _grant_audit(writing: Writing, role: str, actions: tuple[str, ...]) -> None:
    name = name_columns(writing.connection, [role])
    _protect(writing, audit)
    listed = ", ".join(_write(action) for action in actions)
    for verb, rule in (
        ("SELECT", "USING (true)"),
        ("INSERT", f"WITH CHECK (action IN ({listed}))"),
    ):
        policy = _name_policy(role, verb + listed)
        _send(writing, f'DROP POLICY IF EXISTS {policy} ON "{audit.name}"')
        _send(writing, f'CREATE POLICY {policy} ON "{audit.name}" FOR {verb} TO {name} {rule}')
    _grant(writing, "SELECT (seq, hash), INSERT", audit, name)


def _protect(writing: Writing, table: sa.Table) -> None:
    # Not forced upon the owner, who takes the snapshots and verifies the whole store.
    _send(writing, f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY')


def _grant(writing: Writing, what: str, table: sa.Table, name: str) -> None:
    _send(writing, f'GRANT {what} ON "{table.name}" TO {name}')


def _name_policy(role: str, condition: str) -> str:
    return "jalon_" + hashlib.sha256(f"{role}\n{condition}".encode()).hexdigest()[:20]


def _write(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def _send(writing: Writing, sql: str) -> None:
    writing.connection.exec_driver_sql(sql.replace("%", "%%"))
