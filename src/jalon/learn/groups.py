"""Risk groups: neighbouring totals put together so that the groups differ most.

All ways to cut the totals into groups are compared by the log-rank statistic of the groups,
which follows from the observed and expected events of each total alone: one pass over the
patients, then sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData
from jalon.stats import log_rank


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What a set of risk groups must satisfy.

    Attributes:
        most: number of groups wished for; fewer are made when the rules cannot be kept.
        least_share: smallest share of the patients in a group, 0 to 1.
        least_events: fewest events in a group.
    """

    most: int = 4
    least_share: float = 0.1
    least_events: float = 10.0


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
    rules = settings or GroupSettings()
    levels, code = np.unique(total, return_inverse=True)
    if len(levels) < 2 or not np.any(data.event == 1):
        return ()
    weight = np.ones(len(data)) if data.weight is None else data.weight
    size = np.bincount(code, weights=weight).astype(np.float64)
    test = log_rank(data, code)
    for groups in range(min(rules.most, len(levels)), 1, -1):
        edges = _list_edges(len(levels), groups)
        edges = edges[_allowed(edges, size, test.observed, test.expected, rules)]
        if len(edges):
            statistic = _statistics(edges, test.observed - test.expected, test.covariance)
            # Rounded, so that the choice between two equal cuts does not hang on the last bit.
            best = edges[int(np.argmax(np.round(statistic, 9)))]
            return tuple(int(levels[edge - 1]) for edge in best[1:-1])
    return ()


def find_group(total: Integers, limits: tuple[int, ...]) -> Integers:
    """Say in which group each total falls.

    Args:
        total: shape (n,), total points.
        limits: highest total of each group but the last, rising.

    Returns:
        Shape (n,), 0 for the lowest group.
    """
    return np.searchsorted(np.array(limits, dtype=np.int64), total).astype(np.int64)


def _list_edges(levels: int, groups: int) -> Integers:
    inner = combinations(range(1, levels), groups - 1)
    return np.array([(0, *cuts, levels) for cuts in inner], dtype=np.int64)


def _blocks(edges: Integers, values: Floats) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    blocks: Floats = sums[edges[:, 1:]] - sums[edges[:, :-1]]
    return blocks


def _allowed(
    edges: Integers, size: Floats, observed: Floats, expected: Floats, rules: GroupSettings
) -> npt.NDArray[np.bool_]:
    patients, events, hoped = (_blocks(edges, part) for part in (size, observed, expected))
    enough = (patients >= rules.least_share * size.sum()) & (events >= rules.least_events)
    ratio = events / np.maximum(hoped, 1e-12)
    rising = np.all(ratio[:, 1:] > ratio[:, :-1], axis=1)
    keep: npt.NDArray[np.bool_] = np.all(enough, axis=1) & rising
    return keep


def _statistics(edges: Integers, excess: Floats, covariance: Floats) -> Floats:
    """Log-rank statistic of each partition, the last group left out as redundant."""
    corner = np.zeros((len(excess) + 1, len(excess) + 1))
    corner[1:, 1:] = covariance.cumsum(axis=0).cumsum(axis=1)
    high, low = edges[:, 1:-1], edges[:, :-2]
    block = (
        corner[high[:, :, None], high[:, None, :]]
        - corner[low[:, :, None], high[:, None, :]]
        - corner[high[:, :, None], low[:, None, :]]
        + corner[low[:, :, None], low[:, None, :]]
    )
    sums = _blocks(edges, excess)[:, :-1, None]
    solved = np.linalg.solve(block, sums)
    statistic: Floats = np.sum(sums * solved, axis=(1, 2))
    return statistic
