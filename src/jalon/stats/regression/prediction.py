"""What a Cox model predicts: survival of a patient with given covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.regression.design import read_new_patients
from jalon.stats.survival.interval import find_z, limits

PredictionInterval = Literal["log", "log-log", "plain", "logit", "arcsine"]


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalPrediction:
    """Predicted survival of n patients at m times.

    Attributes:
        time: shape (m,), the times asked for.
        value: shape (n, m), probability to be free of the event at each time.
        low: shape (n, m), lower limit.
        high: shape (n, m), upper limit.
        std_error: shape (n, m), standard error of ``value``.
        level: coverage of the interval, 0 to 1.
        method: scale on which the interval was made.
    """

    time: Floats
    value: Floats
    low: Floats
    high: Floats
    std_error: Floats
    level: float
    method: str


def predict_log_hazard(fit: CoxFit, x: npt.ArrayLike, centred: bool = False) -> Floats:
    """Give each patient's log hazard relative to a patient whose covariates are all 0.

    Args:
        fit: a Cox fit.
        x: shape (n, p), covariates in the order of the fit.
        centred: compare with a patient at the means of the fit instead.

    Returns:
        Shape (n,), the linear predictor, without offset.
    """
    table = _read_patients(fit, x)
    log_hazard: Floats = (table - fit.means if centred else table) @ fit.coefficients
    return log_hazard


def baseline_hazard(
    fit: CoxFit, times: npt.ArrayLike, stratum: int | None = None, centred: bool = False
) -> Floats:
    """Give the cumulative hazard of a patient whose covariates are all 0.

    For Efron fits it is Efron's estimate, as in R's ``basehaz``; for Breslow fits Breslow's.
    It is for an offset of 0.

    Args:
        fit: a Cox fit.
        times: shape (m,), in the unit of the fit; after the last event the hazard stays flat.
        stratum: which stratum; None when the fit has only one.
        centred: for a patient at the means of the fit instead, as R does unless told not to.

    Returns:
        Shape (m,), cumulative hazard at each time, events at that time included.

    Raises:
        UnsuitableDataError: no such stratum, or none named where there are several.
    """
    shift = 0.0 if centred else float(fit.means @ fit.coefficients)
    hazard, _, _ = _baseline_at(fit, _read_times(times), stratum)
    value: Floats = hazard * np.exp(-shift)
    return value


def predict_survival(
    fit: CoxFit,
    x: npt.ArrayLike,
    times: npt.ArrayLike,
    stratum: npt.ArrayLike | None = None,
    offset: npt.ArrayLike | None = None,
    method: PredictionInterval = "log",
) -> SurvivalPrediction:
    """Predict the probability of each patient to be free of the event at given times.

    Args:
        fit: a Cox fit.
        x: shape (n, p), covariates in the order of the fit.
        times: shape (m,), in the unit of the fit; after the last event survival stays flat.
        stratum: shape (n,), the stratum of each patient; None when the fit has only one.
        offset: shape (n,), known part of the log hazard, when the fit had one.
        method: scale on which the interval is made.

    Returns:
        Survival exp(-cumulative hazard) with its interval, which carries the uncertainty of
        baseline and coefficients.

    Raises:
        UnsuitableDataError: wrong shape, or a stratum that the fit has not.

    Reference:
        Tsiatis AA (1981), doi:10.1214/aos/1176345335, for the variance, as in Therneau T,
        Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, chapter 10.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data)
        >>> predict_survival(fit, [[0], [1]], [7]).value.round(3).tolist()
        [[0.694], [0.142]]
    """
    require_choice(method, "method", PredictionInterval)
    table, moments = _read_patients(fit, x), _read_times(times)
    log_hazard = (table - fit.means) @ fit.coefficients
    if offset is not None:
        log_hazard = log_hazard + _read_offset(offset, len(table))
    codes = _read_strata(fit, stratum, len(table))
    hazard, variance = np.empty((2, len(table), len(moments)))
    for code in np.unique(codes):
        rows = codes == code
        hazard[rows], variance[rows] = _predict_hazard(
            fit, table[rows] - fit.means, log_hazard[rows], moments, int(code)
        )
    low, high = _limits(hazard, np.sqrt(variance), method, fit.level)
    value = np.exp(-hazard)
    return SurvivalPrediction(
        moments, value, low, high, value * np.sqrt(variance), fit.level, method
    )


def _predict_hazard(
    fit: CoxFit, centred: Floats, log_hazard: Floats, times: Floats, stratum: int
) -> tuple[Floats, Floats]:
    """Cumulative hazard and its variance, both of shape (n, m)."""
    base, spread, drift = _baseline_at(fit, times, stratum)
    ratio = np.exp(log_hazard)[:, None]
    variance = np.empty((len(centred), len(times)))
    for j in range(len(times)):
        slope = base[j] * centred - drift[j]
        variance[:, j] = spread[j] + np.einsum("ij,jk,ik->i", slope, fit.covariance, slope)
    return base * ratio, variance * ratio**2


def _baseline_at(fit: CoxFit, times: Floats, stratum: int | None) -> tuple[Floats, Floats, Floats]:
    """Hazard, variance and drift of the baseline at some times."""
    code = int(_read_strata(fit, stratum, 1)[0])
    rows = np.flatnonzero(fit.baseline.stratum == code)
    place = np.searchsorted(fit.baseline.time[rows], times, side="right")
    hazard = np.append(0.0, fit.baseline.hazard[rows])[place]
    variance = np.append(0.0, fit.baseline.variance[rows])[place]
    drift = np.vstack([np.zeros_like(fit.means), fit.baseline.drift[rows]])[place]
    return hazard, variance, drift


def _limits(
    hazard: Floats, error: Floats, method: PredictionInterval, level: float
) -> tuple[Floats, Floats]:
    half = find_z(level) * error
    if method == "log":
        return np.exp(-hazard - half), np.minimum(np.exp(-hazard + half), 1.0)
    if method == "plain":
        value = np.exp(-hazard)
        return np.maximum(value - value * half, 0.0), np.minimum(value + value * half, 1.0)
    if method in ("logit", "arcsine"):
        value = np.exp(-hazard)
        low, high = limits(value, value * error, level, method)
        return np.where(hazard > 0, low, 1.0), np.where(hazard > 0, high, 1.0)
    # Before the first event the hazard is 0 and so are both limits.
    factor = np.exp(np.divide(half, hazard, out=np.zeros_like(half), where=hazard > 0))
    return np.exp(-hazard * factor), np.exp(-hazard / factor)


def _read_strata(fit: CoxFit, stratum: npt.ArrayLike | None, n: int) -> Integers:
    known = np.unique(fit.baseline.stratum)
    if stratum is None:
        if len(known) > 1:
            raise UnsuitableDataError(
                f"the fit has {len(known)} strata; say which one to predict for"
            )
        return np.full(n, known[0], dtype=np.int64)
    given = read_floats(stratum, "stratum")
    if given.shape not in ((), (1,), (n,)) or not np.all(np.abs(given) < 2**53):
        raise UnsuitableDataError(
            f"stratum is not one whole number for each of the {n} patients; give its code"
        )
    codes: Integers = np.broadcast_to(given.astype(np.int64), (n,))
    strange = np.setdiff1d(given, known)
    if len(strange):
        raise UnsuitableDataError(
            f"the fit has no event in {len(strange)} of the strata asked for; choose among its "
            f"{len(known)} strata with events"
        )
    return codes


def _read_patients(fit: CoxFit, x: npt.ArrayLike) -> Floats:
    return read_new_patients(x, fit.names)


def _read_times(times: npt.ArrayLike) -> Floats:
    moments = np.atleast_1d(read_floats(times, "times"))
    if moments.ndim != 1 or np.any(np.isnan(moments)) or np.any(moments < 0):
        raise UnsuitableDataError("times holds a missing or negative time; give one list of >= 0")
    return moments


def _read_offset(offset: npt.ArrayLike, n: int) -> Floats:
    values = read_floats(offset, "offset")
    if values.shape not in ((), (1,), (n,)) or not np.all(np.isfinite(values)):
        raise UnsuitableDataError(
            f"offset is not one finite number for each of the {n} patients; complete it first"
        )
    return np.asarray(np.broadcast_to(values, (n,)))
