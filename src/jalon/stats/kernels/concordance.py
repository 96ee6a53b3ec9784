"""Compiled loops that count concordant pairs in O(n log n), by a tree of counts over risk.

A pair is comparable when one patient has the event while the other is still under
observation. Going back in time, a tree holds who is still there, and each event asks it how
many had a lower, equal and higher risk. For the standard error every patient also needs the
events that he outlived; going forward in time, the same kind of tree holds those.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


class Ranking(NamedTuple):
    """Patients of one stratum in order of time.

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
    died: Integers
    rank: Integers
    weight: Floats
    entry: Floats
    arrival: Integers
    pull: Floats


@njit(cache=True, nogil=True)
def add_weight(tree: Floats, rank: int, weight: float) -> None:
    """Add a weight at a rank of a Fenwick tree.

    Args:
        tree: shape (2, k + 1), the tree and the weights of its ranks, changed in place.
        rank: 1 to k.
        weight: of either sign.
    """
    tree[1, rank] += weight
    while rank < tree.shape[1]:
        tree[0, rank] += weight
        rank += rank & -rank


@njit(cache=True, nogil=True)
def sum_below(tree: Floats, rank: int) -> float:
    """Sum the weights at ranks below one.

    Args:
        tree: shape (2, k + 1), the tree.
        rank: 1 to k + 1.

    Returns:
        The sum.
    """
    total, rank = 0.0, rank - 1
    while rank > 0:
        total += tree[0, rank]
        rank -= rank & -rank
    return total


@njit(cache=True, nogil=True)
def ask(tree: Floats, total: float, rank: int) -> tuple[float, float, float]:
    """Ask a tree for the weights of lower, higher and equal risk.

    Args:
        tree: shape (2, k + 1), the tree.
        total: all its weights.
        rank: the risk to compare with.

    Returns:
        The three weights.
    """
    lower, equal = sum_below(tree, rank), tree[1, rank]
    return lower, total - lower - equal, equal


@njit(cache=True, nogil=True)
def rank_risk(order: Integers, risk: Floats) -> tuple[Integers, int]:
    """Rank risks densely, ties sharing a rank.

    Args:
        order: shape (n,), rows by rising risk.
        risk: shape (n,), the risks.

    Returns:
        Shape (n,), ranks from 1, and the largest.
    """
    rank, level = np.empty(len(order), np.int64), 0
    for i in range(len(order)):
        if i == 0 or risk[order[i]] != risk[order[i - 1]]:
            level += 1
        rank[order[i]] = level
    return rank, level


@njit(cache=True, nogil=True)
def count_ties(people: Ranking, first: int, last: int, same: Floats, counts: Floats) -> None:
    """Count pairs of events at one time, which are not comparable.

    Args:
        people: the patients.
        first: first row of the time.
        last: row after the last.
        same: shape (k + 1,), zeros, and zeros again afterwards.
        counts: shape (5,); pairs of other risks are added at 3, of equal risk at 4.
    """
    total = 0.0
    for i in range(first, last):
        if people.died[i] == 1:
            weight, equal = people.weight[i], same[people.rank[i]]
            counts[3] += people.pull[i] * weight * (total - equal)
            counts[4] += people.pull[i] * weight * equal
            same[people.rank[i]] += weight
            total += weight
    for i in range(first, last):
        same[people.rank[i]] = 0.0


@njit(cache=True, nogil=True)
def count_deaths(
    people: Ranking,
    span: tuple[int, int],
    tree: Floats,
    present: float,
    counts: Floats,
    pairs: Floats,
) -> None:
    """Count the pairs of those who have the event at one time with those who outlive it.

    Args:
        people: the patients.
        span: first row of the time, and the row after its last.
        tree: shape (2, k + 1), those who outlive the time.
        present: their total weight.
        counts: shape (5,), changed in place.
        pairs: shape (n, 3), changed in place; shape (0, 3) when not wanted.
    """
    for i in range(span[0], span[1]):
        if people.died[i] == 1:
            lower, higher, equal = ask(tree, present, people.rank[i])
            weight, pull = people.weight[i], people.pull[i]
            counts[0] += pull * weight * lower
            counts[1] += pull * weight * higher
            counts[2] += pull * weight * equal
            if len(pairs) > 0:
                pairs[i, 0] += pull * lower
                pairs[i, 1] += pull * higher
                pairs[i, 2] += pull * equal


