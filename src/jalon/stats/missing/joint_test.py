"""Tests of several coefficients at once, over completed tables: D1, D2 and D3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, fdtrc

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.missing.rubin import read_estimates

NOTHING = 1e-100
"""An increase of variance below this is none: its degrees of freedom are infinite."""


@dataclass(frozen=True, slots=True)
class PooledTest:
    """A test that some coefficients are all zero, over completed tables.

    Attributes:
        statistic: an F statistic.
        df1: its numerator degrees of freedom, the number of coefficients.
        df2: its denominator degrees of freedom; may be infinite.
        p: upper tail.
        relative_increase: mean increase of the variance due to missing values (r).
    """

    statistic: float
    df1: int
    df2: float
    p: float
    relative_increase: float


def pool_wald(
    estimates: npt.ArrayLike, covariances: npt.ArrayLike, complete_df: float = np.inf
) -> PooledTest:
    """Test several coefficients at once from their estimates in each completed table (D1).

    Args:
        estimates: shape (m, k), the coefficients to be tested, one row per completed table,
            minus their values under the hypothesis when these are not 0.
        covariances: shape (m, k, k), their covariances.
        complete_df: degrees of freedom had nothing been missing; infinity for a large sample.

    Returns:
        F statistic and p-value.

    Raises:
        UnsuitableDataError: what ``pool_estimates`` refuses, dependent coefficients, or
            k (m - 1) below 4 with a finite ``complete_df``.

    Reference:
        Li KH, Raghunathan TE, Rubin DB (1991), doi:10.1080/01621459.1991.10475152; small
        samples: Reiter JP (2007), doi:10.1093/biomet/asm028. As R's
        ``mitml::testModels(method = "D1")``.

    Example:
        >>> u = [np.eye(2) / 25, np.eye(2) / 25, np.eye(2) / 25]
        >>> round(pool_wald([[0.4, 0.1], [0.5, 0.2], [0.6, 0.1]], u).statistic, 3)
        2.739
    """
    value, spread, joint = read_estimates(estimates, covariances)
    if not joint:
        raise UnsuitableDataError("give a covariance matrix for each completed table")
    m, k = value.shape
    mean, within = value.mean(axis=0), spread.mean(axis=0)
    between = np.atleast_2d(np.cov(value, rowvar=False, ddof=1))
    weight = _invert(within)
    increase = float((1 + 1 / m) * np.sum(between * weight) / k)
    statistic = float(mean @ weight @ mean) / (k * (1 + increase))
    steps = k * (m - 1)
    if not complete_df > 0:
        raise UnsuitableDataError(f"complete_df is {complete_df:g}; it must be above 0")
    df2 = (
        _large_df(increase, steps, k)
        if np.isinf(complete_df)
        else _small_df(increase, steps, complete_df)
    )
    return _finish(statistic, k, df2, increase)


def pool_chi_square(statistics: npt.ArrayLike, df: int) -> PooledTest:
    """Pool chi-square statistics from completed tables when nothing else is known (D2).

    It serves for any Wald, likelihood-ratio or log-rank statistic; it is cruder than D1 and
    D3, so prefer those when estimates or likelihoods can be had.

    Args:
        statistics: shape (m,), one chi-square statistic per completed table, >= 0.
        df: degrees of freedom of each.

    Returns:
        F statistic and p-value; a negative statistic has p-value 1.

    Raises:
        UnsuitableDataError: one table only, or a statistic that is missing or negative.

    Reference:
        Li KH, Meng XL, Raghunathan TE, Rubin DB (1991), Stat Sinica 1:65-92.
        As R's ``mitml::testModels(method = "D2")``.

    Example:
        >>> round(pool_chi_square([5.1, 6.3, 4.2], df=2).p, 3)
        0.103
    """
    chi2 = _read(statistics, "statistics")
    _check_df(df)
    if np.any(chi2 < 0):
        raise UnsuitableDataError("a chi-square statistic is negative; a fit did not converge")
    m = len(chi2)
    increase = float((1 + 1 / m) * np.var(np.sqrt(chi2), ddof=1))
    statistic = (chi2.mean() / df - (m + 1) / (m - 1) * increase) / (1 + increase)
    df2 = float("inf")
    if increase > NOTHING:
        df2 = df ** (-3 / m) * (m - 1) * (1 + 1 / increase) ** 2
    return _finish(float(statistic), df, df2, increase)


def pool_likelihood_ratio(
    statistics: npt.ArrayLike,
    at_pooled: npt.ArrayLike,
    df: int,
    keep_negative: bool = True,
) -> PooledTest:
    """Test one model against a smaller one from likelihoods over completed tables (D3).

    Args:
        statistics: shape (m,), twice the gain in log likelihood of the larger model over the
            smaller in each completed table, each at its own estimates.
        at_pooled: shape (m,), the same gain when both models take, in every table, their
            coefficients averaged over the tables.
        df: coefficients by which the models differ.
        keep_negative: the increase of variance, which cannot be negative, may be estimated
            so; True keeps it as R does, False takes it as 0.

    Returns:
        F statistic and p-value.

    Raises:
        UnsuitableDataError: one table only, a missing value, or likelihoods so far apart
            that no statistic exists.

    Reference:
        Meng XL, Rubin DB (1992), doi:10.1093/biomet/79.1.103. As R's ``mice::D3`` and
        ``mitml::testModels(method = "D3")``.

    Example:
        >>> round(pool_likelihood_ratio([6.2, 7.0, 6.6], [6.1, 6.8, 6.3], df=2).statistic, 3)
        2.667
    """
    own, joint = _read(statistics, "statistics"), _read(at_pooled, "at_pooled")
    _check_df(df)
    m = len(own)
    if len(joint) != m:
        raise UnsuitableDataError(f"{m} statistics but {len(joint)} at pooled coefficients")
    increase = float((m + 1) / (df * (m - 1)) * (own.mean() - joint.mean()))
    if not keep_negative:
        increase = max(0.0, increase)
    if increase <= -1:
        raise UnsuitableDataError(
            "the likelihoods at the pooled coefficients exceed those at the tables' own; check "
            "that both models were fitted to convergence on the same tables"
        )
    statistic = float(joint.mean()) / (df * (1 + increase))
    return _finish(statistic, df, _large_df(increase, df * (m - 1), df), increase)


def _large_df(increase: float, steps: int, k: int) -> float:
    if abs(increase) < NOTHING:
        return float("inf")
    if steps > 4:
        return 4 + (steps - 4) * (1 + (1 - 2 / steps) / increase) ** 2
    return steps * (1 + 1 / k) * (1 + 1 / increase) ** 2 / 2


def _small_df(increase: float, steps: int, complete_df: float) -> float:
    """Reiter's denominator; at ``steps`` 4 its limit, which is 4."""
    if steps < 4:
        raise UnsuitableDataError(
            f"{steps} = coefficients x (tables - 1) is below 4, too few for the small-sample test; "
            "impute more tables or leave complete_df infinite"
        )
    a = increase * steps / (steps - 2)
    v = (complete_df + 1) / (complete_df + 3) * complete_df
    c1, c2 = v - 2 * (1 + a), v - 4 * (1 + a)
    if c2 <= 0:
        raise UnsuitableDataError(
            f"complete_df of {complete_df:g} is too small for so much missing information; test "
            "fewer coefficients"
        )
    spread = (
        a**2 * c1 / ((1 + a) ** 2 * c2)
        + 8 * a**2 * c1 / ((1 + a) * c2**2)
        + 4 * a**2 / ((1 + a) * c2)
        + 4 * a**2 / (c2 * c1)
        + 16 * a**2 * c1 / c2**3
        + 8 * a**2 / c2**2
    )
    if steps == 4:
        return 4.0 if spread > 0 else 4 + c2
    return 4 + 1 / (1 / c2 + spread / (steps - 4))


