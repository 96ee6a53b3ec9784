"""Triggers that keep what was written: no program, ours or another, may rewrite a store's past."""

from __future__ import annotations

import sqlalchemy as sa

from jalon.registry.store.engine import is_sqlite
from jalon.registry.store.schema import (
    audit,
    centre_key,
    data_tables,
    import_batch,
    outdated,
    query,
    query_event,
    raw_file,
    run,
    snapshot,
    snapshot_centre,
)

KEPT = (
    audit, centre_key, import_batch, outdated, query_event, raw_file, run, snapshot, snapshot_centre
)  # fmt: skip
"""Books whose rows are never changed."""

REFUSAL = "what a registry holds is kept: correct it by importing the corrected row"

FUNCTION = f"""
CREATE OR REPLACE FUNCTION jalon_keep() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""


def list_guards(sqlite: bool) -> dict[str, str]:
    """Return the SQL of every trigger by its name."""
    guards: dict[str, str] = {}
    for table in KEPT:
        guards |= _keep(table.name, "DELETE", sqlite) | _keep(table.name, "UPDATE", sqlite)
    guards |= _keep(query.name, "DELETE", sqlite)
    for table in data_tables():
        guards |= _keep(table.name, "DELETE", sqlite)
        # Only when a row was replaced may be written later, and once.
        fixed = ", ".join(_quote(name) for name in list(table.c.keys()) if name != "ended_by")
        guards |= _keep(table.name, "UPDATE", sqlite, of=fixed)
        guards |= _keep(
            table.name, "UPDATE", sqlite, of="ended_by", when="OLD.ended_by IS NOT NULL"
        )
    if not sqlite:
        for table in (*KEPT, query, *data_tables()):
            guards |= _keep(table.name, "TRUNCATE", sqlite)
    return guards


def set_guards(connection: sa.Connection) -> None:
    """Create the triggers that are not there, and renew those whose columns changed."""
    sqlite = is_sqlite(connection)
    if not sqlite:
        connection.exec_driver_sql(FUNCTION)
    for name, sql in list_guards(sqlite).items():
        table = sql.split(" ON ", 1)[1].split(" ", 1)[0]
        drop = "" if sqlite else f" ON {table}"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{drop}")
        connection.exec_driver_sql(sql)


def find_missing_guards(connection: sa.Connection) -> list[str]:
    """Return the names of triggers that are not there, were switched off or say another thing."""
    wanted = list_guards(is_sqlite(connection))
    if is_sqlite(connection):
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master")
        there = {(name, sql) for name, sql in found}
        return sorted(name for name, sql in wanted.items() if (name, sql) not in there)
    found = connection.exec_driver_sql(
        "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgenabled = 'O' AND NOT t.tgisinternal AND p.proname = 'jalon_keep' "
        "AND p.prosrc LIKE '%%RAISE EXCEPTION%%' "
        "AND (t.tgqual IS NULL OR t.tgname LIKE '%%_once')"
    )
    return sorted(set(wanted) - set(found.scalars()))


def _quote(name: str) -> str:
    return f'"{name}"'


def _keep(table: str, verb: str, sqlite: bool, of: str = "", when: str = "") -> dict[str, str]:
    name = f"keep_{table}_{verb.lower()}{'_once' if when else ''}"
    event = f"BEFORE {verb}{f' OF {of}' if of else ''} ON {_quote(table)}"
    if sqlite:
        condition = f" WHEN {when}" if when else ""
        body = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        return {name: f"CREATE TRIGGER {name} {event}{condition} {body}"}
    scope = f"FOR EACH ROW WHEN ({when})" if when else "FOR EACH STATEMENT"
    return {name: f"CREATE TRIGGER {name} {event} {scope} EXECUTE FUNCTION jalon_keep()"}
