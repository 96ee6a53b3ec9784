"""Pseudo-values: what each patient adds to a risk, as an outcome that no censoring hides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.prediction.censoring import read_times, require_cause, require_plain
from jalon.stats.survival.event_table import EventTable, count_events
from jalon.stats.survival.ratio import divide
from jalon.stats.ties import merge_ties


def pseudo_values(data: SurvivalData, times: npt.ArrayLike, cause: int = 1) -> Floats:
    """Give each patient an outcome that can be averaged and regressed in spite of censoring.

    The pseudo-value is n times the risk estimated from all patients less n - 1 times the risk
    estimated without this one: 0 or 1 when nobody is censored, else near them, sometimes
    outside. The risk is one less Kaplan-Meier's survival, or Aalen-Johansen's incidence when
    causes compete. It takes censoring as unrelated to the risk.

    Args:
        data: outcomes of n patients, all seen from time zero, without weights.
        times: shape (m,), times of interest, within follow-up; events at them count.
        cause: the event code of interest; other codes compete.

    Returns:
        Shape (n, m), the exact leave-one-out values, in linear time.

    Raises:
        UnsuitableDataError: late entry, weights, a single patient, a cause that nobody had, or a
            time beyond follow-up.

    Reference:
        Andersen PK, Klein JP, Rosthoj S (2003), doi:10.1093/biomet/90.1.15, equation 2; Andersen
        PK, Perme MP (2010), doi:10.1177/0962280209105020, section 2.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 0, 1, 1])
        >>> pseudo_values(data, 3)[:, 0].round(6).tolist()
        [1.0, 0.5, 1.5, -0.5]
    """
    require_plain(data)
    moments = read_times(times)
    if len(data) < 2:
        raise UnsuitableDataError("one patient cannot be left out of one; give at least two")
    require_cause(data, cause)
    joined = SurvivalData(merge_ties(data.time)[0], data.event)
    table = count_events(joined)
    every_out = table.every.sum() and table.every[-1] == table.at_risk[-1]
    if not every_out and np.any(moments > table.time[-1]):
        raise UnsuitableDataError(
            f"time {moments.max():g} is beyond the last follow-up at {table.time[-1]:g}; choose an "
            "earlier time"
        )
    row = np.searchsorted(table.time, joined.time)
    return np.column_stack([_leave_out(joined, table, row, (cause, m)) for m in moments.tolist()])


def _leave_out(
    data: SurvivalData, table: EventTable, row: npt.NDArray[np.intp], aim: tuple[int, float]
) -> Floats:
    """Give the values at one time.

    The risk without a patient is made of what others did until the patient's own time, at it, and
    of what everyone left did after it.
    """
    cause, horizon = aim
    inside = table.time <= horizon
    rows = int(inside.sum())
    n, left = len(data), table.at_risk[:rows]
    every, own = table.every[:rows], table.events[:rows, cause - 1]
    stay, hazard = 1 - divide(every, left), divide(own, left)
    free = np.asarray(np.cumprod(stay), dtype=np.float64)
    risk = np.cumsum(np.append(1.0, free)[:-1] * hazard) if rows else np.zeros(0)
    whole = float(risk[-1]) if rows else 0.0
    # Before the own time of a patient all others are as they were, one fewer being at risk.
    fewer = np.maximum(left - 1, 0.0)
    lower = np.append(1.0, np.cumprod(1 - np.minimum(divide(every, fewer), 1.0)))
    reached = np.append(0.0, np.cumsum(lower[:-1] * divide(own, fewer)))
    without = np.full(n, reached[rows])
    seen = row < rows
    k, ended = row[seen], data.event[seen]
    at_own = divide(np.asarray(own[k] - 1.0 * (ended == cause)), fewer[k])
    at_any = divide(np.asarray(every[k] - 1.0 * (ended > 0)), fewer[k])
    after = divide(whole - risk[k], free[k])
    without[seen] = reached[k] + lower[k] * (at_own + (1 - at_any) * after)
    return np.asarray(n * whole - (n - 1) * without)
