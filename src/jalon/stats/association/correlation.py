"""Whether two numbers rise together: Pearson, Spearman and Kendall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr
from scipy.stats import kendalltau, rankdata

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.hypothesis import Alternative, normal_p, normal_quantiles
from jalon.stats.association.rank_shift import count_ties
from jalon.stats.association.rho_distribution import rho_tail
from jalon.stats.association.sample import read_sample


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation with its test.

    Attributes:
        coefficient: -1 to 1, with its interval. Of Pearson's by Fisher's transformation. Of the
            ranks' by Fisher's with the variance of Bonett and Wright (which R does not report).
        statistic: t (Pearson), S the sum of squared rank differences (Spearman), z or, when
            exact, concordant pairs (Kendall).
        p: p-value of no correlation.
        method: "t", "exact", "edgeworth" or "normal": how p was found.
    """

    coefficient: Estimate
    statistic: float
    p: float
    method: str


def pearson_correlation(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> Correlation:
    """Measure how closely two numbers lie along a straight line.

    Args:
        first: shape (n,), one number per patient.
        second: shape (n,), the other.
        alternative: "greater" for a correlation above 0.
        level: coverage of the interval.

    Returns:
        Pearson's r; its limits are NaN for three patients, -1 and 1 where a line is exact.

    Raises:
        UnsuitableDataError: fewer than three patients, missing values, or a constant number.

    Reference:
        Fisher (1921), Metron 1:3-32; Fisher (1915), doi:10.1093/biomet/10.4.507.

    Example:
        >>> round(pearson_correlation([1, 2, 3, 4], [2, 1, 4, 3]).coefficient.value, 4)
        0.6
    """
    x, y = _read(first, second)
    r = _correlate(x, y)
    df = len(x) - 2
    with np.errstate(divide="ignore"):
        t = float(np.sqrt(df) * r / np.sqrt(max(0.0, 1 - r * r))) if abs(r) < 1 else r * np.inf
    error = 1 / np.sqrt(len(x) - 3) if len(x) > 3 else np.nan
    estimate = _transform(r, float(error), alternative, level)
    return Correlation(estimate, t, _t_p(t, df, alternative), "t")


def spearman_correlation(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    exact: bool = True,
    level: float = 0.95,
) -> Correlation:
    """Measure how closely two numbers rise together, by their ranks.

    Args:
        first: shape (n,), one number per patient.
        second: shape (n,), the other.
        alternative: "greater" for a correlation above 0.
        exact: whether, without ties, p is exact for up to 9 patients and by Edgeworth's series
            for up to 1290, as in R; else by the t distribution.
        level: coverage of the interval.

    Returns:
        Spearman's rho.

    Raises:
        UnsuitableDataError: fewer than three patients, missing values, or a constant number.

    Reference:
        Best and Roberts (1975), doi:10.2307/2347111 (exact and Edgeworth); interval: Bonett and
        Wright (2000), doi:10.1007/BF02294183.

    Example:
        >>> round(spearman_correlation([1, 2, 3, 4], [2, 1, 4, 3]).coefficient.value, 4)
        0.6
    """
    x, y = _read(first, second)
    n, ranks = len(x), (rankdata(x), rankdata(y))
    rho = _correlate(*ranks)
    s = (n**3 - n) * (1 - rho) / 6
    error = float(np.sqrt((1 + rho**2 / 2) / (n - 3))) if n > 3 else np.nan
    estimate = _transform(rho, error, alternative, level)
    if not exact or n > 1290 or count_ties(x) + count_ties(y) > 0:
        with np.errstate(divide="ignore"):
            t = float(rho / np.sqrt((1 - rho**2) / (n - 2))) if abs(rho) < 1 else rho * np.inf
        return Correlation(estimate, s, _t_p(t, n - 2, alternative), "t")
    method = "exact" if n <= 9 else "edgeworth"
    low, high = rho_tail(s, n, upper=False), rho_tail(s, n, upper=True)
    both = high if s > (n**3 - n) / 6 else low
    p = {"two-sided": min(1.0, 2 * both), "greater": low, "less": high}[alternative]
    return Correlation(estimate, s, p, method)


def kendall_correlation(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    exact: bool | None = None,
    level: float = 0.95,
    corrected: bool = False,
) -> Correlation:
    """Measure how many pairs of patients two numbers put in the same order.

    Args:
        first: shape (n,), one number per patient.
        second: shape (n,), the other.
        alternative: "greater" for a correlation above 0.
        exact: whether p is exact; None for fewer than 50 patients. Never with ties.
        level: coverage of the interval.
        corrected: whether to correct a p that is not exact for continuity, by one pair.

    Returns:
        Kendall's tau-b.

    Raises:
        UnsuitableDataError: fewer than three patients, missing values, or a constant number.

    Reference:
        Kendall (1970), Rank correlation methods, chapters 4 and 5; interval: Bonett and Wright
        (2000), doi:10.1007/BF02294183 (variance 0.437 / (n - 4)).

    Example:
        >>> round(kendall_correlation([1, 2, 3, 4], [2, 1, 4, 3]).coefficient.value, 4)
        0.3333
    """
    x, y = _read(first, second)
    n = len(x)
    tied = count_ties(x) + count_ties(y) > 0
    precise = (n < 50 if exact is None else exact) and not tied
    tau, p = kendalltau(x, y, method="exact" if precise else "asymptotic", alternative=alternative)
    estimate = _transform(float(tau), float(np.sqrt(0.437 / (n - 4))) if n > 4 else np.nan,
                          alternative, level)  # fmt: skip
    if precise:
        return Correlation(estimate, round((tau + 1) * n * (n - 1) / 4), float(p), "exact")
    z = _standardise_tau(x, y, float(tau), corrected)
    return Correlation(estimate, z, min(1.0, normal_p(z, alternative)), "normal")


def _read(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats]:
    x, y = read_sample(first, "first", 3), read_sample(second, "second", 3)
    if len(x) != len(y):
        raise UnsuitableDataError(
            f"first has {len(x)} values but second {len(y)}; give both of each patient"
        )
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise UnsuitableDataError("one of the numbers is the same for all; it correlates with none")
    return x, y


def _correlate(x: Floats, y: Floats) -> float:
    # Scaled first, so that huge and tiny units neither overflow nor vanish.
    u, v = ((a - a.mean()) / np.ptp(a) for a in (x, y))
    r = float(u @ v / np.sqrt((u @ u) * (v @ v)))
    return float(np.clip(r, -1, 1)) if abs(abs(r) - 1) > 1e-15 else float(np.sign(r))


def _transform(r: float, error: float, alternative: Alternative, level: float) -> Estimate:
    below, above = normal_quantiles(level, alternative)
    if np.isnan(error):
        return Estimate(r, np.nan, np.nan, level, "fisher")
    with np.errstate(divide="ignore"):
        z = np.arctanh(r)
    low = -1.0 if np.isinf(below) else float(np.tanh(z + below * error))
    high = 1.0 if np.isinf(above) else float(np.tanh(z + above * error))
    return Estimate(r, low, high, level, "fisher")


def _t_p(t: float, df: float, alternative: Alternative) -> float:
    if alternative == "two-sided":
        return min(1.0, 2 * float(stdtr(df, -abs(t))))
    return float(stdtr(df, t if alternative == "less" else -t))


def _standardise_tau(x: Floats, y: Floats, tau: float, corrected: bool) -> float:
    n = float(len(x))
    t, u = (np.unique(a, return_counts=True)[1].astype(np.float64) for a in (x, y))
    pairs = n * (n - 1) / 2
    s = tau * np.sqrt((pairs - np.sum(t * (t - 1)) / 2) * (pairs - np.sum(u * (u - 1)) / 2))
    if corrected:
        s = np.sign(s) * (abs(s) - 1)
    single = sum(float(np.sum(a * (a - 1) * (2 * a + 5))) for a in (t, u))
    variance = (n * (n - 1) * (2 * n + 5) - single) / 18
    variance += float(np.sum(t * (t - 1)) * np.sum(u * (u - 1))) / (2 * n * (n - 1))
    variance += float(np.sum(t * (t - 1) * (t - 2)) * np.sum(u * (u - 1) * (u - 2))) / (
        9 * n * (n - 1) * (n - 2)
    )
    return float(s / np.sqrt(variance))
