"""Student's and Welch's tests of means, and of variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtr, fdtrc, fdtri, stdtr, stdtrit

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.hypothesis import Alternative, check_alternative, check_level
from jalon.stats.association.sample import read_sample, read_samples


@dataclass(frozen=True, slots=True)
class TTest:
    """A test of a mean, or of the difference of two.

    Attributes:
        t: the statistic.
        df: its degrees of freedom, not whole for Welch's test.
        p: p-value.
        difference: mean, or first mean less the second, with its interval.
    """

    t: float
    df: float
    p: float
    difference: Estimate


@dataclass(frozen=True, slots=True)
class MeansTest:
    """A test of several means, or of two variances.

    Attributes:
        f: the statistic.
        df: degrees of freedom of numerator and denominator.
        p: p-value.
    """

    f: float
    df: tuple[float, float]
    p: float


@dataclass(frozen=True, slots=True)
class VarianceTest:
    """A test of two variances.

    Attributes:
        df: degrees of freedom of numerator and denominator.
        p: p-value.
        ratio: first variance over the second, which is the statistic F, with its interval.
    """

    df: tuple[int, int]
    p: float
    ratio: Estimate


def t_test(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    equal_variance: bool = False,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> TTest:
    """Test whether the means of two groups differ.

    Args:
        first: shape (m,), one group's values.
        second: shape (n,), the other's.
        equal_variance: Student's test with one variance for both, instead of Welch's.
        alternative: "greater" when the first mean is larger.
        level: coverage of the interval.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: fewer than two values in a group, missing values, or no variation.

    Reference:
        Welch (1947), doi:10.1093/biomet/34.1-2.28; Student (1908),
        doi:10.1093/biomet/6.1.1.

    Example:
        >>> round(t_test([1, 2, 3, 4], [3, 4, 5, 6], equal_variance=True).t, 4)
        -2.1909
    """
    x, y = read_samples((first, second), 2)
    m, n, vx, vy = len(x), len(y), x.var(ddof=1), y.var(ddof=1)
    gap = float(x.mean() - y.mean())
    if equal_variance:
        df = float(m + n - 2)
        error = np.sqrt(((m - 1) * vx + (n - 1) * vy) / df * (1 / m + 1 / n))
    else:
        square = vx / m + vy / n
        error = np.sqrt(square)
        _refuse_constant(x, y, float(error))
        df = float(square**2 / ((vx / m) ** 2 / (m - 1) + (vy / n) ** 2 / (n - 1)))
    _refuse_constant(x, y, float(error))
    return _assess(gap, float(error), df, alternative, level)


def one_sample_t_test(
    values: npt.ArrayLike,
    hypothesis: float = 0.0,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> TTest:
    """Test whether a mean, often of differences within patients, is a given number.

    Args:
        values: shape (n,), values or paired differences.
        hypothesis: the mean tested.
        alternative: "greater" when the mean is above it.
        level: coverage of the interval.

    Returns:
        The test; ``difference`` is the mean itself.

    Raises:
        UnsuitableDataError: fewer than two values, missing values, or no variation.

    Reference:
        Student (1908), doi:10.1093/biomet/6.1.1.

    Example:
        >>> round(one_sample_t_test([1, 2, 3, 4]).t, 4)
        3.873
    """
    x = read_sample(values, "values", 2)
    error = float(x.std(ddof=1) / np.sqrt(len(x)))
    _refuse_constant(x, x, error)
    test = _assess(float(x.mean()) - hypothesis, error, len(x) - 1.0, alternative, level)
    moved = test.difference
    mean = Estimate(
        float(x.mean()), moved.low + hypothesis, moved.high + hypothesis, level, moved.method
    )
    return TTest(test.t, test.df, test.p, mean)


def means_test(*samples: npt.ArrayLike, equal_variance: bool = False) -> MeansTest:
    """Test whether the means of several groups differ.

    Args:
        samples: one array of values per group (see ``split_values``).
        equal_variance: the analysis of variance with one variance for all, instead of Welch's.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: fewer than two groups or two values in one, missing values, or a
            group without variation.

    Reference:
        Welch (1951), doi:10.1093/biomet/38.3-4.330.

    Example:
        >>> round(means_test([1, 2, 3], [2, 3, 4], [5, 6, 7], equal_variance=True).f, 4)
        13.0
    """
    groups = read_samples(samples, 2)
    k = len(groups)
    size = np.array([len(group) for group in groups], dtype=np.float64)
    mean = np.array([group.mean() for group in groups])
    variance = np.array([group.var(ddof=1) for group in groups])
    constant = variance <= (1e-14 * np.abs(mean)) ** 2
    if np.all(constant) if equal_variance else np.any(constant):
        raise UnsuitableDataError("a group's values are all equal; its variance cannot be used")
    if equal_variance:
        between = size @ (mean - size @ mean / size.sum()) ** 2 / (k - 1)
        within = (size - 1) @ variance / (size.sum() - k)
        f, df = float(between / within), (k - 1.0, float(size.sum() - k))
    else:
        weight = size / variance
        share = weight / weight.sum()
        slack = float(np.sum((1 - share) ** 2 / (size - 1)) / (k**2 - 1))
        between = weight @ (mean - share @ mean) ** 2
        f = float(between / ((k - 1) * (1 + 2 * (k - 2) * slack)))
        df = (k - 1.0, 1 / (3 * slack))
    return MeansTest(f, df, float(fdtrc(*df, f)))


def variance_test(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> VarianceTest:
    """Test whether two groups vary alike, supposing normal distributions.

    Args:
        first: shape (m,), one group's values.
        second: shape (n,), the other's.
        alternative: "greater" when the first varies more.
        level: coverage of the interval.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: fewer than two values in a group, missing values, or no variation.

    Reference:
        Snedecor and Cochran (1989), Statistical Methods, section 6.13.

    Example:
        >>> round(variance_test([1, 2, 3, 6], [2, 3, 4, 5]).ratio.value, 2)
        2.8
    """
    check_level(level)
    check_alternative(alternative)
    x, y = read_samples((first, second), 2)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise UnsuitableDataError("a group's values are all equal; nothing to compare")
    df = (len(x) - 1, len(y) - 1)
    ratio = float(x.var(ddof=1) / y.var(ddof=1))
    below, above = float(fdtr(*df, ratio)), float(fdtrc(*df, ratio))
    p = {"two-sided": min(1.0, 2 * min(below, above)), "less": below, "greater": above}[alternative]
    tail = (1 - level) / (2 if alternative == "two-sided" else 1)
    low = 0.0 if alternative == "less" else ratio / float(fdtri(*df, 1 - tail))
    high = np.inf if alternative == "greater" else ratio / float(fdtri(*df, tail))
    return VarianceTest(df, p, Estimate(ratio, low, high, level, "f"))


def _refuse_constant(x: Floats, y: Floats, error: float) -> None:
    # As R: a spread that is only rounding would give a t of any size.
    if error <= 10 * np.finfo(np.float64).eps * max(abs(x.mean()), abs(y.mean())):
        raise UnsuitableDataError("the values do not vary within groups; nothing to test against")


def _assess(gap: float, error: float, df: float, alternative: Alternative, level: float) -> TTest:
    check_level(level)
    check_alternative(alternative)
    t = gap / error
    if alternative == "two-sided":
        p, width = 2 * float(stdtr(df, -abs(t))), float(stdtrit(df, 0.5 + level / 2))
    else:
        p = float(stdtr(df, t if alternative == "less" else -t))
        width = float(stdtrit(df, level))
    low = -np.inf if alternative == "less" else gap - width * error
    high = np.inf if alternative == "greater" else gap + width * error
    return TTest(t, df, p, Estimate(gap, low, high, level, "t"))
