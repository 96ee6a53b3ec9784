"""The fast evaluator against a slow reader of rows; what opening questions twice does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.dictionary import Column, RegistryRule, RuleBook, Table, View
from jalon.registry.queries import DESCRIBED, describe_broken, plan_queries
from jalon.registry.rules import find_broken

START = date(2020, 1, 1)
TODAY = START + timedelta(days=15)
DAYS = st.none() | st.integers(0, 20).map(lambda n: START + timedelta(days=n))
CENTRES, PATIENTS = st.sampled_from(["A", "B"]), st.sampled_from(["p", "q", "r"])

INFUSION = Table(
    "infusion", "Infusions", "", "", keys=("patient", "number"), date="infused",
    columns=(
        Column("patient", "identifier", "Patient"),
        Column("number", "integer", "Number"),
        Column("apheresis", "date", "Apheresis"),
        Column("infused", "date", "Infusion"),
        Column("dose", "number", "Dose", soft_low=1, soft_high=3),
    ),
)  # fmt: skip


def _rule(name: str, must: str, views: tuple[str, ...] = ()) -> RegistryRule:
    return RegistryRule(name, "infusion", "query", ("infused",), must, "", "", "", "", views)


BOOK = RuleBook(
    (View("deaths", "event", ("patient",), {"died": "min(day)"}, "kind = 'death'"),),
    (
        _rule("order", "apheresis <= infused"),
        _rule("not later than today", "infused <= today"),
        _rule("nothing after death", "infused <= died", ("deaths",)),
        _rule("within ten days", "infused - apheresis <= interval '10 days'"),
        _rule("dose known once infused", "infused is null or dose is not null"),
    ),
)


@st.composite
def infusions(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = draw(st.lists(st.tuples(CENTRES, PATIENTS, DAYS, DAYS, st.none() | st.floats(0, 4))))
    names = ("centre", "patient", "apheresis", "infused", "dose")
    return [{**dict(zip(names, row, strict=True)), "number": i} for i, row in enumerate(rows)]


EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "centre": CENTRES,
            "patient": PATIENTS,
            "day": DAYS,
            "kind": st.sampled_from(["death", "relapse"]),
        }
    )
)


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    types = {"centre": pl.String, "patient": pl.String, "number": pl.Int64}
    types |= {"apheresis": pl.Date, "infused": pl.Date, "dose": pl.Float64}
    return pl.DataFrame(rows, schema=types)


def _events(rows: list[dict[str, Any]]) -> pl.DataFrame:
    types = {"centre": pl.String, "patient": pl.String, "day": pl.Date, "kind": pl.String}
    return pl.DataFrame(rows, schema=types)


def _slowly(row: dict[str, Any], events: list[dict[str, Any]]) -> set[str]:
    """Read one row as a person would."""
    broken = set()
    apheresis, infused, dose = row["apheresis"], row["infused"], row["dose"]
    if apheresis and infused and apheresis > infused:
        broken.add("order")
    if infused and infused > TODAY:
        broken.add("not later than today")
    for event in events:
        mine = event["centre"] == row["centre"] and event["patient"] == row["patient"]
        death = mine and event["kind"] == "death" and event["day"]
        if death and infused and infused > event["day"]:
            broken.add("nothing after death")
    if apheresis and infused and (infused - apheresis).days > 10:
        broken.add("within ten days")
    if infused and dose is None:
        broken.add("dose known once infused")
    if dose is not None and not 1 <= dose <= 3:
        broken.add("infusion.dose.unusual")
    return broken


def _describe(rows: list[dict[str, Any]], events: list[dict[str, Any]]) -> pl.DataFrame:
    return describe_broken(INFUSION, _frame(rows), {"event": _events(events)}, TODAY, BOOK)


def _obey(book: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Carry out a plan on a book kept in memory."""
    plan = plan_queries(book, rows)
    closed = plan.to_close.with_columns(state=pl.lit("closed"))
    opened = pl.concat([plan.to_open, plan.to_reopen]).with_columns(state=pl.lit("open"))
    changed = pl.concat([closed.select(opened.columns), opened])
    return pl.concat([book.join(changed, on="query_id", how="anti"), changed])


EMPTY = pl.DataFrame(schema=dict.fromkeys((*DESCRIBED, "state"), pl.String))


@settings(deadline=None, max_examples=40)
@given(infusions(), EVENTS)
def test_the_evaluator_agrees_with_a_slow_reader(
    rows: list[dict[str, Any]], events: list[dict[str, Any]]
) -> None:
    found = find_broken(INFUSION, _frame(rows), {"event": _events(events)}, TODAY, BOOK)
    fast: list[set[str]] = [set() for _ in rows]
    for broken in found:
        assert len(broken.rows) > 0
        for place in broken.rows:
            fast[place].add(broken.rule)
    assert fast == [_slowly(row, events) for row in rows]


@settings(deadline=None, max_examples=40)
@given(infusions(), EVENTS, st.randoms())
def test_a_question_keeps_its_name_whatever_the_order(
    rows: list[dict[str, Any]], events: list[dict[str, Any]], random: Any
) -> None:
    first = _describe(rows, events)
    random.shuffle(rows)
    assert first.sort("query_id").equals(_describe(rows, events).sort("query_id"))
    assert first["query_id"].is_unique().all()


@settings(deadline=None, max_examples=40)
@given(infusions(), EVENTS)
def test_asking_twice_asks_once(rows: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    broken = _describe(rows, events)
    book = _obey(EMPTY, broken)
    assert book.height == broken.height
    assert plan_queries(book, broken).is_empty


@settings(deadline=None, max_examples=40)
@given(infusions(), infusions(), EVENTS)
def test_only_what_is_broken_now_is_asked_whatever_came_before(
    before: list[dict[str, Any]], after: list[dict[str, Any]], events: list[dict[str, Any]]
) -> None:
    book = _obey(EMPTY, _describe(before, events))
    broken = _describe(after, events)
    book = _obey(book, broken)
    asked = book.filter(pl.col("state") == "open")["query_id"]
    assert set(asked) == set(broken["query_id"])
    assert book["query_id"].is_unique().all()


@settings(deadline=None, max_examples=40)
@given(infusions(), EVENTS, DAYS)
def test_a_confirmed_value_is_silent_until_it_changes(
    rows: list[dict[str, Any]], events: list[dict[str, Any]], day: date | None
) -> None:
    book = _obey(EMPTY, _describe(rows, events)).with_columns(state=pl.lit("confirmed"))
    later = [{**row, "infused": day} for row in rows]
    broken = _describe(later, events)
    plan = plan_queries(book, broken)
    values = {(row["centre"], row["number"]): row["infused"] for row in rows}
    again = {(q["centre"], _number(q["row_key"])) for q in plan.to_reopen.to_dicts()}
    assert all(values[row] != day for row in again)
    about_date = broken.filter(pl.col("rule") != "infusion.dose.unusual")
    for asked in about_date.join(book, on="query_id", how="semi").to_dicts():
        place = (asked["centre"], _number(asked["row_key"]))
        assert (place in again) or values[place] == day


def _number(row_key: str) -> int:
    return int(row_key.rsplit(":", 1)[1].rstrip("}"))
