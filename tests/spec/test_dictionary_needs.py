"""The registry collects what the papers, the scores and the known factors need.

``registry_needs.toml`` maps each of them to columns of the registry. The items of the scores are
read from the scores themselves, so that a new score or item asks for its columns here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import jalon.scores
from jalon.core.units import Quantity, convert
from jalon.dictionary import Column, find_table

NEEDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "registry_needs.toml").read_text(encoding="utf-8")
)
SCORES: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(jalon.scores.__file__).parent / "published").glob("*.toml"))
}


def list_items() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every item of every score, and both measures of an item that may be their ratio."""
    for slug, score in SCORES.items():
        for item in score.get("item", []):
            measures = item.get("over", [])
            # A ratio is not collected; what it is made of is.
            yield from ((slug, name, {}) for name in measures)
            if not measures or is_mapped(slug, item["id"]):
                yield slug, item["id"], item


def is_mapped(slug: str, item: str) -> bool:
    """Say whether an item of a score has its columns."""
    return item in NEEDS["score"].get(slug, {}) or item in NEEDS["measure"]


def columns_of(slug: str, item: str) -> list[str]:
    """Return the columns that an item of a score is found in."""
    own = NEEDS["score"].get(slug, {})
    found: list[str] = own[item] if item in own else NEEDS["measure"][item]
    return found


def find_column(dotted: str) -> Column:
    """Return the column that is written ``table.column``."""
    table, _, column = dotted.partition(".")
    return find_table(table).column(column)


ITEMS = list(list_items())
MAPPED = [
    *(("factor " + factor["name"], factor) for factor in NEEDS["factor"]),
    *((f"{p['name']}: {v['name']}", v) for p in NEEDS["paper"] for v in p["variables"]),
]


@pytest.mark.parametrize(
    ("slug", "item", "described"), ITEMS, ids=[f"{slug}-{item}" for slug, item, _ in ITEMS]
)
def test_every_item_of_every_score_has_columns(
    slug: str, item: str, described: dict[str, Any]
) -> None:
    assert is_mapped(slug, item), f"map {item} of {slug} in registry_needs.toml"
    columns = [find_column(dotted) for dotted in columns_of(slug, item)]
    assert columns
    if described.get("analyte") in {None, "duration"} or len(columns) > 1:
        return
    # What the score believes possible in its own unit can be entered in the registry's.
    column, analyte = columns[0], described["analyte"]
    for value in described["plausible"]:
        entered = convert(Quantity(value, described["unit"]), column.unit, analyte)
        assert column.low is None or entered >= column.low
        assert column.high is None or entered <= column.high


def test_a_score_without_items_shares_them_or_cannot_be_computed() -> None:
    for slug, score in SCORES.items():
        if not score.get("item"):
            assert score.get("items_of") in SCORES or score["availability"] == "blocked", slug


def test_nothing_is_mapped_that_no_score_asks_for() -> None:
    asked = {(slug, item) for slug, item, _ in ITEMS}
    for slug, items in NEEDS["score"].items():
        assert not [item for item in items if (slug, item) not in asked]
    assert not set(NEEDS["measure"]) - {item for _, item in asked}


@pytest.mark.parametrize(("name", "need"), MAPPED, ids=[name for name, _ in MAPPED])
def test_every_factor_and_variable_has_columns(name: str, need: dict[str, Any]) -> None:
    assert bool(need.get("columns")) != bool(need.get("reason")), name
    for dotted in need.get("columns", []):
        column = find_column(dotted)
        if dotted.partition(".")[0] in {"assessment", "response"}:
            assert set(need.get("at", [])) <= set(column.time_points), f"{name}: {dotted}"
        elif "response.lugano" not in need["columns"]:
            assert not need.get("at"), f"{name}: {dotted} has no time point"


def test_what_is_needed_names_who_needs_it() -> None:
    needed = {dotted for slug, item, _ in ITEMS for dotted in columns_of(slug, item)}
    needed |= {dotted for _, need in MAPPED for dotted in need.get("columns", [])}
    for dotted in needed:
        table, _, name = dotted.partition(".")
        if name not in find_table(table).keys:
            # "jalon" is written where neither a paper nor a score asks.
            assert find_column(dotted).source != "jalon", dotted


def test_all_published_effects_are_counted() -> None:
    names = [factor["name"] for factor in NEEDS["factor"]]
    assert len(set(names)) == len(names) == 90
    assert sum(factor["effects"] for factor in NEEDS["factor"]) == 202


def test_both_papers_are_there() -> None:
    assert [paper["doi"] for paper in NEEDS["paper"]] == [
        "10.1182/bloodadvances.2023010624",
        "10.1182/blood.2022016945",
    ]
    for paper in NEEDS["paper"]:
        names = [variable["name"] for variable in paper["variables"]]
        assert len(set(names)) == len(names)
