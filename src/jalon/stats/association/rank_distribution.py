"""What rank sums are possible under the null hypothesis, ties included."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.association.hypothesis import Alternative

MOST_STEPS = 2e9
"""Additions after which an exact distribution is called too long to compute."""


def count_rank_sums(ranks: Floats, size: int) -> tuple[Floats, Floats]:
    """Return the distribution of the sum of ranks of a random group.

    Args:
        ranks: shape (n,), ranks, tied values having the mean of theirs.
        size: patients in the group.

    Returns:
        The possible sums, ascending, and their probabilities.

    Raises:
        UnsuitableDataError: too many patients.

    Reference:
        Streitberg and Roehmel (1986), Statistical Software Newsletter 12:10-17.

    Example:
        >>> sums, chance = count_rank_sums(np.array([1.0, 2.0, 3.0]), 2)
        >>> sums.tolist(), (3 * chance).round(12).tolist()
        ([3.0, 4.0, 5.0], [1.0, 1.0, 1.0])
    """
    whole, unit = _scale(ranks)
    top = int(np.sort(whole)[len(whole) - size :].sum())
    _limit(float(len(whole)) * (size + 1) * (top + 1))
    # chance[k, s]: weight of choosing k of the patients seen so far with rank sum s.
    chance = np.zeros((size + 1, top + 1))
    chance[0, 0] = 1.0
    for seen, rank in enumerate(whole.tolist()):
        chance[1:, rank:] += chance[:-1, : top + 1 - rank].copy()
        if seen % 32 == 31:  # keep numbers within range; only proportions matter
            chance /= chance.sum()
    return _keep(chance[size], unit)


def count_signed_rank_sums(ranks: Floats) -> tuple[Floats, Floats]:
    """Return the distribution of the sum of ranks that have a positive sign by chance.

    Args:
        ranks: shape (n,), ranks of absolute differences, ties having the mean of theirs.

    Returns:
        The possible sums, ascending, and their probabilities.

    Raises:
        UnsuitableDataError: too many patients.

    Example:
        >>> sums, chance = count_signed_rank_sums(np.array([1.0, 2.0]))
        >>> sums.tolist(), chance.tolist()
        ([0.0, 1.0, 2.0, 3.0], [0.25, 0.25, 0.25, 0.25])
    """
    whole, unit = _scale(ranks)
    top = int(whole.sum())
    _limit(float(len(whole)) * (top + 1))
    chance = np.zeros(top + 1)
    chance[0] = 1.0
    for rank in whole.tolist():
        chance[rank:] += chance[: top + 1 - rank].copy()
        chance /= 2
    return _keep(chance, unit)


def exact_p(sums: Floats, chance: Floats, seen: float, alternative: Alternative) -> float:
    """Return the exact p-value of a rank sum.

    Args:
        sums: the possible sums, ascending.
        chance: their probabilities.
        seen: the sum seen.
        alternative: two-sided counts sums at least as far from the mean on either side.

    Returns:
        The p-value; without ties twice the smaller tail.
    """
    near = 1e-6
    if alternative == "two-sided":
        mean = float(sums @ chance)
        counted = np.abs(sums - mean) >= abs(seen - mean) - near
    else:
        counted = sums <= seen + near if alternative == "less" else sums >= seen - near
    return min(1.0, float(chance[counted].sum()))


def lower_quantile(sums: Floats, chance: Floats, share: float) -> float:
    """Return the smallest sum that is reached with at least a given probability.

    Args:
        sums: the possible sums, ascending.
        chance: their probabilities.
        share: the probability.

    Returns:
        The sum.
    """
    slack = 10 * float(np.finfo(np.float64).eps)
    return float(sums[np.searchsorted(np.cumsum(chance), share - slack)])


def _scale(ranks: Floats) -> tuple[Integers, float]:
    doubled = np.round(2 * ranks).astype(np.int64)
    unit = int(np.gcd.reduce(doubled))
    return doubled // unit, unit / 2


def _keep(weight: Floats, unit: float) -> tuple[Floats, Floats]:
    possible = np.flatnonzero(weight)
    return np.asarray(possible * unit), np.asarray(weight[possible] / weight.sum())


def _limit(steps: float) -> None:
    if steps > MOST_STEPS:
        raise UnsuitableDataError(
            "there are too many patients for an exact rank test; use the normal approximation "
            '(method="corrected")'
        )
