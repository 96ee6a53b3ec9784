"""Rules between columns, rows and tables of the registry, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter

FILE = Path(__file__).parent / "rules.toml"

Severity = Literal["reject", "query"]


@dataclass(frozen=True, slots=True)
class View:
    """A summary of one table that rules of other tables compare with.

    Attributes:
        name: what rules call it.
        table: the table that it summarises.
        by: the keys that it has one row for, besides the centre.
        columns: for each of its columns, the SQL aggregate that gives it.
        where: SQL condition that chooses the rows; empty for all.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str
    table: str
    by: tuple[str, ...]
    columns: dict[str, str]
    where: str = ""


@dataclass(frozen=True, slots=True)
class RegistryRule:
    """What must hold for a row; where a part of it is missing, nothing is asked.

    Attributes:
        name: its short name, which queries and reports show.
        table: the table whose rows it is about.
        severity: "reject" refuses the row, "query" asks about it.
        columns: the columns that a person should look at.
        must: SQL condition over the row's columns and those of the views.
        text_en: the rule in words, in English.
        text_fr: the same in French.
        advice_en: what to do about it, in English.
        advice_fr: the same in French.
        views: the views whose columns the condition uses.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str
    table: str
    severity: Severity
    columns: tuple[str, ...]
    must: str
    text_en: str
    text_fr: str
    advice_en: str
    advice_fr: str
    views: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules of the registry.

    Attributes:
        view: the views, in their order.
        rule: the rules, in their order.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    view: tuple[View, ...]
    rule: tuple[RegistryRule, ...]

    def of_table(self, table: str) -> tuple[RegistryRule, ...]:
        """Return the rules about rows of one table."""
        return tuple(rule for rule in self.rule if rule.table == table)

    def find_view(self, name: str) -> View:
        """Return the view called ``name``; a rule names only views that are there."""
        return next(view for view in self.view if view.name == name)


@cache
def load_rules() -> RuleBook:
    """Return the rules of the registry, read once from ``rules.toml``.

    Example:
        >>> {rule.severity for rule in load_rules().rule} <= {"reject", "query"}
        True
    """
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return TypeAdapter(RuleBook).validate_python(content)
