"""Rubin's rules: one answer from several completed tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats

SMALLEST_SHARE = 1e-4
"""Least share of the variance that is put down to missing values when the degrees of freedom
are counted, as in R's ``mice``; without it they would be infinite where nothing is missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Estimates pooled over m completed tables, with what the missing values cost.

    Attributes:
        value: shape (k,), pooled estimates, the means over tables.
        low: shape (k,), lower limits, from Student's t with ``df``.
        high: shape (k,), upper limits.
        std_error: shape (k,), square roots of the total variances.
        statistic: shape (k,), ``value / std_error``.
        p: shape (k,), two-sided p-values for no effect.
        df: shape (k,), degrees of freedom.
        covariance: shape (k, k), total covariance; its diagonal alone is filled, the rest
            NaN, when only variances were given.
        within: shape (k,), mean variance within a table.
        between: shape (k,), variance of the estimates between tables.
        relative_increase: shape (k,), increase of the variance due to missing values (r).
        share: shape (k,), share of the variance due to missing values (lambda).
        missing_information: shape (k,), fraction of missing information (gamma).
        tables: number m of completed tables.
        level: coverage of the intervals, 0 to 1.
    """

    value: Floats
    low: Floats
    high: Floats
    std_error: Floats
    statistic: Floats
    p: Floats
    df: Floats
    covariance: Floats
    within: Floats
    between: Floats
    relative_increase: Floats
    share: Floats
    missing_information: Floats
    tables: int
    level: float = 0.95

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Each pooled estimate with its interval."""
        rows = zip(self.value, self.low, self.high, strict=True)
        return tuple(Estimate(float(v), float(a), float(b), self.level, "t") for v, a, b in rows)


def pool_estimates(
    estimates: npt.ArrayLike,
    variances: npt.ArrayLike,
    complete_df: float = np.inf,
    level: float = 0.95,
    smallest_share: float = SMALLEST_SHARE,
) -> Pooled:
    """Join the estimates from several completed tables into one, with an honest interval.

    The variance is the mean variance within tables, plus the variance between tables times
    1 + 1/m. Pool on a scale where estimates are about normal: the logarithm of a hazard
    ratio, not the ratio; for probabilities see ``pool_probability``.

    Args:
        estimates: shape (m,) or (m, k), one row per completed table, m >= 2.
        variances: shape (m,) or (m, k), squared standard errors, or (m, k, k), covariances.
        complete_df: degrees of freedom had nothing been missing: patients minus coefficients,
            or events minus coefficients for a Cox model; infinity for a large sample.
        level: coverage of the intervals, 0 to 1.
        smallest_share: the share of variance due to missing values is not taken below this
            when ``df`` is counted; 0 for the formula itself.

    Returns:
        Pooled estimates with intervals, p-values and fractions of missing information.

    Raises:
        UnsuitableDataError: one table only, shapes that do not match, a missing value, a
            variance that is not above 0, or ``complete_df`` that is not above 0.

    Reference:
        Rubin DB (1987) Multiple imputation for nonresponse in surveys, section 3.1,
        doi:10.1002/9780470316696; small samples: Barnard J, Rubin DB (1999),
        doi:10.1093/biomet/86.4.948. As R's ``mice::pool``.

    Example:
        >>> pooled = pool_estimates([0.4, 0.5, 0.6], [0.04, 0.05, 0.06], complete_df=100)
        >>> pooled.value.round(3).tolist(), pooled.std_error.round(3).tolist()
        ([0.5], [0.252])
    """
    value, covariances, joint = read_estimates(estimates, variances)
    _check_options(complete_df, level)
    m, k = value.shape
    mean, within = value.mean(axis=0), covariances.mean(axis=0)
    between = np.atleast_2d(np.cov(value, rowvar=False, ddof=1))
    total = within + (1 + 1 / m) * between
    if not joint:
        total[~np.eye(k, dtype=bool)] = np.nan
    spread = np.diag(total).copy()
    inside, outside = np.diag(within).copy(), np.diag(between).copy()
    share = (1 + 1 / m) * outside / spread
    df = count_df(share, m, complete_df, smallest_share)
    std_error = np.sqrt(spread)
    reach = find_t(df, level) * std_error
    return Pooled(
        value=mean,
        low=mean - reach,
        high=mean + reach,
        std_error=std_error,
        statistic=mean / std_error,
        p=2 * _lower_tail(df, -np.abs(mean / std_error)),
        df=df,
        covariance=total,
        within=inside,
        between=outside,
        relative_increase=(1 + 1 / m) * outside / inside,
        share=share,
        missing_information=share + (1 - share) * 2 / (df + 3),
        tables=m,
        level=level,
    )


