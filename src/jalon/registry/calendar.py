"""The visits that each treated patient owes, and which of them a centre should ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from jalon.core.errors import UserError
from jalon.dictionary import Visit, find_table, list_tables, suggest
from jalon.registry.objections import ALL, find_objecting

LOST_AFTER = 365
"""Days without any news after which a patient with an overdue visit counts as lost."""

STATES = ("overdue", "due", "upcoming", "done", "lost", "ended")
"""The states of a visit, what asks for an action first."""

NEEDED = ("infusion", "assessment", "response", "event", "objection")
"""The tables without which no calendar is made; further ones tell when a patient was seen."""

_PATIENT = ["centre", "patient"]
_INFUSION = [*_PATIENT, "infusion_number"]
_VISIT = [*_INFUSION, "time_point"]


def plan_visits(
    tables: Mapping[str, pl.DataFrame],
    visits: Sequence[Visit],
    today: date,
    lost_after: int = LOST_AFTER,
) -> pl.DataFrame:
    """List every visit that every infused patient owes, and how it stands.

    A visit has one of these states, the first that holds:

    - done: an assessment or a response of this infusion names its time point, or one that
      names no planned time point is dated within its window;
    - ended: nothing more is owed. The patient died, or was infused again (which begins a new
      calendar), on or before the last day of the window; or the patient objects to all
      projects today, after which the registry asks for nothing. A visit whose window closed
      before the death or the new infusion stays overdue: its row may still lie in the
      patient's file;
    - upcoming: the window has not opened;
    - due: today lies within the window, its first and last day included;
    - lost: the window is over, nothing was seen, the patient lives, and no table has news
      for longer than `lost_after`;
    - overdue: the window is over and nothing was seen.

    Args:
        tables: the registry's current rows by table: at least infusion, assessment, response,
            event and objection. The dates of every table given tell when a patient was seen.
        visits: the planned visits.
        today: the day on which the question is asked; rows dated later are not counted.
        lost_after: days without news after which a living patient counts as lost.

    Returns:
        One row per infusion and visit: centre, patient, infusion_number, time_point, planned,
        from, to, state; ordered by centre, planned day, patient.

    Raises:
        UserError: a table is missing, or `lost_after` is not positive.
    """
    absent = [name for name in NEEDED if name not in tables]
    if absent:
        raise UserError(f"a calendar needs the rows of the tables {', '.join(absent)}")
    if lost_after < 1:
        raise UserError("lost_after is a number of days of at least 1")
    planned = _plan(_take_infusions(tables["infusion"], today), visits)
    known = planned.join(_find_done(planned, tables, today), on=_VISIT, how="left")
    known = known.join(_find_deaths(tables["event"], today), on=_PATIENT, how="left")
    known = known.join(_find_objecting(tables["objection"], today), on=_PATIENT, how="left")
    known = known.join(_find_last_news(tables, today), on=_PATIENT, how="left")
    result = known.with_columns(_choose_state(today, lost_after).alias("state"))
    columns = [*_VISIT, "planned", "from", "to", "state"]
    return result.select(columns).sort("centre", "planned", "patient", "infusion_number")


def count_visits(calendar: pl.DataFrame) -> pl.DataFrame:
    """Count, for each centre, its infused patients and its visits in each state.

    Args:
        calendar: as `plan_visits` returns it.

    Returns:
        One row per centre: centre, patients, then one column per state.
    """
    counted = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in STATES]
    patients = pl.col("patient").n_unique().cast(pl.Int64).alias("patients")
    return calendar.group_by("centre").agg(patients, *counted).sort("centre")


def choose_visits(calendar: pl.DataFrame, states: Sequence[str]) -> pl.DataFrame:
    """Keep the visits in some states.

    Args:
        calendar: as `plan_visits` returns it.
        states: the states wanted.

    Returns:
        Those rows, in their order.

    Raises:
        UserError: no such state.
    """
    for state in states:
        if state not in STATES:
            known = ", ".join(STATES)
            raise UserError(f"unknown --state {state}{suggest(state, STATES)}; use {known}")
    return calendar.filter(pl.col("state").is_in(list(states)))


def _take_infusions(infusions: pl.DataFrame, today: date) -> pl.DataFrame:
    """Keep the infusions that took place, each with the day of the patient's next one."""
    dated = infusions.select(*_INFUSION, pl.col("infusion_date").alias("infused"))
    dated = dated.filter(pl.col("infused") <= today)
    dated = dated.sort(*_PATIENT, "infused", "infusion_number")
    return dated.with_columns(again=pl.col("infused").shift(-1).over(_PATIENT))


