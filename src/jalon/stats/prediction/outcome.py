"""Who had the event by a time, who was free of it, and with what weight each counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.prediction.censoring import (
    Censoring,
    estimate_censoring,
    read_times,
    require_plain,
)
from jalon.stats.ties import merge_ties

Reach = Literal["by", "before"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The state of n patients at m times, as weights that are 0 outside the state.

    Attributes:
        data: the patients, their tied times exactly equal.
        times: shape (m,).
        cause: the event code of interest.
        case: shape (n, m), 1 / G before the event of those who had it.
        other: shape (n, m), the same for those who had a competing event.
        free: shape (n, m), 1 / G at the time of those still event-free after it.
        estimated: whether the weights were estimated by Kaplan-Meier from these patients.
    """

    data: SurvivalData
    times: Floats
    cause: int
    case: Floats
    other: Floats
    free: Floats
    estimated: bool


def read_outcome(
    data: SurvivalData,
    times: npt.ArrayLike,
    cause: int,
    censoring: Censoring | None,
    reach: Reach = "by",
) -> Outcome:
    """Weigh each patient's state at each time by the censoring.

    Args:
        data: n patients.
        times: times of interest.
        cause: the event code of interest.
        censoring: weights taken as known, or None to estimate them.
        reach: whether an event on the very day counts ("by") or not ("before").

    Returns:
        The weights.

    Raises:
        UnsuitableDataError: weights for other patients or times, a cause that nobody had, or a
            time beyond follow-up.
    """
    require_plain(data)
    moments = read_times(times)
    if cause < 1 or not np.any(data.event == cause):
        raise UnsuitableDataError(
            f"none of the {len(data)} patients has an event of cause {cause}; choose another "
            "cause or wait for longer follow-up"
        )
    joined = SurvivalData(merge_ties(data.time)[0], data.event)
    _require_follow_up(joined, moments)
    weights = estimate_censoring(joined, moments) if censoring is None else censoring
    _require_fitting(weights, len(data), moments)
    time = joined.time[:, np.newaxis]
    ended = time <= moments if reach == "by" else time < moments
    free = time > moments
    before = _invert(weights.before[:, np.newaxis], ended)
    return Outcome(
        data=joined,
        times=moments,
        cause=cause,
        case=before * (joined.event == cause)[:, np.newaxis],
        other=before * ((joined.event != cause) & (joined.event != 0))[:, np.newaxis],
        free=_invert(weights.at, free),
        estimated=weights.estimated,
    )


def _invert(probability: Floats, chosen: npt.NDArray[np.bool_]) -> Floats:
    """One over the probability for the chosen, 0 for the rest."""
    full = np.broadcast_to(probability, chosen.shape)
    if np.any(full[chosen] <= 0):
        raise UnsuitableDataError(
            "the probability to be still uncensored is 0 for patients who were; choose earlier "
            "times or another model of censoring"
        )
    return np.divide(1.0, full, out=np.zeros(chosen.shape), where=chosen)


def _require_follow_up(data: SurvivalData, times: Floats) -> None:
    last = data.time.max()
    if np.any(data.event[data.time == last] == 0) and np.any(times >= last):
        late = float(times.max())
        raise UnsuitableDataError(
            f"time {late:g} is at or beyond the end of follow-up, where nobody is left under "
            "observation; choose earlier times"
        )


def _require_fitting(weights: Censoring, n: int, times: Floats) -> None:
    if not np.array_equal(weights.times, times):
        raise UnsuitableDataError(
            "the censoring weights are for other times; estimate them for the times asked for"
        )
    if weights.before.shape != (n,) or weights.at.shape not in ((n, len(times)), (1, len(times))):
        raise UnsuitableDataError(
            f"the censoring weights are for {len(weights.before)} patients but there are {n}; "
            "estimate them for the same patients"
        )
