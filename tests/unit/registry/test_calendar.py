"""Which visits a patient owes: windows, deaths, second infusions, objections, silence."""

from datetime import date, timedelta

import polars as pl
import pytest
from tests.unit.registry.calendar_rows import INFUSED, VISITS, make_table, make_tables

from jalon.core.errors import UserError
from jalon.dictionary import load_visits
from jalon.registry.calendar import STATES, choose_visits, count_visits, plan_visits
from jalon.simulate import simulate_tables


def day(after):
    return INFUSED + timedelta(days=after)


def states(tables, after, **options):
    """The state of each visit so many days after the first infusion, by number and visit."""
    found = plan_visits(tables, VISITS, day(after), **options)
    rows = found.select("infusion_number", "time_point", "state").rows()
    return {(number, name): state for number, name, state in rows}


def seen(after, time_point="unscheduled", number=1, repeat=1):
    return {"infusion_number": number, "time_point": time_point, "repeat": repeat,
            "date": day(after)}  # fmt: skip


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (0, "upcoming"),
        (20, "upcoming"),
        (21, "due"),
        (30, "due"),
        (45, "due"),
        (46, "overdue"),
        (400, "lost"),
    ],
)
def test_window_of_the_first_visit(after, state):
    assert states(make_tables(), after)[1, "d30"] == state


def test_days_are_counted_from_the_infusion():
    row = plan_visits(make_tables(), VISITS, day(0)).row(0, named=True)
    expected = {"planned": date(2024, 2, 9), "from": date(2024, 1, 31), "to": date(2024, 2, 24)}
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("after", "is_done"), [(20, False), (21, True), (30, True), (45, True), (46, False)]
)
@pytest.mark.parametrize("table", ["assessment", "response"])
def test_a_row_dated_in_the_window_is_the_visit(table, after, is_done):
    found = states(make_tables(**{table: [seen(after)]}), 60)[1, "d30"]
    assert found == ("done" if is_done else "overdue")


@pytest.mark.parametrize("after", [-3, 10, 60])
def test_a_row_that_names_the_visit_is_the_visit_whatever_its_date(after):
    assert states(make_tables(assessment=[seen(after, "d30")]), 60)[1, "d30"] == "done"


def test_a_row_that_names_another_visit_is_that_visit_alone():
    found = states(make_tables(assessment=[seen(80, "d30")]), 130)
    assert (found[1, "d30"], found[1, "d90"]) == ("done", "overdue")


def test_rows_dated_after_today_are_not_seen_yet():
    tables = make_tables(assessment=[seen(30, "d30")])
    assert states(tables, 29)[1, "d30"] == "due"
    assert states(tables, 30)[1, "d30"] == "done"


def test_an_infusion_after_today_or_without_date_owes_nothing():
    assert plan_visits(make_tables(), VISITS, day(-1)).is_empty()
    assert plan_visits(make_tables([{"infusion_date": None}]), VISITS, day(5)).is_empty()


@pytest.mark.parametrize(("died", "state"), [(70, "ended"), (120, "ended"), (121, "overdue")])
def test_death_on_the_last_day_of_a_window_ends_it(died, state):
    death = {"kind": "death", "event_number": 1, "date": day(died)}
    found = states(make_tables(event=[death]), 800)
    assert found[1, "d90"] == state
    # What was missed before stays owed: the row may lie in the file. Nobody dead is lost.
    assert found[1, "d30"] == "overdue"
    assert found[1, "d360"] == "ended"


def test_a_visit_before_death_is_done():
    death = {"kind": "death", "event_number": 1, "date": day(30)}
    assert states(make_tables(event=[death], assessment=[seen(25)]), 90)[1, "d30"] == "done"


def test_a_death_that_is_yet_to_come_ends_nothing():
    death = {"kind": "death", "event_number": 1, "date": day(30)}
    assert states(make_tables(event=[death]), 29)[1, "d30"] == "due"


