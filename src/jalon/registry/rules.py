"""Which rows break which rule of the registry.

How a rule is read (write ``rules.toml`` against this):

- ``must`` is a polars SQL expression that is true where the row is as it should be. False:
  the row breaks the rule. Null (some part is missing): the row is not asked.
- It sees the row's columns, ``centre``, ``today`` (a date) and the columns of the rule's views.
- A view has one row per centre and ``by``; it is joined on the columns of the same names. Where
  the view has no row, its columns are null: write ``coalesce(n, 0) > 0`` to ask for a row that
  must be there.
- A view of the rule's own table sees the row itself too.
- Two dates differ by an interval: ``a - b <= interval '7 days'`` or ``a + interval '7 days' >= b``,
  never ``a - b <= 7``. A day is written ``DATE '2018-08-23'``.
- A name of a view's column must be no column of the table that it is joined to.

Besides the book, the rules that follow from the dictionary (soft ranges, first days of levels)
are evaluated with the rest. A column that the given frame lacks counts as missing in every row,
and a table that is not given as having no row; ``tables_needed`` says which to give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
from polars.exceptions import PolarsError

from jalon.core.errors import StudyFileError, UserError
from jalon.core.survival_data import Integers
from jalon.dictionary import RegistryRule, RuleBook, Table, View, find_table, load_rules
from jalon.dictionary.registry_rule import FILE, Severity
from jalon.dictionary.tables import TABLES
from jalon.registry.derived_rules import derive_rules
from jalon.registry.kinds import KINDS

TODAY = "today"

OBJECTION = "objection"
"""The table by which patients take their data out of what is asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Broken:
    """A rule, and the rows that break it.

    Attributes:
        rule: the rule's name.
        severity: "reject" or "query".
        columns: the columns that a person should look at.
        rows: positions of the rows in the frame that was checked, ascending.
    """

    rule: str
    severity: Severity
    columns: tuple[str, ...]
    rows: Integers


def find_broken(
    table: Table,
    frame: pl.DataFrame,
    others: Mapping[str, pl.DataFrame],
    today: date,
    book: RuleBook | None = None,
) -> list[Broken]:
    """Say which rows break which rule; a row with a missing part is not asked.

    Args:
        table: what the rows mean.
        frame: the rows, with the column ``centre`` and the table's columns, typed.
        others: current rows of other tables by their names, with the rows that come with the
            same import; for the table itself too when views of it are used and ``frame`` holds
            only a part of its rows.
        today: the day on which it is asked.
        book: the rules; None for those of the dictionary.

    Returns:
        One entry per rule that any row breaks, in the order of ``list_rules``.

    Raises:
        StudyFileError: a rule that cannot be evaluated.

    Example:
        >>> from jalon.dictionary import Column, RuleBook, Table
        >>> age = Column("age", "integer", "Age", soft_high=90)
        >>> table = Table("patient", "Patients", "", "", columns=(age,))
        >>> frame = pl.DataFrame({"centre": ["01", "01", "02"], "age": [44, 97, None]})
        >>> broken, = find_broken(table, frame, {}, date(2026, 1, 1), RuleBook((), ()))
        >>> broken.rule, broken.rows.tolist()
        ('patient.age.unusual', [1])
    """
    rules = list_rules(table, book)
    return evaluate(rules, join_views(table, frame, others, today, book))


def list_rules(table: Table, book: RuleBook | None = None) -> tuple[RegistryRule, ...]:
    """Return every rule about rows of a table: the book's, then those of its columns.

    Args:
        table: the table.
        book: the rules; None for those of the dictionary.

    Example:
        >>> from jalon.dictionary import RuleBook, Table
        >>> list_rules(Table("patient", "Patients", "", ""), RuleBook((), ()))
        ()
    """
    return (*(book or load_rules()).of_table(table.name), *derive_rules(table))


def tables_needed(table: str, book: RuleBook | None = None) -> tuple[str, ...]:
    """Return the tables whose rows the rules of one table look at, itself left out unless needed.

    Args:
        table: name of the table whose rows are checked.
        book: the rules; None for those of the dictionary.

    Example:
        >>> from jalon.dictionary import RuleBook
        >>> tables_needed("response", RuleBook((), ()))
        ()
    """
    book = book or load_rules()
    names = dict.fromkeys(name for rule in book.of_table(table) for name in rule.views)
    return tuple(dict.fromkeys(book.find_view(name).table for name in names))


def depends_on(table: str, book: RuleBook | None = None) -> tuple[str, ...]:
    """Return the tables whose rows must be checked again when rows of one table change.

    Nothing is asked about patients who object to every project, so an objection, or its
    withdrawal, touches every table.

    Args:
        table: name of the table that changed.
        book: the rules; None for those of the dictionary.

    Returns:
        Names of tables, the table itself among them only when its rules look at its other rows.

    Example:
        >>> from jalon.dictionary import RuleBook
        >>> depends_on("event", RuleBook((), ()))
        ()
    """
    book = book or load_rules()
    if table == OBJECTION:
        return TABLES
    named = dict.fromkeys(rule.table for rule in book.rule)
    return tuple(name for name in named if table in tables_needed(name, book))


