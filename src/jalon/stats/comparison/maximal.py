"""The cut-point that separates survival best, with a p-value that knows it was searched for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtr

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.ties import merge_ties

SearchedP = Literal["bonferroni", "bridge", "permutation"]
METHODS = ("bonferroni", "bridge", "permutation")
MOST_PERMUTED = 170
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class MaximalLogRank:
    """The best of all cut-points of a variable.

    Attributes:
        cut: patients up to this value are one group, those above it the other.
        statistic: largest absolute standardised log-rank statistic.
        p: p-value for no relation at any cut-point.
        cuts: shape (c,), all cut-points compared, ascending.
        statistics: shape (c,), the statistic at each.
        method: how p was found.
    """

    cut: float
    statistic: float
    p: float
    cuts: Floats
    statistics: Floats
    method: SearchedP


def maximal_log_rank(
    values: npt.ArrayLike,
    data: SurvivalData,
    lowest: float = 0.1,
    highest: float = 0.9,
    method: SearchedP = "bonferroni",
) -> MaximalLogRank:
    """Find the cut-point that separates survival best, and test it as the best of many.

    The p-value of a log-rank test at a cut-point chosen for being the best is far too small.
    The effect seen there is too large as well; a cut-point found here needs other patients
    before it is believed.

    Args:
        values: shape (n,), the variable to cut, finite.
        data: outcomes of the same patients; any event >= 1 counts.
        lowest: smallest share of patients in the lower group, 0 to 1.
        highest: largest share of patients in the lower group, 0 to 1.
        method: "bonferroni" is the improved Bonferroni bound of Lausen, Sauerbrei and Schumacher
            (R: "Lau94"); "bridge" the limit in large samples (R: "Lau92"), for a variable with
            few ties; "permutation" the bound of Hothorn and Lausen (R: "HL") for up to 170
            patients, whose scores are first rounded to whole numbers.

    Returns:
        The cut-point, its statistic and p-value, and the statistic at all others.

    Raises:
        UnsuitableDataError: left truncation, weights, strata, no event, a missing value, no
            cut-point within the limits, or too many patients for a permutation.

    Reference:
        Lausen and Schumacher (1992), doi:10.2307/2532740, section 3; Lausen, Sauerbrei and
        Schumacher (1994), in Dirschedl and Ostermann (eds), Computational statistics, Physica,
        483-496; Hothorn and Lausen (2003),
        doi:10.1016/S0167-9473(02)00225-6, section 3. As R's ``maxstat::maxstat.test``.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 1, 1, 1])
        >>> maximal_log_rank([9, 8, 7, 1, 2, 3], data, lowest=0.2, highest=0.8).cut
        3.0
    """
    if method not in METHODS:
        raise UnsuitableDataError(f"method {method!r} is not known; one of {', '.join(METHODS)}")
    variable = _read(values, data, (lowest, highest))
    score = _score(data)
    if method == "permutation":
        score = _round_scores(score)
    order = np.argsort(variable, kind="stable")
    below = _list_cuts(variable[order], lowest, highest)
    n, total = len(data), score.sum()
    expected, spread = _moments(below, score)
    statistics = np.abs((np.cumsum(score[order])[below - 1] - expected) / spread)
    best = int(np.argmax(statistics))
    statistic, cuts = float(statistics[best]), variable[order][below - 1]
    if method == "bonferroni":
        p = _improve_bonferroni(statistic, below, n)
    elif method == "bridge":
        p = _follow_bridge(statistic, lowest, highest)
    else:
        p = _permute(statistic, score.astype(np.int64), below) if total > 0 else 1.0
    p = min(max(p, 0.0), 1.0)
    return MaximalLogRank(float(cuts[best]), statistic, p, cuts, statistics, method)


def _read(values: npt.ArrayLike, data: SurvivalData, shares: tuple[float, float]) -> Floats:
    variable = read_floats(values, "values")
    if variable.shape != data.time.shape:
        raise UnsuitableDataError(
            f"values has shape {variable.shape} but there are {len(data)} patients; give one per "
            "patient"
        )
    missing = int(np.count_nonzero(~np.isfinite(variable)))
    if missing:
        raise UnsuitableDataError(
            f"values is missing or infinite for {missing} of {len(data)} patients; leave them out"
        )
    if not 0 <= shares[0] < shares[1] <= 1:
        raise UnsuitableDataError("lowest and highest are shares of patients, 0 to 1, in order")
    for name in ("entry", "weight", "stratum"):
        if getattr(data, name) is not None:
            raise UnsuitableDataError(f"this test does not allow for {name}; leave it out")
    if not np.any(data.event > 0):
        raise UnsuitableDataError("no event was seen; there is nothing to compare")
    return variable


def _score(data: SurvivalData) -> Floats:
    """Return log-rank scores: the event less the hazard met.

    Ties are R's, ``exactRankTests::cscores``: each event of a day finds those who end that day
    gone already, but for one.
    """
    time, event = merge_ties(data.time)[0], (data.event > 0).astype(np.float64)
    order = np.argsort(time, kind="stable")
    last = np.searchsorted(time[order], time[order], side="right")
    met = np.cumsum(event[order] / (len(time) - last + 1))
    score = np.empty(len(time))
    score[order] = event[order] - met[last - 1]
    return score


def _round_scores(score: Floats) -> Floats:
    if len(score) > MOST_PERMUTED:
        raise UnsuitableDataError(
            f"{len(score)} patients are too many to permute; up to {MOST_PERMUTED}, or choose "
            "method='bonferroni'"
        )
    from_zero = score - score.min()
    top = from_zero.max()
    return np.asarray(np.round(from_zero * len(score) / top)) if top > 0 else from_zero


def _list_cuts(ordered: Floats, lowest: float, highest: float) -> Integers:
    """Return how many patients lie at or below each cut-point allowed."""
    n = len(ordered)
    below = np.flatnonzero(np.diff(ordered) > 0) + 1
    if lowest == 0 and highest == 1:
        below = below[:-1]  # R leaves the highest value alone out
    else:
        least, most = max(1, np.floor(n * lowest)), np.floor(n * highest)
        below = below[(below >= least) & (below <= most)]
    if below.size == 0:
        raise UnsuitableDataError(
            "no cut-point leaves a share of patients between lowest and highest; widen them"
        )
    return below.astype(np.int64)


def _moments(below: Integers, score: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the sum of scores of so many patients, by chance."""
    n, m, total = len(score), below.astype(np.float64), score.sum()
    spread = n * np.sum(score**2) - total**2
    if spread <= ROUNDING * n * np.sum(score**2):
        raise UnsuitableDataError("all patients have the same outcome; there is nothing to compare")
    return m / n * total, np.sqrt(m * (n - m) / (n**2 * (n - 1)) * spread)


