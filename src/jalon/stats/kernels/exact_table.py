"""The inner loop of Fisher's exact test of tables larger than two by two."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers

States = tuple[Integers, Floats, Floats]
"""Unfinished tables: what each row has left (descending), log of a path's weight, paths."""

MOST_STEPS = 200_000_000
"""Ways to fill a column that are tried before a table is called too large."""

QUANTUM = 1e-8
"""Paths whose log weights differ by less become one; far less than what counts as a tie."""


@njit(cache=True, nogil=True)
def add_column(
    states: States,
    columns: Integers,
    log_factorial: Floats,
    limit: tuple[float, float],
    most: int,
) -> tuple[Integers, Floats, Floats, float, bool]:
    """Fill the first of three or more columns in every way, and settle what can be settled.

    Args:
        states: unfinished tables.
        columns: shape (c,), totals of the columns not yet filled.
        log_factorial: shape (n + 1,), of 0, 1, … n.
        limit: log weight at or below which a finished table counts, and what turns a log
            weight into the log of a probability.
        most: states to keep at most.

    Returns:
        The states after this column, the probability settled, and whether there were too many.
    """
    left, log_path, paths = states
    threshold, constant = limit
    least, constant = _bound_rest(columns[1:], log_factorial, constant)
    head = np.full(1024, -1, dtype=np.int64)
    kept = (np.empty((1024, left.shape[1]), dtype=np.int64), np.empty(1024), np.empty(1024))
    fill, node = np.empty(left.shape[1], dtype=np.int64), np.empty(left.shape[1], dtype=np.int64)
    used, tail, steps, state = 0, 0.0, 0, 0
    while state < len(paths) and used < most and steps < MOST_STEPS:
        _start(fill, left[state], columns[0], 0)
        more = True
        while more and used < most:
            column, bound, others = _take(fill, left[state], log_factorial, least)
            weight = log_path[state] - column
            if weight - bound <= threshold:
                tail += paths[state] * np.exp(weight - others + constant)
            else:
                _leave(fill, left[state], node)
                head, kept = _make_room(head, kept, used)
                used = _record(head, kept, used, (node, weight, paths[state]))
            steps += 1
            more = _advance(fill, left[state])
        state += 1
    full = state < len(paths) or used >= most
    return kept[0][:used], kept[1][:used], kept[2][:used], tail, full


@njit(cache=True, nogil=True)
def settle(
    states: States, column: int, log_factorial: Floats, limit: tuple[float, float]
) -> tuple[float, bool]:
    """Fill the last two columns in every way, two rows at a time.

    Args:
        states: unfinished tables.
        column: total of the last column but one.
        log_factorial: shape (n + 1,), of 0, 1, … n.
        limit: log weight at or below which a finished table counts, and what turns a log
            weight into the log of a probability.

    Returns:
        The probability of the tables that count, and whether there were too many.
    """
    left, log_path, paths = states
    r = left.shape[1]
    joined = np.empty(r - 1, dtype=np.int64)
    fill = np.empty(r - 1, dtype=np.int64)
    tail, steps, state = 0.0, 0, 0
    while state < len(paths) and steps < MOST_STEPS:
        joined[:] = left[state, : r - 1]
        joined[r - 2] += left[state, r - 1]
        _start(fill, joined, column, 0)
        more = True
        while more:
            weight = log_path[state]
            for i in range(r - 2):
                weight -= log_factorial[fill[i]] + log_factorial[left[state, i] - fill[i]]
            pair = (fill[r - 2], left[state, r - 2], left[state, r - 1])
            settled = _settle_pair(weight, pair, log_factorial, limit, tail / paths[state])
            tail += paths[state] * settled
            steps += 1
            more = _advance(fill, joined)
        state += 1
    return tail, state < len(paths)


