"""The first event that happened ends follow-up, else the last contact."""

from __future__ import annotations

import polars as pl
import pytest

from jalon.core import DefinitionError, UnsuitableDataError
from jalon.core.units import TimeUnit
from jalon.dictionary import Column, Table
from jalon.endpoints import (
    CENSORED,
    Fact,
    check_events,
    count_events,
    derive,
    find_endpoint,
    find_time_unit,
    list_endpoints,
)

RELAPSE = find_endpoint("relapse_incidence")
FACTS = [Fact("death", "d_time", "died"), Fact("relapse", "r_time", "relapsed", "yes")]


def patients(*rows: tuple[float | None, str | None, float | None, int | None]) -> pl.DataFrame:
    return pl.DataFrame(
        list(rows),
        schema={
            "r_time": pl.Float64,
            "relapsed": pl.String,
            "d_time": pl.Float64,
            "died": pl.Int64,
        },
        orient="row",
    )


@pytest.mark.parametrize(
    ("row", "time", "event", "reason"),
    [
        ((5, "yes", 9, 0), 5, 1, "relapse"),
        ((5, "yes", 9, 1), 5, 1, "relapse"),
        ((5, "no", 9, 1), 9, 2, "death"),
        ((5, "no", 9, 0), 9, 0, CENSORED),
        ((9, "yes", 9, 1), 9, 1, "relapse"),
        ((None, "no", 9, 1), 9, 2, "death"),
        ((9, "yes", 5, 1), 5, 2, "death"),
    ],
)
def test_how_follow_up_ends(
    row: tuple[float, str, float, int], time: float, event: int, reason: str
) -> None:
    derived = derive(RELAPSE, patients(row), FACTS, "d_time", "days")
    assert derived.data.time.tolist() == [time]
    assert derived.data.event.tolist() == [event]
    assert derived.reason == (reason,)


@pytest.mark.parametrize(
    ("unit", "days"),
    [("days", 2.0), ("weeks", 14.0), ("months", 2 * 365.25 / 12), ("years", 730.5)],
)
def test_time_is_in_days(unit: TimeUnit, days: float) -> None:
    derived = derive(RELAPSE, patients((1, "no", 2, 1)), FACTS, "d_time", unit)
    assert derived.data.time.tolist() == [days]


@pytest.mark.parametrize(
    "row",
    [
        (None, "yes", 9, 0),
        (5, None, 9, 1),
        (5, "no", None, 1),
        (5, "no", 9, None),
        (5, "no", None, 0),
    ],
)
def test_an_unknown_outcome_is_refused_with_the_criterion_that_mends_it(
    row: tuple[float | None, str | None, float | None, int | None],
) -> None:
    with pytest.raises(
        UnsuitableDataError,
        match=r"relapse is unknown for 1 of 2 patients.* "
        r"known = \['r_time', 'relapsed', 'd_time', 'died'\]",
    ):
        derive(RELAPSE, patients((5, "yes", 9, 0), row), FACTS, "d_time", "days")


@pytest.mark.parametrize(
    ("facts", "last_seen", "message"),
    [
        (FACTS[:1], "d_time", "needs to know relapse and death; the file's facts are death"),
        ([], "d_time", "the file's facts are none"),
        (FACTS, "dtime", r"no column dtime \(did you mean d_time\?\)"),
        ([FACTS[0], Fact("relapse", "r_time", "rel")], "d_time", "no column rel"),
        ([FACTS[1], Fact("death", "d_time", "died", "yes")], "d_time", "equals a text"),
    ],
)
def test_facts_that_cannot_give_the_endpoint_are_refused(
    facts: list[Fact], last_seen: str, message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        derive(RELAPSE, patients((5, "yes", 9, 0)), facts, last_seen, "days")


def test_an_endpoint_of_recurrence_alone_would_take_deaths_for_censoring() -> None:
    endpoint = find_endpoint("recurrence_free_survival")
    facts = [Fact("recurrence", "r_time", "relapsed", "yes")]
    with pytest.raises(
        DefinitionError, match="needs to know recurrence_or_death or recurrence and death"
    ):
        derive(endpoint, patients((5, "yes", 9, 0)), facts, "d_time", "days")


def test_events_are_counted_and_too_few_are_refused() -> None:
    frame = patients((5, "yes", 9, 0), (5, "no", 9, 1), (5, "no", 9, 0))
    derived = derive(RELAPSE, frame, FACTS, "d_time", "days")
    assert count_events(derived) == {1: 1, 2: 1}
    check_events(derived, needed=1)
    with pytest.raises(UnsuitableDataError, match="only 1 event among 3 patients, at least 10"):
        check_events(derived, needed=10)


def test_all_censored_is_refused() -> None:
    derived = derive(RELAPSE, patients((5, "no", 9, 1), (5, "no", 9, 0)), FACTS, "d_time", "days")
    with pytest.raises(UnsuitableDataError, match="no event among 2 patients, all are censored"):
        check_events(derived, needed=1)


def test_the_catalogue_lists_each_endpoint_once_with_sound_causes() -> None:
    endpoints = list_endpoints()
    slugs = [endpoint.slug for endpoint in endpoints]
    assert len(set(slugs)) == len(slugs) >= 3
    for endpoint in endpoints:
        events = [event for cause in endpoint.causes for event in cause.events]
        assert [cause.code for cause in endpoint.causes] == [*range(1, len(endpoint.causes) + 1)]
        assert len(set(events)) == len(events)
        assert {event for enough in endpoint.sufficient for event in enough} <= set(events)


def test_an_unknown_endpoint_names_the_nearest() -> None:
    with pytest.raises(DefinitionError, match=r"'overal_survival' \(did you mean overall_survival"):
        find_endpoint("overal_survival")


def time_table(**units: str) -> Table:
    columns = tuple(Column(name, "number", name, unit=unit) for name, unit in units.items())
    return Table("t", "T", "made for this test", "Apache-2.0", "synthetic", columns=columns)


def test_the_unit_of_time_comes_from_the_dictionary() -> None:
    assert find_time_unit(time_table(r_time="months", d_time="months"), FACTS, "d_time") == "months"


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ({"r_time": "days", "d_time": "months"}, "differ in unit: d_time in months, r_time in"),
        ({"r_time": "days", "d_time": "d"}, "d_time of t is used as a time but its unit is d;"),
        ({"r_time": "days", "d_time": ""}, "its unit is not given"),
    ],
)
def test_units_of_time_that_do_not_fit_are_refused(units: dict[str, str], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        find_time_unit(time_table(**units), FACTS, "d_time")
