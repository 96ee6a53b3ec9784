"""Criteria leave patients out one after another, and every one is counted."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from jalon.cohort import Criterion, build_cohort
from jalon.core import DefinitionError, UnsuitableDataError
from jalon.dictionary import Column, Level, Table
from jalon.registry import Batch

TABLE = Table(
    name="patients",
    label_en="Patients",
    source="made for this test",
    licence="Apache-2.0",
    data_kind="synthetic",
    columns=(
        Column("age", "number", "Age", unit="years"),
        Column("stage", "category", "Stage", levels=(Level("I"), Level("II"), Level("III"))),
        Column("treated", "flag", "Treated"),
        Column("centre", "identifier", "Centre"),
    ),
)
FRAME = pl.DataFrame(
    {
        "age": [17.0, 18.0, 60.0, None, 80.0],
        "stage": ["I", "II", None, "III", "I"],
        "treated": [1, 0, 1, 1, None],
        "centre": ["1", "1", "2", "2", "3"],
    }
)
BATCH = Batch(TABLE, FRAME, np.arange(2, 7), (), "0" * 64)


@pytest.mark.parametrize(
    ("tests", "kept"),
    [
        ({"known": ("age",)}, [0, 1, 2, 4]),
        ({"known": ("age", "stage")}, [0, 1, 4]),
        ({"column": "age", "above": 18}, [2, 4]),
        ({"column": "age", "at_least": 18}, [1, 2, 4]),
        ({"column": "age", "below": 18}, [0]),
        ({"column": "age", "at_most": 18}, [0, 1]),
        ({"column": "age", "at_least": 18, "below": 80}, [1, 2]),
        ({"column": "age", "at_least": 18, "keep_missing": True}, [1, 2, 3, 4]),
        ({"column": "stage", "one_of": ("I", "II")}, [0, 1, 4]),
        ({"column": "stage", "one_of": ("III",), "keep_missing": True}, [2, 3]),
        ({"column": "treated", "one_of": (1,)}, [0, 2, 3]),
        ({"column": "centre", "one_of": (2, "3")}, [2, 3, 4]),
        ({"known": ("stage",), "column": "age", "above": 17}, [1, 4]),
    ],
)
def test_who_stays(tests: dict[str, object], kept: list[int]) -> None:
    cohort = build_cohort(BATCH, [Criterion("tested", **tests)])
    assert cohort.frame.equals(FRAME[kept])


def test_each_criterion_counts_who_was_still_there() -> None:
    criteria = [
        Criterion("adult", "adulte", column="age", at_least=18),
        Criterion("stage known", "stade connu", known=("stage",)),
        Criterion("treatment known", "traitement connu", known=("treated",)),
    ]
    cohort = build_cohort(BATCH, criteria)
    assert [(s.label, s.label_fr, s.before, s.excluded, s.after) for s in cohort.attrition] == [
        ("adult", "adulte", 5, 2, 3),
        ("stage known", "stade connu", 3, 1, 2),
        ("treatment known", "traitement connu", 2, 1, 1),
    ]
    assert len(cohort) == 1


def test_no_criterion_keeps_everyone() -> None:
    cohort = build_cohort(BATCH, [])
    assert (len(cohort), cohort.attrition) == (5, ())


def test_a_criterion_that_leaves_nobody_is_refused() -> None:
    with pytest.raises(UnsuitableDataError, match="no patient is left after 'old': all 5 were"):
        build_cohort(BATCH, [Criterion("old", column="age", above=100)])


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ({}, "tests nothing"),
        ({"column": "age"}, "tests nothing"),
        ({"above": 18}, "has a test but no column"),
        ({"known": ("agee",)}, r"no column agee \(did you mean age\?\)"),
        ({"column": "stage", "above": 1}, "compares stage with a number"),
        ({"column": "stage", "one_of": ("IV",)}, "names a level that stage does not have"),
        ({"column": "age", "one_of": ("old",)}, "compares age with a text"),
    ],
)
def test_a_criterion_that_makes_no_sense_is_refused(tests: dict[str, object], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        build_cohort(BATCH, [Criterion("tested", **tests)])
