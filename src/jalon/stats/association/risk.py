"""How much a yes or no differs between two groups: ratio of odds, ratio and difference of risks."""

from __future__ import annotations

import numpy as np

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.cross_table import TableLike, read_two_by_two
from jalon.stats.association.hypothesis import normal_quantiles


def odds_ratio(table: TableLike, level: float = 0.95, haldane: bool = False) -> Estimate:
    """Estimate the odds ratio of two groups from their counts.

    Args:
        table: shape (2, 2): rows exposed and not exposed, columns yes and no.
        level: coverage of the interval.
        haldane: whether to add half a patient to each cell, which keeps an empty cell's ratio
            finite.

    Returns:
        Odds of the first row over those of the second, with Woolf's interval.

    Raises:
        UnsuitableDataError: an empty cell without ``haldane``; ``fisher_test`` has an exact
            interval then.

    Reference:
        Woolf (1955), doi:10.1111/j.1469-1809.1955.tb01348.x; Haldane (1956),
        doi:10.1111/j.1469-1809.1955.tb01285.x; Agresti (2002), doi:10.1002/0471249688,
        section 3.1.1.

    Example:
        >>> round(odds_ratio([[12, 5], [29, 22]]).value, 4)
        1.8207
    """
    (a, b), (c, d) = read_two_by_two(table) + (0.5 if haldane else 0.0)
    if min(a, b, c, d) == 0:
        raise UnsuitableDataError(
            "a cell is empty, so that the odds ratio is 0 or infinite; use fisher_test, or haldane"
        )
    error = np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return _raise(float(a * d / (b * c)), float(error), level, "woolf")


def risk_ratio(table: TableLike, level: float = 0.95) -> Estimate:
    """Estimate the ratio of two groups' risks.

    Args:
        table: shape (2, 2): rows exposed and not exposed, columns yes and no.
        level: coverage of the interval.

    Returns:
        Risk of the first row over that of the second, with Katz' logarithmic interval.

    Raises:
        UnsuitableDataError: a row without a patient, or a group without a yes.

    Reference:
        Katz et al. (1978), doi:10.2307/2530610, method C.

    Example:
        >>> round(risk_ratio([[12, 5], [29, 22]]).value, 4)
        1.2414
    """
    counts = read_two_by_two(table)
    size = _sizes(counts)
    yes = counts[:, 0]
    if np.any(yes == 0):
        raise UnsuitableDataError("a group has no yes, so that the risk ratio is 0 or infinite")
    risk = yes / size
    error = float(np.sqrt(np.sum(1 / yes - 1 / size)))
    return _raise(float(risk[0] / risk[1]), error, level, "katz")


def risk_difference(table: TableLike, level: float = 0.95) -> Estimate:
    """Estimate the difference of two groups' risks.

    Args:
        table: shape (2, 2): rows exposed and not exposed, columns yes and no.
        level: coverage of the interval.

    Returns:
        Risk of the first row less that of the second, with Wald's interval.

    Raises:
        UnsuitableDataError: a row without a patient.

    Reference:
        Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I,
        method 1.

    Example:
        >>> round(risk_difference([[12, 5], [29, 22]]).value, 4)
        0.1373
    """
    counts = read_two_by_two(table)
    size = _sizes(counts)
    risk = counts[:, 0] / size
    error = float(np.sqrt(np.sum(risk * (1 - risk) / size)))
    gap = float(risk[0] - risk[1])
    below, above = normal_quantiles(level, "two-sided")
    return Estimate(gap, gap + below * error, gap + above * error, level, "wald")


def _sizes(counts: Floats) -> Floats:
    size = counts.sum(1)
    if np.any(size == 0):
        raise UnsuitableDataError("a row has no patient; there is nothing to compare")
    return np.asarray(size)


def _raise(ratio: float, error: float, level: float, method: str) -> Estimate:
    below, above = normal_quantiles(level, "two-sided")
    low, high = ratio * np.exp(below * error), ratio * np.exp(above * error)
    return Estimate(ratio, float(low), float(high), level, method)
