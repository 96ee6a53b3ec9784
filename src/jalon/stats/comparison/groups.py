"""Groups of patients: their names, and patients counted by group and time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.comparison import follow_groups
from jalon.stats.survival.event_table import EventTable
from jalon.stats.survival.tally import join_ties, tally

Label = int | float | str | bool


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which group each patient belongs to.

    Attributes:
        labels: the groups' names, ascending.
        code: shape (n,), index into ``labels``.
    """

    labels: tuple[Label, ...]
    code: Integers

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class GroupCounts:
    """Patients by distinct time of an event and by group.

    Attributes:
        at_risk: shape (m, k), (weighted) number under observation just before each time.
        events: shape (kinds, m, k), (weighted) events at each time, one layer for each kind
            that the test distinguishes.
    """

    at_risk: Floats
    events: Floats


def code_groups(group: npt.ArrayLike, data: SurvivalData, least: int = 2) -> Groups:
    """Number the groups of some patients.

    Args:
        group: shape (n,), the group of each patient: numbers, text or booleans.
        data: the n patients.
        least: how many groups there must be.

    Returns:
        The groups.

    Raises:
        UnsuitableDataError: another number of patients, a missing group, or too few groups.
    """
    values = np.asarray(group)
    if values.shape != data.time.shape:
        raise UnsuitableDataError(
            f"group has shape {values.shape} but there are {len(data)} patients; give one per "
            "patient"
        )
    missing = _count_missing(values)
    if missing:
        raise UnsuitableDataError(
            f"group is missing for {missing} of {len(data)} patients; leave them out or make "
            "them a group of their own"
        )
    labels, code = _number(values)
    if len(labels) < least:
        raise UnsuitableDataError(f"{len(labels)} group(s) seen; a comparison needs at least two")
    return Groups(tuple(labels.tolist()), code)


def count_groups(
    data: SurvivalData, groups: Groups, kind: Integers, kinds: int
) -> Iterator[GroupCounts]:
    """Count patients by time and group, one stratum after the other.

    Args:
        data: n patients.
        groups: their groups.
        kind: shape (n,), how each follow-up ended: 0 censored, from 1 kinds of event.
        kinds: number of kinds, being censored included.

    Yields:
        Counts of one stratum, rows without any event left out.
    """
    k = len(groups)
    # One more kind for those who enter late: they leave the count of those who end.
    label = groups.code * (kinds + 1) + kind
    entry_label = groups.code * (kinds + 1) + kinds
    for part, rows in _split(data):
        _, counts = tally(part, label[rows], entry_label[rows], k * (kinds + 1))
        yield GroupCounts(*follow_groups(counts.reshape(len(counts), k, kinds + 1)))


def count_tables(
    tables: Mapping[Label, EventTable], cause: int | None = None
) -> tuple[tuple[Label, ...], GroupCounts]:
    """Bring the counts of several groups to common times.

    Args:
        tables: counts of each group, by its name.
        cause: the cause whose events make the first kind, all others the second; None for one
            kind.

    Returns:
        Names of the groups, ascending, and their counts at times with an event.

    Raises:
        UnsuitableDataError: fewer than two tables, or names that have no common order.
    """
    if len(tables) < 2:
        raise UnsuitableDataError(f"{len(tables)} group(s) seen; a comparison needs at least two")
    labels = _sort_labels(tuple(tables))
    time = np.concatenate([tables[label].time for label in labels])
    order = np.argsort(time, kind="stable")
    starts = join_ties(time[order])
    place = np.empty(len(time), dtype=np.int64)
    place[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(time))))
    counts = np.zeros((len(starts), len(labels), 3 if cause is None else 4))
    begin = 0
    for g, label in enumerate(labels):
        flows = _list_flows(tables[label], cause)
        np.add.at(counts[:, g], place[begin : begin + len(flows)], flows)
        begin += len(flows)
    return labels, GroupCounts(*follow_groups(counts))


def align_groups(
    first: tuple[Label, ...], second: tuple[Label, ...]
) -> tuple[tuple[Label, ...], tuple[list[int], list[int]]]:
    """Give the groups of two sites one common order.

    Args:
        first: names of the groups of one site.
        second: names of the groups of the other.

    Returns:
        All names, ascending, and where those of each site are among them.

    Raises:
        UnsuitableDataError: names that have no common order.
    """
    labels = _sort_labels(tuple({*first, *second}))
    place = {label: index for index, label in enumerate(labels)}
    return labels, ([place[name] for name in first], [place[name] for name in second])


def _sort_labels(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    try:
        return tuple(sorted(labels))
    except TypeError as error:
        raise UnsuitableDataError(
            "group mixes text and numbers, which have no common order; write all of them as text"
        ) from error


def _list_flows(table: EventTable, cause: int | None) -> Floats:
    """Return who ends and who enters at each time: censored, each kind of event, entries."""
    if cause is None:
        return np.column_stack([table.censored, table.every, table.entered])
    known = cause <= table.events.shape[1]
    own = table.events[:, cause - 1] if known else np.zeros(len(table.time))
    return np.column_stack([table.censored, own, table.every - own, table.entered])


def _split(data: SurvivalData) -> Iterator[tuple[SurvivalData, Integers | slice]]:
    if data.stratum is None:
        yield data, slice(None)
        return
    order = np.argsort(data.stratum, kind="stable")
    edges = np.flatnonzero(np.diff(data.stratum[order])) + 1
    for rows in np.split(order, edges):
        yield data.take(rows), rows


def _number(values: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.generic], Integers]:
    # Small whole numbers need no sorting, which at a million patients is most of the work.
    if values.size and values.dtype.kind in "biu":
        low, high = int(values.min()), int(values.max())
        if high - low <= 4096:
            offset = values.astype(np.int64) - low
            present = np.flatnonzero(np.bincount(offset))
            place = np.zeros(high - low + 1, dtype=np.int64)
            place[present] = np.arange(len(present))
            return (present + low).astype(values.dtype), place[offset]
    try:
        labels, code = np.unique(values, return_inverse=True)
    except TypeError as error:
        raise UnsuitableDataError(
            "group mixes text and numbers, which have no common order; write all of them as text"
        ) from error
    return labels, code.astype(np.int64)


def _count_missing(values: npt.NDArray[np.generic]) -> int:
    if values.dtype.kind == "f":
        return int(np.count_nonzero(np.isnan(values)))
    if values.dtype.kind == "O":
        return sum(
            value is None or (isinstance(value, float) and math.isnan(value))
            for value in values.tolist()
        )
    return 0
