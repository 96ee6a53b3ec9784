"""Compiled loops that count concordant pairs in O(n log n), by a tree of counts over risk.

A pair is comparable when one patient has the event while the other is still under
observation. Going back in time, a tree holds who is still there, and each event asks it how
many had a lower, equal and higher risk. For the standard error every patient also needs the
events that he outlived; going forward in time, the same kind of tree holds those.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers

Tree = Floats | npt.NDArray[np.int32]
"""Sums of weights; whole numbers where each weight is one, which need half of the memory."""


class Ranking(NamedTuple):
    """Patients of one stratum in order of time, events before the censored of the same time.

    Attributes:
        time: shape (n,), follow-up times, ascending.
        died: shape (n,), 1 for an event that counts.
        rank: shape (n,), dense rank of the risk, from 1.
        weight: shape (n,), case weights.
        entry: shape (n,), entry times; empty when everyone was seen from zero.
        arrival: shape (n,), rows by rising entry; empty likewise.
        pull: shape (n,), how much the pairs of the patient's event count, by its time.
    """

    time: Floats
    died: npt.NDArray[np.int8]
    rank: npt.NDArray[np.int32]
    weight: Floats
    entry: Floats
    arrival: Integers
    pull: Floats


@njit(cache=True, nogil=True)
def add_weight(tree: Tree, rank: int, weight: float) -> None:
    """Add a weight at a rank of a Fenwick tree.

    Args:
        tree: shape (k + 1,), changed in place.
        rank: 1 to k.
        weight: of either sign.
    """
    # Numbers without a sign, because a place that might be negative is checked at each step.
    place, end, more = np.uint64(rank), np.uint64(len(tree)), tree.dtype.type(weight)
    while place < end:
        tree[place] += more
        place += place & (~place + np.uint64(1))


@njit(cache=True, nogil=True)
def sum_below(tree: Tree, rank: int) -> float:
    """Sum the weights at ranks below one.

    Args:
        tree: shape (k + 1,), the tree.
        rank: 1 to k + 1.

    Returns:
        The sum.
    """
    total, place = tree.dtype.type(0), np.uint64(rank - 1)
    while place > np.uint64(0):
        total += tree[place]
        place &= place - np.uint64(1)
    return float(total)


@njit(cache=True, nogil=True)
def rank_risk(order: Integers, risk: Floats) -> tuple[Integers, int]:
    """Rank risks densely, ties sharing a rank.

    Args:
        order: shape (n,), rows by rising risk.
        risk: shape (n,), the risks.

    Returns:
        Shape (n,), ranks from 1, and the largest.
    """
    rank, level, last = np.empty(len(order), np.int64), 0, np.nan
    for row in order:
        if risk[row] != last:
            level, last = level + 1, risk[row]
        rank[row] = level
    return rank, level


@njit(cache=True, nogil=True)
def find_middle(people: Ranking, first: int, last: int) -> int:
    """Find where the events of one time end and the censored begin.

    Args:
        people: the patients.
        first: first row of the time.
        last: row after its last.

    Returns:
        The row after the last event.
    """
    while last > first and people.died[last - 1] == 0:
        last -= 1
    return last


@njit(cache=True, nogil=True)
def count_deaths(
    people: Ranking,
    span: tuple[int, int],
    trees: tuple[Tree, Floats],
    present: float,
    counts: Floats,
    pairs: Floats,
) -> float:
    """Count the pairs of those who have the event at one time, who then join those present.

    Args:
        people: the patients.
        span: first row of the time, and the row after its last event.
        trees: those who outlive the time: the tree, and the weight of each rank, shape (k + 1,);
            the latter of length 0 where no two risks are equal.
        present: their total weight.
        counts: shape (5,), changed in place.
        pairs: shape (n, 2), changed in place.

    Returns:
        The weight of those who had the event.
    """
    tree, alike = trees
    for i in range(span[0], span[1]):
        lower, pull = sum_below(tree, people.rank[i]), people.pull[i]
        equal = alike[people.rank[i]] if len(alike) > 0 else 0.0
        share = pull * people.weight[i]
        counts[0] += share * lower
        counts[1] += share * (present - lower - equal)
        counts[2] += share * equal
        pairs[i, 0], pairs[i, 1] = pull * (lower + equal / 2), pull * present
    among = 0.0
    for i in range(span[0], span[1]):
        rank, weight = people.rank[i], people.weight[i]
        add_weight(tree, rank, weight)
        counts[3] += people.pull[i] * weight * among
        among += weight
        if len(alike) > 0:
            alike[rank] += weight
    return among


@njit(cache=True, nogil=True)
def count_alike(people: Ranking, levels: int, counts: Floats) -> None:
    """Move pairs of events at one time whose risks are equal from one count to the next.

    Args:
        people: the patients.
        levels: largest rank.
        counts: shape (5,); what belongs to the last is taken from the one before.
    """
    same, first = np.zeros(levels + 1), 0
    while first < len(people.time):
        last = first + 1
        while last < len(people.time) and people.time[last] == people.time[first]:
            last += 1
        for i in range(first, last):
            if last > first + 1 and people.died[i] == 1:
                pairs = people.pull[i] * people.weight[i] * same[people.rank[i]]
                counts[3] -= pairs
                counts[4] += pairs
                same[people.rank[i]] += people.weight[i]
        for i in range(first, last):
            same[people.rank[i]] = 0.0
        first = last


@njit(cache=True, nogil=True)
def count_pairs(people: Ranking, levels: int, tree: Tree, pairs: Floats) -> Floats:
    """Count pairs from the side of the patient who has the event.

    Args:
        people: the patients.
        levels: largest rank.
        tree: shape (levels + 1,), zeros.
        pairs: shape (n, 2), zeros; for each event all concordant pairs and half of the tied
            ones, and all pairs.

    Returns:
        Shape (5,), weights of pairs: concordant, discordant, tied in risk, both events at one
        time with other risks, and with equal risk.
    """
    time, weight, rank = people.time, people.weight, people.rank
    tied = levels < len(time)
    alike = np.zeros(levels + 1 if tied else 0)
    counts, present, last, waiting = np.zeros(5), 0.0, len(time), len(people.arrival)
    while last > 0:
        first = last - 1
        while first > 0 and time[first - 1] == time[last - 1]:
            first -= 1
        middle = find_middle(people, first, last)
        for i in range(middle, last):
            add_weight(tree, rank[i], weight[i])
            present += weight[i]
            if tied:
                alike[rank[i]] += weight[i]
        # Those who enter at this time or later are not under observation at it.
        while waiting > 0 and people.entry[people.arrival[waiting - 1]] >= time[first]:
            waiting -= 1
            late = people.arrival[waiting]
            add_weight(tree, rank[late], -weight[late])
            present -= weight[late]
            if tied:
                alike[rank[late]] -= weight[late]
        present += count_deaths(people, (first, middle), (tree, alike), present, counts, pairs)
        last = first
    if tied:
        count_alike(people, levels, counts)
    return counts


@njit(cache=True, nogil=True)
def add_outlived(
    trees: tuple[Tree, Floats], past: float, rank: int, sign: float, pairs: Floats
) -> None:
    """Add or subtract the events so far, from the side of a patient who outlives them.

    Args:
        trees: the events so far: the tree, and the weight of each rank.
        past: their total weight.
        rank: the patient's rank.
        sign: 1 when the patient leaves observation, -1 when he enters it.
        pairs: shape (2,), changed in place.
    """
    equal = trees[1][rank] if len(trees[1]) > 0 else 0.0
    pairs[0] += sign * (past - sum_below(trees[0], rank) - equal / 2)
    pairs[1] += sign * past


@njit(cache=True, nogil=True)
def add_events(people: Ranking, span: tuple[int, int], trees: tuple[Tree, Floats]) -> float:
    """Add the events of one time to those outlived, each as much as its pairs count.

    Args:
        people: the patients.
        span: first row of the time, and the row after its last event.
        trees: the events so far, changed in place.

    Returns:
        The weight added.
    """
    added = 0.0
    for i in range(span[0], span[1]):
        pulled = people.weight[i] * people.pull[i]
        add_weight(trees[0], people.rank[i], pulled)
        added += pulled
        if len(trees[1]) > 0:
            trees[1][people.rank[i]] += pulled
    return added


@njit(cache=True, nogil=True)
def count_outlived(people: Ranking, levels: int, pairs: Floats) -> None:
    """Count pairs from the side of the patient who outlives the other's event.

    Args:
        people: the patients.
        levels: largest rank.
        pairs: shape (n, 2), zeros; filled as by ``count_pairs``.
    """
    time, rank, n = people.time, people.rank, len(people.time)
    tied, past, first, arrived = levels < n, 0.0, 0, 0
    trees = np.zeros(levels + 1), np.zeros(levels + 1 if tied else 0)
    while first < n:
        last = first + 1
        while last < n and time[last] == time[first]:
            last += 1
        while arrived < len(people.arrival) and people.entry[people.arrival[arrived]] < time[first]:
            late = people.arrival[arrived]
            add_outlived(trees, past, rank[late], -1.0, pairs[late])
            arrived += 1
        middle = find_middle(people, first, last)
        for i in range(first, middle):
            add_outlived(trees, past, rank[i], 1.0, pairs[i])
        past += add_events(people, (first, middle), trees)
        for i in range(middle, last):
            add_outlived(trees, past, rank[i], 1.0, pairs[i])
        first = last


@njit(cache=True, nogil=True)
def find_share(
    sides: tuple[Floats, Floats],
    weight: Floats,
    share: tuple[float, float],
    rows: Integers,
    influence: Floats,
) -> None:
    """Find what each patient's pairs add to the concordance.

    Args:
        sides: from ``count_pairs`` and ``count_outlived``, each of shape (n, 2).
        weight: shape (n,), case weights.
        share: the concordance, and the weight of all pairs that it is a share of.
        rows: shape (n,), where he stands among all patients.
        influence: shape of all patients, filled at ``rows``.
    """
    value, comparable = share
    for i in range(len(rows)):
        won, every = sides[0][i, 0] + sides[1][i, 0], sides[0][i, 1] + sides[1][i, 1]
        influence[rows[i]] = (won - value * every) / comparable * weight[i]
