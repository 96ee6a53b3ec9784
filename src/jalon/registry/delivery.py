"""A centre's delivery: one file or several, taken as a whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.core.survival_data import Integers
from jalon.dictionary import RegistryRule, Table, find_table
from jalon.dictionary.tables import TABLES
from jalon.registry.outdated import mark_outdated
from jalon.registry.pseudonym import CentreKey, pseudonymise
from jalon.registry.rejected import RejectedError
from jalon.registry.rejection import Rejection, gather_rejections
from jalon.registry.rules import Broken, find_broken, list_rules, tables_needed
from jalon.registry.store.audit import append_audit
from jalon.registry.store.current import list_types, read_current
from jalon.registry.store.digest import digest_frame, write_canonical
from jalon.registry.store.query_book import Settled
from jalon.registry.store.raw import keep_file
from jalon.registry.store.recheck import Scope, recheck_import
from jalon.registry.store.schema import centre_key, data_table, import_batch, list_keys
from jalon.registry.store.turn import lock_centre, take_number
from jalon.registry.store.versions import Written, write_rows
from jalon.registry.store.writing import Writing

Note = tuple[str, dict[str, Any]]
"""An entry of the audit that is still to be appended: the action and its details."""

MANY_PATIENTS = 5000
"""For more patients than this a centre's rows are read as a whole rather than by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One file's rows of one table, read and checked, the patients still by the centre's numbers.

    Attributes:
        table: what the rows are.
        frame: one typed column per column of the table.
        lines: shape (n,), the line of each row in its file.
        given: the columns that the file had.
        path: the file.
        sha256: the hash of its bytes.
        mapping_sha256: the hash of the mapping that was used; empty without one.
        content: the bytes, where there is no file to read them from.
    """

    table: Table
    frame: pl.DataFrame
    lines: Integers
    given: frozenset[str]
    path: Path
    sha256: str
    mapping_sha256: str = ""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one part.

    Attributes:
        table: name of the table.
        file: name of the file.
        import_id: its number in the store; that of the first time when it was taken before.
        rows: how many rows it had.
        added: rows that were new.
        changed: rows that are new versions.
        unchanged: rows that said what was there.
        before: whether the same file had been taken before, so that nothing was done.
    """

    table: str
    file: str
    import_id: int
    rows: int
    added: int
    changed: int
    unchanged: int
    before: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a delivery did.

    Attributes:
        centre: the centre.
        taken: one entry per part, parents first.
        queries: what happened to questions.
        outdated: snapshots that a new objection put out of date.
    """

    centre: str
    taken: tuple[Taken, ...]
    queries: Settled
    outdated: tuple[str, ...]


def take_delivery(
    writing: Writing, parts: list[Part], key: CentreKey, today: date | None = None
) -> Receipt:
    """Take a centre's files into the store, all of them or none.

    Args:
        writing: the transaction.
        parts: the files' rows.
        key: the centre's key, which makes the pseudonyms.
        today: the day on which rules are asked; that of the transaction when it is not given.

    Returns:
        What was done.

    Raises:
        RejectedError: some rows break a hard rule or belong to no row of their parent table.
        UserError: another key was used for this centre before.
    """
    day = today or date.fromisoformat(writing.at[:10])
    lock_centre(writing, key.centre)
    notes = _note_key(writing, key)
    ordered = sorted(parts, key=lambda part: TABLES.index(part.table.name))
    taken: list[Taken] = []
    fresh: dict[str, pl.DataFrame] = {}
    rejected: dict[Path, list[Rejection]] = {}
    for part in ordered:
        done = _find_before(writing, part, key)
        if done is not None:
            taken.append(done)
            continue
        frame = _hide_patients(part, key)
        rejected.setdefault(part.path, []).extend(_reject(writing, part, frame, key, day))
        if any(rejected.values()):
            continue
        taken.append(_take(writing, part, frame, key, notes))
        fresh[part.table.name] = _add(fresh, part.table, frame)
    if any(rejected.values()):
        raise RejectedError({path: gather_rejections(found) for path, found in rejected.items()})
    # Only now, so that other centres need not wait while rows are written.
    for action, details in notes:
        append_audit(writing, action, details)
    last = max((one.import_id for one in taken), default=0)
    queries = _ask(writing, key.centre, fresh, day, last) if fresh else Settled()
    marked = mark_outdated(writing) if "objection" in fresh else []
    return Receipt(key.centre, tuple(taken), queries, tuple(marked))


def _add(fresh: dict[str, pl.DataFrame], table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    if table.name not in fresh:
        return frame
    kept = fresh[table.name].join(frame, on=list(list_keys(table)), how="anti")
    return pl.concat([kept, frame])


def _note_key(writing: Writing, key: CentreKey) -> list[Note]:
    which = sa.select(centre_key.c.fingerprint).where(centre_key.c.centre == key.centre)
    known = writing.connection.execute(which).scalar()
    if known is None:
        values = {"centre": key.centre, "fingerprint": key.fingerprint}
        writing.connection.execute(sa.insert(centre_key).values(values))
        return [("key", dict(values))]
    if known != key.fingerprint:
        raise UserError(
            f"this is not the key that centre {key.centre} used before, so its patients would "
            "not be recognised; name the file that holds the first key"
        )
    return []


def _find_before(writing: Writing, part: Part, key: CentreKey) -> Taken | None:
    batch = import_batch.c
    which = sa.select(import_batch).where(
        batch.centre == key.centre,
        batch.table_name == part.table.name,
        batch.sha256 == part.sha256,
        batch.mapping_sha256 == part.mapping_sha256,
    )
    row = writing.connection.execute(which).first()
    if row is None:
        return None
    rows = row.rows
    return Taken(part.table.name, part.path.name, row.import_id, rows, 0, 0, rows, before=True)


def _hide_patients(part: Part, key: CentreKey) -> pl.DataFrame:
    frame = part.frame.with_columns(
        centre=pl.lit(key.centre), line=pl.Series(part.lines, dtype=pl.Int64)
    )
    if "patient" in frame.columns:
        frame = frame.with_columns(patient=pseudonymise(key, frame["patient"]))
    return frame.select(*list_types(part.table), "line")


def _reject(
    writing: Writing, part: Part, frame: pl.DataFrame, key: CentreKey, today: date
) -> list[Rejection]:
    orphans = _find_orphans(writing, part.table, frame)
    others = _read_views(writing, part.table, frame)
    rules = {rule.name: rule for rule in list_rules(part.table)}
    found = [
        _explain(broken, rules[broken.rule], int(line))
        for broken in find_broken(part.table, frame, others, today)
        if broken.severity == "reject"
        for line in part.lines[broken.rows]
    ]
    if part.table.name == "centre":
        elsewhere = part.frame["centre"].ne_missing(pl.Series([key.centre])).to_numpy()
        found += [
            Rejection(int(line), "centre", "another centre's code", "own centre",
                      f"import each centre's row by itself; this is centre {key.centre}")
            for line in part.lines[elsewhere]
        ]  # fmt: skip
    return [*orphans, *found]


def _explain(broken: Broken, rule: RegistryRule, line: int) -> Rejection:
    return Rejection(line, broken.columns[0], "values that exclude each other", rule.name,
                     f"{rule.text_en}; {rule.advice_en}")  # fmt: skip


def _find_orphans(writing: Writing, table: Table, frame: pl.DataFrame) -> list[Rejection]:
    if table.parent is None:
        return []
    parent = find_table(table.parent)
    keys = list(list_keys(parent))
    known = read_current(writing.connection, parent, frame["centre"][0]).select(keys)
    orphans = frame.join(known, on=keys, how="anti")
    advice = f"import table {parent.name} first, or in the same command; or correct the number"
    return [
        Rejection(line, keys[-1], f"no such row in table {parent.name}", "parent", advice)
        for line in orphans["line"].sort().to_list()
    ]


def _read_views(writing: Writing, table: Table, frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Read the rows of other tables that rules look at, of the patients in a frame."""
    centre = frame["centre"][0]
    if "patient" not in frame.columns:
        return {}
    patients = frame["patient"].unique()
    few = patients.to_list() if len(patients) <= MANY_PATIENTS else None
    others = {}
    for name in tables_needed(table.name):
        rows = read_current(writing.connection, find_table(name), centre, few)
        if name == table.name:  # this import's rows count as they will be
            keys = list(list_keys(table))
            rows = pl.concat([rows.join(frame, on=keys, how="anti"), frame.select(rows.columns)])
        others[name] = rows
    return others