def _improve_bonferroni(b: float, below: Integers, n: int) -> float:
    m1, m2 = below[:-1].astype(np.float64), below[1:].astype(np.float64)
    t = np.sqrt(1 - m1 * (n - m2) / ((n - m1) * m2))
    steps = np.exp(-(b**2) / 2) / np.pi * (t - (b**2 / 4 - 1) * t**3 / 6)
    alone = float(2 * ndtr(-b))
    # Far in the tail the expansion falls below the p-value of one cut-point, even below 0.
    return max(alone + float(steps.sum()), alone)


def _follow_bridge(b: float, lowest: float, highest: float) -> float:
    if lowest == 0 or highest == 1:
        raise UnsuitableDataError("the limit needs lowest above 0 and highest below 1")
    if b < 1:
        return 1.0
    density = np.exp(-(b**2) / 2) / np.sqrt(2 * np.pi)
    odds = highest * (1 - lowest) / ((1 - highest) * lowest)
    return float(4 * density / b + density * (b - 1 / b) * np.log(odds))


def _permute(b: float, score: Integers, below: Integers) -> float:
    """Bound the chance that any sum of scores exceeds b, over all orders of the patients.

    Each size of the lower group adds its own chance of exceeding, less the orders that had
    exceeded with one patient fewer and cannot come back with whatever score is next.
    """
    n, total, top = len(score), int(score.sum()), int(score.max())
    chance = _count_subsets(score)[1:n, 1:]
    expected, spread = _moments(np.arange(1, n), score.astype(np.float64))
    size = np.arange(1, total + 1)
    distance = np.abs((size - expected[:, np.newaxis]) / spread[:, np.newaxis])
    distance[chance == 0] = 0
    chance[distance <= b] = 0
    exceeding = chance.sum(axis=1)
    for i in range(int(below.min()) - 1, n - 2):
        seen = np.flatnonzero(chance[i] > 0)
        low = seen[(size[seen] < expected[i]) & (seen + top < total)]
        low = low[distance[i + 1, low + top] > b]
        high = seen[size[seen] > expected[i]]
        high = high[distance[i + 1, high] > b]
        exceeding[i + 1] -= chance[i, low].sum() + chance[i, high].sum()
    return float(exceeding[below - 1].sum())


def _count_subsets(score: Integers) -> Floats:
    """Return shape (n + 1, total + 1): chance of each sum among all groups of each size."""
    n, total = len(score), int(score.sum())
    count = np.zeros((n + 1, total + 1))
    count[0, 0] = 1
    for i, s in enumerate(score):
        count[1 : i + 2, s:] += count[: i + 1, : total + 1 - s].copy()
    size = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(size + 1) - gammaln(n - size + 1)
    return np.asarray(count * np.exp(-ways)[:, np.newaxis])
