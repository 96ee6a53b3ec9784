"""The life of a question, as a centre and a data manager see it (synthetic rows).

The one rule here: no infusion lies after the patient's death.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from jalon.core.errors import UserError
from jalon.dictionary import RegistryRule, RuleBook, View, find_table
from jalon.registry.store.query_book import (
    Settled,
    answer_query,
    ask_again,
    confirm_query,
)
from jalon.registry.store.query_list import Choice, list_queries, read_history
from jalon.registry.store.recheck import Scope, check_store, close_query, recheck_import
from jalon.registry.store.store import Store, create_store
from jalon.registry.store.verify import verify_audit
from jalon.registry.store.versions import write_rows

TODAY = date(2026, 1, 1)
DEATHS = View("deaths", "event", ("patient",), {"died_on": "min(date)"}, "kind = 'death'")
RULE = RegistryRule(
    "infusion.after_death", "infusion", "query", ("infusion_date",),
    "infusion_date <= died_on", "", "", "", "", ("deaths",),
)  # fmt: skip
BOOK = RuleBook((DEATHS,), (RULE,))
SOON, LATE = date(2020, 5, 1), date(2020, 9, 1)


class Registry:
    """A small registry of synthetic patients, spoken to in the words of those who use it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.imports = 0

    def import_infusion(self, patient: str, day: date, centre: str = "LYS") -> Settled:
        values = {"infusion_number": 1, "product": "axi_cel", "infusion_date": day}
        return self._import("infusion", patient, centre, values)

    def import_death(self, patient: str, day: date, centre: str = "LYS") -> Settled:
        values = {"kind": "death", "event_number": 1, "date": day}
        return self._import("event", patient, centre, values)

    def _import(self, name: str, patient: str, centre: str, values: dict[str, object]) -> Settled:
        self.imports += 1
        table = find_table(name)
        row = {"centre": centre, "line": 2, "patient": patient, **values}
        types = {"centre": pl.String, "line": pl.Int64, **list_types_of(name)}
        frame = pl.DataFrame([row], schema=types)
        with self.store.write("importer") as writing:
            write_rows(writing, table, frame, self.imports, frozenset(row))
            scope = Scope(centre, TODAY, [patient], self.imports)
            return recheck_import(writing, [name], scope, BOOK)

    def check(self) -> Settled:
        with self.store.write("manager") as writing:
            return check_store(writing, TODAY, book=BOOK).settled

    def answer(self, comment: str) -> None:
        with self.store.write("centre") as writing:
            answer_query(writing, self.id, comment)

    def confirm(self) -> None:
        with self.store.write("manager") as writing:
            confirm_query(writing, self.id)

    def ask_again(self, comment: str) -> None:
        with self.store.write("manager") as writing:
            ask_again(writing, self.id, comment)

    def close(self) -> None:
        with self.store.write("manager") as writing:
            close_query(writing, self.id, TODAY, book=BOOK)

    @property
    def queries(self) -> pl.DataFrame:
        with self.store.read() as connection:
            return list_queries(connection)

    @property
    def id(self) -> str:
        return str(self.queries["query_id"][0])

    @property
    def state(self) -> str:
        (state,) = self.queries["state"]
        return str(state)

    @property
    def history(self) -> list[tuple[str, str]]:
        with self.store.read() as connection:
            return list(read_history(connection, self.id).select("state", "by").iter_rows())


def list_types_of(name: str) -> dict[str, pl.DataType]:
    from jalon.registry.store.current import list_types  # noqa: PLC0415

    return {key: kind for key, kind in list_types(find_table(name)).items() if key != "centre"}


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    store, _ = create_store(f"sqlite:///{tmp_path / 'r.db'}", "synthetic", "tester")
    made = Registry(store)
    yield made
    # Whatever happened, the audit tells it, and the books agree with it.
    assert [f for f in verify_audit(store) if "question" in f or "entry" in f] == []
    store.close()


@pytest.fixture
def asked(registry: Registry) -> Registry:
    """A patient was infused in September and, as it turns out, died in May."""
    registry.import_infusion("p", LATE)
    registry.import_death("p", SOON)
    return registry


def test_a_death_that_arrives_later_opens_the_question(registry: Registry) -> None:
    assert registry.import_infusion("p", LATE) == Settled()
    assert registry.import_death("p", SOON) == Settled(opened=1)
    assert registry.queries["table_name"].to_list() == ["infusion"]
    assert registry.history == [("open", "importer")]


def test_the_same_question_is_never_asked_twice(asked: Registry) -> None:
    assert asked.import_death("p", SOON) == Settled()
    assert asked.check() == Settled()
    assert len(asked.history) == 1


def test_answered_then_confirmed(asked: Registry) -> None:
    asked.answer("both dates are as in the file")
    assert asked.state == "answered"
    asked.confirm()
    assert asked.state == "confirmed"
    assert [by for _, by in asked.history] == ["importer", "centre", "manager"]


def test_a_confirmed_value_stays_silent(asked: Registry) -> None:
    asked.answer("as in the file")
    asked.confirm()
    assert asked.check() == Settled()
    assert asked.import_death("p", SOON) == Settled()
    assert asked.state == "confirmed"


