"""One study variable from columns that files code in their own ways."""

from __future__ import annotations

import polars as pl
import pytest

from jalon.cohort import Cohort, Source, Variable, derive_variable
from jalon.core import DefinitionError, UnsuitableDataError
from jalon.dictionary import Column, Level, Table

TABLE = Table(
    name="patients",
    label_en="Patients",
    source="made for this test",
    licence="Apache-2.0",
    data_kind="synthetic",
    columns=(
        Column("age", "number", "Age", unit="years"),
        Column("grade", "integer", "Grade"),
        Column("ldh_high", "flag", "LDH above normal"),
        Column("sex", "category", "Sex", levels=(Level("F", aliases=("Female",)), Level("M"))),
    ),
)
COHORT = Cohort(
    TABLE,
    pl.DataFrame(
        {
            "age": [20.0, 20.5, 50.0, None],
            "grade": [1, 3, None, 2],
            "ldh_high": [0, 1, None, 1],
            "sex": ["F", "M", "F", None],
        }
    ),
    (),
)
AGE = Variable("age", "Age", "number", unit="years")
BANDS = Variable("age", "Age", "ordered", levels=("young", "middle", "old"))
SEX = Variable("sex", "Sex", "category", levels=("female", "male"))
LDH = Variable("ldh", "LDH", "ordered", levels=("normal", "high"))
WOMEN_MEN = ["female", "male", "female", None]
LEVELS = ["normal", "high", None, "high"]


@pytest.mark.parametrize(
    ("variable", "source", "values"),
    [
        (AGE, Source("age"), [20.0, 20.5, 50.0, None]),
        (Variable("x", "X", "number"), Source("grade"), [1.0, 3.0, None, 2.0]),
        (Variable("x", "X", "number"), Source("ldh_high"), [0.0, 1.0, None, 1.0]),
        (BANDS, Source("age", bands=(20, 50)), ["young", "middle", "middle", None]),
        (BANDS, Source("age", bands=(10, 20)), ["middle", "old", "old", None]),
        (SEX, Source("sex", levels={"F": "female", "M": "male"}), WOMEN_MEN),
        (SEX, Source("sex", levels={"Female": "female", "M": "male"}), WOMEN_MEN),
        (LDH, Source("ldh_high"), LEVELS),
        (LDH, Source("grade", levels={"1": "normal", "2": "high", "3": "high"}), LEVELS),
        (Variable("l", "L", "flag"), Source("ldh_high"), [0, 1, None, 1]),
        (Variable("l", "L", "flag"), Source("age", bands=(20,)), [0, 1, 1, None]),
        (Variable("f", "F", "flag"), Source("sex", levels={"F": "1", "M": "0"}), [1, 0, 1, None]),
        (Variable("s", "S", "category", levels=("M", "F")), Source("sex"), ["F", "M", "F", None]),
    ],
)
def test_a_column_becomes_the_variable(
    variable: Variable, source: Source, values: list[object]
) -> None:
    series = derive_variable(COHORT, variable, source)
    assert (series.name, series.to_list()) == (variable.name, values)


def test_levels_keep_the_order_of_the_study() -> None:
    series = derive_variable(COHORT, BANDS, Source("age", bands=(20, 50)))
    assert series.dtype == pl.Enum(["young", "middle", "old"])
    assert series.to_physical().to_list() == [0, 1, 1, None]


def test_a_number_with_whole_values_is_named_by_its_digits() -> None:
    cohort = Cohort(TABLE, COHORT.frame.with_columns(pl.Series("age", [1.0, 2.0, None, 1.0])), ())
    variable = Variable("group", "Group", "ordered", levels=("1", "2"))
    assert derive_variable(cohort, variable, Source("age")).to_list() == ["1", "2", None, "1"]


@pytest.mark.parametrize(
    ("variable", "source", "message"),
    [
        (AGE, Source("ago"), r"no column ago \(did you mean age\?\)"),
        (AGE, Source("sex"), "is a number, but column sex is one of F, Female, M"),
        (AGE, Source("age", bands=(3,)), "neither levels nor bands"),
        (Variable("age", "Age", "number", unit="months"), Source("age"), "in months, but column"),
        (Variable("age", "Age", "ordered"), Source("age", bands=(3,)), "give its levels"),
        (BANDS, Source("age", bands=(20,)), "has 3 levels, so it needs 2 ascending bands"),
        (BANDS, Source("age", bands=(50, 20)), "needs 2 ascending bands"),
        (BANDS, Source("sex", bands=(20, 50)), "bands cut a number"),
        (SEX, Source("sex", levels={"F": "woman"}), "has no level woman; it has female, male"),
        (SEX, Source("sex", levels={"X": "male"}), "column sex has no value X"),
    ],
)
def test_a_definition_that_cannot_hold_is_refused(
    variable: Variable, source: Source, message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        derive_variable(COHORT, variable, source)


@pytest.mark.parametrize(
    "source", [Source("sex", levels={"F": "female"}), Source("grade"), Source("age")]
)
def test_values_without_a_level_are_counted_not_guessed(source: Source) -> None:
    with pytest.raises(UnsuitableDataError, match=r"variable sex: \d patients hold a value"):
        derive_variable(COHORT, SEX, source)
