"""Pairs of patients of whom it is known who had the event first, counted with weights."""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.concordance import (
    Ranking,
    Tree,
    count_outlived,
    count_pairs,
    find_share,
    rank_risk,
)
from jalon.stats.kernels.concordance_grid import (
    add_past,
    count_back,
    fill_grid,
    find_influence,
    find_span,
)
from jalon.stats.kernels.events import find_last_day
from jalon.stats.order import sort_rows
from jalon.stats.team import Team, gather_team
from jalon.stats.ties import merge_ties

PairWeight = Literal["n", "S", "S/G", "n/G2", "I"]

WORTH = 16
"""Numbers treated for each patient in a tree of risks, on average."""

MOST_POINTS = 256.0
"""Scores spanning fewer whole points than this may be counted on a grid."""


MOST_DAYS = 2.0**14
"""Whole days up to this are sorted together with the event, by counting."""


class Pairs(NamedTuple):
    """What all pairs add up to.

    Attributes:
        counts: shape (5,), weight of concordant, discordant and tied pairs, and of pairs of
            events at one time with other and with equal risk.
        influence: shape (n,), derivative of the concordance in each patient's weight, times
            the weight; empty when not wanted.
    """

    counts: Floats
    influence: Floats


class Flow(NamedTuple):
    """Who leaves observation when.

    Attributes:
        at_risk: shape (m,), weight under observation just before each time.
        events: shape (m,), weight of events at each time.
        censored: shape (m,), weight censored at each time, after its events.
    """

    at_risk: Floats
    events: Floats
    censored: Floats


def count_all(
    risk: Floats,
    data: SurvivalData,
    horizon: float | None,
    kind: PairWeight,
    wanted: bool = True,
) -> Pairs:
    """Count the comparable pairs of each stratum.

    Args:
        risk: shape (n,), finite scores.
        data: outcomes with one cause of event.
        horizon: events after this time are not counted; None for all.
        kind: how pairs are weighted by the time of their event.
        wanted: whether the influence is.

    Returns:
        Counts and influence.

    Raises:
        UnsuitableDataError: no comparable pair, or weights by G with entry times.
    """
    if data.entry is not None and kind in ("S/G", "n/G2"):
        raise UnsuitableDataError(
            f'weights "{kind}" need everyone seen from time zero, but some patients entered '
            'late; choose "n", "S" or "I"'
        )
    days = points = -1
    low = 0.0
    if data.entry is None and data.stratum is None:
        days = find_last_day(data.time, 4.0 * len(data) + 64.0) + 1
        low, points = find_span(risk, MOST_POINTS)
    if days > 0 and points > 0 and days * points <= 16 * len(data) + 2**16:
        return _count_cells(risk, data, (days, points, low), (horizon, kind), wanted)
    return _count_ranks(risk, data, (horizon, kind), wanted)


def divide(counts: Floats) -> float:
    """Divide the concordant pairs and half of the tied ones by all.

    Args:
        counts: shape (5,), as in ``Pairs``.

    Returns:
        The concordance.

    Raises:
        UnsuitableDataError: no comparable pair.
    """
    comparable = float(counts[:3].sum())
    if comparable <= 0:
        raise UnsuitableDataError(
            "no two patients can be compared: each event needs somebody still under observation "
            "after it"
        )
    return float((counts[0] + counts[2] / 2) / comparable)


def weigh_times(flow: Flow, total: float, kind: PairWeight) -> Floats:
    """Say how much the pairs of an event count, by its time.

    Args:
        flow: who is at risk, has the event or is censored at each of m times.
        total: weight of all patients.
        kind: which weight.

    Returns:
        Shape (m,); what stands at times without an event is not used.
    """
    at_risk, events = flow.at_risk, flow.events
    if kind == "n" or np.count_nonzero(events) == 0:
        return np.ones(len(events))
    if kind == "I":
        return _divide(1.0, at_risk)
    left = at_risk - events
    survival, uncensored = _lag(left, at_risk), _lag(left - flow.censored, left)
    if kind == "S":
        return total * _divide(survival, at_risk)
    if kind == "S/G":
        return total * _divide(survival, uncensored * at_risk)
    return _divide(1.0, uncensored**2)


def _count_cells(
    risk: Floats,
    data: SurvivalData,
    shape: tuple[int, int, float],
    rules: tuple[float | None, PairWeight],
    wanted: bool,
) -> Pairs:
    """Whole days and few whole points: count between the cells of a grid."""
    days, points, low = shape
    weight = np.empty(0) if data.weight is None else data.weight
    grid, daily = fill_grid(data.time, data.event, risk, weight, low, (days, points))
    lost, events = daily.T.copy()
    at_risk = np.cumsum((lost + events)[::-1])[::-1]
    pull = _pull(np.arange(days), Flow(at_risk, events, lost), int(data.event.sum()), rules)
    met = np.zeros(days)
    counts = count_back(grid, daily, pull, met)
    value = divide(counts)
    if not wanted:
        return Pairs(counts, np.empty(0))
    cells = (grid, add_past(grid, daily, pull, met))
    share = (value, float(counts[:3].sum()))
    influence = find_influence(cells, share, data.time, data.event, risk, low)
    return Pairs(counts, influence if data.weight is None else influence * data.weight)


