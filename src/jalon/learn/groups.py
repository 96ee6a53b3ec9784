"""Risk groups: neighbouring totals put together so that the groups explain most."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import ConvergenceError, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.partitions import (
    Blocks,
    bound_partitions,
    compare_runs,
    count_partitions,
    fit_partition,
    list_partitions,
)
from jalon.learn.totals import TotalTable, count_totals

GroupCount = Literal["most", "bic"]

MOST_GROUPS = 5
"""More groups than this are not told apart at the bedside."""

MOST_PARTITIONS = 5_000_000
"""More ways to cut than this are not listed."""

BINS = 96
"""About so many bins of times are used to bound a partition."""

CHUNK = 64
"""Runs of totals averaged at once, so that memory does not grow with their number."""

SAME = 1e-9
"""Two losses closer than this, relative to their size, are a tie: the lower limits win."""


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What a set of risk groups must satisfy.

    Attributes:
        most: number of groups wished for, 1 to 5; fewer are made when the rules cannot be kept.
        least_share: smallest share of the patients in a group, 0 to 1.
        least_events: fewest events in a group; at least one is needed in any case.
        least_z: smallest log-rank z between neighbouring groups, the upper against the lower;
            0 asks only that risk rises. The cut is chosen to differ, so z is no p-value.
        count: "most" makes as many groups as the rules allow; "bic" as many as Schwarz's
            criterion finds worth it, each further group costing its effect and its limit.
    """

    most: int = 4
    least_share: float = 0.1
    least_events: float = 10.0
    least_z: float = 1.96
    count: GroupCount = "most"


@dataclass(frozen=True, slots=True)
class Grouping:
    """Risk groups, and why these.

    Attributes:
        limits: highest total of each group but the last, rising.
        loss: negative log partial likelihood (Breslow) with one effect per group.
        null_loss: the same with one group.
        log_hazard: log hazard of each group against the lowest.
        size: (weighted) patients of each group.
        events: (weighted) events of each group.
        z: log-rank z of each group but the first against the one below it.
        partitions: how many partitions keep the rules of size, for this number of groups.
        fitted: how many of them had to be fitted; the rest were ruled out by a bound.
    """

    limits: tuple[int, ...]
    loss: float
    null_loss: float
    log_hazard: tuple[float, ...]
    size: tuple[float, ...]
    events: tuple[float, ...]
    z: tuple[float, ...]
    partitions: int
    fitted: int


def group_totals(
    total: npt.ArrayLike, data: SurvivalData, settings: GroupSettings | None = None
) -> Grouping:
    """Cut total points into the risk groups that explain the outcome best, exactly.

    Of all ways to put neighbouring totals together that keep the rules, the one with the
    largest partial likelihood of a Cox model with one effect per group (Breslow's form, within
    strata). Ways that cannot be better than the best found are ruled out by a proven bound; the
    others are fitted. It is the optimum up to rounding.

    Args:
        total: shape (n,), whole points; more points must mean more risk.
        data: outcomes of the same patients, event 1 being the event; ``weight``, ``entry`` and
            ``stratum`` are honoured.
        settings: the rules; None for the usual ones.

    Returns:
        The groups; one group, without limits, when no two satisfy the rules.

    Raises:
        UnsuitableDataError: settings or totals that cannot be used, no event, or too many
            ways to cut.

    Reference:
        Breslow N (1974), doi:10.2307/2529620, for the likelihood.

    Example:
        >>> data = SurvivalData(time=np.arange(24.0, 0, -1), event=[1] * 24)
        >>> rules = GroupSettings(most=2, least_events=3)
        >>> group_totals(np.repeat([0, 1, 2, 3], 6), data, rules).limits
        (1,)
    """
    rules = settings or GroupSettings()
    _check_rules(rules)
    table = count_totals(total, data)
    if not len(table.died):
        raise UnsuitableDataError("no event was seen; there is no risk to group by")
    whole = _one_group(table)
    best, price = whole, 2 * math.log(table.died.sum())
    for groups in range(min(rules.most, len(table.levels)), 1, -1):
        found = _cut(table, groups, rules, whole)
        if found is None:
            continue
        if rules.count == "most":
            return found
        if 2 * (best.loss - found.loss) > price * (groups - len(best.size)):
            best = found
    return best


