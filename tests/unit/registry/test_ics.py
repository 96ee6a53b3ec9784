"""The calendar file: valid, the same every time, and without a patient in it."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import polars as pl
import pytest
from tests.unit.registry.calendar_rows import INFUSED, VISITS, make_tables

from jalon.core.errors import UserError
from jalon.dictionary import load_visits
from jalon.registry.calendar import plan_visits
from jalon.registry.ics import AHEAD, write_ics
from jalon.simulate import simulate_tables

TODAY = date(2022, 5, 2)
LONG = "Hôpital-synthétique-au-nom-si-long-qu’une-ligne-de-soixante-quinze-octets-ne-suffit-pas"


@pytest.fixture(scope="module")
def calendar():
    return plan_visits(simulate_tables(150, 3, ["S01", LONG]), load_visits(), TODAY)


def test_is_read_back_with_every_open_visit_counted(calendar):
    read = icalendar.Calendar.from_ical(write_ics(calendar, load_visits(), TODAY))
    assert (read["VERSION"], read["PRODID"][:9]) == ("2.0", "-//jalon/")
    events = read.walk("VEVENT")
    total = sum(int(str(event["SUMMARY"]).split(": ")[1].split()[0]) for event in events)
    soon = calendar.filter(pl.col("planned") <= TODAY + timedelta(days=AHEAD))
    assert total == soon.filter(pl.col("state").is_in(["overdue", "due", "upcoming"])).height
    for event in events:
        assert event["DTSTAMP"].dt == datetime(2022, 5, 2, tzinfo=UTC)
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(days=1)
        assert not event.errors
    uids = [str(event["UID"]) for event in events]
    assert len(set(uids)) == len(uids)


def test_no_patient_is_in_it(calendar):
    text = write_ics(calendar, load_visits(), TODAY).decode()
    unfolded = text.replace("\r\n ", "")
    assert not [name for name in calendar["patient"].unique() if name in unfolded]


def test_lines_are_folded_and_end_as_the_standard_wants(calendar):
    content = write_ics(calendar, load_visits(), TODAY, "fr")
    lines = content.split(b"\r\n")
    assert content.endswith(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    assert LONG in content.decode().replace("\r\n ", "")


def test_same_rows_in_any_order_give_the_same_bytes(calendar):
    first = write_ics(calendar, load_visits(), TODAY)
    assert (
        write_ics(calendar.sample(fraction=1, shuffle=True, seed=1), load_visits(), TODAY) == first
    )


def test_overdue_visits_stand_on_the_day_of_the_file():
    later = INFUSED + timedelta(days=60)
    content = write_ics(plan_visits(make_tables(), VISITS, later), VISITS, later)
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    found = {str(event["SUMMARY"]): event["DTSTART"].dt for event in events}
    assert found == {
        "Day 30: 1 overdue visit": later,
        "Day 90: 1 visit": INFUSED + timedelta(days=90),
        "Day 360: 1 visit": INFUSED + timedelta(days=360),
    }


def test_visits_far_ahead_wait_for_a_newer_file():
    planned = plan_visits(make_tables(), VISITS, INFUSED)
    for ahead, count in ((29, 0), (30, 1), (90, 2), (359, 2), (360, 3)):
        if count == 0:
            with pytest.raises(UserError):
                write_ics(planned, VISITS, INFUSED, ahead=ahead)
        else:
            content = write_ics(planned, VISITS, INFUSED, ahead=ahead)
            assert content.count(b"BEGIN:VEVENT") == count


def test_french_is_french():
    later = INFUSED + timedelta(days=60)
    text = write_ics(plan_visits(make_tables(), VISITS, later), VISITS, later, "fr").decode()
    assert "J30\u202f: 1 visite en retard" in text
    assert "La visite compte du 2024-03-20 au 2024-05-09." in text.replace("\r\n ", "")


def test_a_calendar_without_open_visit_is_not_written():
    empty = plan_visits(make_tables(), VISITS, INFUSED).clear()
    with pytest.raises(UserError, match="no visit is overdue, due or soon to come"):
        write_ics(empty, VISITS, TODAY)
