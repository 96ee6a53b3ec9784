"""Synthetic events, later treatments and objections."""

from __future__ import annotations

import numpy as np
import polars as pl

from jalon.dictionary import find_table
from jalon.simulate.cast import Cast
from jalon.simulate.day import to_dates
from jalon.simulate.disease_course import APART
from jalon.simulate.rows import assemble, pick, repeat

AFTER = {
    "lenalidomide": 59, "bispecific": 11, "targeted": 33, "radiotherapy": 17,
    "immunochemotherapy": 31,
}  # fmt: skip
"""First treatments of 154 failures, Di Blasi 2022 (doi:10.1182/blood.2022016945)."""

TREATED = 0.65
"""Share of the failures that were treated, in the same paper."""

OBJECTING = 0.015


def make_events(cast: Cast) -> pl.DataFrame:
    """Make the table of events: progressions, deaths, and the last contact of the living.

    Args:
        cast: who plays.

    Returns:
        One row per event.
    """
    course = cast.course
    worse, dead = np.flatnonzero(course.is_worse), np.flatnonzero(course.is_dead)
    living = np.flatnonzero(~course.is_dead)
    parts = [
        _events(cast, worse, course.progressed[worse], "progression"),
        _deaths(cast, dead),
        _events(cast, living, course.seen[living], "last_contact"),
    ]
    return pl.concat(parts).sort("centre", "patient", "date", "kind", maintain_order=True)


def make_treatments_after(cast: Cast) -> pl.DataFrame:
    """Make the table of treatments after the infusion.

    Args:
        cast: who plays.

    Returns:
        One row per treated patient.
    """
    course, rng = cast.course, cast.rng
    start = course.progressed + rng.integers(3, 25, len(cast))
    start = np.where(course.is_again, course.again, start)
    treated = course.is_worse & (start <= course.seen) & (rng.random(len(cast)) < TREATED + 0.12)
    who = np.flatnonzero(treated | course.is_again)
    days = start[who]
    end = days + rng.integers(10, 120, len(who))
    share = np.array(list(AFTER.values())) / sum(AFTER.values())
    classes = pick(tuple(AFTER), rng.choice(len(AFTER), size=len(who), p=share))
    response = rng.choice(4, size=len(who), p=[0.08, 0.09, 0.03, 0.80])
    given = {
        "patient": cast.patient.gather(who),
        "treatment_number": repeat(1, len(who)),
        "reason": repeat("progression", len(who)),
        "start_date": to_dates(course.infused[who] + days),
        "end_date": to_dates(course.infused[who] + end, end <= course.seen[who]),
        "class": classes.set(pl.Series(course.is_again[who]), "car_t"),
        "best_response": pick(("CR", "PR", "SD", "PD"), response),
    }
    return assemble(find_table("treatment_after"), given, cast.centre.gather(who))


def make_objections(cast: Cast) -> pl.DataFrame:
    """Make the table of objections; some are withdrawn, some concern one project.

    Args:
        cast: who plays.

    Returns:
        One row per objecting patient.
    """
    course, rng = cast.course, cast.rng
    who = np.flatnonzero(rng.random(len(cast)) < OBJECTING)
    day = np.floor(rng.random(len(who)) * course.seen[who]).astype(np.int64)
    withdrawn = day + rng.integers(20, 200, len(who))
    project = rng.choice(2, size=len(who), p=[0.7, 0.3])
    kept = (rng.random(len(who)) < 0.15) & (withdrawn <= course.seen[who])
    given = {
        "patient": cast.patient.gather(who),
        "project": pick(("*", "synthetic_project"), project),
        "objected_on": to_dates(course.infused[who] + day),
        "recorded_by": repeat("synthetic", len(who)),
        "withdrawn_on": to_dates(course.infused[who] + withdrawn, kept),
        "withdrawn_by": pick(("synthetic",), np.where(kept, 0, -1)),
    }
    return assemble(find_table("objection"), given, cast.centre.gather(who))


def _events(
    cast: Cast, who: np.ndarray, day: np.ndarray, kind: str, **more: pl.Series
) -> pl.DataFrame:
    given = {
        "patient": cast.patient.gather(who),
        "kind": repeat(kind, len(who)),
        "event_number": repeat(1, len(who)),
        "date": to_dates(cast.course.infused[who] + day),
        "date_precision": repeat("day", len(who)),
        **more,
    }
    if kind == "last_contact":
        by = cast.rng.choice(3, size=len(who), p=[0.85, 0.1, 0.05])
        given["contact_by"] = pick(("visit", "phone", "physician"), by)
    return assemble(find_table("event"), given, cast.centre.gather(who))


def _deaths(cast: Cast, who: np.ndarray) -> pl.DataFrame:
    course = cast.course
    cause = pick(tuple(APART), course.cause[who]).set(pl.Series(~course.apart[who]), "lymphoma")
    pathogen = cause.replace_strict({"covid19": "covid19"}, default=None, return_dtype=pl.String)
    return _events(cast, who, course.died[who], "death", cause=cause, pathogen_class=pathogen)
