"""One effect from those of several studies or centres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.meta.heterogeneity import (
    TauMethod,
    bound_tau2,
    estimate_tau2,
    weigh_squares,
)
from jalon.stats.regression.cox_fit import ModelTest

PoolInterval = Literal["normal", "t", "knapp-hartung", "knapp-hartung, widened"]


@dataclass(frozen=True, slots=True, eq=False)
class PooledEffect:
    """The effect of all studies together, and how far they differ.

    Attributes:
        estimate: the mean effect with its interval.
        std_error: its standard error.
        statistic: estimate over standard error.
        p: two-sided p-value for no effect.
        df: degrees of freedom of the t distribution; infinite for the normal one.
        weight: shape (k,), share of each study in the mean; they add up to 1.
        tau2: variance of the true effects, with the interval of the Q profile.
        i_squared: share of the variation between the effects that is not chance, 0 to 1.
        h_squared: variation between the effects over what chance alone would make.
        heterogeneity: Cochran's test that all studies have the same effect.
        prediction: the mean effect, with the interval for the true effect of a new study.
        method: how ``tau2`` was estimated.
    """

    estimate: Estimate
    std_error: float
    statistic: float
    p: float
    df: float
    weight: Floats
    tau2: Estimate
    i_squared: Estimate
    h_squared: Estimate
    heterogeneity: ModelTest
    prediction: Estimate
    method: TauMethod


def pool_effects(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    method: TauMethod = "REML",
    interval: PoolInterval = "normal",
    level: float = 0.95,
    prediction_df: int | None = None,
) -> PooledEffect:
    """Average an effect over studies or centres, each weighted by its precision.

    A fixed-effect mean says what these studies found together; a random-effects mean says what
    studies like these find on average, and its prediction interval where a new one may lie.

    Args:
        effect: shape (k,), effect of each study on a scale where its error is about normal, such
            as log hazard ratios.
        variance: shape (k,), squared standard errors, above 0.
        method: "fixed" takes all true effects as the same; the others let them differ, with a
            variance estimated by restricted ("REML") or full ("ML") likelihood, or after
            DerSimonian-Laird ("DL"), Paule-Mandel ("PM"; the empirical Bayes estimate is the
            same), Hedges ("HE"), Sidik-Jonkman ("SJ") or Hunter-Schmidt ("HS").
        interval: "normal" or "t" distribution with k - 1 degrees of freedom;
            "knapp-hartung" also takes the error from the scatter of the effects, which holds its
            level better with few studies; "widened" never lets that error be the smaller one.
        level: coverage of the intervals, 0 to 1.
        prediction_df: degrees of freedom of the prediction interval, such as k - 2 for that of
            Higgins; None for the distribution of ``interval``.

    Returns:
        Mean, test, heterogeneity and prediction interval. With "fixed" the variance of the true
        effects is 0 by assumption and without an interval.

    Raises:
        UnsuitableDataError: fewer than two studies, missing values, a variance that is not above
            0, an unknown method or interval, or a level outside 0 to 1.
        ConvergenceError: the likelihood has no maximum that could be found.

    Reference:
        DerSimonian R, Laird N (1986), doi:10.1016/0197-2456(86)90046-2, equations 3 to 8;
        Viechtbauer W (2005), doi:10.3102/10769986030003261, for the other estimators, and (2007),
        doi:10.1002/sim.2514, section 2.3, for the Q profile; Knapp G, Hartung J (2003),
        doi:10.1002/sim.1482; Higgins JPT, Thompson SG (2002), doi:10.1002/sim.1186, for I squared;
        Higgins JPT and others (2009), doi:10.1111/j.1467-985X.2008.00552.x, equation 12.

    Example:
        >>> pooled = pool_effects([0.2, 0.4], [0.01, 0.01], method="fixed")
        >>> round(pooled.estimate.value, 6), round(pooled.std_error, 6)
        (0.3, 0.070711)
    """
    y, v = read_studies(effect, variance)
    if not 0 < level < 1:
        raise UnsuitableDataError(f"level is {level:g}; give a share between 0 and 1, as 0.95")
    tau2 = estimate_tau2(y, v, method)
    weight = 1 / (v + tau2)
    mean = float(weight @ y / weight.sum())
    error = float(1 / np.sqrt(weight.sum())) * _scatter(tau2, y, v, interval)
    if error == 0:
        raise UnsuitableDataError(
            "all effects are the same, so that their scatter gives no error; use the interval "
            '"normal" or "knapp-hartung, widened"'
        )
    df = np.inf if interval == "normal" else float(len(y) - 1)
    new_df = df if prediction_df is None else float(prediction_df)
    q, k = weigh_squares(0.0, y, v), len(y)
    variation, i_squared, h_squared = _describe(tau2, y, v, (method, level))
    return PooledEffect(
        estimate=_reach(mean, error, df, level, interval),
        std_error=error,
        statistic=mean / error,
        p=_test(mean / error, df),
        df=df,
        weight=weight / weight.sum(),
        tau2=variation,
        i_squared=i_squared,
        h_squared=h_squared,
        heterogeneity=ModelTest(q, k - 1, float(chdtrc(k - 1, q))),
        prediction=_reach(mean, float(np.hypot(error, np.sqrt(tau2))), new_df, level, interval),
        method=method,
    )


def leave_one_out(
    effect: npt.ArrayLike,
    variance: npt.ArrayLike,
    method: TauMethod = "REML",
    interval: PoolInterval = "normal",
    level: float = 0.95,
) -> tuple[PooledEffect, ...]:
    """Pool again without each study in turn: does the result rest on one of them?

    Args:
        effect: shape (k,), effect of each study.
        variance: shape (k,), squared standard errors, above 0.
        method: as for ``pool_effects``.
        interval: as for ``pool_effects``.
        level: coverage of the intervals, 0 to 1.

    Returns:
        One result per study left out, in the order of the studies.

    Raises:
        UnsuitableDataError: fewer than three studies, or as ``pool_effects``.

    Reference:
        Viechtbauer W, Cheung MWL (2010), doi:10.1002/jrsm.11, section 3.

    Example:
        >>> found = leave_one_out([0.2, 0.4, 0.9], [0.01] * 3, method="fixed")
        >>> [round(one.estimate.value, 6) for one in found]
        [0.65, 0.55, 0.3]
    """
    y, v = read_studies(effect, variance)
    if len(y) < 3:
        raise UnsuitableDataError("leaving one of two studies out leaves nothing to pool")
    stay = [np.arange(len(y)) != i for i in range(len(y))]
    return tuple(pool_effects(y[rows], v[rows], method, interval, level) for rows in stay)


def read_studies(effect: npt.ArrayLike, variance: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return effects and variances as arrays; refuse what cannot be pooled.

    Args:
        effect: shape (k,), effect of each study.
        variance: shape (k,), squared standard errors.
    """
    y, v = np.asarray(effect, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise UnsuitableDataError(
            f"effects of shape {y.shape} and variances of shape {v.shape}; give one of each per "
            "study"
        )
    if len(y) < 2:
        raise UnsuitableDataError(f"{len(y)} study cannot be pooled; give at least two")
    bad = int(np.sum(~(np.isfinite(y) & np.isfinite(v) & (v > 0))))
    if bad:
        raise UnsuitableDataError(
            f"{bad} of {len(y)} studies have a missing effect or a variance that is not above 0; "
            "leave them out, or give the squared standard error"
        )
    return y, v


def _scatter(tau2: float, y: Floats, v: Floats, interval: PoolInterval) -> float:
    """By how much the scatter of the effects changes the standard error."""
    if interval in ("normal", "t"):
        return 1.0
    if interval not in ("knapp-hartung", "knapp-hartung, widened"):
        raise UnsuitableDataError(
            f"interval {interval!r} is not known; choose normal, t, knapp-hartung or "
            '"knapp-hartung, widened"'
        )
    factor = float(np.sqrt(weigh_squares(tau2, y, v) / (len(y) - 1)))
    return factor if interval == "knapp-hartung" else max(factor, 1.0)


def _reach(mean: float, error: float, df: float, level: float, word: str) -> Estimate:
    if df <= 0:
        return Estimate(mean, np.nan, np.nan, level, word)
    tail = (1 + level) / 2
    half = float(ndtri(tail) if np.isinf(df) else stdtrit(df, tail)) * error
    return Estimate(mean, mean - half, mean + half, level, word)


def _test(statistic: float, df: float) -> float:
    tail = ndtr(-abs(statistic)) if np.isinf(df) else stdtr(df, -abs(statistic))
    return float(2 * tail)


def _describe(
    tau2: float, y: Floats, v: Floats, settings: tuple[TauMethod, float]
) -> tuple[Estimate, Estimate, Estimate]:
    """The variance of the true effects, I squared and H squared, with intervals."""
    method, level = settings
    weight, df = 1 / v, len(y) - 1
    typical = df / float(weight.sum() - weight @ weight / weight.sum())
    if method == "fixed":
        ratio = max(weigh_squares(0.0, y, v) / df, np.finfo(float).tiny)
        ends = np.full((3, 3), np.nan)
        ends[:, 0] = 0.0, max(1 - 1 / ratio, 0.0), ratio
    else:
        spread = np.array([tau2, *bound_tau2(y, v, level)])
        ends = np.array([spread, spread / (spread + typical), spread / typical + 1])
    first, second, third = (
        Estimate(value, low, high, level, "Q profile") for value, low, high in ends.tolist()
    )
    return first, second, third
