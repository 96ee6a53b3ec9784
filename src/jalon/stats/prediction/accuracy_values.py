"""AUC and Brier score without their errors: for the many refits of a bootstrap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.kernels.accuracy_values import average_errors, compare_sides, follow_censoring
from jalon.stats.order import sort_rows
from jalon.stats.prediction.censoring import read_times, require_cause, require_plain
from jalon.stats.ties import merge_ties


def time_auc_values(
    risk: npt.ArrayLike, data: SurvivalData, times: npt.ArrayLike, cause: int = 1
) -> Floats:
    """Give the time-dependent AUC alone, without its standard error.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, as for ``time_auc``.
        times: shape (m,), rising, within follow-up.
        cause: the event code of interest.

    Returns:
        Shape (m,), the same numbers as ``time_auc(...).auc.value``.

    Raises:
        UnsuitableDataError: as ``time_auc``.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> time_auc_values([4, 2, 3, 1], data, 2.5).tolist()
        [0.75]
    """
    score = read_floats(risk, "risk")
    weights = _weigh(data, times, cause)
    if score.shape != (len(data),) or not np.all(np.isfinite(score)):
        raise UnsuitableDataError(
            f"risk is not one finite number for each of the {len(data)} patients; complete it or "
            "leave patients out"
        )
    order, values = sort_rows(score), np.ascontiguousarray(score)
    found = compare_sides(data.event, weights, cause, order, values)
    if not np.all(np.isfinite(found)):
        raise UnsuitableDataError(
            "everybody or nobody had the event by one of the times; choose others"
        )
    return np.asarray(found)


def brier_values(
    risk: npt.ArrayLike, data: SurvivalData, times: npt.ArrayLike, cause: int = 1
) -> Floats:
    """Give the Brier score alone, without its standard error.

    Args:
        risk: shape (n, m), predicted probability of the event by each time, 0 to 1; shape (n,)
            for one time.
        data: outcomes of the same patients, as for ``brier_score``.
        times: shape (m,), rising, within follow-up.
        cause: the event code predicted.

    Returns:
        Shape (m,), the same numbers as ``brier_score(...).error.value``.

    Raises:
        UnsuitableDataError: as ``brier_score``.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> brier_values([0.9, 0.8, 0.1, 0.1], data, 2.5).round(4).tolist()
        [0.0175]
    """
    chance = read_floats(risk, "risk")
    weights = _weigh(data, times, cause)
    m = len(weights[1])
    table = chance[:, np.newaxis] if chance.ndim == 1 else chance
    if table.shape == (len(data), m):
        rows = np.ascontiguousarray(table)
        found, wrong = average_errors(data.event, weights, cause, rows)
        if not wrong and not np.isnan(found).any():
            return np.asarray(found)
    raise UnsuitableDataError(
        f"risk of shape {table.shape} for {len(data)} patients and {m} times is not one "
        "probability for each, 0 to 1"
    )


def _weigh(data: SurvivalData, times: npt.ArrayLike, cause: int) -> tuple[Floats, Floats, Integers]:
    """Probabilities to be still uncensored, and times of interest before each patient's own."""
    require_plain(data)
    moments = read_times(times)
    require_cause(data, cause)
    if np.any(np.diff(moments) < 0):
        raise UnsuitableDataError("the times do not rise; give them in rising order")
    time = merge_ties(data.time)[0]
    before, at, place = follow_censoring(time, data.event, sort_rows(time), moments)
    last = time.max()
    if at[-1] <= 0 or (moments[-1] >= last and np.any(data.event[time == last] == 0)):
        raise UnsuitableDataError(
            f"time {moments[-1]:g} is at or beyond the end of follow-up, where nobody is left "
            "under observation; choose earlier times"
        )
    return before, at, place
