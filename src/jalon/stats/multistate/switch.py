"""Curves and a test for patients who change group during follow-up, as at a transplant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.comparison.log_rank import LogRank, log_rank
from jalon.stats.regression.split import SplitFollowUp
from jalon.stats.survival.interval import Interval
from jalon.stats.survival.kaplan_meier import kaplan_meier


@dataclass(frozen=True, slots=True, eq=False)
class SwitchCurves:
    """Survival of those who are in each group at each time, whatever they become later.

    Attributes:
        groups: shape (k,), codes of the groups: 0 before the change, 1 after it.
        curves: one survival curve per group.
    """

    groups: tuple[int, ...]
    curves: tuple[Curve, ...]


def split_at_switch(data: SurvivalData, switch: npt.ArrayLike) -> SplitFollowUp:
    """Cut each patient's follow-up at the day on which he changes group.

    Before it he counts among those who have not changed, after it among those who have, so
    that nobody is credited with time he had to survive in order to change.

    Args:
        data: outcomes; late entry is honoured.
        switch: shape (n,), when each changed group; NaN or infinite for never. At the end of
            follow-up or later he never did, at its beginning or earlier he always had.

    Returns:
        The stretches; ``span`` is 0 before and 1 after the change.

    Raises:
        UnsuitableDataError: not one time per patient.

    Reference:
        Mantel N, Byar DP (1974), J Am Stat Assoc 69:81-86.

    Example:
        >>> split = split_at_switch(SurvivalData(time=[5, 12], event=[1, 1]), [float("nan"), 4])
        >>> split.data.entry.tolist(), split.data.time.tolist(), split.span.tolist()
        ([0.0, 0.0, 4.0], [5.0, 4.0, 12.0], [0, 0, 1])
    """
    when = read_floats(switch, "switch").copy()
    if when.shape != data.time.shape:
        raise UnsuitableDataError(
            f"switch has shape {when.shape}; give one time for each of the {len(data)} patients"
        )
    begin = _find_begin(data)
    when[np.isnan(when)] = np.inf
    edges = np.column_stack([begin, np.clip(when, begin, data.time), data.time])
    kept = edges[:, :-1] < edges[:, 1:]
    row, span = np.nonzero(kept)
    last = edges[:, 1:][kept] == data.time[row]
    spans = SurvivalData(
        time=edges[:, 1:][kept],
        event=np.where(last, data.event[row], 0),
        entry=edges[:, :-1][kept],
        weight=None if data.weight is None else data.weight[row],
        stratum=None if data.stratum is None else data.stratum[row],
    )
    return SplitFollowUp(spans, row, span)


def simon_makuch(
    split: SplitFollowUp, level: float = 0.95, interval: Interval = "log", begin: float = 0.0
) -> SwitchCurves:
    """Estimate survival of those who have and have not changed group, who may change meanwhile.

    Each curve follows whoever is in its group at the time: it answers no question about one
    patient's future, but shows what the Mantel-Byar test compares. A curve can be misled by
    its first days, when few are in the group: begin at a landmark when many are.

    Args:
        split: stretches by group.
        level: coverage of the intervals, 0 to 1.
        interval: scale on which they are symmetric.
        begin: time from which the curves run.

    Returns:
        One Kaplan-Meier curve with late entry for each group.

    Raises:
        UnsuitableDataError: nobody is followed after ``begin``.

    Reference:
        Simon R, Makuch RW (1984), doi:10.1002/sim.4780030106.

    Example:
        >>> split = split_at_switch(SurvivalData(time=[5, 12, 9], event=[1, 1, 1]), [6, 4, 2])
        >>> simon_makuch(split).curves[1].value.tolist()
        [0.5, 0.0]
    """
    data = split.data
    kept = np.flatnonzero(data.time > begin)
    if len(kept) == 0:
        raise UnsuitableDataError(f"nobody is followed after time {begin:g}; begin earlier")
    entry = np.maximum(_find_begin(data)[kept], begin)
    weight = None if data.weight is None else data.weight[kept]
    late = SurvivalData(data.time[kept], data.event[kept], entry, weight)
    group = split.span[kept]
    codes = tuple(int(code) for code in np.unique(group))
    curves = tuple(kaplan_meier(late.take(group == code), level, interval) for code in codes)
    return SwitchCurves(codes, curves)


def mantel_byar(split: SplitFollowUp) -> LogRank:
    """Test whether patients who have changed group fare differently from those who have not yet.

    It is the log-rank test with each patient in the group he is in at the time. R's score test
    of ``coxph`` with a time-dependent covariate, ``fit_cox(span, data).score`` here, differs
    from it by how it treats ties.

    Args:
        split: stretches by group; strata and weights (as counts of patients) are honoured.

    Returns:
        The test; ``n`` counts stretches, not patients.

    Raises:
        UnsuitableDataError: what ``log_rank`` refuses, as when nobody changed group.

    Reference:
        Mantel N, Byar DP (1974), J Am Stat Assoc 69:81-86, section 3.

    Example:
        >>> data = SurvivalData(time=[5, 12, 9, 8], event=[1, 1, 1, 1])
        >>> mantel_byar(split_at_switch(data, [6, 4, 2, 9])).observed.tolist()
        [2.0, 2.0]
    """
    return log_rank(split.data, split.span)


def _find_begin(data: SurvivalData) -> Floats:
    """Everyone begins at 0, or, where someone is last seen at 0 itself, one unit before."""
    if data.entry is not None:
        return data.entry
    return np.full(len(data), -1.0 if np.any(data.time == 0) else 0.0)