def _finish(statistic: float, df1: int, df2: float, increase: float) -> PooledTest:
    if statistic <= 0:
        p = 1.0
    elif np.isinf(df2):
        p = float(chdtrc(df1, df1 * statistic))
    else:
        p = float(fdtrc(df1, df2, statistic))
    return PooledTest(statistic, df1, df2, p, increase)


def _invert(matrix: Floats) -> Floats:
    scale = np.sqrt(np.diag(matrix))
    correlation = matrix / np.outer(scale, scale)
    if np.linalg.matrix_rank(correlation, tol=1e-10, hermitian=True) < len(matrix):
        raise UnsuitableDataError(
            "the coefficients to be tested determine each other; leave one of them out"
        )
    inverse = np.linalg.inv(correlation) / np.outer(scale, scale)
    return np.asarray(inverse, dtype=np.float64)


def _read(values: npt.ArrayLike, name: str) -> Floats:
    array = read_floats(values, name)
    if array.ndim != 1 or len(array) < 2:
        raise UnsuitableDataError(f"{name} needs one value for each of at least two tables")
    if not np.all(np.isfinite(array)):
        raise UnsuitableDataError(f"{name} holds a missing or infinite value; a fit failed")
    return array


def _check_df(df: int) -> None:
    if not df >= 1 or df != int(df):
        raise UnsuitableDataError(
            f"df is {df}; the models must differ by a whole number of coefficients, 1 or more"
        )