@njit(cache=True, nogil=True)
def count_pairs(people: Ranking, levels: int, pairs: Floats) -> Floats:
    """Count pairs from the side of the patient who has the event.

    Args:
        people: the patients.
        levels: largest rank.
        pairs: shape (n, 3), concordant, discordant and tied weight met by each patient, added
            to in place; shape (0, 3) when not wanted.

    Returns:
        Shape (5,), weights of pairs: concordant, discordant, tied in risk, both events at one
        time with other risks, and with equal risk.
    """
    time, weight, rank = people.time, people.weight, people.rank
    tree, same, counts = np.zeros((2, levels + 1)), np.zeros(levels + 1), np.zeros(5)
    present, last, waiting = 0.0, len(time), len(people.arrival)
    while last > 0:
        first = last - 1
        while first > 0 and time[first - 1] == time[last - 1]:
            first -= 1
        for i in range(first, last):
            if people.died[i] == 0:
                add_weight(tree, rank[i], weight[i])
                present += weight[i]
        # Those who enter at this time or later are not under observation at it.
        while waiting > 0 and people.entry[people.arrival[waiting - 1]] >= time[first]:
            waiting -= 1
            late = people.arrival[waiting]
            add_weight(tree, rank[late], -weight[late])
            present -= weight[late]
        count_deaths(people, (first, last), tree, present, counts, pairs)
        count_ties(people, first, last, same, counts)
        for i in range(first, last):
            if people.died[i] == 1:
                add_weight(tree, rank[i], weight[i])
                present += weight[i]
        last = first
    return counts


@njit(cache=True, nogil=True)
def add_outlived(tree: Floats, past: float, rank: int, sign: float, pairs: Floats) -> None:
    """Add or subtract the events so far, from the side of a patient who outlives them.

    Args:
        tree: shape (2, k + 1), the events so far.
        past: their total weight.
        rank: the patient's rank.
        sign: 1 when the patient leaves observation, -1 when he enters it.
        pairs: shape (3,), changed in place.
    """
    lower, higher, equal = ask(tree, past, rank)
    pairs[0] += sign * higher
    pairs[1] += sign * lower
    pairs[2] += sign * equal


@njit(cache=True, nogil=True)
def count_outlived(people: Ranking, levels: int, pairs: Floats) -> None:
    """Count pairs from the side of the patient who outlives the other's event.

    Args:
        people: the patients.
        levels: largest rank.
        pairs: shape (n, 3), added to in place.
    """
    time, rank, n = people.time, people.rank, len(people.time)
    tree, past, first, arrived = np.zeros((2, levels + 1)), 0.0, 0, 0
    while first < n:
        last = first + 1
        while last < n and time[last] == time[first]:
            last += 1
        while arrived < len(people.arrival) and people.entry[people.arrival[arrived]] < time[first]:
            late = people.arrival[arrived]
            add_outlived(tree, past, rank[late], -1.0, pairs[late])
            arrived += 1
        for i in range(first, last):
            if people.died[i] == 1:
                add_outlived(tree, past, rank[i], 1.0, pairs[i])
        for i in range(first, last):
            if people.died[i] == 1:
                pulled = people.weight[i] * people.pull[i]
                add_weight(tree, rank[i], pulled)
                past += pulled
        for i in range(first, last):
            if people.died[i] == 0:
                add_outlived(tree, past, rank[i], 1.0, pairs[i])
        first = last


@njit(cache=True, nogil=True)
def find_share(
    pairs: Floats, weight: Floats, share: tuple[float, float], rows: Integers, influence: Floats
) -> None:
    """Find what each patient's pairs add to the concordance.

    Args:
        pairs: shape (n, 3), concordant, discordant and tied weight met by each patient.
        weight: shape (n,), case weights.
        share: the concordance, and the weight of all pairs that it is a share of.
        rows: shape (n,), where he stands among all patients.
        influence: shape of all patients, filled at ``rows``.
    """
    value, comparable = share
    for i in range(len(rows)):
        won, lost, tied = pairs[i, 0], pairs[i, 1], pairs[i, 2]
        own = (won + tied / 2 - value * (won + lost + tied)) / comparable
        influence[rows[i]] = own * weight[i]