def _plan(infusions: pl.DataFrame, visits: Sequence[Visit]) -> pl.DataFrame:
    offsets = pl.DataFrame(
        {
            "time_point": [visit.time_point for visit in visits],
            "planned": [timedelta(days=visit.day) for visit in visits],
            "from": [timedelta(days=visit.from_day) for visit in visits],
            "to": [timedelta(days=visit.to_day) for visit in visits],
        },
        schema_overrides=dict.fromkeys(("planned", "from", "to"), pl.Duration("ms")),
    )
    day = pl.col("infused")
    return infusions.join(offsets, how="cross").with_columns(
        (day + pl.col(name)).alias(name) for name in ("planned", "from", "to")
    )


def _find_done(
    planned: pl.DataFrame, tables: Mapping[str, pl.DataFrame], today: date
) -> pl.DataFrame:
    seen = pl.concat(
        tables[name].select(*_VISIT, pl.col(find_table(name).date or "").alias("seen"))
        for name in ("assessment", "response")
    )
    seen = seen.filter(pl.col("seen").is_null() | (pl.col("seen") <= today))
    names = planned["time_point"].unique()
    is_named = pl.col("time_point").is_in(names.implode())
    named = seen.filter(is_named).select(_VISIT)
    # A row that names another moment ("unscheduled") counts where its date falls.
    other = seen.filter(~is_named.fill_null(value=False)).drop("time_point")
    windows = planned.select(*_VISIT, "from", "to")
    first = windows.group_by(_INFUSION).agg(pl.col("from").min().alias("first"))
    other = other.join(first, on=_INFUSION).filter(pl.col("seen") >= pl.col("first"))
    dated = windows.join(other, on=_INFUSION).filter(pl.col("seen").is_between("from", "to"))
    done = pl.concat([named, dated.select(_VISIT)]).unique()
    return done.with_columns(done=pl.lit(value=True))


def _find_deaths(events: pl.DataFrame, today: date) -> pl.DataFrame:
    day = pl.col(find_table("event").date or "")
    deaths = events.filter(pl.col("kind") == "death", day <= today)
    return deaths.group_by(_PATIENT).agg(day.min().alias("died"))


def _find_objecting(objections: pl.DataFrame, today: date) -> pl.DataFrame:
    objecting = find_objecting(objections, ALL, today).patients
    return objecting.with_columns(objects=pl.lit(value=True))


def _find_last_news(tables: Mapping[str, pl.DataFrame], today: date) -> pl.DataFrame:
    """Return the last day, up to today, on which any table says something of a patient."""
    dated = [
        tables[table.name].select(*_PATIENT, pl.col(table.date).alias("news"))
        for table in list_tables()
        if table.date
        and table.name in tables
        and "patient" in table.keys
        # An objection is no visit: it does not say how the patient is.
        and table.name != "objection"
    ]
    news = pl.concat(dated).filter(pl.col("news") <= today)
    return news.group_by(_PATIENT).agg(pl.col("news").max())


def _choose_state(today: date, lost_after: int) -> pl.Expr:
    day = pl.lit(today)
    over = pl.col("to") < day
    silent = pl.col("news") < day - timedelta(days=lost_after)
    return (
        pl.when(pl.col("done").is_not_null())
        .then(pl.lit("done"))
        .when(pl.col("objects").is_not_null())
        .then(pl.lit("ended"))
        .when((pl.col("died") <= pl.col("to")) | (pl.col("again") <= pl.col("to")))
        .then(pl.lit("ended"))
        .when(pl.col("from") > day)
        .then(pl.lit("upcoming"))
        .when(~over)
        .then(pl.lit("due"))
        .when(pl.col("died").is_null() & silent)
        .then(pl.lit("lost"))
        .otherwise(pl.lit("overdue"))
    )