@njit(cache=True, nogil=True)
def _settle_pair(
    weight: float,
    pair: tuple[int, int, int],
    log_factorial: Floats,
    limit: tuple[float, float],
    so_far: float,
) -> float:
    """Return the probability of the two by two tables that count, the rest of the table known.

    Their probability has one peak, so that those that count are the two tails, or all.
    """
    m, a, b = pair
    threshold, constant = limit
    low, high = max(0, m - b), min(m, a)
    peak = min(max((m + 1) * (a + 1) // (a + b + 2), low), high)
    if weight - _sum_pair(peak, pair, log_factorial) <= threshold:
        all_ways = log_factorial[a + b] - log_factorial[m] - log_factorial[a + b - m]
        return float(np.exp(weight + all_ways - log_factorial[a] - log_factorial[b] + constant))
    first = _find_end(weight - threshold, pair, log_factorial, (peak, low))
    last = _find_end(weight - threshold, pair, log_factorial, (peak, high))
    total = 0.0
    k = first - 1
    chance = np.exp(weight - _sum_pair(k, pair, log_factorial) + constant) if k >= low else 0.0
    while k >= low:
        total += chance
        ratio = k * (b - m + k) / ((m - k + 1) * (a - k + 1))
        if chance * ratio <= 1e-18 * (so_far + total) * (1 - ratio):
            break
        chance, k = chance * ratio, k - 1
    k = last + 1
    chance = np.exp(weight - _sum_pair(k, pair, log_factorial) + constant) if k <= high else 0.0
    while k <= high:
        total += chance
        ratio = (m - k) * (a - k) / ((k + 1) * (b - m + k + 1))
        if chance * ratio <= 1e-18 * (so_far + total) * (1 - ratio):
            break
        chance, k = chance * ratio, k + 1
    return total


@njit(cache=True, nogil=True)
def _sum_pair(k: int, pair: tuple[int, int, int], log_factorial: Floats) -> float:
    m, a, b = pair
    return float(
        log_factorial[k] + log_factorial[m - k] + log_factorial[a - k] + log_factorial[b - m + k]
    )


@njit(cache=True, nogil=True)
def _find_end(
    most: float, pair: tuple[int, int, int], log_factorial: Floats, ends: tuple[int, int]
) -> int:
    """Return the last cell from the peak towards the end that is too probable to count."""
    inside, outside = ends
    if _sum_pair(outside, pair, log_factorial) < most:
        return outside
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        if _sum_pair(middle, pair, log_factorial) < most:
            inside = middle
        else:
            outside = middle
    return inside


@njit(cache=True, nogil=True)
def _bound_rest(rest: Integers, log_factorial: Floats, constant: float) -> tuple[Floats, float]:
    """Bound what the columns not yet filled will add to a table's sum of log factorials.

    Lagrange multipliers log(row * column / n) make the cells independent; each is then least at
    the whole number below row * column / n. Any multipliers give a bound, these a close one,
    and the exact sum when one column is left.

    Args:
        rest: shape (c,), totals of the columns not yet filled.
        log_factorial: shape (n + 1,), of 0, 1, … n.
        constant: what turns a log weight into the log of a probability.

    Returns:
        For each number that a row has left, the least it can add, shape (n + 1,), and the
        constant with the weight of all ways to fill the rest but for the rows' factorials.
    """
    least = np.zeros(len(log_factorial))
    n = rest.sum()
    for column in rest:
        for row in range(1, n + 1):
            mean = row * column / n
            cell = int(mean)
            least[row] += log_factorial[cell] + (mean - cell) * np.log(mean) if mean > 0 else 0.0
        constant -= log_factorial[column]
    return least, constant + log_factorial[n]


@njit(cache=True, nogil=True)
def _take(
    fill: Integers, left: Integers, log_factorial: Floats, least: Floats
) -> tuple[float, float, float]:
    """Return the column's sum of log factorials, and bound and weight of what is left."""
    column, bound, others = 0.0, 0.0, 0.0
    for i in range(len(fill)):
        after = left[i] - fill[i]
        column += log_factorial[fill[i]]
        bound += least[after]
        others += log_factorial[after]
    return column, bound, others


@njit(cache=True, nogil=True)
def _leave(fill: Integers, left: Integers, node: Integers) -> None:
    """Write what the rows have left into ``node``, descending."""
    for i in range(len(fill)):
        value, j = left[i] - fill[i], i
        while j > 0 and node[j - 1] < value:
            node[j] = node[j - 1]
            j -= 1
        node[j] = value


@njit(cache=True, nogil=True)
def _start(fill: Integers, left: Integers, total: int, first: int) -> None:
    """Give the last rows as much of the total as they hold, from row ``first`` on."""
    for i in range(len(fill) - 1, first - 1, -1):
        fill[i] = min(total, left[i])
        total -= fill[i]


@njit(cache=True, nogil=True)
def _advance(fill: Integers, left: Integers) -> bool:
    """Go to the next way to share the total; False after the last."""
    after = 0
    for i in range(len(fill) - 1, -1, -1):
        if after > 0 and fill[i] < left[i]:
            fill[i] += 1
            _start(fill, left, after - 1, i + 1)
            return True
        after += fill[i]
    return False


@njit(cache=True, nogil=True)
def _record(head: Integers, kept: States, used: int, entry: tuple[Integers, float, float]) -> int:
    """Add paths to the state they lead to, a new one where needed; return how many there are."""
    left, logs, paths = kept
    node, weight, more = entry
    slot = _find(head, left, logs, node, weight)
    if head[slot] < 0:
        head[slot] = used
        left[used], logs[used], paths[used] = node, weight, 0.0
        used += 1
    paths[head[slot]] += more
    return used


@njit(cache=True, nogil=True)
def _make_room(head: Integers, kept: States, used: int) -> tuple[Integers, States]:
    """Return the hash table and the states, both larger when nearly full."""
    left, logs, paths = kept
    if used == len(logs):
        wide = np.empty((2 * used, left.shape[1]), dtype=np.int64)
        wide_logs, wide_paths = np.empty(2 * used), np.empty(2 * used)
        wide[:used], wide_logs[:used], wide_paths[:used] = left, logs, paths
        left, logs, paths = wide, wide_logs, wide_paths
    if 2 * used >= len(head):
        head = np.full(4 * len(head), -1, dtype=np.int64)
        for at in range(used):
            head[_find(head, left, logs, left[at], logs[at])] = at
    return head, (left, logs, paths)


@njit(cache=True, nogil=True)
def _find(head: Integers, left: Integers, logs: Floats, node: Integers, weight: float) -> np.int64:
    """Return the slot of a state, or the free slot where it belongs."""
    mark = np.int64(np.floor(weight / QUANTUM))
    code = np.uint64(mark)
    for value in node:
        code = code * np.uint64(1099511628211) ^ np.uint64(value)
    code ^= code >> np.uint64(29)
    code *= np.uint64(0x9E3779B97F4A7C15)
    slot = np.int64((code >> np.uint64(20)) % np.uint64(len(head)))
    while head[slot] >= 0:
        at = head[slot]
        if np.int64(np.floor(logs[at] / QUANTUM)) == mark:
            same = True
            for i in range(len(node)):
                same = same and left[at, i] == node[i]
            if same:
                return slot
        slot = (slot + np.int64(1)) % np.int64(len(head))
    return slot
