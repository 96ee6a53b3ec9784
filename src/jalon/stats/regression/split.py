"""Follow-up cut into spans, for effects and covariates that change with time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats


@dataclass(frozen=True, slots=True, eq=False)
class SplitFollowUp:
    """Patients cut into spans of follow-up, one row each.

    Attributes:
        data: the spans: entry, end, and the event in the last span of those who have it.
        row: shape (m,), the patient each span belongs to; also his cluster.
        span: shape (m,), number of the span, 0 up to the first cut, 1 after it, ….
    """

    data: SurvivalData
    row: Integers
    span: Integers


def split_follow_up(data: SurvivalData, times: npt.ArrayLike) -> SplitFollowUp:
    """Cut each patient's follow-up at some times, so that effects may differ before and after.

    A covariate times the indicator of a span has its own coefficient there. Cutting alone
    changes no estimate. An end of follow-up on a cut belongs to the span before it.

    Args:
        data: outcomes.
        times: shape (k,), where to cut, in the unit of the data.

    Returns:
        The spans, those of one patient together in the order of time.

    Raises:
        UnsuitableDataError: a cut that is missing or infinite.

    Reference:
        Therneau T, Crowson C, Atkinson E, "Using time dependent covariates and time dependent
        coefficients in the Cox model", vignette of the R package survival, section 4.1; as
        ``survSplit``.

    Example:
        >>> split = split_follow_up(SurvivalData(time=[5, 12], event=[1, 1]), [10])
        >>> split.data.entry.tolist(), split.data.time.tolist(), split.data.event.tolist()
        ([0.0, 0.0, 10.0], [5.0, 10.0, 12.0], [1, 0, 1])
        >>> split.row.tolist(), split.span.tolist()
        ([0, 1, 1], [0, 0, 1])
    """
    cuts = np.unique(read_floats(times, "times"))
    if not np.all(np.isfinite(cuts)):
        raise UnsuitableDataError("a time to cut at is missing or infinite; give finite times")
    begin = _find_begin(data)
    first = np.searchsorted(cuts, begin, side="right")
    last = np.searchsorted(cuts, data.time, side="left")
    counts = last - first + 1
    row = np.repeat(np.arange(len(data)), counts)
    span = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + first[row]
    edges = np.concatenate(([-np.inf], cuts, [np.inf]))
    entry, end = np.maximum(edges[span], begin[row]), np.minimum(edges[span + 1], data.time[row])
    spans = SurvivalData(
        time=end,
        event=np.where(span == last[row], data.event[row], 0),
        entry=entry,
        weight=None if data.weight is None else data.weight[row],
        stratum=None if data.stratum is None else data.stratum[row],
    )
    return SplitFollowUp(spans, row, span)


def _find_begin(data: SurvivalData) -> Floats:
    """Everyone begins at 0, or, where someone is last seen at 0 itself, one unit before."""
    if data.entry is not None:
        return data.entry
    return np.full(len(data), -1.0 if np.any(data.time == 0) else 0.0)
