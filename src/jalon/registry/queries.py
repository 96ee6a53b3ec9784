"""Broken rules become questions: which are new, which are settled, which are asked again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from jalon.dictionary import RegistryRule, RuleBook, Table
from jalon.registry.kinds import KINDS
from jalon.registry.query_life import ALIVE
from jalon.registry.rules import TODAY, Broken, evaluate, join_views, list_rules, parse

DESCRIBED = (
    "query_id",
    "centre",
    "patient",
    "table_name",
    "row_key",
    "columns",
    "rule",
    "value_digest",
)
"""What is known of a broken rule at one row; all are texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is to become of the questions about the rows that were checked.

    Attributes:
        to_open: broken rules that were never asked about, one row each.
        to_close: questions whose rule is no longer broken.
        to_reopen: broken rules whose question was closed, or was about another value.
    """

    to_open: pl.DataFrame
    to_close: pl.DataFrame
    to_reopen: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.to_open.height or self.to_close.height or self.to_reopen.height)


def describe_broken(
    table: Table,
    frame: pl.DataFrame,
    others: Mapping[str, pl.DataFrame],
    today: date,
    book: RuleBook | None = None,
) -> pl.DataFrame:
    """Say which rows break which rule, as questions: each with its own lasting name.

    Args:
        table: what the rows mean.
        frame: the rows, with ``centre`` and the table's columns.
        others: current rows of other tables.
        today: the day on which it is asked.
        book: the rules; None for those of the dictionary.

    Returns:
        One row per broken rule and row, with the columns ``DESCRIBED``. The name depends on
        centre, rule, table and key only, so the same question keeps it; the digest depends on
        every value that the rule looked at.

    Raises:
        StudyFileError: a rule that cannot be evaluated.
    """
    rules = list_rules(table, book)
    joined = join_views(table, frame, others, today, book)
    by_name = {rule.name: rule for rule in rules}
    parts = [
        _describe(table, by_name[broken.rule], broken, joined) for broken in evaluate(rules, joined)
    ]
    return pl.concat([pl.DataFrame(schema=dict.fromkeys(DESCRIBED, pl.String)), *parts])


def name_query(centre: str, rule: str, table: str, row_key: str) -> str:
    """Return the lasting name of a question.

    Args:
        centre: the centre's code.
        rule: the rule's name.
        table: the table's name.
        row_key: the row's key as it is kept.

    Returns:
        The letter q and 15 hexadecimal digits: a spreadsheet takes digits alone, or digits
        around an e, for a number and would spoil them.

    Example:
        >>> name_query("LYS", "nothing_after_death", "assessment", '{"patient":"a"}')
        'q10fa13f07eb746c'
    """
    text = json.dumps([centre, rule, table, row_key], ensure_ascii=False)
    return f"q{hashlib.sha256(text.encode()).hexdigest()[:15]}"


def write_key(names: Iterable[str], values: Iterable[object]) -> str:
    """Return a row's key as it is kept: JSON, the columns in the order of the dictionary.

    Args:
        names: the key's columns without the centre.
        values: their values.

    Example:
        >>> write_key(["patient", "date"], ["a", date(2020, 1, 31)])
        '{"patient":"a","date":"2020-01-31"}'
    """
    return _write(dict(zip(names, values, strict=True)))


def write_keys(table: Table, frame: pl.DataFrame) -> pl.Series:
    """Return the key of each row as it is kept.

    Args:
        table: what the rows are.
        frame: the rows.

    Returns:
        One text per row.
    """
    keys = _list_keys(table)
    texts = [write_key(keys, values) for values in frame.select(keys).iter_rows()]
    return pl.Series("row_key", texts, dtype=pl.String)


def select_asked(existing: pl.DataFrame, table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the questions about rows that were checked.

    Args:
        existing: questions about one table, with ``centre`` and ``row_key``.
        table: the table.
        frame: the rows that were checked.

    Returns:
        Those whose row is in the frame.
    """
    keys = _list_keys(table)
    types = {name: KINDS[table.column(name).kind] for name in keys}
    if existing.is_empty():
        return existing
    as_written = pl.Struct(
        {name: pl.String if kind == pl.Date else kind for name, kind in types.items()}
    )
    decoded = existing.with_row_index("place").select(
        "place", "centre", pl.col("row_key").str.json_decode(as_written).alias("key")
    )
    dates = [name for name, kind in types.items() if kind == pl.Date]
    decoded = decoded.unnest("key").with_columns(pl.col(dates).str.to_date("%Y-%m-%d"))
    there = decoded.join(frame.select("centre", *keys), on=["centre", *keys], how="semi")
    return existing[there["place"].sort()]


def plan_queries(existing: pl.DataFrame, broken: pl.DataFrame) -> Plan:
    """Compare what is asked with what is broken.

    Args:
        existing: the questions about the rows that were checked, in any state, with
            ``query_id``, ``state`` and ``value_digest``.
        broken: what ``describe_broken`` found in the same rows.

    Returns:
        What to open, to close and to ask again. A confirmed question is asked again only when a
        value changed.

    Example:
        >>> there = {"query_id": ["a", "b"], "state": ["open", "confirmed"]}
        >>> existing = pl.DataFrame({**there, "value_digest": ["1", "2"]})
        >>> broken = pl.DataFrame({"query_id": ["b", "c"], "value_digest": ["2", "3"]})
        >>> plan = plan_queries(existing, broken)
        >>> plan.to_open["query_id"].to_list(), plan.to_close["query_id"].to_list()
        (['c'], ['a'])
        >>> plan.to_reopen.height
        0
    """
    before = existing.select("query_id", pl.col("state", "value_digest").name.suffix("_before"))
    both = broken.join(before, on="query_id", how="left", maintain_order="left")
    fresh = pl.col("state_before").is_null()
    again = (pl.col("state_before") == "closed") | (
        pl.col("value_digest") != pl.col("value_digest_before")
    )
    alive = existing.filter(pl.col("state").is_in(ALIVE))
    return Plan(
        both.filter(fresh).select(broken.columns),
        alive.join(broken, on="query_id", how="anti", maintain_order="left"),
        both.filter(~fresh & again).select(broken.columns),
    )


def _describe(
    table: Table, rule: RegistryRule, broken: Broken, joined: pl.DataFrame
) -> pl.DataFrame:
    rows = joined[broken.rows]
    inputs = sorted({*parse(rule).meta.root_names()} - {TODAY})
    centres = rows["centre"].to_list()
    row_keys = write_keys(table, rows)
    patients = rows["patient"].to_list() if "patient" in rows.columns else [""] * rows.height
    return pl.DataFrame(
        {
            "query_id": [
                name_query(centre, rule.name, table.name, key)
                for centre, key in zip(centres, row_keys, strict=True)
            ],
            "centre": centres,
            "patient": patients,
            "table_name": table.name,
            "row_key": row_keys,
            "columns": ",".join(rule.columns),
            "rule": rule.name,
            "value_digest": [
                _digest(dict(zip(inputs, values, strict=True)))
                for values in rows.select(inputs).iter_rows()
            ],
        }
    )


def _list_keys(table: Table) -> tuple[str, ...]:
    return tuple(name for name in table.keys if name != "centre")


def _digest(values: dict[str, object]) -> str:
    return hashlib.sha256(_write(values).encode()).hexdigest()


def _write(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)
