"""Fine-Gray regression as an ordinary weighted Cox regression of split follow-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.competing.cause import require_number
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayWeights:
    """Follow-up split into rows of constant weight.

    Attributes:
        data: one cause of event (1) with entry, time, weight and, where given, stratum.
        rows: shape (len(data),), which patient each row belongs to; covariates are ``x[rows]``.
    """

    data: SurvivalData
    rows: Integers


def fine_gray_weights(data: SurvivalData, cause: int = 1) -> FineGrayWeights:
    """Write Fine-Gray regression as data for any weighted Cox regression.

    Patients who had another cause stay at risk afterwards with falling weights; a weighted Cox
    regression of the rows then estimates subdistribution hazard ratios. Its standard errors
    must be robust, by patient: ``robust_cox(fit, rows)``. Each patient with another cause takes
    one row per change of the weights between events, so rows may grow as the square of the
    patients; ``fit_fine_gray`` needs none of them.

    Args:
        data: n patients; ``entry`` is honoured, ``weight`` multiplies, and each stratum has its
            own censoring (and its own baseline hazard in the regression).
        cause: the event code of interest, 1 or more.

    Returns:
        The rows, of a patient together, in the order of the patients.

    Raises:
        UnsuitableDataError: no event of the cause, or nobody left between late entries.

    Reference:
        Geskus (2011), doi:10.1111/j.1541-0420.2010.01420.x, section 3, with the conventions of
        R's ``survival::finegray``: a patient with an event on a day is not at risk of being
        censored on it (``fit_fine_gray`` and ``crr`` differ there when days tie).

    Example:
        >>> split = fine_gray_weights(SurvivalData(time=[1, 2, 3, 4], event=[2, 1, 0, 1]))
        >>> split.rows.tolist(), split.data.weight.tolist()
        ([0, 0, 1, 2, 3], [1.0, 0.5, 1.0, 1.0, 1.0])
    """
    require_number(cause)
    if not np.any(data.event == cause):
        raise UnsuitableDataError(
            f"none of the {len(data)} patients has an event of cause {cause}; choose another "
            "cause or wait for longer follow-up"
        )
    time, entry = merge_ties(data.time, data.entry)
    if entry is None:
        entry = np.full(len(data), 0.0 if time.min() > 0 else -1.0)
    stratum = np.zeros(len(data), np.int64) if data.stratum is None else data.stratum
    parts = []
    for code in np.unique(stratum):
        own = np.flatnonzero(stratum == code)
        row, *columns = _split(entry[own], time[own], data.event[own], cause)
        parts.append((own[row], *columns))
    rows, start, stop, event, share = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    weight = share[order] if data.weight is None else share[order] * data.weight[rows]
    kept = None if data.stratum is None else data.stratum[rows]
    return FineGrayWeights(
        SurvivalData(stop[order], event[order], start[order], weight, kept), rows
    )


def _split(
    entry: Floats, time: Floats, event: Integers, cause: int
) -> tuple[Integers, Floats, Floats, Integers, Floats]:
    """Return patient, start, stop, event and weight of each row of one stratum."""
    cuts, chance = _follow_observation(entry, time, event)
    n, own = len(time), np.searchsorted(cuts, time, side="left")
    other = (event > 0) & (event != cause)
    first_stop = np.where(other, cuts[own], time)
    # Only the stretches in which somebody has the event matter.
    used = np.unique(np.searchsorted(cuts, time[event == cause], side="left"))
    begin = np.searchsorted(used, own, side="right")
    count = np.where(other, len(used) - begin, 0)
    row = np.repeat(np.arange(n), count)
    ends = np.cumsum(count)
    stretch = used[np.arange(len(row)) - np.repeat(ends - count - begin, count)]
    if np.any(chance[own[other]] == 0):
        raise UnsuitableDataError(
            "at some time after an event of another cause all those under observation had just "
            "entered, so the weights do not exist; begin when enough patients have entered"
        )
    share = chance[stretch] / chance[own[row]]
    return (
        np.concatenate([np.arange(n), row]),
        np.concatenate([entry, cuts[stretch - 1]]),
        np.concatenate([first_stop, cuts[stretch]]),
        np.concatenate([event == cause, np.zeros(len(row), bool)]).astype(np.int64),
        np.concatenate([np.ones(n), share]),
    )


def _follow_observation(entry: Floats, time: Floats, event: Integers) -> tuple[Floats, Floats]:
    """Return times at which the chance of being observed changes, and the chance before each.

    It is the chance of not being censored yet times that of having entered, the latter being
    estimated backwards in time.
    """
    lost = np.unique(time[event == 0])
    came = np.unique(entry)
    cuts = np.union1d(lost, came)
    # An event on the day of a censoring or an entry comes first.
    ended = np.sort(np.where(event > 0, np.nextafter(time, -np.inf), time))
    entered = np.sort(entry)
    gone = np.searchsorted(np.sort(time[event == 0]), lost, side="right")
    losses = np.diff(gone, prepend=0)
    at_risk = np.searchsorted(entered, lost) - np.searchsorted(ended, lost)
    free = np.append(1.0, np.cumprod(1.0 - losses / at_risk))
    arrivals = np.diff(np.searchsorted(entered, came, side="right"), prepend=0)
    present = np.searchsorted(entered, came, side="right") - np.searchsorted(
        ended, came, side="right"
    )
    late = np.append(np.cumprod((1.0 - arrivals / present)[:0:-1])[::-1], 1.0)
    chance = late[np.searchsorted(came, cuts, side="right") - 1]
    chance *= free[np.searchsorted(lost, cuts, side="right")]
    return np.append(cuts, time.max()), np.append(1.0, chance)
