"""Triggers that keep what was written: no program, ours or another, may rewrite a store's past."""

from __future__ import annotations

import sqlalchemy as sa

from jalon.registry.store.engine import is_sqlite
from jalon.registry.store.schema import (
    audit,
    data_tables,
    import_batch,
    outdated,
    query,
    query_event,
    raw_file,
    run,
    snapshot,
)

KEPT = (audit, import_batch, outdated, query_event, raw_file, run, snapshot)
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
    """Return the names of triggers that should be there and are not, or were switched off."""
    if is_sqlite(connection):
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        found = connection.exec_driver_sql(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        )
    names = set(found.scalars())
    return sorted(set(list_guards(is_sqlite(connection))) - names)


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
