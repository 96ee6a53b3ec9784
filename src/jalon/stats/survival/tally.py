"""Counts by distinct time and label: the one place where tied times are decided."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.events import (
    average_distinct,
    count_days,
    count_sorted,
    find_last_day,
    find_starts,
)
from jalon.stats.ties import NOISE


def tally(
    data: SurvivalData, label: Integers, entry_label: Integers, labels: int
) -> tuple[Floats, Floats]:
    """Count patients by distinct time and label.

    Args:
        data: n patients, at least one.
        label: shape (n,), what ended each follow-up, 0 to ``labels`` - 1.
        entry_label: shape (n,), the label under which each entry is counted, at its own time;
            not looked at without ``data.entry``.
        labels: number of labels, those of entries included.

    Returns:
        Distinct times, shape (m,), ascending, and (weighted) counts, shape (m, ``labels``).

    Raises:
        UnsuitableDataError: no patient, none of weight above 0, or an entry tied with its own
            end of follow-up.
    """
    if len(data) == 0:
        raise UnsuitableDataError("no patient is left; widen the selection")
    if data.weight is not None and not data.weight.any():
        raise UnsuitableDataError("every patient has weight 0, so nobody is counted")
    time, weight = data.time, np.empty(0) if data.weight is None else data.weight
    if data.entry is not None:
        _check_spans(data.time, data.entry)
        time = np.concatenate([data.entry, time])
        label = np.concatenate([entry_label, label])
        weight = np.concatenate([weight, weight])
    return _count(time, label, weight, labels)


def join_ties(time: Floats) -> Integers:
    """Return where each distinct time begins in sorted times, near ties being one time.

    Args:
        time: shape (n,), ascending, at least one.

    Returns:
        Shape (m,), index of the first row of each distinct time.
    """
    return find_starts(time, NOISE * average_distinct(time))


def sum_from_end(counts: Floats) -> Floats:
    """Sum each column from its last row up: who ends then or later, so who is at risk.

    Args:
        counts: shape (m,) or (m, k).

    Returns:
        Same shape.
    """
    return np.ascontiguousarray(np.cumsum(counts[::-1], axis=0)[::-1])


def _count(time: Floats, label: Integers, weight: Floats, labels: int) -> tuple[Floats, Floats]:
    # One row per day is worth it while there are not many more days than patients.
    last = find_last_day(time, 4.0 * len(time) + 64.0)
    if last >= 0:
        counts = count_days(time, label, weight, (last + 1, labels))
        return _drop_empty(np.arange(last + 1, dtype=np.float64), counts)
    # Sums of weights depend on their order in the last bit, so ties keep the order of rows.
    order = np.argsort(time, kind="stable" if len(weight) else None)
    ordered = time[order]
    starts = join_ties(ordered)
    grid, counts = ordered[starts], count_sorted(order, starts, label, weight, labels)
    return _drop_empty(grid, counts) if len(weight) else (grid, counts)


def _drop_empty(grid: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Leave out times at which nobody ends or enters, or only patients of weight 0."""
    seen = counts.any(axis=1)
    return grid[seen], counts[seen]


def _check_spans(time: Floats, entry: Floats) -> None:
    short = int(np.sum(time - entry <= NOISE * float(np.mean(time))))
    if short:
        raise UnsuitableDataError(
            f"{short} of {len(time)} patients end as soon as they enter, up to rounding; "
            "leave them out or correct their entry"
        )
