"""The median and other quantiles of the survival that a Cox model predicts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Estimate, Floats
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.regression.prediction import PredictionInterval, predict_survival
from jalon.stats.survival.quantile import quantile
from jalon.stats.ties import merge_ties


def predict_cox_quantile(
    fit: CoxFit,
    x: npt.ArrayLike,
    share: float = 0.5,
    stratum: npt.ArrayLike | None = None,
    offset: npt.ArrayLike | None = None,
    method: PredictionInterval = "log",
) -> tuple[Estimate, ...]:
    """Predict the time by which a share of such patients has had the event, such as the median.

    Args:
        fit: a Cox fit.
        x: shape (n, p), covariates in the order of the fit.
        share: share of patients with the event, 0 to 1.
        stratum: shape (n,), the stratum of each patient; None when the fit has only one.
        offset: shape (n,), known part of the log hazard, when the fit had one.
        method: scale on which the limits of the predicted curve are made.

    Returns:
        One time per patient with its limits, by the rules of ``quantile``; NaN for what the
        predicted curve does not reach within follow-up.

    Raises:
        UnsuitableDataError: as ``predict_survival``, or a share outside 0 to 1.

    Reference:
        Brookmeyer and Crowley (1982), doi:10.2307/2530286, section 2, applied to the predicted
        curve as R's ``quantile(survfit(coxph))``.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data)
        >>> [median.value for median in predict_cox_quantile(fit, [[0], [1]])]
        [9.0, 6.0]
    """
    data = fit.patients.data
    times, _ = merge_ties(data.time)
    # A flat step at the end lasts until the last patient of the stratum has left.
    strata = np.zeros(len(data), np.int64) if data.stratum is None else data.stratum
    grid = np.unique(times)
    found = predict_survival(fit, x, grid, stratum, offset, method)
    codes = np.broadcast_to(strata[0] if stratum is None else np.asarray(stratum), len(found.value))
    last = {code: times[strata == code].max() for code in np.unique(strata)}
    estimates = []
    for row, code in enumerate(codes):
        kept = grid <= last[int(code)]
        parts = [part[row, kept] for part in (found.value, found.low, found.high, found.std_error)]
        estimates.append(quantile(_draw(grid[kept], parts, fit.level, method), share))
    return tuple(estimates)


def _draw(times: Floats, parts: list[Floats], level: float, method: str) -> Curve:
    value, low, high, error = parts
    # Nobody is at risk of a predicted curve, and its quantiles do not ask.
    nobody = np.zeros_like(times)
    return Curve(times, value, low, high, error, nobody, nobody, nobody, level=level, method=method)
