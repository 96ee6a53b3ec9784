"""Times that differ only by floating noise are the same time."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, UnsuitableDataError

NOISE = float(np.sqrt(np.finfo(np.float64).eps))
"""Gaps below this share of the mean distinct time are noise, as in R's ``aeqSurv``.

Two dates a day apart, divided by 365.25 at different moments, may differ in the last bit and
yet be the same day.
"""


def merge_ties(time: Floats, entry: Floats | None = None) -> tuple[Floats, Floats | None]:
    """Make times equal that differ only because they were computed, such as days / 365.25.

    A tie broken by the sixteenth digit changes every estimator that treats ties with care,
    so R's ``survival`` merges such times first (``timefix``). Here the tolerance is relative
    only, so that the result does not depend on the unit of time; R has an absolute one of
    the same size beside it.

    Args:
        time: shape (n,), follow-up times, >= 0.
        entry: shape (n,), times of entry, or None when everyone was seen from zero.

    Returns:
        The times and entries, each moved to the smallest of the times that it is tied with.
        Arrays that need no change are returned as they came.

    Raises:
        UnsuitableDataError: an entry is merged with its own time.

    Reference:
        Therneau T. "Roundoff error and tied times", vignette of the R package survival.

    Example:
        >>> merge_ties(np.array([0.3, 0.1 + 0.2, 1.0]))[0].tolist()
        [0.3, 0.3, 1.0]
    """
    together = time if entry is None else np.concatenate((time, entry))
    if _are_whole(together):
        return time, entry
    distinct = np.unique(together)
    gap = np.diff(distinct)
    tied = gap <= NOISE * np.mean(np.abs(distinct))
    if not tied.any():
        return time, entry
    kept = distinct[np.concatenate(([True], ~tied))]
    merged = kept[np.searchsorted(kept, time, side="right") - 1]
    if entry is None:
        return merged, None
    entered = kept[np.searchsorted(kept, entry, side="right") - 1]
    if np.any(entered >= merged):
        raise UnsuitableDataError(
            f"entry equals time, but for rounding, for {int(np.sum(entered >= merged))} patients; "
            "each must be observed for some time"
        )
    return merged, entered


def _are_whole(times: Floats) -> bool:
    """Whole days need no look: a gap of 1 is above the noise of any mean below 1 / NOISE."""
    return bool(times.size == 0 or (times.max() < 1 / NOISE and np.all(times == np.rint(times))))