@pytest.mark.parametrize(("again", "state"), [(120, "ended"), (121, "overdue")])
def test_a_second_infusion_begins_a_new_calendar(again, state):
    second = {"infusion_number": 2, "infusion_date": day(again)}
    found = states(make_tables([{}, second]), again + 25)
    assert found[1, "d90"] == state
    assert found[1, "d360"] == "ended"
    assert found[2, "d30"] == "due"
    assert found[2, "d90"] == "upcoming"


def test_a_row_belongs_to_its_own_infusion():
    second = {"infusion_number": 2, "infusion_date": day(60)}
    tables = make_tables([{}, second], assessment=[seen(90, number=2)])
    found = states(tables, 110)
    assert (found[1, "d90"], found[2, "d30"]) == ("ended", "done")


def objection(on, withdrawn=None, project="*"):
    withdrawn_on = None if withdrawn is None else day(withdrawn)
    return {"project": project, "objected_on": day(on), "withdrawn_on": withdrawn_on}


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (objection(46), "ended"),
        (objection(47), "overdue"),
        (objection(40, withdrawn=47), "ended"),
        (objection(40, withdrawn=46), "overdue"),
        (objection(40, project="score"), "overdue"),
    ],
)
def test_who_objects_to_all_projects_owes_nothing(row, state):
    found = states(make_tables(objection=[row]), 46)
    assert found[1, "d30"] == state
    assert found[1, "d360"] == ("ended" if state == "ended" else "upcoming")


@pytest.mark.parametrize(("silent", "state"), [(365, "overdue"), (366, "lost")])
def test_lost_after_a_year_without_any_news(silent, state):
    tables = make_tables(event=[{"kind": "last_contact", "event_number": 1, "date": day(50)}])
    found = states(tables, 50 + silent)
    assert found[1, "d30"] == state
    assert found[1, "d360"] == "due"


def test_any_table_with_a_date_is_news_but_an_objection():
    treated = make_table("treatment_after", {"treatment_number": 1, "start_date": day(300)})
    tables = make_tables(objection=[objection(390, withdrawn=392)])
    assert states(tables, 400)[1, "d30"] == "lost"
    assert states(tables | {"treatment_after": treated}, 400)[1, "d30"] == "overdue"


def test_lost_after_can_be_chosen():
    assert states(make_tables(), 100, lost_after=99)[1, "d30"] == "lost"
    assert states(make_tables(), 100, lost_after=100)[1, "d30"] == "overdue"


def test_same_number_in_two_centres_is_two_patients():
    tables = make_tables([{}, {"centre": "B"}], assessment=[seen(30)])
    found = plan_visits(tables, VISITS, day(60)).filter(pl.col("time_point") == "d30")
    assert dict(found.select("centre", "state").rows()) == {"A": "done", "B": "overdue"}


def test_counts_of_each_centre_add_up():
    tables = simulate_tables(120, seed=2, centres=["S01", "S02"])
    found = plan_visits(tables, load_visits(), date(2022, 5, 2))
    counts = count_visits(found)
    assert counts.select(pl.sum_horizontal(STATES).sum()).item() == found.height
    infused = tables["infusion"].filter(pl.col("infusion_date").is_not_null())
    assert counts["patients"].sum() == infused.n_unique("patient")
    assert found.height == infused.height * len(load_visits())
    assert set(found["state"]) >= {"overdue", "due", "upcoming", "done", "ended"}


def test_an_empty_registry_has_an_empty_calendar():
    tables = {name: frame.clear() for name, frame in simulate_tables(5, seed=1).items()}
    found = plan_visits(tables, load_visits(), date(2022, 5, 2))
    assert found.is_empty()
    assert count_visits(found).is_empty()


def test_states_are_chosen_and_unknown_ones_refused():
    found = plan_visits(make_tables(), VISITS, day(46))
    assert choose_visits(found, ["overdue"])["time_point"].to_list() == ["d30"]
    with pytest.raises(UserError, match="did you mean overdue"):
        choose_visits(found, ["overdu"])


def test_what_is_missing_is_said():
    tables = make_tables()
    del tables["objection"], tables["event"]
    with pytest.raises(UserError, match="event, objection"):
        plan_visits(tables, VISITS, day(0))
    with pytest.raises(UserError, match="at least 1"):
        plan_visits(make_tables(), VISITS, day(0), lost_after=0)
