"""The distribution of Spearman's sum of squared rank differences without ties."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
from scipy.special import ndtr

from jalon.core import Floats

# Best and Roberts (1975), algorithm AS 89: coefficients of the Edgeworth series.
_SERIES = (0.2274, 0.2531, 0.1745, 0.0758, 0.1033, 0.3932, 0.0879, 0.0151, 0.0072, 0.0831,
           0.0131, 4.6e-4)  # fmt: skip


def rho_tail(s: float, n: int, upper: bool) -> float:
    """Return the probability of a sum of squared rank differences as extreme as one seen.

    Args:
        s: the sum seen.
        n: patients, without ties.
        upper: whether sums at least as large count (ranks that run against each other), or sums
            at most as large.

    Returns:
        Exact for up to 9 patients, else by Edgeworth's series.

    Reference:
        Best and Roberts (1975), doi:10.2307/2347111, algorithm AS 89.

    Example:
        >>> rho_tail(0, 3, upper=False) == 1 / 6
        True
    """
    whole = 2 * round(s / 2)  # such sums are even
    if n <= 9:
        counts = _count_sums(n)
        part = counts[whole:] if upper else counts[: whole + 1]
        return float(part.sum() / counts.sum())
    # AS 89 gives the chance of sums at least as large as its argument.
    tail = _edgeworth(whole if upper else whole + 2, n)
    return tail if upper else 1 - tail


def _edgeworth(s: float, n: int) -> float:
    if s <= 0:
        return 1.0
    if s > n * (n**2 - 1) / 3:
        return 0.0
    c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12 = _SERIES
    b = 1 / n
    x = (6 * (s - 1) * b / (n**2 - 1) - 1) * np.sqrt(1 / b - 1)
    y = x * x
    inner = c9 - c10 * b + y * b * (c11 - c12 * y)
    middle = -c4 + b * (c5 + c6 * b) - y * b * (c7 + c8 * b - y * inner)
    series = x * b * (c1 + b * (c2 + c3 * b) + y * middle)
    return float(np.clip(ndtr(-x) + series / np.exp(y / 2), 0, 1))


@cache
def _count_sums(n: int) -> Floats:
    orders = np.array(list(permutations(range(n))), dtype=np.int64)
    sums = ((orders - np.arange(n)) ** 2).sum(1)
    return np.bincount(sums, minlength=n * (n * n - 1) // 3 + 1).astype(np.float64)
