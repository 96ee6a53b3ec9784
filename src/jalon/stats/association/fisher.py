"""Fisher's exact test of a table of counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln
from scipy.stats import random_table

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.conditional_count import count_corner, estimate_odds_ratio, find_p
from jalon.stats.association.cross_table import TableLike, read_table
from jalon.stats.association.exact_table import sum_less_probable
from jalon.stats.association.hypothesis import RELATIVE_TIE, Alternative
from jalon.stats.association.proportion import proportion


@dataclass(frozen=True, slots=True)
class FisherTest:
    """Fisher's exact test.

    Attributes:
        p: exact p-value of no association; 1 when only one table has the margins seen.
        odds_ratio: conditional maximum likelihood estimate with its exact interval, of the
            first row's odds of the first column over the second row's; NaN for tables larger
            than two by two.
    """

    p: float
    odds_ratio: Estimate


def fisher_test(
    table: TableLike,
    alternative: Alternative = "two-sided",
    odds_ratio: float = 1.0,
    level: float = 0.95,
    tolerance: float | None = None,
) -> FisherTest:
    """Test exactly whether two categories are associated, however small the counts.

    The two-sided p-value adds up all tables with the same margins that are no more probable
    than the one seen. The interval of the odds ratio puts half of ``1 - level`` in each tail,
    so that it can include 1 when p is small, and the reverse (as in R).

    Args:
        table: counts; rows and columns may be exchanged.
        alternative: of two by two tables only; "greater" for an odds ratio above the hypothesis.
        odds_ratio: the hypothesis, of two by two tables only.
        level: coverage of the interval.
        tolerance: None solves the estimate and its limits to machine precision. R's
            ``fisher.test`` stops its search at 2**-13, which leaves up to 1 % in a large limit;
            give ``2**-13`` for R's digits.

    Returns:
        The p-value and the odds ratio.

    Raises:
        UnsuitableDataError: counts that are not whole, a one-sided alternative or another
            hypothesis for a larger table, or a table too large to be enumerated (use
            ``simulate_fisher``).

    Reference:
        Fisher (1935), doi:10.2307/2342435; Mehta and Patel (1983), doi:10.2307/2288652
        (larger tables); Agresti (2002), doi:10.1002/0471249688, section 3.5.

    Example:
        >>> result = fisher_test([[3, 1], [1, 3]])
        >>> round(result.p, 4), round(result.odds_ratio.value, 4)
        (0.4857, 6.4083)
    """
    counts = read_table(table, whole=True)
    if counts.shape == (2, 2):
        if not 0 < odds_ratio < np.inf:
            raise UnsuitableDataError("odds_ratio must be above 0 and finite")
        corner = count_corner(counts[np.newaxis])
        estimate = estimate_odds_ratio(corner, level, alternative, tolerance)
        return FisherTest(find_p(corner, odds_ratio, alternative), estimate)
    if alternative != "two-sided" or odds_ratio != 1:
        raise UnsuitableDataError(
            "a one-sided alternative or an odds ratio needs a two by two table"
        )
    nothing = Estimate(np.nan, np.nan, np.nan, level, "conditional")
    return FisherTest(sum_less_probable(counts.astype(np.int64)), nothing)


def simulate_fisher(
    table: TableLike, rng: np.random.Generator, tables: int = 10_000, level: float = 0.95
) -> Estimate:
    """Estimate the p-value of Fisher's test from random tables, when it cannot be enumerated.

    Args:
        table: counts of any size.
        rng: source of chance.
        tables: random tables with the margins seen.
        level: coverage of the interval.

    Returns:
        (1 + those no more probable than the table seen) / (1 + tables), as R's
        ``simulate.p.value``, with the Clopper-Pearson interval of the share.

    Raises:
        UnsuitableDataError: counts that are not whole, or fewer than one random table.

    Reference:
        Patefield (1981), doi:10.2307/2346669; Davison and Hinkley (1997),
        doi:10.1017/CBO9780511802843, eq. 4.11.

    Example:
        >>> p = simulate_fisher([[3, 1], [1, 3]], np.random.default_rng(1))
        >>> p.low < 17 / 35 < p.high
        True
    """
    counts = read_table(table, whole=True)
    if tables < 1:
        raise UnsuitableDataError(f"tables is {tables}; give at least 1")
    drawn = random_table(counts.sum(1), counts.sum(0)).rvs(size=tables, random_state=rng)
    limit = _log_chance(counts) + np.log(RELATIVE_TIE)
    hits = int(np.count_nonzero(_log_chance(drawn) <= limit))
    share = proportion(hits, tables, "clopper-pearson", level)
    return Estimate((1 + hits) / (1 + tables), share.low, share.high, level, "simulated")


def _log_chance(counts: Floats) -> Floats:
    return np.asarray(-gammaln(counts + 1).sum(axis=(-2, -1)))
