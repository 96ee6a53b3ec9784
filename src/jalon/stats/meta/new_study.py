"""Where the true effect of a new study or centre may lie, when only a few were seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import chdtri, ndtr, ndtri, stdtr, stdtrit

from jalon.core import Estimate, Floats
from jalon.core.errors import UnsuitableDataError
from jalon.stats.meta.pooled import pool_effects, read_studies

VARIANCES, ERRORS = 400, 200
"""Equally likely variances between studies, and errors of each, over which is averaged."""

HALVINGS = 60


def predict_study(effect: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Say where the effect of one more study like these may lie.

    The variance between studies is itself badly known when there are few of them. The usual
    interval takes its estimate as true and holds too few new studies; this one averages over all
    variances that the scatter of the effects speaks for (its confidence distribution).

    Args:
        effect: shape (k,), effect of each study on a scale where its error is about normal.
        variance: shape (k,), squared standard errors, above 0.
        level: share of new studies that it is to hold, 0 to 1.

    Returns:
        The mean after DerSimonian and Laird, with the interval for a new study's true effect.

    Raises:
        UnsuitableDataError: fewer than three studies, missing values, a variance that is not
            above 0, or a level outside 0 to 1.

    Reference:
        Nagashima K, Noma H, Furukawa TA (2019), doi:10.1177/0962280218773520, section 3. The
        article draws at random; here the same distribution is computed.

    Example:
        >>> found = predict_study([0.1, 0.3, 0.2, 0.6], [0.02, 0.01, 0.03, 0.02])
        >>> found.low < 0.1 < found.high
        True
    """
    y, v = read_studies(effect, variance)
    if len(y) < 3:
        raise UnsuitableDataError("a new study's effect cannot be foretold from two; give three")
    if not 0 < level < 1:
        raise UnsuitableDataError(f"level is {level:g}; give a share between 0 and 1, as 0.95")
    tau2 = _spread_tau2(y, v)
    weight = 1 / (v + tau2[:, None])
    total = weight.sum(axis=1)
    mean = weight @ y / total
    scatter = np.sum(weight * (y - mean[:, None]) ** 2, axis=1) / (len(y) - 1)
    # Effects that are all the same say nothing of their error; the studies' own errors do.
    error = np.sqrt(np.where(scatter > 0, scatter, 1.0) / total)
    parts = mean, np.sqrt(tau2), error
    tails = (1 - level) / 2, (1 + level) / 2
    low, high = (_find_quantile(share, parts, len(y) - 1) for share in tails)
    value = pool_effects(y, v, method="DL").estimate.value
    return Estimate(value, low, high, level, "confidence distribution of the variance")


def _spread_tau2(y: Floats, v: Floats) -> Floats:
    """Return equally likely variances between studies: those that explain the scatter so well."""
    share = (np.arange(VARIANCES) + 0.5) / VARIANCES
    wanted = chdtri(len(y) - 1, share)
    low, high = np.zeros(VARIANCES), np.full(VARIANCES, np.sum((y - y.mean()) ** 2) + v.max())
    while (more := _weigh(high, y, v) > wanted).any():
        high = np.where(more, 2 * high, high)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = _weigh(middle, y, v) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(_weigh(np.zeros(VARIANCES), y, v) > wanted, (low + high) / 2, 0.0)


def _weigh(tau2: Floats, y: Floats, v: Floats) -> Floats:
    weight = 1 / (v + tau2[:, None])
    mean = weight @ y / weight.sum(axis=1)
    return np.asarray(np.sum(weight * (y - mean[:, None]) ** 2, axis=1))


def _find_quantile(share: float, parts: tuple[Floats, Floats, Floats], df: int) -> float:
    mean, tau, error = parts
    reach = 50 * float(np.max(tau) + np.max(error)) * max(1.0, abs(float(stdtrit(df, 1e-4))))
    start = float(mean.mean())

    def gap(place: float) -> float:
        return _share_below(place, parts, df) - share

    return float(brentq(gap, start - reach, start + reach, xtol=1e-10 * reach))


def _share_below(place: float, parts: tuple[Floats, Floats, Floats], df: int) -> float:
    """Return how likely a new effect is below a place: a normal and a t part, added.

    The wider part is integrated exactly and the other one over equally likely values.
    """
    mean, tau, error = (part[:, None] for part in parts)
    share = (np.arange(ERRORS) + 0.5) / ERRORS
    wide = (tau > error)[:, 0]
    below = np.empty(len(wide))
    left = (place - mean[wide] - error[wide] * stdtrit(df, share)) / tau[wide]
    below[wide] = ndtr(left).mean(axis=1)
    left = (place - mean[~wide] - tau[~wide] * ndtri(share)) / error[~wide]
    below[~wide] = stdtr(df, left).mean(axis=1)
    return float(below.mean())
