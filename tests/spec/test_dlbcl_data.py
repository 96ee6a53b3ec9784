"""The two large B-cell lymphoma files: what is in them, and the traps they hold."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from jalon.cohort import Cohort, Criterion, Source, Variable, build_cohort, derive_variable
from jalon.core import UnsuitableDataError
from jalon.dictionary import load_table
from jalon.endpoints import Fact, count_events, derive, find_endpoint, find_time_unit
from jalon.registry import Batch, read

ITEMS = ["ipi_age", "ipi_ecog", "ipi_stage", "ipi_ldh", "ipi_extranodal"]
DEATH = {
    "dlbcl_reddy2017": Fact("death", "os_years", "death"),
    "dlbcl_chapuy2018": Fact("death", "os_months", "death"),
}


def load(name: str, data: Path, dictionaries: Path) -> Batch:
    return read(data / f"{name}.csv", load_table(dictionaries / f"{name}.toml"))


@pytest.fixture(scope="module")
def reddy(dlbcl_folder: Path, dictionaries: Path) -> Batch:
    return load("dlbcl_reddy2017", dlbcl_folder, dictionaries)


@pytest.fixture(scope="module")
def chapuy(dlbcl_folder: Path, dictionaries: Path) -> Batch:
    return load("dlbcl_chapuy2018", dlbcl_folder, dictionaries)


def cohort_with_outcome(batch: Batch) -> Cohort:
    fact = DEATH[batch.table.name]
    known = Criterion("survival time and status known", known=(fact.time, fact.column))
    return build_cohort(batch, [known])


def test_missing_items_are_missing_never_zero(reddy: Batch, chapuy: Batch) -> None:
    assert reddy.frame.select(ITEMS).null_count().row(0) == (51, 85, 27, 110, 89)
    assert reddy.frame["ipi"].null_count() == 240
    assert chapuy.frame.select(ITEMS).null_count().row(0) == (7, 7, 7, 7, 7)
    assert chapuy.frame["rchop_like"].null_count() == 7  # written "na" in the file


def test_doubtful_rows_are_questions(reddy: Batch, chapuy: Batch) -> None:
    """Two patients aged exactly 60 have the age item; 27 were seen alive longer than followed."""
    assert [(issue.columns, issue.lines) for issue in reddy.issues] == [
        (("ipi_age", "age"), (837, 932))
    ]
    assert [(issue.columns, issue.count) for issue in chapuy.issues] == [
        (("pfs_months", "os_months"), 27)
    ]


def test_patients_without_outcome_leave_by_a_criterion(reddy: Batch, chapuy: Batch) -> None:
    death = find_endpoint("overall_survival")
    with pytest.raises(UnsuitableDataError, match=r"unknown for 39 of 1,001 patients.*criterion"):
        derive(death, reddy.frame, [DEATH["dlbcl_reddy2017"]], "os_years", "years")
    steps = [cohort_with_outcome(batch).attrition for batch in (reddy, chapuy)]
    assert [(step.before, step.excluded, step.after) for (step,) in steps] == [
        (1001, 39, 962),
        (135, 8, 127),
    ]


def test_overall_survival_of_both_files_is_in_days(reddy: Batch, chapuy: Batch) -> None:
    found = []
    for batch in (reddy, chapuy):
        cohort, fact = cohort_with_outcome(batch), DEATH[batch.table.name]
        unit = find_time_unit(batch.table, [fact], fact.time)
        derived = derive(find_endpoint("overall_survival"), cohort.frame, [fact], fact.time, unit)
        found.append((unit, count_events(derived)[1], round(derived.data.time.max() / 365.25, 1)))
    assert found == [("years", 305, 12.6), ("months", 46, 10.6)]


def test_death_means_death(reddy: Batch) -> None:
    """The source's Censored is 1 for alive; were it taken for death, the gradient would fall."""
    died = (
        reddy.frame.filter(pl.col("os_years").is_not_null() & pl.col("ipi").is_not_null())
        .group_by("ipi")
        .agg(pl.col("death").mean())
        .sort("ipi")["death"]
        .to_list()
    )
    assert died == sorted(died)
    assert (round(died[0], 2), round(died[-1], 2)) == (0.06, 0.66)


def test_sex_is_one_variable_in_both_files(reddy: Batch, chapuy: Batch) -> None:
    sex = Variable("sex", "Sex", "category", levels=("female", "male"))
    for batch, source in (
        (reddy, Source("sex", levels={"F": "female", "M": "male"})),
        (chapuy, Source("sex", levels={"Female": "female", "Male": "male"})),
    ):
        values = derive_variable(build_cohort(batch, []), sex, source)
        assert values.null_count() == batch.frame["sex"].null_count()
        assert (values == "female").sum() == (batch.frame["sex"] == "F").sum() > 0
