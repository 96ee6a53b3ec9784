"""What a rule sees, when it asks, and how it is refused."""

from datetime import date

import polars as pl
import pytest

from jalon.core.errors import StudyFileError
from jalon.dictionary import Column, Level, RegistryRule, RuleBook, Table, View
from jalon.registry.rules import depends_on, find_broken, list_rules, tables_needed

TODAY = date(2026, 1, 1)
SEEN = Column("seen_on", "date", "Seen on")
LDH = Column("ldh", "number", "LDH", unit="U/L", soft_low=50, soft_high=1000)
VISIT = Table(
    "visit", "Visits", "", "", keys=("patient", "seen_on"), date="seen_on",
    columns=(Column("patient", "identifier", "Patient"), SEEN, LDH),
)  # fmt: skip
ROWS = pl.DataFrame({
    "centre": ["A", "A", "A", "B"],
    "patient": ["p", "p", "q", "p"],
    "seen_on": [date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1), date(2023, 1, 1)],
    "ldh": [200.0, 5000.0, None, 10.0],
})  # fmt: skip
DEATHS = View("deaths", "death", ("patient",), {"died_on": "min(died)"})
DEAD = pl.DataFrame({"centre": ["A"], "patient": ["p"], "died": [date(2020, 6, 1)]})


def rule(must: str, views: tuple[str, ...] = (), name: str = "r") -> RegistryRule:
    return RegistryRule(name, "visit", "query", ("seen_on",), must, "", "", "", "", views)


def ask(must: str, views: tuple[str, ...] = (), **others: pl.DataFrame) -> list[int]:
    own = View("own", "visit", ("patient",), {"n": "count(*)"})
    book = RuleBook((DEATHS, own), (rule(must, views),))
    found = [b for b in find_broken(VISIT, ROWS, others, TODAY, book) if b.rule == "r"]
    return found[0].rows.tolist() if found else []


def test_only_a_clear_no_is_asked_about() -> None:
    assert ask("ldh < 1000") == [1]
    assert ask("ldh is not null") == [2]


def test_rows_are_compared_with_the_same_patient_of_the_same_centre() -> None:
    assert ask("seen_on <= died_on", ("deaths",), death=DEAD) == [1]


def test_a_table_that_is_not_given_has_no_row() -> None:
    named = RuleBook(
        (View("own", "event", ("patient",), {"n": "count(*)"}),),
        (rule("coalesce(n, 0) > 0", ("own",)),),
    )
    assert find_broken(VISIT, ROWS, {}, TODAY, named)[0].rows.tolist() == [0, 1, 2, 3]


def test_a_view_of_the_own_table_sees_the_rows_themselves() -> None:
    assert ask("n < 2", ("own",)) == [0, 1]


def test_a_view_chooses_its_rows() -> None:
    late = View("late", "visit", ("patient",), {"last": "max(seen_on)"}, "ldh > 1000")
    book = RuleBook((late,), (rule("seen_on < last", ("late",)),))
    assert find_broken(VISIT, ROWS, {}, TODAY, book)[0].rows.tolist() == [1]


def test_today_is_the_day_that_is_given() -> None:
    assert ask("seen_on <= today") == []
    book = RuleBook((), (rule("seen_on <= today"),))
    assert find_broken(VISIT, ROWS, {}, date(2021, 6, 1), book)[0].rows.tolist() == [2, 3]


def test_a_rule_without_a_column_is_asked_of_every_row() -> None:
    assert ask("1 = 2") == [0, 1, 2, 3]


def test_no_row_breaks_nothing() -> None:
    book = RuleBook((DEATHS,), (rule("seen_on <= died_on", ("deaths",)),))
    assert find_broken(VISIT, ROWS.clear(), {"death": DEAD}, TODAY, book) == []


def test_an_absent_column_is_missing_in_every_row() -> None:
    assert find_broken(VISIT, ROWS.drop("ldh"), {}, TODAY, RuleBook((), ())) == []


def test_a_column_without_a_type_is_missing_too() -> None:
    rows = ROWS.with_columns(ldh=pl.lit(None), seen_on=pl.lit(None))
    book = RuleBook((DEATHS,), (rule("seen_on <= died_on", ("deaths",)), rule("ldh", name="s")))
    with pytest.raises(StudyFileError, match="not a condition"):
        find_broken(VISIT, rows, {"death": DEAD}, TODAY, book)
    book = RuleBook((DEATHS,), book.rule[:1])
    assert find_broken(VISIT, rows, {"death": DEAD}, TODAY, book) == []