def test_a_confirmed_question_opens_again_when_the_value_changes(asked: Registry) -> None:
    asked.answer("as in the file")
    asked.confirm()
    assert asked.import_infusion("p", date(2020, 10, 1)) == Settled(reopened=1)
    assert asked.state == "open"


def test_so_it_does_when_the_death_that_it_is_compared_with_changes(asked: Registry) -> None:
    asked.answer("as in the file")
    asked.confirm()
    assert asked.import_death("p", date(2020, 5, 2)) == Settled(reopened=1)


def test_a_mended_row_closes_its_question(asked: Registry) -> None:
    assert asked.import_infusion("p", date(2020, 4, 1)) == Settled(closed=1)
    assert asked.history == [("open", "importer"), ("closed", "importer")]
    with asked.store.read() as connection:
        assert read_history(connection, asked.id)["import_id"].to_list() == [2, 3]


def test_so_does_the_other_row(asked: Registry) -> None:
    asked.answer("the death was in October")
    assert asked.import_death("p", date(2020, 10, 1)) == Settled(closed=1)
    assert asked.state == "closed"


def test_what_breaks_again_is_the_same_question(asked: Registry) -> None:
    before = asked.id
    asked.import_infusion("p", date(2020, 4, 1))
    assert asked.import_infusion("p", LATE) == Settled(reopened=1)
    assert (asked.id, asked.state) == (before, "open")


def test_an_answer_can_be_asked_about_again(asked: Registry) -> None:
    asked.answer("yes")
    asked.ask_again("which of the two dates is right?")
    assert asked.state == "open"


def test_another_patient_and_another_centre_are_not_meant(asked: Registry) -> None:
    asked.import_infusion("q", LATE)
    asked.import_infusion("p", LATE, centre="PAR")
    assert asked.queries.height == 1
    asked.import_death("p", SOON, centre="PAR")
    assert asked.queries["centre"].to_list() == ["LYS", "PAR"]


@pytest.mark.parametrize(
    ("before", "step", "advice"),
    [
        ("open", "confirm", "is open; the centre answers it first"),
        ("open", "ask_again", "is open; it already waits"),
        ("open", "close", "still breaks this rule; import the corrected row"),
        ("answered", "answer", "is answered; confirm the value"),
        ("confirmed", "answer", "is confirmed; correct the value by an import"),
        ("confirmed", "confirm", "nothing is left to do"),
        ("closed", "answer", "is closed; its rule holds now"),
        ("closed", "confirm", "is closed; its rule holds now"),
        ("closed", "ask_again", "is closed; it opens by itself"),
        ("closed", "close", "nothing is left to do"),
    ],
)
def test_a_step_that_cannot_be_taken_is_refused_with_advice(
    asked: Registry, before: str, step: str, advice: str
) -> None:
    if before in {"answered", "confirmed"}:
        asked.answer("as in the file")
    if before == "confirmed":
        asked.confirm()
    if before == "closed":
        asked.import_infusion("p", date(2020, 4, 1))
    assert asked.state == before
    with pytest.raises(UserError, match=advice):
        getattr(asked, step)(*(["why"] if step in {"answer", "ask_again"} else []))
    assert asked.state == before


def test_an_answer_says_something(asked: Registry) -> None:
    with pytest.raises(UserError, match="say why"):
        asked.answer("  ")
    with pytest.raises(UserError, match="at most 2000"):
        asked.answer("x" * 2001)


def test_a_question_is_found_by_the_beginning_of_its_name(asked: Registry) -> None:
    with asked.store.write("centre") as writing:
        assert answer_query(writing, asked.id[:6], "as in the file") == asked.id
        with pytest.raises(UserError, match="there is no query qfff"):
            answer_query(writing, "qfff", "why")
        with pytest.raises(UserError, match="at least the first 4 signs"):
            answer_query(writing, "%", "why")


def test_questions_are_chosen_by_what_they_are_about(asked: Registry) -> None:
    asked.import_infusion("q", LATE)
    asked.import_death("q", SOON)
    with asked.store.read() as connection:
        count = {
            name: list_queries(connection, choice).height
            for name, choice in {
                "all": Choice(),
                "open": Choice(states=("open",)),
                "answered": Choice(states=("answered",)),
                "one patient": Choice(patient="q"),
                "table": Choice(table="infusion"),
                "rule": Choice(rule="infusion.after_death"),
                "elsewhere": Choice(centre="PAR"),
            }.items()
        }
        with pytest.raises(UserError, match="unknown --state opne"):
            list_queries(connection, Choice(states=("opne",)))
    assert count == {
        "all": 2, "open": 2, "answered": 0, "one patient": 1, "table": 2, "rule": 2, "elsewhere": 0,
    }  # fmt: skip


def test_a_question_whose_rule_is_no_longer_asked_can_be_closed(asked: Registry) -> None:
    with asked.store.write("manager") as writing:
        close_query(writing, asked.id, TODAY, "the rule was dropped", RuleBook((), ()))
    assert asked.state == "closed"
    assert asked.check() == Settled(reopened=1)


def test_nothing_is_kept_when_the_import_fails(asked: Registry) -> None:
    def import_then_stop() -> None:
        with asked.store.write("importer") as writing:
            assert check_store(writing, TODAY, book=RuleBook((), ())).settled.closed == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        import_then_stop()
    assert asked.state == "open"
