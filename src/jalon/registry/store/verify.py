"""Is the store what its audit says? Every row, file and book is hashed again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import polars as pl
import sqlalchemy as sa
from polars.exceptions import PolarsError

from jalon.dictionary import find_table, list_tables
from jalon.registry.store.audit import START, hash_entry
from jalon.registry.store.current import read_versions
from jalon.registry.store.digest import digest_frame, digest_record
from jalon.registry.store.engine import is_sqlite
from jalon.registry.store.guards import find_missing_guards
from jalon.registry.store.query_digest import digest_query_events
from jalon.registry.store.raw import hash_sealed
from jalon.registry.store.schema import (
    audit,
    centre_key,
    data_table,
    import_batch,
    info,
    list_keys,
    outdated,
    query,
    query_event,
    raw_file,
    run,
    snapshot,
    snapshot_centre,
)
from jalon.registry.store.store import Store

Entry = dict[str, Any]


def verify_audit(store: Store, head: str | None = None) -> list[str]:
    """Find any alteration of a store since it was made.

    Every entry of the chain is hashed again; then every imported row, kept file, question,
    snapshot and run is compared with the hash that its entry holds.

    Args:
        store: the store.
        head: the hash of an entry that was noted elsewhere (in a snapshot's manifest, in a mail),
            which must still be in the chain; without one, a chain cut off at its end together
            with what it told of cannot be noticed.

    Returns:
        The faults in words; empty when nothing was altered.
    """
    with store.read() as connection:
        rows = connection.execute(sa.select(audit).order_by(audit.c.seq)).mappings()
        entries = [dict(row) for row in rows]
        faults = [*_check_file(connection), *_check_chain(entries, head)]
        if faults:
            return faults
        for entry in entries:
            entry["details"] = json.loads(entry["details"])
        for check in (_check_imports, _check_versions, _check_queries, _check_books):
            try:
                faults += check(connection, entries)
            except (PolarsError, ValueError, TypeError, KeyError, OverflowError):
                faults.append(f"{check.__name__[7:]}: a value is of a kind that was never written")
    return faults


def _check_file(connection: sa.Connection) -> Iterator[str]:
    if is_sqlite(connection):
        told = connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
        if list(told) != ["ok"]:
            yield f"the file is damaged: {told[0]}"
    for name in find_missing_guards(connection):
        yield f"the trigger {name} that keeps the past was removed"


def _check_chain(entries: list[Entry], head: str | None) -> Iterator[str]:
    previous = START
    for place, entry in enumerate(entries, start=1):
        if entry["seq"] != place:
            yield f"audit entry {place} is missing"
            return
        if entry["previous"] != previous or hash_entry(entry) != entry["hash"]:
            yield f"audit entry {place} was altered"
        previous = entry["hash"]
    if not entries:
        yield "the audit is empty"
    if head is not None and head not in {entry["hash"] for entry in entries}:
        yield "the noted entry is no longer in the audit: the chain was cut off or replaced"


def _check_imports(connection: sa.Connection, entries: list[Entry]) -> Iterator[str]:
    told = {e["details"]["import_id"]: e["details"] for e in entries if e["action"] == "import"}
    kept = {row["import_id"]: row for row in connection.execute(sa.select(import_batch)).mappings()}
    for import_id in sorted(set(told) ^ set(kept)):
        yield f"import {import_id} is only in one of the books and the audit"
    both = sorted(set(told) & set(kept))
    for import_id in both:
        details, batch = told[import_id], kept[import_id]
        if any(str(batch[name]) != str(details[name]) for name in batch if name in details):
            yield f"the record of import {import_id} was altered"
        if hash_sealed(connection, batch["centre"], batch["sha256"]) != details["sealed_sha256"]:
            yield f"the kept file of import {import_id} was altered"
    files = {(batch["centre"], batch["sha256"]) for batch in kept.values()}
    sealed = connection.execute(sa.select(raw_file.c.centre, raw_file.c.sha256).distinct())
    if {(row.centre, row.sha256) for row in sealed} - files:
        yield "a file is kept that no import brought"
    yield from _check_rows(connection, [told[import_id] for import_id in both])
    for table in list_tables():
        stored = data_table(table.name)
        found = set(connection.execute(sa.select(stored.c.import_id).distinct()).scalars())
        if found - set(kept):
            yield f"table {table.name} has rows that no import brought"


def _check_rows(connection: sa.Connection, told: list[Entry]) -> Iterator[str]:
    """Hash what each import brought; a centre's table is read once for all of its imports."""
    places = sorted({(details["table_name"], details["centre"]) for details in told})
    for name, centre in places:
        table = find_table(name)
        rows = read_versions(connection, table, centre)
        for details in told:
            if (details["table_name"], details["centre"]) != (name, centre):
                continue
            columns = json.loads(details["columns"])
            mine = rows.filter(pl.col("import_id") == details["import_id"]).select(columns)
            if digest_frame(mine, (*list_keys(table), "version")) != details["digest"]:
                yield f"rows of import {details['import_id']} (table {name}) were altered"


def _check_versions(connection: sa.Connection, _entries: list[Entry]) -> Iterator[str]:
    for table in list_tables():
        stored, keys = data_table(table.name), list_keys(table)
        later = stored.alias("later")
        same = sa.and_(*(stored.c[key] == later.c[key] for key in keys))
        follows = same & (later.c.version == stored.c.version + 1)
        wrong = (
            sa.select(sa.func.count())
            .select_from(stored.outerjoin(later, follows))
            .where(stored.c.ended_by.is_distinct_from(later.c.import_id))
        )
        count = connection.execute(wrong).scalar_one()
        if count:
            yield f"table {table.name}: {count} rows are marked as replaced, or current, wrongly"


def _check_queries(connection: sa.Connection, entries: list[Entry]) -> Iterator[str]:
    told = {e["seq"]: e["details"] for e in entries if "query_events" in e["details"]}
    events = _read(connection, sa.select(query_event))
    fixed = _read(connection, sa.select(query))
    if events.is_empty() and not told:
        return
    both = events.join(fixed, on="query_id", how="left", suffix="_query")
    for seq in sorted(set(events["audit_seq"].to_list()) | set(told)):
        found = digest_query_events(both.filter(pl.col("audit_seq") == seq))
        if seq not in told or found != told[seq]["query_events"]:
            yield f"questions of audit entry {seq} were altered"
    life = events.sort("seq").group_by("query_id")
    told_now = life.agg(
        pl.col("state", "value_digest").last().name.suffix("_now"),
        first_import=pl.col("import_id").first(),
    )
    states = fixed.join(told_now, on="query_id", how="full")
    same = {"state": "state_now", "value_digest": "value_digest_now",
            "opened_import": "first_import"}  # fmt: skip
    differs = [pl.col(name).ne_missing(pl.col(now)) for name, now in same.items()]
    if states.filter(pl.any_horizontal(differs)).height:
        yield "the state of a question is not its last event's"


def _check_books(connection: sa.Connection, entries: list[Entry]) -> Iterator[str]:
    for book, action, key in ((snapshot, "snapshot", "snapshot_id"), (run, "run", "run_id")):
        told = {e["details"][key]: e["details"] for e in entries if e["action"] == action}
        kept = {row[key]: row for row in connection.execute(sa.select(book)).mappings()}
        for name in sorted(set(told) ^ set(kept)):
            yield f"{action} {name} is only in one of the books and the audit"
        for name in sorted(set(told) & set(kept)):
            if digest_book(dict(kept[name])) != told[name]["record"]:
                yield f"the record of {action} {name} was altered"
    yield from _check_snapshots(connection, entries)
    noted = {e["details"]["centre"]: e["details"] for e in entries if e["action"] == "key"}
    keys = {row.centre: row.fingerprint for row in connection.execute(sa.select(centre_key))}
    for centre in sorted(set(noted) | set(keys)):
        if noted.get(centre, {}).get("fingerprint") != keys.get(centre):
            yield f"the fingerprint of centre {centre}'s key was altered"
    last = [e["details"] for e in entries if e["action"] == "init"][-1]
    notes = {row.name: row.value for row in connection.execute(sa.select(info))}
    for name in sorted({*notes, "data_kind", "dictionary"}):
        if last.get(name) != notes.get(name):
            yield f"the store's own note of its {name} was altered"


def _check_snapshots(connection: sa.Connection, entries: list[Entry]) -> Iterator[str]:
    told = {
        (e["details"]["snapshot_id"], centre): digest
        for e in entries
        if e["action"] == "snapshot"
        for centre, digest in e["details"]["centres"].items()
    }
    kept = {
        (row["snapshot_id"], row["centre"]): digest_book(dict(row))
        for row in connection.execute(sa.select(snapshot_centre)).mappings()
    }
    for name, centre in sorted(set(told) | set(kept)):
        if told.get((name, centre)) != kept.get((name, centre)):
            yield f"who of centre {centre} is in snapshot {name} was altered"
    late = {
        name: e["at"]
        for e in entries
        if e["action"] == "outdated"
        for name in e["details"]["snapshots"]
    }
    if late != {row.snapshot_id: row.at for row in connection.execute(sa.select(outdated))}:
        yield "the list of snapshots that are out of date was altered"


def digest_book(record: dict[str, Any]) -> str:
    """Return the hash of one row of a book; contents in bytes count by their own hash."""
    texts = {
        name: hashlib.sha256(value).hexdigest() if isinstance(value, bytes | memoryview) else value
        for name, value in record.items()
    }
    return digest_record(texts)


def _read(connection: sa.Connection, query: sa.Select[Any]) -> pl.DataFrame:
    found = connection.execute(query)
    names, rows = list(found.keys()), [tuple(row) for row in found]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
