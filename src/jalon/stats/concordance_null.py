"""How far concordance would be from one half by chance alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData
from jalon.stats.arguments import require_choice
from jalon.stats.concordance import concordance, read_risk
from jalon.stats.kernels.chance import sum_scatter
from jalon.stats.pairs import Flow, PairWeight, weigh_times
from jalon.stats.ties import merge_ties


def concordance_null_variance(
    risk: npt.ArrayLike,
    data: SurvivalData,
    horizon: float | None = None,
    time_weight: PairWeight = "n",
) -> float:
    """Give the variance that C would have if the score said nothing about the event.

    C less one half over the square root of this variance is a test of no relation, that of a
    Cox model whose only covariate is the rank of the score among those still at risk. An
    interval of C needs ``concordance`` instead.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, with one cause of event.
        horizon: as in ``concordance``.
        time_weight: as in ``concordance``. The weight of the time enters once, as in the
            ``cvar`` of R's ``survival::concordance``; only for "n" is the result a variance.

    Returns:
        The variance.

    Raises:
        UnsuitableDataError: as ``concordance``.

    Reference:
        Therneau T, Atkinson E, "Concordance", vignette of the R package survival, section
        "Concordance and the Cox model".

    Example:
        Of four patients, all with the event, the ranks scatter by 5, 8/3 and 1 in turn.

        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1])
        >>> bool(np.isclose(concordance_null_variance([4, 2, 3, 1], data), (5 + 8 / 3 + 1) / 144))
        True
    """
    require_choice(time_weight, "time_weight", PairWeight)
    score = read_risk(risk, data)
    found = concordance(score, data, horizon=horizon, time_weight=time_weight)
    comparable = found.concordant + found.discordant + found.tied_risk
    codes = np.zeros(len(data)) if data.stratum is None else data.stratum
    time, entry = merge_ties(data.time, data.entry)
    moved = SurvivalData(time, data.event, entry, data.weight)
    total = 0.0
    for code in np.unique(codes):
        rows = codes == code
        total += _scatter(score[rows], moved.take(rows), horizon, time_weight)
    return total / (4 * comparable**2)


def _scatter(
    score: Floats, data: SurvivalData, horizon: float | None, time_weight: PairWeight
) -> float:
    order = np.argsort(data.time, kind="stable")
    data, rank = data.take(order), np.unique(score[order], return_inverse=True)[1]
    weight = np.ones(len(data)) if data.weight is None else np.array(data.weight)
    time, entry = np.array(data.time), np.empty(0) if data.entry is None else np.array(data.entry)
    pull = weight * data.event * _weigh(data, weight, time_weight)
    if horizon is not None:
        pull = pull * (time <= horizon)
    arrival = np.argsort(entry, kind="stable")
    return float(sum_scatter(time, pull, rank.astype(np.int64), weight, entry, arrival))


def _weigh(data: SurvivalData, weight: Floats, time_weight: PairWeight) -> Floats:
    """Weight of each row's time, rows in order of time."""
    starts = np.flatnonzero(np.concatenate(([True], np.diff(data.time) > 0)))
    ended = np.add.reduceat(weight, starts)
    events = np.add.reduceat(weight * data.event, starts)
    at_risk = np.cumsum(ended[::-1])[::-1]
    if data.entry is not None:
        arrival = np.argsort(data.entry, kind="stable")
        later = np.append(np.cumsum(weight[arrival][::-1])[::-1], 0.0)
        at_risk = at_risk - later[np.searchsorted(data.entry[arrival], data.time[starts])]
    kind: PairWeight = time_weight if data.event.sum() > 1 else "n"
    pull = weigh_times(Flow(at_risk, events, ended - events), float(weight.sum()), kind)
    return np.repeat(pull, np.diff(np.append(starts, len(data))))
