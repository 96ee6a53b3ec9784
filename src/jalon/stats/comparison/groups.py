"""Groups of patients: their names, and patients counted by group and time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.comparison import follow_groups
from jalon.stats.survival.tally import tally

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


def code_groups(group: npt.ArrayLike, data: SurvivalData) -> Groups:
    """Number the groups of some patients.

    Args:
        group: shape (n,), the group of each patient: numbers, text or booleans.
        data: the n patients.

    Returns:
        At least two groups.

    Raises:
        UnsuitableDataError: another number of patients, a missing group, or fewer than two
            groups.
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
    if len(labels) < 2:
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