def _take(
    writing: Writing, part: Part, frame: pl.DataFrame, key: CentreKey, notes: list[Note]
) -> Taken:
    connection, import_id = writing.connection, take_number(writing)
    written = write_rows(writing, part.table, frame, import_id, part.given)
    columns = [*list_types(part.table), "version", "line"]
    row = {
        "import_id": import_id,
        "centre": key.centre,
        "table_name": part.table.name,
        "sha256": part.sha256,
        "mapping_sha256": part.mapping_sha256,
        "columns": write_canonical(columns),
        "filled": write_canonical(list_filled(written.rows.select(columns))),
        "rows": frame.height,
        "added": written.added,
        "changed": written.changed,
        "unchanged": written.unchanged,
        "digest": digest_frame(
            written.rows.select(columns), (*list_keys(part.table), "version")
        ),
        "at": writing.at,
        "by": writing.by,
    }  # fmt: skip
    source = part.path if part.content is None else part.content
    sealed = keep_file(writing, source, part.sha256, key)
    connection.execute(sa.insert(import_batch).values(row))
    notes.append(("import", row | {"sealed_sha256": sealed}))
    return _tell(part, import_id, written, frame.height)


def list_filled(rows: pl.DataFrame) -> list[str]:
    """Return the columns that have any value: a snapshot need not read the others."""
    return [column.name for column in rows.iter_columns() if column.null_count() < rows.height]


def _tell(part: Part, import_id: int, written: Written, rows: int) -> Taken:
    counts = (written.added, written.changed, written.unchanged)
    return Taken(part.table.name, part.path.name, import_id, rows, *counts)


def _ask(
    writing: Writing, centre: str, fresh: dict[str, pl.DataFrame], today: date, import_id: int
) -> Settled:
    """Open and close questions about every row whose rules may answer otherwise now."""
    patients: set[str] = set()
    for frame in fresh.values():
        if "patient" in frame.columns:
            patients.update(frame["patient"].unique().to_list())
    few = sorted(patients) if patients and len(patients) <= MANY_PATIENTS else None
    # Where the centre had no row of a table, what came is all there is: it need not be read again.
    known = {
        name: frame.drop("line")
        for name, frame in fresh.items()
        if _is_whole(writing.connection, find_table(name), centre, frame.height)
    }
    scope = Scope(centre, today, few, import_id, known)
    return recheck_import(writing, fresh, scope)


def _is_whole(connection: sa.Connection, table: Table, centre: str, rows: int) -> bool:
    stored = data_table(table.name)
    count = sa.select(sa.func.count()).select_from(stored).where(stored.c.centre == centre)
    return connection.execute(count).scalar_one() == rows
