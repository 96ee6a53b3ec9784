"""Who had the event by a time, who was free of it, and with what weight each counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.accuracy import spread_lost, weigh_states
from jalon.stats.prediction.censoring import (
    Censoring,
    read_times,
    require_cause,
    require_plain,
    weigh_censoring,
)
from jalon.stats.survival.event_table import EventTable, count_events
from jalon.stats.ties import merge_ties

Reach = Literal["by", "before"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The state of n patients at m times, as weights that are 0 outside the state.

    Attributes:
        data: the patients, their tied times exactly equal.
        times: shape (m,).
        cause: the event code of interest.
        case: shape (n, m) in columns, 1 / G before the event of those who had it.
        other: shape (n, m), the same for those who had a competing event.
        free: shape (n, m), 1 / G at the time of those still event-free after it.
        estimated: whether the weights were estimated by Kaplan-Meier from these patients.
        table: counts of the patients at each distinct time.
        day: shape (n,), row of each patient's own time in the table.
    """

    data: SurvivalData
    times: Floats
    cause: int
    case: Floats
    other: Floats
    free: Floats
    estimated: bool
    table: EventTable
    day: Integers


def read_outcome(
    data: SurvivalData,
    times: npt.ArrayLike,
    cause: int,
    censoring: Censoring | None,
    reach: Reach = "by",
) -> Outcome:
    """Weigh each patient's state at each time by the censoring.

    Args:
        data: n patients.
        times: times of interest.
        cause: the event code of interest.
        censoring: weights taken as known, or None to estimate them.
        reach: whether an event on the very day counts ("by") or not ("before").

    Returns:
        The weights.

    Raises:
        UnsuitableDataError: weights for other patients or times, a cause that nobody had, or a
            time beyond follow-up.
    """
    require_plain(data)
    moments = read_times(times)
    require_cause(data, cause)
    joined = SurvivalData(merge_ties(data.time)[0], data.event)
    _require_follow_up(joined, moments)
    table = count_events(joined)
    weights = weigh_censoring(joined, table, moments) if censoring is None else censoring
    _require_fitting(weights, len(data), moments)
    code = np.where(joined.event == cause, 1, np.where(joined.event > 0, 2, 0)).astype(np.int64)
    *states, impossible = weigh_states(
        joined.time, code, weights.before, weights.at, moments, reach == "by"
    )
    if impossible:
        raise UnsuitableDataError(
            "the probability to be still uncensored is 0 for patients who were; choose earlier "
            "times or another model of censoring"
        )
    case, other, free = (part.T for part in states)
    day = np.searchsorted(table.time, joined.time).astype(np.int64)
    return Outcome(joined, moments, cause, case, other, free, weights.estimated, table, day)


def spread_censoring(
    outcome: Outcome, place: int, parts: tuple[Floats, float], influence: Floats
) -> None:
    """Add what estimating the censoring weights contributes to each patient's influence.

    The estimate depends on G through sums of c(j) / G(u(j)): u is just before the patient's own
    time for those whose event is known by the time of interest, that time itself for those still
    event-free. One more patient k moves 1 / G(u) by 1 / G(u) times the integral up to u of
    dM(k) / H, with M the martingale of his censoring and H the share of patients at risk. Tied
    times are taken together. The hazard of censoring is c over all at risk, those with the event
    that day included, as in R's ``riskRegression::Score``.

    Args:
        outcome: the patients.
        place: which of the times.
        parts: shape (n,), the terms c(j) of patients whose event is known, 0 for others; and the
            sum of the terms of those still event-free.
        influence: shape (n,), is added to.

    Reference:
        Blanche P, Dartigues J-F, Jacqmin-Gadda H (2013), doi:10.1002/sim.5958, appendix;
        Gerds TA, Schumacher M (2006), doi:10.1002/bimj.200610301, section 4.
    """
    table, time, horizon = outcome.table, outcome.data.time, outcome.times[place]
    hazard = table.censored / table.at_risk * (table.time <= horizon)
    flow = np.column_stack([table.at_risk / len(time), hazard])
    lost = (outcome.data.event == 0) & (time <= horizon)
    spread_lost(outcome.day, lost, parts[0], parts[1], flow, influence)


def _require_follow_up(data: SurvivalData, times: Floats) -> None:
    last = data.time.max()
    if np.any(data.event[data.time == last] == 0) and np.any(times >= last):
        late = float(times.max())
        raise UnsuitableDataError(
            f"time {late:g} is at or beyond the end of follow-up, where nobody is left under "
            "observation; choose earlier times"
        )


def _require_fitting(weights: Censoring, n: int, times: Floats) -> None:
    if not np.array_equal(weights.times, times):
        raise UnsuitableDataError(
            "the censoring weights are for other times; estimate them for the times asked for"
        )
    if weights.before.shape != (n,) or weights.at.shape not in ((n, len(times)), (1, len(times))):
        raise UnsuitableDataError(
            f"the censoring weights are for {len(weights.before)} patients but there are {n}; "
            "estimate them for the same patients"
        )
