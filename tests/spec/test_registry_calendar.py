"""What a patient owes, told as short stories.

A patient is infused on 10 January 2024. Day 30 may be seen from day 21 to day 45, day 90 from
day 70 to day 120, day 360 from day 320 to day 430.
"""

import pytest
from tests.unit.registry.calendar_rows import INFUSED, VISITS, make_tables

from jalon.registry.calendar import plan_visits

DAY_ONE = INFUSED.toordinal()


def day(after):
    return INFUSED.fromordinal(DAY_ONE + after)


def death(after):
    return {"event": [{"kind": "death", "event_number": 1, "date": day(after)}]}


def visit(after, time_point="unscheduled"):
    row = {"infusion_number": 1, "time_point": time_point, "repeat": 1, "date": day(after)}
    return {"assessment": [row]}


def objection(after, project="*"):
    return {"objection": [{"project": project, "objected_on": day(after)}]}


# what happened, asked on day, day 30, day 90, day 360
STORIES = [
    ("nothing yet", {}, 20, "upcoming", "upcoming", "upcoming"),
    ("the first window opens", {}, 21, "due", "upcoming", "upcoming"),
    ("its last day", {}, 45, "due", "upcoming", "upcoming"),
    ("the day after", {}, 46, "overdue", "upcoming", "upcoming"),
    ("seen on day 28", visit(28), 60, "done", "upcoming", "upcoming"),
    ("seen on day 60, entered as day 30", visit(60, "d30"), 60, "done", "upcoming", "upcoming"),
    ("seen on day 60, unscheduled", visit(60), 60, "overdue", "upcoming", "upcoming"),
    ("died on day 100", death(100), 500, "overdue", "ended", "ended"),
    ("no news for more than a year", {}, 431, "lost", "lost", "lost"),
    ("seen on day 80, then no news for a year", visit(80), 440, "overdue", "done", "overdue"),
    ("seen on day 80, then longer", visit(80), 446, "lost", "done", "lost"),
    ("objects to every project", objection(50), 60, "ended", "ended", "ended"),
    ("objects to one project", objection(50, "score"), 60, "overdue", "upcoming", "upcoming"),
]


@pytest.mark.parametrize("story", STORIES, ids=[story[0] for story in STORIES])
def test_story(story):
    _, rows, asked_on, *expected = story
    found = plan_visits(make_tables(**rows), VISITS, day(asked_on))
    states = dict(found.select("time_point", "state").rows())
    assert [states[name] for name in ("d30", "d90", "d360")] == expected
