"""The registry's rules name only what is there, in both languages, and agree with the visits."""

from __future__ import annotations

import re
from collections import Counter

import polars as pl
import pytest

from jalon.dictionary import RegistryRule, View, find_table, list_tables, load_rules, load_visits

BOOK = load_rules()
WINDOW = re.compile(
    r"WHEN '(\w+)' THEN \(date - infused_on\) "
    r"BETWEEN interval '(\d+) days' AND interval '(\d+) days'"
)


def names_in(sql: str) -> set[str]:
    """Return the names of columns in a condition."""
    return set(pl.sql_expr(sql).meta.root_names())


def test_names_are_unique_and_say_their_table() -> None:
    for names in ([rule.name for rule in BOOK.rule], [view.name for view in BOOK.view]):
        assert not [name for name, count in Counter(names).items() if count > 1]
    assert all(rule.name.startswith(f"{rule.table}.") for rule in BOOK.rule)


def test_every_table_has_rules() -> None:
    assert {rule.table for rule in BOOK.rule} == {table.name for table in list_tables()}


@pytest.mark.parametrize("view", BOOK.view, ids=lambda view: view.name)
def test_a_view_names_columns_of_its_table(view: View) -> None:
    table = find_table(view.table)
    assert set(view.by) <= set(table.names)
    for sql in (*([view.where] if view.where else []), *view.columns.values()):
        assert names_in(sql) <= set(table.names)
    assert any(view.name in rule.views for rule in BOOK.rule), "no rule uses it"


@pytest.mark.parametrize("rule", BOOK.rule, ids=lambda rule: rule.name)
def test_a_rule_names_columns_that_are_there(rule: RegistryRule) -> None:
    table = find_table(rule.table)
    views = [BOOK.find_view(name) for name in rule.views]
    from_views = {column for view in views for column in view.columns}
    assert rule.columns
    assert set(rule.columns) <= set(table.names)
    used = names_in(rule.must)
    assert used <= {*table.names, *from_views, "today"}
    # Whoever looks at the columns that are shown sees what the condition compares.
    assert set(rule.columns) <= used
    for view in views:
        assert set(view.by) <= set(table.names)
        assert set(view.columns) & used, f"{view.name} is not needed"
        assert not set(view.columns) & set(table.names)


@pytest.mark.parametrize("rule", BOOK.rule, ids=lambda rule: rule.name)
def test_a_rule_is_worded_in_both_languages(rule: RegistryRule) -> None:
    for text in (rule.text_en, rule.text_fr, rule.advice_en, rule.advice_fr):
        assert text
        assert text == text.strip()
        assert not text.endswith(".")
        assert "  " not in text
    assert "'" not in rule.text_fr + rule.advice_fr
    assert rule.text_en != rule.text_fr


def test_only_the_impossible_is_rejected() -> None:
    rejected = {rule.name.partition(".")[2] for rule in BOOK.rule if rule.severity == "reject"}
    assert rejected == {
        "birth_in_future",
        "entry_in_future",
        "in_future",
        "closed_before_opened",
        "end_before_start",
        "end_before_onset",
        "order",
        "discharge_before_infusion",
        "withdrawn_before_made",
    }
    # Between rows either may be wrong: never a reason to refuse one.
    assert not [rule for rule in BOOK.rule if rule.severity == "reject" and rule.views]


@pytest.mark.parametrize("table", ["assessment", "response"])
def test_windows_are_those_of_the_visits(table: str) -> None:
    rule = next(rule for rule in BOOK.rule if rule.name == f"{table}.outside_window")
    windows = {name: (int(low), int(high)) for name, low, high in WINDOW.findall(rule.must)}
    visits = {v.time_point: (v.from_day, v.to_day) for v in load_visits()}
    assert {name: window for name, window in windows.items() if name in visits} == visits
    assert set(windows) - set(visits) == {"d1", "d3", "d7", "d14", "acute"}