def join_views(
    table: Table,
    frame: pl.DataFrame,
    others: Mapping[str, pl.DataFrame],
    today: date,
    book: RuleBook | None = None,
) -> pl.DataFrame:
    """Put beside each row what the rules of its table look at; the order of rows is kept.

    Args:
        table: what the rows mean.
        frame: the rows.
        others: current rows of other tables.
        today: the day on which it is asked.
        book: the rules; None for those of the dictionary.

    Returns:
        The rows with ``today`` and the columns of every view that a rule of the table names.

    Raises:
        StudyFileError: a view that cannot be evaluated, or a name used twice.
    """
    book = book or load_rules()
    joined = _complete(frame, table).with_columns(pl.lit(today).alias(TODAY))
    names = dict.fromkeys(name for rule in book.of_table(table.name) for name in rule.views)
    taken = {TODAY, *table.names, *frame.columns}
    summaries: dict[tuple[str, ...], pl.DataFrame] = {}
    for view in (book.find_view(name) for name in names):
        clash = taken & set(view.columns)
        if clash:
            word = f"the name {min(clash)} is used twice in table {table.name}; rename it"
            raise StudyFileError(FILE, word, key=f"view.{view.name}")
        taken |= set(view.columns)
        rows = others.get(view.table, frame if view.table == table.name else None)
        keys, summary = ("centre", *view.by), summarise(view, rows, today)
        if keys in summaries:
            summary = summaries[keys].join(summary, on=keys, how="full", coalesce=True)
        summaries[keys] = summary
    for keys, summary in summaries.items():
        # The keys alone are joined: one pass over the rows for all views of the same keys.
        beside = joined.select(keys).join(summary, on=keys, how="left", maintain_order="left")
        joined = joined.hstack(beside.drop(keys))
    return joined


def summarise(view: View, rows: pl.DataFrame | None, today: date) -> pl.DataFrame:
    """Compute a view: one row per centre and ``by``.

    Args:
        view: the view.
        rows: current rows of its table; None for no row.
        today: the day on which it is asked.

    Raises:
        StudyFileError: an expression that cannot be evaluated.
    """
    try:
        rows = _complete(rows, find_table(view.table))
    except UserError:  # a table of another dictionary: its rows must be given
        rows = pl.DataFrame() if rows is None else rows
    keys = ["centre", *view.by]
    lazy = rows.lazy().with_columns(pl.lit(today).alias(TODAY))
    lazy = lazy.filter(pl.all_horizontal(pl.col(keys).is_not_null()))
    try:
        if view.where:
            lazy = lazy.filter(pl.sql_expr(view.where))
        columns = [pl.sql_expr(sql).alias(name) for name, sql in view.columns.items()]
        return lazy.group_by(keys).agg(columns).collect()
    except PolarsError as error:
        raise StudyFileError(FILE, _explain(error), key=f"view.{view.name}") from error


def evaluate(rules: Iterable[RegistryRule], joined: pl.DataFrame) -> list[Broken]:
    """Evaluate rules on rows that already have the columns of their views beside them.

    Args:
        rules: the rules.
        joined: what ``join_views`` returned.

    Returns:
        One entry per rule that any row breaks, in the order of ``rules``.

    Raises:
        StudyFileError: a rule that cannot be evaluated.
    """
    rules = tuple(rules)
    conditions = _read_conditions(rules, joined)
    asked = [
        (~condition.cast(pl.Boolean)).fill_null(value=False).alias(str(i))
        for i, condition in enumerate(conditions)
    ]
    answers = joined.select(asked)
    found = []
    for rule, answer in zip(rules, answers.iter_columns(), strict=True):
        if answer.any():
            rows = answer.arg_true().cast(pl.Int64).to_numpy()
            found.append(Broken(rule.name, rule.severity, rule.columns, rows))
    return found


def parse(rule: RegistryRule) -> pl.Expr:
    """Read a rule's condition.

    Args:
        rule: the rule.

    Raises:
        StudyFileError: it cannot be read.
    """
    try:
        condition = pl.sql_expr(rule.must)
    except PolarsError as error:
        raise StudyFileError(FILE, _explain(error), key=f"rule.{rule.name}.must") from error
    # A condition without any column would be one value, not one per row.
    return condition if condition.meta.root_names() else condition & pl.col("centre").is_not_null()


def _read_conditions(rules: tuple[RegistryRule, ...], joined: pl.DataFrame) -> list[pl.Expr]:
    conditions = [parse(rule) for rule in rules]
    named = [condition.alias(str(i)) for i, condition in enumerate(conditions)]
    empty = joined.clear().lazy()
    try:
        kinds = empty.select(named).collect_schema()
    except PolarsError:
        kinds = pl.Schema()  # one of them is at fault: find out which
    for i, (rule, condition) in enumerate(zip(rules, conditions, strict=True)):
        kind = kinds.get(str(i)) or _find_kind(rule, condition, empty)
        if kind not in {pl.Boolean, pl.Null}:
            key = f"rule.{rule.name}.must"
            raise StudyFileError(FILE, "is not a condition; it must be true or false", key=key)
    return conditions


def _find_kind(rule: RegistryRule, condition: pl.Expr, empty: pl.LazyFrame) -> pl.DataType:
    try:
        return empty.select(condition.alias("must")).collect_schema()["must"]
    except PolarsError as error:
        raise StudyFileError(FILE, _explain(error), key=f"rule.{rule.name}.must") from error


def _complete(frame: pl.DataFrame | None, table: Table) -> pl.DataFrame:
    frame = pl.DataFrame(schema={"centre": pl.String}) if frame is None else frame
    # A column without any value may have come without a type.
    schema = frame.schema
    absent = [c for c in table.columns if schema.get(c.name, pl.Null) == pl.Null]
    return frame.with_columns(
        pl.lit(None, dtype=KINDS[column.kind]).alias(column.name) for column in absent
    )


def _explain(error: PolarsError) -> str:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"cannot be evaluated: {first}"
