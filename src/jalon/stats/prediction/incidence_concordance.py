"""Concordance when other causes compete: who has the event, and who has it first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.kernels.concordance import rank_risk
from jalon.stats.kernels.concordance_incidence import count_incidence_pairs
from jalon.stats.order import sort_rows
from jalon.stats.prediction.censoring import estimate_censoring, require_plain
from jalon.stats.survival.interval import find_z
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class IncidenceConcordance:
    """Concordance in the presence of competing events.

    Attributes:
        estimate: C and its normal interval.
        std_error: its standard error.
        pairs: weight of all pairs compared.
        influence: shape (n,), how much C rests on each patient; the variance is the sum of its
            squares, so that two scores of the same patients can be compared.
    """

    estimate: Estimate
    std_error: float
    pairs: float
    influence: Floats


def incidence_concordance(
    risk: npt.ArrayLike,
    data: SurvivalData,
    cause: int = 1,
    horizon: float | None = None,
    level: float = 0.95,
) -> IncidenceConcordance:
    """Estimate how often the higher risk has the event first, among those who may die of another.

    A patient who has the event is compared with everyone seen longer, and with everyone who had a
    competing event before: these will never have it. Each pair counts by one over the probability
    that both were still uncensored. Without competing events it is ``uno_concordance``.

    Args:
        risk: shape (n,), any score, higher for the event or an earlier one.
        data: outcomes of the same patients, all seen from time zero, without weights; codes other
            than ``cause`` compete.
        cause: the event code of interest.
        horizon: events after this time are not counted; choose it where enough patients are
            still followed. None for all.
        level: coverage of the interval, 0 to 1.

    Returns:
        C, its interval and standard error, which takes the censoring as known. Where no event is
        tied with a censoring the value is that of R's ``pec::cindex(cens.model = "marginal")``,
        which gives no error.

    Raises:
        UnsuitableDataError: late entry, weights, a score that is missing, no event of the cause in
            time, or no comparable pair.

    Reference:
        Wolbers M and others (2014), doi:10.1093/biostatistics/kxt059, section 3.2, equation 3.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5], event=[2, 1, 1, 0, 0])
        >>> round(incidence_concordance([1, 5, 3, 4, 2], data).estimate.value, 4)
        0.8571
    """
    require_plain(data)
    score = read_floats(risk, "risk")
    if score.shape != (len(data),) or not np.all(np.isfinite(score)):
        raise UnsuitableDataError(
            f"risk is not one finite number for each of the {len(data)} patients; complete it or "
            "leave patients out"
        )
    until = np.inf if horizon is None else float(horizon)
    time = merge_ties(data.time)[0]
    joined = SurvivalData(time, data.event)
    counted = (data.event == cause) & (time <= until)
    if cause < 1 or not counted.any():
        raise UnsuitableDataError(
            f"nobody has an event of cause {cause} in time; choose another cause or a later horizon"
        )
    before = estimate_censoring(joined, [0.0]).before
    order = np.argsort(time, kind="stable")
    weight = np.divide(1.0, before, out=np.zeros(len(time)), where=before > 0)
    case = weight * counted
    other = weight * ((data.event != cause) & (data.event != 0))
    rank, levels = rank_risk(sort_rows(score), score)
    pairs = np.zeros((len(time), 2))
    count_incidence_pairs(time[order], case[order], other[order], rank[order], levels, pairs)
    total = float(pairs[:, 1].sum())
    if total == 0:
        raise UnsuitableDataError("no two patients can be compared; wait for longer follow-up")
    value = float(pairs[:, 0].sum()) / total
    influence = np.empty(len(time))
    influence[order] = 2 * (pairs[:, 0] - value * pairs[:, 1]) / total
    error = float(np.sqrt(influence @ influence))
    half = find_z(level) * error
    estimate = Estimate(value, value - half, value + half, level, "jackknife")
    return IncidenceConcordance(estimate, error, total / 2, influence)