def cut_totals(
    total: Integers, data: SurvivalData, settings: GroupSettings | None = None
) -> tuple[int, ...]:
    """Choose where the totals are cut into risk groups.

    Args:
        total: shape (n,), total points; more points must mean more risk.
        data: outcomes, shape (n,).
        settings: the rules; None for the usual ones.

    Returns:
        The highest total of each group but the last, rising; empty when no two groups satisfy
        the rules.
    """
    weighed = data.event == 1 if data.weight is None else (data.event == 1) & (data.weight > 0)
    if not np.any(weighed):
        return ()
    return group_totals(total, data, settings).limits


def find_group(total: Integers, limits: tuple[int, ...]) -> Integers:
    """Say in which group each total falls.

    Args:
        total: shape (n,), total points.
        limits: highest total of each group but the last, rising.

    Returns:
        Shape (n,), 0 for the lowest group.
    """
    return np.searchsorted(np.array(limits, dtype=np.int64), total).astype(np.int64)


def _check_rules(rules: GroupSettings) -> None:
    if not 1 <= rules.most <= MOST_GROUPS:
        raise UnsuitableDataError(f"{rules.most} groups were asked for; ask for 2 to {MOST_GROUPS}")
    if not 0 <= rules.least_share < 1:
        raise UnsuitableDataError(
            f"least_share is {rules.least_share:g}; give a share of the patients, as 0.1"
        )
    for name, value in (("least_events", rules.least_events), ("least_z", rules.least_z)):
        if not 0 <= value < math.inf:
            raise UnsuitableDataError(f"{name} is {value:g}; give a number of 0 or more")
    if rules.count not in {"most", "bic"}:
        raise UnsuitableDataError(f"count is {rules.count!r}; choose most or bic")


def _one_group(table: TotalTable) -> Grouping:
    loss = float(table.died @ np.log(table.at_risk[-1]))
    size, events = float(table.size.sum()), float(table.died.sum())
    return Grouping((), loss, loss, (0.0,), (size,), (events,), (), 1, 1)


def _cut(table: TotalTable, groups: int, rules: GroupSettings, whole: Grouping) -> Grouping | None:
    """Find the best partition into so many groups; None when none keeps the rules."""
    runs, place = _find_runs(table, rules)
    count = int(count_partitions(place, groups))
    if count > MOST_PARTITIONS:
        raise UnsuitableDataError(
            f"{len(table.levels)} totals can be cut into {groups} groups in {count:,} ways; use "
            "coarser points, fewer groups, or larger ones"
        )
    if not count:
        return None
    partitions = list_partitions(place, groups, count)
    runs, place = _keep_used(runs, place, partitions)
    edges = _find_bins(table)
    start, events = _guess(table, runs), table.deaths.sum(axis=1)
    blocks = Blocks(
        place,
        _average_bins(table, runs, edges),
        events[runs[:, 1]] - events[runs[:, 0]],
        start,
    )
    bounds = bound_partitions(blocks, partitions, np.add.reduceat(table.died, edges[:-1]))
    return _fit_in_order(table, partitions, bounds, rules, whole)


def _find_runs(table: TotalTable, rules: GroupSettings) -> tuple[Integers, Integers]:
    """List the runs of totals that are large enough, and where each is found."""
    size = np.append(0.0, np.cumsum(table.size))
    events = np.append(0.0, np.cumsum(table.events))
    low, high = np.triu_indices(len(size), 1)
    noise = 1e-9 * size[-1]
    large = size[high] - size[low] >= rules.least_share * size[-1] - noise
    large &= events[high] - events[low] >= max(rules.least_events, 1e-6) - noise
    runs = np.column_stack([low[large], high[large]]).astype(np.int64)
    place = np.full((len(size), len(size)), -1, dtype=np.int64)
    place[runs[:, 0], runs[:, 1]] = np.arange(len(runs))
    return runs, place


def _keep_used(runs: Integers, place: Integers, partitions: Integers) -> tuple[Integers, Integers]:
    """Leave out runs of totals that are in no partition."""
    used = np.zeros(len(runs), dtype=np.bool_)
    used[place[partitions[:, :-1], partitions[:, 1:]]] = True
    kept = np.full(len(runs), -1, dtype=np.int64)
    kept[used] = np.arange(np.count_nonzero(used))
    return runs[used], np.where(place >= 0, kept[place], -1)


def _find_bins(table: TotalTable) -> Integers:
    """Begin a new bin with each stratum, and whenever enough of those at risk have left."""
    among = np.log(table.at_risk[-1])
    fine = (np.append(0.0, np.cumsum(np.abs(np.diff(among)))) * BINS / 6).astype(np.int64)
    moved = (np.diff(fine) != 0) | (np.diff(table.stratum) != 0)
    inner = np.flatnonzero(moved) + 1
    return np.concatenate([[0], inner, [len(among)]]).astype(np.int64)


