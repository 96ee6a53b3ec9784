"""The book of questions: opened and closed by what the rows say, answered by people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.dictionary import Table
from jalon.registry.comment import check_comment
from jalon.registry.queries import DESCRIBED, Plan, plan_queries, select_asked
from jalon.registry.query_life import Step, take_step
from jalon.registry.store.audit import append_audit
from jalon.registry.store.bulk import insert_frame
from jalon.registry.store.query_digest import digest_query_events
from jalon.registry.store.schema import query, query_event
from jalon.registry.store.turn import lock_centre
from jalon.registry.store.writing import Writing

HOLDS = "the rule is no longer broken"
SILENT = "the patient objects to every project: nothing is asked"
AGAIN = "the rule is broken again, or by another value"
MANY = 500
"""Questions asked for by name at a time."""

EVENT_TYPES = {
    "query_id": pl.String,
    "seq": pl.Int64,
    "at": pl.String,
    "by": pl.String,
    "state": pl.String,
    "comment": pl.String,
    "value_digest": pl.String,
    "import_id": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """How many questions an import or a check changed.

    Attributes:
        opened: questions that were never asked before.
        reopened: questions that are asked again.
        closed: questions whose rule is no longer broken.
    """

    opened: int = 0
    reopened: int = 0
    closed: int = 0

    def __add__(self, other: Settled) -> Settled:
        return Settled(
            self.opened + other.opened,
            self.reopened + other.reopened,
            self.closed + other.closed,
        )


def settle_queries(
    writing: Writing,
    table: Table,
    frame: pl.DataFrame,
    broken: pl.DataFrame,
    import_id: int | None = None,
    silent: frozenset[str] = frozenset(),
) -> Settled:
    """Open, close and reopen questions about rows of one centre that were checked.

    Args:
        writing: the transaction.
        table: what the rows are.
        frame: the current rows that were checked, all of one centre; of them only the centre
            and the keys count.
        broken: what ``describe_broken`` found in them.
        import_id: the import after which they were checked; None for a check.
        silent: patients about whom nothing may be asked.

    Returns:
        How many were changed; nothing changes when the same rows are checked twice.
    """
    if frame.is_empty():
        return Settled()
    centre = frame["centre"][0]
    existing = _read_existing(writing.connection, centre, table.name)
    asked = broken.filter(~pl.col("patient").is_in(list(silent)))
    plan = plan_queries(select_asked(existing, table, frame), asked)
    return write_plan(writing, plan, import_id, silent)


def write_plan(
    writing: Writing,
    plan: Plan,
    import_id: int | None = None,
    silent: frozenset[str] = frozenset(),
) -> Settled:
    """Carry out a plan in one audited step.

    Args:
        writing: the transaction.
        plan: what is to become of the questions.
        import_id: the import that led to it; None for a check.
        silent: patients about whom nothing may be asked.

    Returns:
        How many were changed.
    """
    if plan.is_empty:
        return Settled()
    opened = plan.to_open.with_columns(
        state=pl.lit("open"), opened_import=pl.lit(import_id, pl.Int64)
    )
    insert_frame(writing.connection, query, opened)
    closed = plan.to_close.select(DESCRIBED)
    events = pl.concat(
        [
            plan.to_open.with_columns(state=pl.lit("open"), comment=pl.lit("")),
            plan.to_reopen.with_columns(state=pl.lit("open"), comment=pl.lit(AGAIN)),
            closed.with_columns(state=pl.lit("closed"), comment=_say_why(silent)),
        ]
    )
    later = pl.concat([plan.to_reopen, closed])["query_id"].to_list()
    _write_events(writing, events, _read_seqs(writing.connection, later), import_id)
    _update_states(writing.connection, events.tail(len(later)))
    return Settled(plan.to_open.height, plan.to_reopen.height, plan.to_close.height)


def move_query(writing: Writing, query_id: str, step: Step, comment: str = "") -> str:
    """Take one step of a question's life by hand.

    Args:
        writing: the transaction.
        query_id: its name, or the beginning of it when no other begins so.
        step: "answer", "confirm", "ask" (again) or "close".
        comment: the reason, without anything that identifies a patient.

    Returns:
        The whole name of the question.

    Raises:
        UserError: no such question, a step that cannot be taken, or a comment that cannot be kept.
    """
    text = check_comment(comment, needed=step in {"answer", "ask"})
    centre = find_query(writing.connection, query_id)["centre"][0]
    lock_centre(writing, centre)
    row = find_query(writing.connection, query_id)
    after = take_step(row["state"][0], step)
    event = row.select(DESCRIBED).with_columns(state=pl.lit(after), comment=pl.lit(text))
    names = event["query_id"].to_list()
    _write_events(writing, event, _read_seqs(writing.connection, names), None)
    _update_states(writing.connection, event)
    return str(names[0])


def answer_query(writing: Writing, query_id: str, comment: str) -> str:
    """Keep a centre's answer; the question then waits for the data manager.

    Args:
        writing: the transaction.
        query_id: the question's name or the beginning of it.
        comment: the answer.

    Raises:
        UserError: it cannot be answered, or the comment cannot be kept.
    """
    return move_query(writing, query_id, "answer", comment)


def confirm_query(writing: Writing, query_id: str, comment: str = "") -> str:
    """Accept an answered value as right; the question stays silent until the value changes.

    Args:
        writing: the transaction.
        query_id: the question's name or the beginning of it.
        comment: the reason, where one is worth keeping.

    Raises:
        UserError: it cannot be confirmed, or the comment cannot be kept.
    """
    return move_query(writing, query_id, "confirm", comment)


def ask_again(writing: Writing, query_id: str, comment: str) -> str:
    """Open an answered or confirmed question again.

    Args:
        writing: the transaction.
        query_id: the question's name or the beginning of it.
        comment: what the answer left open.

    Raises:
        UserError: it cannot be asked again, or the comment cannot be kept.
    """
    return move_query(writing, query_id, "ask", comment)


def find_query(connection: sa.Connection, query_id: str) -> pl.DataFrame:
    """Return the one question that a person means.

    Args:
        connection: inside a transaction.
        query_id: its name, or at least its first four signs.

    Returns:
        One row with what is kept of it.

    Raises:
        UserError: none or several begin so.
    """
    if not re.fullmatch(r"q[0-9a-f]{3,15}", query_id):
        raise UserError("give a query's name as its list shows it, at least the first 4 signs")
    wanted = sa.select(query).where(query.c.query_id.like(f"{query_id}%")).limit(2)
    found = read_frame(connection, wanted)
    if found.height == 1:
        return found
    if found.is_empty():
        raise UserError(f"there is no query {query_id}; list them with: jalon registry query list")
    raise UserError(f"more than one query begins with {query_id}; give more of its name")


def _say_why(silent: frozenset[str]) -> pl.Expr:
    objects = pl.col("patient").is_in(list(silent))
    return pl.when(objects).then(pl.lit(SILENT)).otherwise(pl.lit(HOLDS))


def _read_existing(connection: sa.Connection, centre: str, table: str) -> pl.DataFrame:
    mine = (query.c.centre == centre) & (query.c.table_name == table)
    return read_frame(connection, sa.select(query).where(mine))


def _read_seqs(connection: sa.Connection, names: list[str]) -> pl.DataFrame:
    last = sa.func.max(query_event.c.seq).label("last")
    parts = [pl.DataFrame(schema={"query_id": pl.String, "last": pl.Int64})]
    for i in range(0, len(names), MANY):
        wanted = query_event.c.query_id.in_(names[i : i + MANY])
        chosen = sa.select(query_event.c.query_id, last).where(wanted)
        parts.append(read_frame(connection, chosen.group_by(query_event.c.query_id)))
    return pl.concat(parts, how="vertical_relaxed")


def _write_events(
    writing: Writing, events: pl.DataFrame, seqs: pl.DataFrame, import_id: int | None
) -> None:
    whole = events.join(seqs, on="query_id", how="left", maintain_order="left").with_columns(
        seq=pl.col("last").fill_null(0) + 1,
        at=pl.lit(writing.at),
        by=pl.lit(writing.by),
        import_id=pl.lit(import_id, pl.Int64),
    )
    counts = dict(whole.group_by("state").len().sort("state").iter_rows())
    details = {"query_events": digest_query_events(whole), "import_id": import_id, **counts}
    seq = append_audit(writing, "query", details)
    kept = whole.select(
        *(pl.col(name).cast(kind) for name, kind in EVENT_TYPES.items()),
        audit_seq=pl.lit(seq, pl.Int64),
    )
    insert_frame(writing.connection, query_event, kept)


def _update_states(connection: sa.Connection, events: pl.DataFrame) -> None:
    if events.is_empty():
        return
    change = sa.update(query).where(query.c.query_id == sa.bindparam("name"))
    change = change.values(state=sa.bindparam("now"), value_digest=sa.bindparam("digest"))
    values = events.select(name="query_id", now="state", digest="value_digest")
    connection.execute(change, values.to_dicts())


def read_frame(connection: sa.Connection, wanted: sa.Select[Any]) -> pl.DataFrame:
    """Return what a question to the database finds, as a frame typed by its columns."""
    rows = [tuple(row) for row in connection.execute(wanted)]
    types = {column.name: _find_type(column.type) for column in wanted.selected_columns}
    return pl.DataFrame(rows, schema=types, orient="row")


def _find_type(kind: sa.types.TypeEngine[Any]) -> type[pl.DataType]:
    if isinstance(kind, sa.Integer):
        return pl.Int64
    return pl.Date if isinstance(kind, sa.Date) else pl.String
