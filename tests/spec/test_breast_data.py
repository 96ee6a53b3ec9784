"""The breast cancer files and follic: what is in them, and the traps they hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from jalon.cohort import Source, Variable, build_cohort, derive_variable
from jalon.core import DefinitionError
from jalon.dictionary import load_table
from jalon.endpoints import Fact, count_events, derive, find_endpoint, find_time_unit
from jalon.registry import Batch, read


def load(name: str, data: Path, dictionaries: Path) -> Batch:
    return read(data / f"{name}.csv", load_table(dictionaries / f"{name}.toml"))


@pytest.fixture(scope="module")
def rotterdam(example_data: Path, dictionaries: Path) -> Batch:
    return load("rotterdam", example_data, dictionaries)


@pytest.fixture(scope="module")
def gbsg(example_data: Path, dictionaries: Path) -> Batch:
    return load("gbsg", example_data, dictionaries)


@pytest.fixture(scope="module")
def follic(example_data: Path, dictionaries: Path) -> Batch:
    return load("follic", example_data, dictionaries)


ROTTERDAM = [Fact("death", "dtime", "death"), Fact("recurrence", "rtime", "recur")]
GBSG = [Fact("recurrence_or_death", "rfstime", "status")]
FOLLIC = [Fact("relapse", "time", "status", 1), Fact("death", "time", "status", 2)]


def test_each_file_is_whole_and_raises_no_question(
    rotterdam: Batch, gbsg: Batch, follic: Batch
) -> None:
    assert [len(batch) for batch in (rotterdam, gbsg, follic)] == [2982, 686, 541]
    for batch in (rotterdam, gbsg, follic):
        assert sum(batch.frame.null_count().row(0)) == 0
        assert batch.issues == ()


def test_death_after_the_search_for_recurrence_had_ended_is_an_event(rotterdam: Batch) -> None:
    """43 patients died without recurrence after rtime: the pair rtime, recur would lose them."""
    frame = rotterdam.frame
    late = frame.filter(
        (frame["recur"] == 0) & (frame["death"] == 1) & (frame["rtime"] < frame["dtime"])
    )
    assert late.height == 43
    endpoint = find_endpoint("recurrence_free_survival")
    derived = derive(endpoint, frame, ROTTERDAM, "dtime", "days")
    assert count_events(derived) == {1: 1713}
    assert Counter(derived.reason) == {
        "recurrence": 1518,
        "death": 195,
        "censored: last seen": 1269,
    }


def test_overall_survival_passes_over_recurrences(rotterdam: Batch) -> None:
    derived = derive(find_endpoint("overall_survival"), rotterdam.frame, ROTTERDAM, "dtime", "days")
    assert count_events(derived) == {1: 1272}
    assert derived.data.time.tolist() == rotterdam.frame["dtime"].to_list()


def test_gbsg_has_recurrence_or_death_but_no_overall_survival(gbsg: Batch) -> None:
    derived = derive(find_endpoint("recurrence_free_survival"), gbsg.frame, GBSG, "rfstime", "days")
    assert count_events(derived) == {1: 299}
    with pytest.raises(DefinitionError, match="Overall survival needs to know death"):
        derive(find_endpoint("overall_survival"), gbsg.frame, GBSG, "rfstime", "days")


def test_follicular_relapse_competes_with_death(follic: Batch) -> None:
    unit = find_time_unit(follic.table, FOLLIC, "time")
    derived = derive(find_endpoint("relapse_incidence"), follic.frame, FOLLIC, "time", unit)
    assert unit == "years"
    assert count_events(derived) == {1: 272, 2: 76}
    assert derived.causes == {1: "relapse", 2: "death without relapse"}
    assert derived.data.time[0] == 0.2381930185 * 365.25


def test_tumour_size_is_one_variable_in_both_files(rotterdam: Batch, gbsg: Batch) -> None:
    """Rotterdam gives bands, GBSG millimetres; 20 mm belongs to the lower band in both."""
    size = Variable("size", "Tumour size", "ordered", levels=("<=20", "20-50", ">50"))
    counts = [
        Counter(derive_variable(build_cohort(batch, []), size, source).to_list())
        for batch, source in (
            (rotterdam, Source("size")),
            (gbsg, Source("size", bands=(20, 50))),
        )
    ]
    assert counts == [
        {"<=20": 1387, "20-50": 1291, ">50": 304},
        {"<=20": 180, "20-50": 453, ">50": 53},
    ]
