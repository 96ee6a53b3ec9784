"""What is asked, read back from the book of questions."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.dictionary import find_table, list_tables, suggest
from jalon.registry.query_life import STATES
from jalon.registry.rules import list_rules
from jalon.registry.store.query_book import find_query, read_frame
from jalon.registry.store.schema import query, query_event

EVENT = ("query_id", "seq", "at", "by", "state", "comment")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which questions are wanted; what is not given does not choose.

    Attributes:
        centre: the centre's code.
        states: the states.
        table: the table's name.
        rule: the rule's name.
        patient: the patient's pseudonym.
        query_id: the whole name of one question.
    """

    centre: str | None = None
    states: tuple[str, ...] = ()
    table: str | None = None
    rule: str | None = None
    patient: str | None = None
    query_id: str | None = None

    def write_condition(self) -> sa.ColumnElement[bool]:
        """Return the choice as a condition on the book of questions.

        Raises:
            UserError: no such state or table.
        """
        for state in self.states:
            if state not in STATES:
                known = ", ".join(STATES)
                raise UserError(f"unknown --state {state}{suggest(state, STATES)}; use {known}")
        if self.table is not None:
            find_table(self.table)
        given = (
            (query.c.centre, self.centre),
            (query.c.table_name, self.table),
            (query.c.rule, self.rule),
            (query.c.patient, self.patient),
            (query.c.query_id, self.query_id),
        )
        parts = [column == value for column, value in given if value is not None]
        if self.states:
            parts.append(query.c.state.in_(self.states))
        return sa.and_(sa.true(), *parts)


def list_queries(connection: sa.Connection, choice: Choice | None = None) -> pl.DataFrame:
    """Return questions with where they stand, those that wait longest first.

    Args:
        connection: inside a transaction.
        choice: which ones; None for all.

    Returns:
        query_id, centre, patient, table_name, row_key, columns, rule, state, severity,
        text_en, text_fr, advice_en, advice_fr, opened_at (when it was last opened after being
        closed), last_at, last_by, comment (the last one).
    """
    condition = (choice or Choice()).write_condition()
    book = read_frame(connection, sa.select(query).where(condition))
    events = read_frame(
        connection,
        sa.select(*(query_event.c[name] for name in EVENT))
        .join(query, query.c.query_id == query_event.c.query_id)
        .where(condition),
    )
    told = book.drop("value_digest", "opened_import")
    told = told.join(_describe_rules(), on="rule", how="left", maintain_order="left")
    told = told.join(_summarise(events), on="query_id", how="left", maintain_order="left")
    return told.sort("opened_at", "centre", "table_name", "row_key", "rule")


def list_one(connection: sa.Connection, query_id: str) -> pl.DataFrame:
    """Return one question with where it stands.

    Args:
        connection: inside a transaction.
        query_id: its name or the beginning of it.

    Returns:
        One row, as ``list_queries`` describes it.

    Raises:
        UserError: none or several begin so.
    """
    name = find_query(connection, query_id)["query_id"][0]
    return list_queries(connection, Choice(query_id=name))


def read_history(connection: sa.Connection, query_id: str) -> pl.DataFrame:
    """Return what happened to one question, in order.

    Args:
        connection: inside a transaction.
        query_id: its name or the beginning of it.

    Returns:
        query_id, seq, at, by, state, comment, import_id.

    Raises:
        UserError: none or several begin so.
    """
    name = find_query(connection, query_id)["query_id"][0]
    names = (*EVENT, "import_id")
    mine = sa.select(*(query_event.c[n] for n in names)).where(query_event.c.query_id == name)
    return read_frame(connection, mine.order_by(query_event.c.seq))


def _summarise(events: pl.DataFrame) -> pl.DataFrame:
    ordered = events.sort("query_id", "seq")
    # Since it was last closed: an old question that comes back does not count as old.
    life = (pl.col("state") == "closed").cum_sum(reverse=True).over("query_id")
    closed_now = (pl.col("state").last() == "closed").over("query_id").cast(pl.UInt32)
    current = ordered.filter(life == closed_now)
    opened = current.group_by("query_id").agg(pl.col("at").first().alias("opened_at"))
    last = ordered.group_by("query_id").agg(
        pl.col("at").last().alias("last_at"),
        pl.col("by").last().alias("last_by"),
        pl.col("comment").last(),
    )
    return last.join(opened, on="query_id", how="left")


def _describe_rules() -> pl.DataFrame:
    names = ("name", "severity", "text_en", "text_fr", "advice_en", "advice_fr")
    rules = [rule for table in list_tables() for rule in list_rules(table)]
    rows = [tuple(getattr(rule, name) for name in names) for rule in rules]
    schema = dict.fromkeys(("rule", *names[1:]), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
