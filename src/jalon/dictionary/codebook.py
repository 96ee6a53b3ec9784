"""The registry's dictionary as one page that a person reads: HTML or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jalon.dictionary.column import Column
from jalon.dictionary.registry_rule import RegistryRule, load_rules
from jalon.dictionary.table import Table
from jalon.dictionary.tables import find_table, list_tables
from jalon.dictionary.visit import Visit, load_visits
from jalon.dictionary.wording import (
    Language,
    load_words,
    say_asked,
    say_help,
    say_kind,
    say_label,
    say_refused,
    say_unit,
    typeset,
)

UNPLANNED = ("progression", "unscheduled")
"""Time points that come at no planned day, so that no range runs over them."""


@dataclass(frozen=True, slots=True)
class CodebookLevel:
    """One allowed value, as the page shows it.

    Attributes:
        value: how it is written in a file.
        label: what it means.
        since: the first day on which it can be, or nothing.
        aliases: other spellings that are read as this one.
    """

    value: str
    label: str
    since: str
    aliases: str


@dataclass(frozen=True, slots=True)
class CodebookRow:
    """One column, as the page shows it.

    Attributes:
        name: its header in a file.
        label: its name for a reader.
        help: one sentence for whoever fills it in.
        kind: what kind of value it holds.
        unit: unit of a number, for a reader.
        ucum: the unit's code, for programs.
        refused: the numbers that are refused, in words.
        asked: the numbers that are asked about, in words.
        levels: its allowed values.
        missing: texts that are read as missing.
        time_points: when it is collected.
        source: what needs it.
        required: whether every row must have a value.
        is_key: whether it tells rows apart.
    """

    name: str
    label: str
    help: str
    kind: str
    unit: str
    ucum: str
    refused: str
    asked: str
    levels: tuple[CodebookLevel, ...]
    missing: str
    time_points: str
    source: str
    required: bool
    is_key: bool

    @property
    def words(self) -> str:
        """What a search looks through."""
        levels = [text for level in self.levels for text in (level.value, level.label)]
        return _join(
            [self.name, self.label, self.help, self.unit, self.source, self.time_points, *levels]
        )


@dataclass(frozen=True, slots=True)
class CodebookTable:
    """One table, as the page shows it.

    Attributes:
        name: its short name.
        label: its name for a reader.
        keys: what there is one row for.
        parent: the table that its rows belong to, or nothing.
        parent_label: that table's name for a reader.
        missing: texts that are read as missing in every column.
        rows: its columns.
    """

    name: str
    label: str
    keys: str
    parent: str
    parent_label: str
    missing: str
    rows: tuple[CodebookRow, ...]


@dataclass(frozen=True, slots=True)
class CodebookRule:
    """One rule, as the page shows it.

    Attributes:
        name: its short name.
        table: the table whose rows it is about.
        table_label: that table's name for a reader.
        text: the rule in words.
        advice: what to do about a row that breaks it.
        severity: whether that row is refused or asked about.
        columns: the columns to look at.
    """

    name: str
    table: str
    table_label: str
    text: str
    advice: str
    severity: str
    columns: str

    @property
    def words(self) -> str:
        """What a search looks through."""
        return _join([self.name, self.table_label, self.text, self.advice, self.columns])


@dataclass(frozen=True, slots=True)
class CodebookVisit:
    """One planned visit, as the page shows it.

    Attributes:
        time_point: its name in the tables.
        label: its name for a reader.
        day: the planned day.
        window: the days that count as this visit.
    """

    time_point: str
    label: str
    day: str
    window: str

    @property
    def words(self) -> str:
        """What a search looks through."""
        return _join([self.time_point, self.label])


@dataclass(frozen=True, slots=True)
class Codebook:
    """The dictionary in one language.

    Attributes:
        language: the reader's language.
        version: which state of the dictionary this is.
        tables: the tables, in their order.
        rules: the rules, in their order.
        visits: the planned visits, in their order.
    """

    language: Language
    version: str
    tables: tuple[CodebookTable, ...]
    rules: tuple[CodebookRule, ...]
    visits: tuple[CodebookVisit, ...]

    @property
    def column_count(self) -> int:
        """How many columns all tables have."""
        return sum(len(table.rows) for table in self.tables)

    @property
    def rule_count(self) -> int:
        """How many rules there are."""
        return len(self.rules)


def build_codebook(language: Language, version: str) -> Codebook:
    """Gather the registry's dictionary in one language.

    Args:
        language: the reader's language.
        version: which state of the dictionary this is, for example the start of its hash.

    Returns:
        Tables, rules and visits as they are shown.

    Example:
        >>> build_codebook("en", "0").tables[0].name
        'centre'
    """
    labels = {table.name: _say_title(table, language) for table in list_tables()}
    return Codebook(
        language=language,
        version=version,
        tables=tuple(_show_table(table, labels, language) for table in list_tables()),
        rules=tuple(_show_rule(rule, labels, language) for rule in load_rules().rule),
        visits=tuple(_show_visit(visit, language) for visit in load_visits()),
    )


def shorten_time_points(time_points: tuple[str, ...], language: Language) -> str:
    """Write neighbouring time points as their first and last.

    Args:
        time_points: when a column is collected.
        language: the reader's language.

    Example:
        >>> shorten_time_points(("d30", "d90", "d180", "m24"), "en")
        'd30 to d180, m24'
    """
    order = [level.value for level in find_table("assessment").column("time_point").levels]
    runs: list[list[str]] = []
    for name in time_points:
        last = runs[-1][-1] if runs else ""
        following = order[order.index(last) + 1 :][:1] if last in order else []
        if name not in UNPLANNED and following == [name]:
            runs[-1].append(name)
        else:
            runs.append([name])
    through = load_words(language)["through"]
    texts = [f"{run[0]} {through} {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs]
    return ", ".join(texts)


def _say_title(table: Table, language: Language) -> str:
    text = table.label_fr if language == "fr" and table.label_fr else table.label_en
    return typeset(text, language)


def _show_table(table: Table, labels: dict[str, str], language: Language) -> CodebookTable:
    keys = [say_label(table.column(name), language) for name in table.keys]
    return CodebookTable(
        name=table.name,
        label=labels[table.name],
        keys=" + ".join(keys),
        parent=table.parent or "",
        parent_label=labels.get(table.parent or "", ""),
        missing=", ".join(table.missing),
        rows=tuple(_show_column(table, column, language) for column in table.columns),
    )


def _show_column(table: Table, column: Column, language: Language) -> CodebookRow:
    is_plain = _is_plain_flag(column)
    levels = tuple(
        CodebookLevel(
            level.value, say_label(level, language), level.since, ", ".join(level.aliases)
        )
        for level in column.levels
        if not is_plain
    )
    return CodebookRow(
        name=column.name,
        label=say_label(column, language),
        help=say_help(column, language),
        # The levels of a flag say more than "0 = no".
        kind=load_words(language)["category"]
        if column.kind == "flag" and levels
        else say_kind(column, language),
        unit=say_unit(column.unit),
        ucum=column.ucum,
        refused=say_refused(column, language),
        asked=say_asked(column, language),
        levels=levels,
        missing=", ".join(column.missing),
        time_points=shorten_time_points(column.time_points, language),
        source=column.source,
        required=column.required,
        is_key=column.name in table.keys,
    )


def _is_plain_flag(column: Column) -> bool:
    """Tell whether a flag's levels say no more than no and yes."""
    labels = {level.value: level.en for level in column.levels}
    return column.kind == "flag" and labels in ({}, {"0": "no", "1": "yes"})


def _show_rule(rule: RegistryRule, labels: dict[str, str], language: Language) -> CodebookRule:
    in_french = language == "fr"
    text = typeset(rule.text_fr if in_french else rule.text_en, language)
    advice = typeset(rule.advice_fr if in_french else rule.advice_en, language)
    return CodebookRule(
        name=rule.name,
        table=rule.table,
        table_label=labels[rule.table],
        text=_begin(text),
        advice=_begin(advice),
        severity=load_words(language)[rule.severity],
        columns=", ".join(rule.columns),
    )


def _show_visit(visit: Visit, language: Language) -> CodebookVisit:
    label = typeset(visit.label_fr if language == "fr" else visit.label_en, language)
    return CodebookVisit(
        time_point=visit.time_point,
        label=label,
        day=f"{visit.day}",
        window=f"{visit.from_day}\N{EN DASH}{visit.to_day}",
    )


def _begin(text: str) -> str:
    """Begin a sentence with a capital letter."""
    return text[:1].upper() + text[1:]


def _join(texts: Sequence[str]) -> str:
    return " ".join(text for text in texts if text)
