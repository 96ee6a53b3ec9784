"""Follow-up cut at every event of several kinds, as a first look at a multi-state process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats


@dataclass(frozen=True, slots=True, eq=False)
class MergedEvents:
    """One row for each stretch of follow-up between two events of a patient.

    Attributes:
        row: shape (m,), the patient of each stretch.
        start: shape (m,), when it begins.
        stop: shape (m,), when it ends.
        kinds: shape (k,), names of the events.
        happened: shape (m, k), whether each kind of event happened at ``stop``.
    """

    row: Integers
    start: Floats
    stop: Floats
    kinds: tuple[str, ...]
    happened: npt.NDArray[np.bool_]

    def count_before(self, kind: str) -> Integers:
        """Return how often a kind of event had happened before each stretch.

        Args:
            kind: name of the event.

        Returns:
            Shape (m,): a covariate that changes with time.
        """
        if kind not in self.kinds:
            raise UnsuitableDataError(f"{kind} was not merged; choose among {list(self.kinds)}")
        total = np.cumsum(self.happened[:, self.kinds.index(kind)])
        before = np.append(0, total[:-1])
        first = np.flatnonzero(np.diff(self.row, prepend=-1))
        counts: Integers = before - np.repeat(before[first], np.diff(np.append(first, len(total))))
        return counts


def merge_events(
    end: npt.ArrayLike, events: Mapping[str, npt.ArrayLike], start: npt.ArrayLike | None = None
) -> MergedEvents:
    """Cut each patient's follow-up at every dated event, and say which event ended each stretch.

    Events at or before the start, or after the end, were not seen and are left out; two on the
    same day end one stretch together, so that the rows show whether some order must be decided.

    Args:
        end: shape (n,), when each patient was last seen.
        events: for each kind its times, shape (n,), NaN for never.
        start: shape (n,), when observation began; None for time zero.

    Returns:
        The stretches, those of one patient together in the order of time.

    Raises:
        UnsuitableDataError: no kind of event, or times that are not one per patient.

    Reference:
        Therneau T, Crowson C, Atkinson E, "Multi-state models and competing risks", vignette of
        the R package survival, section 2.3; as ``tmerge`` with ``event``.

    Example:
        >>> merged = merge_events([9, 7], {"relapse": [4, float("nan")], "death": [9, 7]})
        >>> merged.stop.tolist(), merged.happened.astype(int).tolist()
        ([4.0, 9.0, 7.0], [[1, 0], [0, 1], [0, 1]])
    """
    last = np.atleast_1d(np.asarray(end, dtype=np.float64))
    late = None if start is None else np.asarray(start, dtype=np.float64)
    follow = SurvivalData(last, np.zeros(len(last), np.int64), late)
    begin = np.zeros(len(follow)) if follow.entry is None else follow.entry
    if not events:
        raise UnsuitableDataError("events is empty; give the times of at least one kind of event")
    times = np.column_stack([_read_times(events[kind], kind, len(follow)) for kind in events])
    times[~((times > begin[:, None]) & (times <= follow.time[:, None]))] = np.nan
    rows = np.broadcast_to(np.arange(len(follow))[:, None], times.shape)
    seen = np.isfinite(times)
    stops = np.column_stack(
        [np.append(rows[seen], np.arange(len(follow))), np.append(times[seen], follow.time)]
    )
    stretches = np.unique(stops, axis=0)
    row, stop = stretches[:, 0].astype(np.int64), stretches[:, 1].astype(np.float64)
    fresh = np.diff(row, prepend=-1) > 0
    opened = np.where(fresh, begin[row], np.append(0.0, stop[:-1]))
    kept = opened < stop
    happened = times[row] == stop[:, None]
    return MergedEvents(row[kept], opened[kept], stop[kept], tuple(events), happened[kept])


def _read_times(values: npt.ArrayLike, kind: str, n: int) -> Floats:
    times = read_floats(values, kind).copy()
    if times.shape != (n,):
        raise UnsuitableDataError(
            f"{kind} has shape {times.shape}; give one time for each of the {n} patients, NaN for "
            "never"
        )
    return times