def test_a_condition_that_is_never_known_asks_nobody() -> None:
    assert ask("null") == []


def test_unusual_values_are_asked_about() -> None:
    (found,) = find_broken(VISIT, ROWS, {}, TODAY, RuleBook((), ()))
    assert (found.rule, found.columns, found.severity) == ("visit.ldh.unusual", ("ldh",), "query")
    assert found.rows.tolist() == [1, 3]
    (made,) = list_rules(VISIT, RuleBook((), ()))
    assert made.text_en == "LDH is usually from 50 to 1000 U/L"
    assert made.text_fr == "LDH : habituellement de 50 à 1000 U/L"


@pytest.mark.parametrize(("kind", "value"), [("category", "new"), ("flag", "1")])
def test_a_level_is_not_before_its_day(kind: str, value: str) -> None:
    other = "old" if kind == "category" else "0"
    levels = (Level(value, en="New", since="2021-06-01"), Level(other))
    product = Column("product", kind, "Product", levels=levels)  # type: ignore[arg-type]
    table = Table("visit", "V", "", "", keys=("patient",), date="seen_on", columns=(SEEN, product))
    typed = [value, value, other, None] if kind == "category" else [1, 1, 0, None]
    days = [date(2021, 5, 31), date(2021, 6, 1), date(2019, 1, 1), date(2019, 1, 1)]
    frame = pl.DataFrame({"centre": ["A"] * 4, "seen_on": days, "product": typed})
    (found,) = find_broken(table, frame, {}, TODAY, RuleBook((), ()))
    assert (found.rule, found.rows.tolist()) == ("visit.product.since", [0])
    assert found.columns == ("product", "seen_on")


def test_a_level_with_a_quote_in_it() -> None:
    levels = (Level("l'un", since="2021-06-01"),)
    product = Column("product", "category", "Product", levels=levels)
    table = Table("visit", "V", "", "", date="seen_on", columns=(SEEN, product))
    frame = pl.DataFrame({"centre": ["A"], "seen_on": [date(2020, 1, 1)], "product": ["l'un"]})
    assert len(find_broken(table, frame, {}, TODAY, RuleBook((), ()))) == 1


@pytest.mark.parametrize(
    ("must", "words"),
    [
        ("ldh >", "cannot be evaluated"),
        ("lhd > 3", "cannot be evaluated"),
        ("seen_on > 'x'", "cannot be evaluated"),
        ("ldh + 1", "not a condition"),
    ],
)
def test_a_rule_that_is_no_condition_is_named(must: str, words: str) -> None:
    with pytest.raises(StudyFileError, match=words) as refused:
        ask(must)
    assert refused.value.key == "rule.r.must"


def test_a_view_that_cannot_be_computed_is_named() -> None:
    view = View("v", "death", ("patient",), {"x": "min(nothing)"})
    with pytest.raises(StudyFileError, match="cannot be evaluated") as refused:
        find_broken(VISIT, ROWS, {"death": DEAD}, TODAY, RuleBook((view,), (rule("x", ("v",)),)))
    assert refused.value.key == "view.v"


def test_a_name_used_twice_is_refused() -> None:
    view = View("v", "death", ("patient",), {"ldh": "count(*)"})
    with pytest.raises(StudyFileError, match="ldh is used twice"):
        find_broken(VISIT, ROWS, {"death": DEAD}, TODAY, RuleBook((view,), (rule("1=1", ("v",)),)))


def test_which_tables_are_needed_and_which_must_be_checked_again() -> None:
    own = View("own", "visit", ("patient",), {"n": "count(*)"})
    book = RuleBook((DEATHS, own), (rule("seen_on <= died_on and n < 9", ("deaths", "own")),))
    assert tables_needed("visit", book) == ("death", "visit")
    assert tables_needed("death", book) == ()
    assert depends_on("death", book) == ("visit",)
    assert depends_on("visit", book) == ("visit",)
    assert depends_on("patient", book) == ()
    assert "assessment" in depends_on("objection", book)
