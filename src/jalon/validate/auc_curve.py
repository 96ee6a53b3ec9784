"""The time-dependent AUC drawn over time, with a band for each time and one for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats import time_auc
from jalon.validate.risks import read_level

MOST_TIMES = 40
"""Times at which a curve is drawn when none are given."""

LEAST = 10
"""Cases and controls that the first and the last of these times must have."""

DRAWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class AucCurve:
    """How well a score tells early from late, over time.

    Attributes:
        time: shape (m,), rising.
        auc: shape (m,), area under the time-dependent ROC curve at each time.
        low: shape (m,), lower limit of the interval at each time.
        high: shape (m,), upper limit.
        band_low: shape (m,), lower limit of the band that covers the whole curve.
        band_high: shape (m,), its upper limit.
        std_error: shape (m,), standard errors.
        cases: shape (m,), how many had the event by each time.
        controls: shape (m,), how many they are compared with.
        mean: AUC averaged over the times, each weighted by the new cases since the time before.
        level: coverage of the intervals and of the band, 0 to 1.
    """

    time: Floats
    auc: Floats
    low: Floats
    high: Floats
    band_low: Floats
    band_high: Floats
    std_error: Floats
    cases: Integers
    controls: Integers
    mean: float
    level: float


def draw_auc(
    risk: npt.ArrayLike,
    data: SurvivalData,
    rng: np.random.Generator,
    times: npt.ArrayLike | None = None,
    cause: int = 1,
    level: float = 0.95,
) -> AucCurve:
    """Draw over time how often a patient who has the event by then had the higher score.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, without late entry or weights; codes other than
            ``cause`` compete.
        rng: the source of chance for the band.
        times: shape (m,), rising; None for up to 40 quantiles of the times of events, from where
            10 had the event to where 10 are left without it.
        cause: the event code of interest.
        level: coverage, 0 to 1.

    Returns:
        The curve. The interval at a time covers the AUC of that time; the band, which is wider,
        covers the whole curve.

    Raises:
        UnsuitableDataError: as ``time_auc``, or too few events for a curve.

    Reference:
        Blanche P, Dartigues J-F, Jacqmin-Gadda H (2013), doi:10.1002/sim.5958, sections 3 to 5, for
        the AUC and the band.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> score = rng.normal(size=300)
        >>> data = SurvivalData(rng.exponential(np.exp(-score)), np.ones(300))
        >>> curve = draw_auc(score, data, rng)
        >>> bool(np.all(curve.band_low <= curve.low))
        True
    """
    read_level(level)
    moments = _choose_times(data, cause) if times is None else np.asarray(times, dtype=float)
    found = time_auc(risk, data, moments, cause, level)
    value, error = found.auc.value, found.auc.std_error
    reach = _find_reach(found.auc.influence, rng, level)
    new = np.diff(found.incidence, prepend=0.0)
    return AucCurve(
        time=moments,
        auc=value,
        low=np.array([one.low for one in found.auc.estimates]),
        high=np.array([one.high for one in found.auc.estimates]),
        band_low=np.clip(value - reach * error, 0.0, 1.0),
        band_high=np.clip(value + reach * error, 0.0, 1.0),
        std_error=error,
        cases=found.cases,
        controls=found.controls,
        mean=float(np.average(value, weights=new)),
        level=level,
    )


def _choose_times(data: SurvivalData, cause: int) -> Floats:
    own = np.sort(data.time[data.event == cause])
    last = np.sort(data.time)[-LEAST - 1] if len(data) > LEAST else -np.inf
    usable = np.unique(own[LEAST - 1 :][own[LEAST - 1 :] < last])
    if not len(usable):
        raise UnsuitableDataError(
            f"{len(own)} events among {len(data)} patients are too few for a curve over time; "
            "give the times, or wait for longer follow-up"
        )
    if len(usable) <= MOST_TIMES:
        return usable
    return np.unique(np.quantile(usable, np.linspace(0, 1, MOST_TIMES), method="inverted_cdf"))


def _find_reach(influence: Floats, rng: np.random.Generator, level: float) -> float:
    """Find how many standard errors the whole curve stays within, by the largest of many draws."""
    centred = influence - influence.mean(axis=0)
    size = np.sqrt(np.sum(centred**2, axis=0))
    scaled = np.divide(centred, size, out=np.zeros_like(centred), where=size > 0)
    largest = np.max(np.abs(rng.normal(size=(DRAWS, len(scaled))) @ scaled), axis=1)
    return float(np.quantile(largest, level))