def count_df(
    share: Floats, m: int, complete_df: float, smallest_share: float = SMALLEST_SHARE
) -> Floats:
    """Count the degrees of freedom of pooled estimates.

    With an infinite sample they are (m - 1) / share^2; else 1 / (1 / that + 1 / observed), with
    observed = (1 - share) c (c + 1) / (c + 3), where c is ``complete_df``.

    Args:
        share: shape (k,), share of the variance due to missing values.
        m: number of completed tables.
        complete_df: degrees of freedom had nothing been missing; may be infinite.
        smallest_share: lower bound of ``share``.

    Returns:
        Shape (k,): Barnard and Rubin's number, or Rubin's when ``complete_df`` is infinite.

    Reference:
        Barnard J, Rubin DB (1999), doi:10.1093/biomet/86.4.948.

    Example:
        >>> count_df(np.array([0.5]), 5, np.inf).tolist()
        [16.0]
    """
    share = np.maximum(share, smallest_share)
    with np.errstate(divide="ignore"):
        large = np.where(share > 0, (m - 1) / share**2, np.inf)
    if np.isinf(complete_df):
        return np.asarray(large)
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return np.asarray(1 / (1 / large + 1 / observed))


def find_t(df: Floats, level: float) -> Floats:
    """Return the two-sided quantile of Student's t, or of the normal where ``df`` is infinite.

    Args:
        df: shape (k,), degrees of freedom.
        level: coverage, 0 to 1.

    Returns:
        Shape (k,).

    Example:
        >>> find_t(np.array([10, np.inf]), 0.95).round(3).tolist()
        [2.228, 1.96]
    """
    upper = 1 - (1 - level) / 2
    finite = np.where(np.isinf(df), 1.0, df)
    return np.asarray(np.where(np.isinf(df), ndtri(upper), stdtrit(finite, upper)))


def read_estimates(
    estimates: npt.ArrayLike, variances: npt.ArrayLike
) -> tuple[Floats, Floats, bool]:
    """Read estimates and their variances from m completed tables.

    Args:
        estimates: shape (m,) or (m, k).
        variances: shape (m,), (m, k) or (m, k, k).

    Returns:
        Estimates (m, k), covariances (m, k, k), and whether covariances were given.

    Raises:
        UnsuitableDataError: as in ``pool_estimates``.
    """
    value = np.array(read_floats(estimates, "estimates"))
    spread = np.array(read_floats(variances, "variances"))
    value = value[:, None] if value.ndim == 1 else value
    spread = spread[:, None] if spread.ndim == 1 else spread
    joint = spread.ndim == 3
    if value.ndim != 2 or spread.shape != (value.shape + value.shape[1:] if joint else value.shape):
        raise UnsuitableDataError(
            f"estimates have shape {np.shape(estimates)} and variances {np.shape(variances)}; give "
            "one row per completed table, and a variance for each estimate or one covariance "
            "matrix per table"
        )
    if len(value) < 2:
        raise UnsuitableDataError("one completed table cannot be pooled; impute at least two")
    if not (np.all(np.isfinite(value)) and np.all(np.isfinite(spread))):
        raise UnsuitableDataError(
            "an estimate or variance is missing or infinite; a fit failed in a completed table"
        )
    full = spread if joint else spread[:, :, None] * np.eye(value.shape[1])
    if np.any(np.diagonal(full, axis1=1, axis2=2) <= 0):
        raise UnsuitableDataError(
            "a variance is not above 0; give squared standard errors of estimates that are not "
            "known exactly"
        )
    return value, full, joint or value.shape[1] == 1


def _lower_tail(df: Floats, t: Floats) -> Floats:
    finite = np.where(np.isinf(df), 1.0, df)
    return np.asarray(np.where(np.isinf(df), ndtr(t), stdtr(finite, t)))


def _check_options(complete_df: float, level: float) -> None:
    if not read_floats(complete_df, "complete_df") > 0:
        raise UnsuitableDataError(
            f"complete_df is {complete_df:g}; it must be above 0: more patients, or events, than "
            "coefficients"
        )
    if not 0 < level < 1:
        raise UnsuitableDataError(f"level is {level:g}; give a share between 0 and 1, as 0.95")
