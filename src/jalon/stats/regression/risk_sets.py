"""Who is at risk when: the outcome and the covariates brought into one order, once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.columns import take_standardised
from jalon.stats.kernels.risk_sets import Queue, RiskSets, arrange
from jalon.stats.order import sort_rows
from jalon.stats.regression.design import Columns
from jalon.stats.team import ALONE, Team
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """The risk sets with the times that they belong to.

    Attributes:
        sets: patients by block, one block per time of death and stratum.
        time: shape (g,), time of death of each block.
        stratum: shape (g,), stratum code of each block.
        rows: shape (m,), row of the data of each patient in the sets.
    """

    sets: RiskSets
    time: Floats
    stratum: Integers
    rows: Integers


def arrange_risk_sets(
    x: Floats,
    data: SurvivalData,
    offset: Floats | None,
    columns: Columns,
    team: Team = ALONE,
) -> Timeline:
    """Sort patients into risk sets.

    Args:
        x: shape (n, p), covariates as given.
        data: outcomes of the same patients, weights above 0, events 0 or 1 with at least one.
        offset: shape (n,), known part of the log hazard, or None.
        columns: by which the covariates are standardised.
        team: who does it.

    Returns:
        The risk sets. Patients who are never at risk when somebody dies are not in them.
    """
    time, entry = merge_ties(data.time, data.entry)
    queue = line_up(time, entry, data)
    rows, start, deaths, opening = arrange(queue)
    first = rows[start[:-1]]
    times = time[first]
    strata = np.zeros(len(first), np.int64) if data.stratum is None else data.stratum[first]
    begin = leave = np.empty(0, dtype=np.int64)
    if entry is not None:
        begin = _find_begin(entry[rows], times, start, opening)
        leave = sort_rows(-begin)
    standard, centre = np.empty((len(rows), x.shape[1])), (columns.mean, columns.scale)
    team.run(lambda one: take_standardised(x, rows, centre, standard, (one, team.workers)))
    sets = RiskSets(
        x=standard,
        offset=np.empty(0) if offset is None else np.array(offset[rows]),
        weight=np.ones(len(rows)) if data.weight is None else data.weight[rows],
        start=start,
        deaths=deaths,
        opening=opening,
        begin=begin,
        leave=leave,
    )
    return Timeline(sets, times, strata, rows)


def line_up(time: Floats, entry: Floats | None, data: SurvivalData) -> Queue:
    """Put patients in the order of strata and rising times.

    Args:
        time: shape (n,), follow-up times, near ties merged.
        entry: shape (n,), times of entry, likewise, or None.
        data: outcomes of the same patients.

    Returns:
        The patients in order.
    """
    order = sort_rows(time)
    if data.stratum is not None:
        order = order[sort_rows(data.stratum[order])]
    return Queue(
        row=order,
        time=time[order],
        died=data.event.astype(np.int8)[order],
        stratum=np.empty(0, np.int64) if data.stratum is None else data.stratum[order],
        entry=np.empty(0) if entry is None else entry[order],
    )


def keep_weighted(data: SurvivalData) -> Integers | None:
    """Return the rows of patients whose weight is above 0; None when that is everyone."""
    if data.weight is None or np.all(data.weight > 0):
        return None
    return np.flatnonzero(data.weight > 0)


def require_one_cause(data: SurvivalData) -> None:
    """Refuse outcomes with no event or with more than one cause.

    Args:
        data: outcomes.

    Raises:
        UnsuitableDataError: saying which, and what to do.
    """
    last = int(data.event.max(initial=0))
    if last > 1:
        raise UnsuitableDataError(
            f"event holds causes up to {last}; choose one first, for example data.cause(1)"
        )
    if last == 0:
        raise UnsuitableDataError(
            f"none of the {len(data)} patients has the event; choose another endpoint or wait for "
            "longer follow-up"
        )


def _find_begin(entry: Floats, time: Floats, start: Integers, opening: Integers) -> Integers:
    """Return the first block of the patient's own stratum that lies after entry."""
    begin = np.empty(len(entry), dtype=np.int64)
    blocks = np.append(np.flatnonzero(opening), len(time))
    for first, end in pairwise(blocks):
        patients = slice(start[first], start[end])
        begin[patients] = first + np.searchsorted(time[first:end], entry[patients], side="right")
    return begin