def _count_ranks(
    risk: Floats, data: SurvivalData, rules: tuple[float | None, PairWeight], wanted: bool
) -> Pairs:
    """Any scores and times: sort, rank, and ask a tree."""
    counts, sides = np.zeros(5), [np.zeros((len(data), 2)) for _ in range(2 if wanted else 1)]
    with gather_team(WORTH * len(data)) as team:
        strata = _rank_strata(risk, data, rules, team)

        def count(side: int) -> None:
            first = 0
            for rows, people, levels in strata:
                met = sides[side][first : first + len(rows)]
                if side == 0:
                    tree: Tree = np.zeros(levels + 1)
                    if data.weight is None:
                        tree = np.zeros(levels + 1, np.int32)
                    counts[:] += count_pairs(people, levels, tree, met)
                else:
                    count_outlived(people, levels, met)
                first += len(rows)

        # The two sides of a pair do not need each other.
        team.share([partial(count, side) for side in range(len(sides))])
    share, influence, first = (divide(counts), float(counts[:3].sum())), np.empty(0), 0
    if not wanted:
        return Pairs(counts, influence)
    influence = np.empty(len(data))
    for rows, people, _ in strata:
        here = slice(first, first + len(rows))
        find_share((sides[0][here], sides[1][here]), people.weight, share, rows, influence)
        first += len(rows)
    return Pairs(counts, influence)


def _rank_strata(
    risk: Floats, data: SurvivalData, rules: tuple[float | None, PairWeight], team: Team
) -> list[tuple[Integers, Ranking, int]]:
    """Sort the patients of each stratum by time and rank their risks."""
    if data.stratum is None:
        ranked, (lined,) = team.share([lambda: _rank(risk), lambda: _line_up(data, rules)])
        rank, levels = ranked
        return [(lined[0], lined[1]._replace(rank=rank[lined[0]]), levels)]
    strata = []
    for rows, people in _line_up(data, rules):
        rank, levels = _rank(risk[rows])
        strata.append((rows, people._replace(rank=rank), levels))
    return strata


def _line_up(
    data: SurvivalData, rules: tuple[float | None, PairWeight]
) -> list[tuple[Integers, Ranking]]:
    """Sort the patients of each stratum by time; their risks are yet to be ranked."""
    time, entry = merge_ties(data.time, data.entry)
    order = _order(time, data.event)
    parts = [order]
    if data.stratum is not None:
        order = order[sort_rows(data.stratum[order])]
        parts = np.split(order, np.flatnonzero(np.diff(data.stratum[order])) + 1)
    died, lined = data.event.astype(np.int8), []
    for rows in parts:
        entered = np.empty(0) if entry is None else entry[rows]
        weight = np.ones(len(rows)) if data.weight is None else data.weight[rows]
        people = Ranking(
            time=time[rows],
            died=died[rows],
            rank=np.empty(0, np.int32),
            weight=weight,
            entry=entered,
            arrival=sort_rows(entered),
            pull=_pull_rows(time[rows], entered, died[rows], weight, rules),
        )
        lined.append((rows, people))
    return lined


def _order(time: Floats, event: Integers) -> npt.NDArray[np.intp]:
    """Sort by time, events before the censored of the same time."""
    if find_last_day(time, MOST_DAYS) >= 0:
        return sort_rows(2 * time + (event == 0))
    rows = np.concatenate((np.flatnonzero(event), np.flatnonzero(event == 0)))
    return rows[sort_rows(time[rows])]


def _rank(risk: Floats) -> tuple[npt.NDArray[np.int32], int]:
    rank, levels = rank_risk(sort_rows(risk), risk)
    return rank.astype(np.int32), levels


def _pull_rows(
    time: Floats,
    entry: Floats,
    died: npt.NDArray[np.int8],
    weight: Floats,
    rules: tuple[float | None, PairWeight],
) -> Floats:
    """Weigh the event of each row, rows in order of time."""
    if rules == (None, "n"):
        return np.ones(len(time))
    starts = np.flatnonzero(np.concatenate(([True], time[1:] != time[:-1])))
    events = np.add.reduceat(weight * died, starts)
    ended = np.add.reduceat(weight, starts)
    at_risk = np.cumsum(ended[::-1])[::-1]
    if len(entry):
        late = np.sort(entry)
        heavy = np.append(np.cumsum(weight[np.argsort(entry, kind="stable")][::-1])[::-1], 0.0)
        at_risk = at_risk - heavy[np.searchsorted(late, time[starts], side="left")]
    flow = Flow(at_risk, events, ended - events)
    pull = _pull(time[starts], flow, int(np.count_nonzero(died)), rules)
    return np.repeat(pull, np.diff(np.append(starts, len(time))))


def _pull(
    time: Floats | Integers,
    flow: Flow,
    events: int,
    rules: tuple[float | None, PairWeight],
) -> Floats:
    horizon, kind = rules
    total = float((flow.events + flow.censored).sum())
    # As in R: with a single event the weight of its time says nothing.
    pull = weigh_times(flow, total, kind if events > 1 else "n")
    return pull if horizon is None else pull * (time <= horizon)


def _lag(stay: Floats, at_risk: Floats) -> Floats:
    """Multiply the shares that stay, each product being that before its row."""
    share = np.divide(stay, at_risk, out=np.ones(len(stay)), where=at_risk > 0)
    return np.concatenate(([1.0], np.cumprod(share)[:-1]))


def _divide(part: Floats | float, whole: Floats) -> Floats:
    """Divide where it can be; 0 where nobody is left, so there is no event either."""
    share = np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
    return np.asarray(share, dtype=np.float64)
