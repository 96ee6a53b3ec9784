"""p-values adjusted for how many tests were made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats

Adjustment = Literal["none", "bonferroni", "holm", "hochberg", "hommel", "bh", "by"]


def adjust_p(p: npt.ArrayLike, method: Adjustment = "holm") -> Floats:
    """Raise p-values for the number of tests made, so that one small one among many counts less.

    Args:
        p: p-values, 0 to 1, of any shape; NaN where no test was made, which counts as none.
        method: "bonferroni", "holm", "hochberg" and "hommel" hold the chance of any false
            finding; of these "holm" is never worse than "bonferroni" and assumes nothing, while
            "hochberg" and "hommel" need tests that are not negatively dependent. "bh" (Benjamini
            and Hochberg) and "by" (Benjamini and Yekutieli, under any dependence) hold the
            expected share of false findings. "none" leaves them.

    Returns:
        Adjusted p-values of the same shape.

    Raises:
        UnsuitableDataError: an unknown method, or a value that is no p-value.

    Reference:
        Holm (1979), Scand J Stat 6:65-70; Hochberg (1988), doi:10.1093/biomet/75.4.800; Hommel
        (1988), doi:10.1093/biomet/75.2.383, by the algorithm of Wright (1992),
        doi:10.2307/2532694, appendix; Benjamini and Hochberg (1995),
        doi:10.1111/j.2517-6161.1995.tb02031.x; Benjamini and Yekutieli (2001),
        doi:10.1214/aos/1013699998, theorem 1.3. As R's ``p.adjust``.

    Example:
        >>> adjust_p([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]
    """
    values = read_floats(p, "p").copy()
    if method not in _METHODS:
        raise UnsuitableDataError(
            f"method {method!r} is not known; choose one of {', '.join(_METHODS)}"
        )
    known = ~np.isnan(values)
    if np.any((values[known] < 0) | (values[known] > 1)):
        raise UnsuitableDataError("a p-value lies outside 0 to 1; give p-values")
    given = values[known]
    order = np.argsort(given, kind="stable")
    adjusted = np.empty(given.size)
    adjusted[order] = np.minimum(_METHODS[method](given[order]), 1)
    values[known] = adjusted
    return values


def _keep(p: Floats) -> Floats:
    return p


def _bonferroni(p: Floats) -> Floats:
    return len(p) * p


def _holm(p: Floats) -> Floats:
    """Step down: never less than a smaller p-value got."""
    return np.maximum.accumulate(np.arange(len(p), 0, -1) * p)


def _step_up(p: Floats, factor: Floats) -> Floats:
    """Never more than a larger p-value got."""
    return np.minimum.accumulate((factor * p)[::-1])[::-1]


def _hochberg(p: Floats) -> Floats:
    return _step_up(p, np.arange(len(p), 0, -1, dtype=np.float64))


def _bh(p: Floats) -> Floats:
    return _step_up(p, len(p) / np.arange(1, len(p) + 1))


def _by(p: Floats) -> Floats:
    return _bh(p) * np.sum(1 / np.arange(1, len(p) + 1))


def _hommel(p: Floats) -> Floats:
    """Close the tests of all subsets by Simes' test, in n steps instead of 2^n."""
    n = len(p)
    if n < 2:
        return p
    rank = np.arange(1, n + 1)
    simes = np.full(n, np.min(n * p / rank))
    adjusted = simes.copy()
    for m in range(n - 1, 1, -1):
        split = n - m + 1
        last = np.min(m * p[split:] / np.arange(2, m + 1))
        simes[:split] = np.minimum(m * p[:split], last)
        simes[split:] = simes[split - 1]
        adjusted = np.maximum(adjusted, simes)
    return np.maximum(adjusted, p)


_METHODS: dict[str, Callable[[Floats], Floats]] = {
    "none": _keep,
    "bonferroni": _bonferroni,
    "holm": _holm,
    "hochberg": _hochberg,
    "hommel": _hommel,
    "bh": _bh,
    "by": _by,
}
