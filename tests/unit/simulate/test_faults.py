"""Rows broken on purpose are caught by the rule that they break."""

from datetime import date

import polars as pl
import pytest

from jalon.core.errors import UserError
from jalon.dictionary import find_table, list_tables, load_rules
from jalon.registry.rules import find_broken, list_rules
from jalon.simulate import plant_faults, simulate_tables
from jalon.simulate.faults import BREACHES


@pytest.fixture(scope="module")
def tables():
    return simulate_tables(1500, seed=3, centres=["S01", "S02"])


@pytest.fixture(scope="module")
def planted(tables):
    return plant_faults(tables, share=0.2, seed=1)


def test_every_breach_is_planted(planted):
    found = set(planted.faults.select("table", "rule", "column").rows())
    assert found == {(breach.table, breach.rule, breach.column) for breach in BREACHES}
    assert not planted.faults.select("table", "row").is_duplicated().any()


@pytest.mark.parametrize("name", [table.name for table in list_tables()])
def test_each_is_caught_and_only_they_are(planted, name):
    frame = planted.tables[name]
    mine = planted.faults.filter(table=name)
    caught = find_broken(find_table(name), frame, planted.tables, date(2022, 5, 2))
    by_rule = {broken.rule: set(broken.rows.tolist()) for broken in caught}
    for (rule,), rows in mine.filter(pl.col("rule").str.contains(".", literal=True)).group_by(
        "rule"
    ):
        assert set(rows["row"]) <= by_rule[rule], rule
    # A broken row may break more rules than the one meant, and a broken patient rules of that
    # patient's other rows; a row left alone breaks none.
    others = set().union(*by_rule.values()) - set(mine["row"])
    if others:
        rows = planted.faults.filter(table="patient")["row"]
        broken = planted.tables["patient"]["patient"].gather(rows)
        assert frame["patient"].gather(sorted(others)).is_in(broken.implode()).all()


def test_breaches_name_rules_that_exist():
    for breach in BREACHES:
        rules = {rule.name for rule in list_rules(find_table(breach.table))}
        assert breach.rule in rules | {"range", "level", "required"}
    assert load_rules().rule


def test_nothing_else_is_changed(tables, planted):
    for (name, row), faults in planted.faults.head(40).group_by("table", "row"):
        before, after = tables[name].row(row, named=True), planted.tables[name].row(row, named=True)
        assert [key for key in before if before[key] != after[key]] == faults["column"].to_list()
    same = plant_faults(tables, share=0.0, seed=1)
    assert all(same.tables[name].equals(frame) for name, frame in tables.items())
    assert same.faults.is_empty()


def test_same_seed_breaks_the_same_rows(tables, planted):
    again = plant_faults(tables, share=0.2, seed=1)
    assert again.faults.equals(planted.faults)


@pytest.mark.parametrize(("share", "seed"), [(-0.1, 1), (1.1, 1), (float("nan"), 1), (0.1, -1)])
def test_impossible_wishes_are_refused(tables, share, seed):
    with pytest.raises(UserError):
        plant_faults(tables, share, seed)