def _average_bins(table: TotalTable, runs: Integers, edges: Integers) -> Floats:
    """Geometric mean of the numbers at risk over the events of each bin, shape (runs, bins)."""
    means = np.empty((len(runs), len(edges) - 1))
    died = np.add.reduceat(table.died, edges[:-1])
    for first in range(0, len(runs), CHUNK):
        part = runs[first : first + CHUNK]
        among = table.at_risk[part[:, 1]] - table.at_risk[part[:, 0]]
        # Nobody left is an exact 0, which no rounding of weights may hide.
        among[among <= 1e-9 * table.at_risk[part[:, 1]]] = 0.0
        with np.errstate(divide="ignore"):
            logs = np.log(among) * table.died
        means[first : first + CHUNK] = np.exp(np.add.reduceat(logs, edges[:-1], axis=1) / died)
    return means


def _guess(table: TotalTable, runs: Integers) -> Floats:
    """Log hazard of each run if the baseline hazard were that of a free effect per total."""
    at_risk, events = np.diff(table.at_risk, axis=0), table.events
    expected = at_risk @ (table.died / table.at_risk[-1])
    for _ in range(6):
        ratio = np.divide(events, expected, out=np.zeros_like(events), where=expected > 0)
        expected = at_risk @ (table.died / np.maximum(ratio @ at_risk, 1e-300))
    sums = np.append(0.0, np.cumsum(expected)), np.append(0.0, np.cumsum(events))
    hoped, seen = (part[runs[:, 1]] - part[runs[:, 0]] for part in sums)
    guess: Floats = np.log(seen / np.maximum(hoped, 1e-300))
    return guess


def _fit_in_order(
    table: TotalTable,
    partitions: Integers,
    bounds: Floats,
    rules: GroupSettings,
    whole: Grouping,
) -> Grouping | None:
    """Fit partitions, the most promising first, until no other can be better."""
    best: Grouping | None = None
    known: dict[tuple[int, ...], float] = {}
    slack = SAME * (1 + abs(whole.loss))
    fitted = 0
    for row in np.argsort(bounds, kind="stable"):
        if best is not None and bounds[row] > best.loss + slack:
            break
        limits = partitions[row]
        z = _separate(table, limits, known)
        if min(z) <= 0 or min(z) < rules.least_z:
            continue
        fitted += 1
        found = _fit(table, limits, z, whole)
        if found is None:
            continue
        if best is None or _beats(found, best, slack):
            best = found
    return None if best is None else replace(best, partitions=len(partitions), fitted=fitted)


def _beats(found: Grouping, best: Grouping, slack: float) -> bool:
    if abs(found.loss - best.loss) <= slack:
        return found.limits < best.limits
    return found.loss < best.loss


def _separate(
    table: TotalTable, limits: Integers, known: dict[tuple[int, ...], float]
) -> tuple[float, ...]:
    """Log-rank z between neighbouring groups, kept for the next partition that has the two."""
    triples = [tuple(limits[k : k + 3].tolist()) for k in range(len(limits) - 2)]
    for three in triples:
        if three not in known:
            known[three] = compare_runs(table.at_risk, table.deaths, *three)
    return tuple(known[three] for three in triples)


def _fit(
    table: TotalTable, limits: Integers, z: tuple[float, ...], whole: Grouping
) -> Grouping | None:
    """Fit one partition; None when risk does not rise from group to group."""
    summed = np.append(0.0, np.cumsum(table.events)), np.append(0.0, np.cumsum(table.size))
    events, size = (np.diff(part[limits]) for part in summed)
    at_risk = np.diff(table.at_risk[limits], axis=0)
    expected = at_risk @ (table.died / table.at_risk[-1])
    start = np.log(events / np.maximum(expected, 1e-300))
    loss, effect, settled = fit_partition(at_risk, events, table.died, start)
    if not settled:
        raise ConvergenceError(
            f"the effects of {len(size)} groups of totals could not be fitted; ask for fewer "
            "groups or for more events in each"
        )
    if np.any(np.diff(effect) <= 0):
        return None
    return Grouping(
        limits=tuple(int(table.levels[edge - 1]) for edge in limits[1:-1]),
        loss=float(loss),
        null_loss=whole.loss,
        log_hazard=tuple(effect.tolist()),
        size=tuple(size.tolist()),
        events=tuple(events.tolist()),
        z=z,
        partitions=0,
        fitted=0,
    )
