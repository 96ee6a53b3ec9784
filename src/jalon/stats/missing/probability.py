"""Pooling a probability: survival at a time, concordance, an area under the curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.missing.rubin import Pooled, pool_estimates
from jalon.stats.survival.interval import find_z

Scale = Literal["plain", "log", "log-log", "logit"]
Quantile = Literal["t", "normal"]
Map = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class PooledProbability:
    """Probabilities pooled over completed tables.

    Attributes:
        value: shape (k,), pooled probabilities.
        low: shape (k,), lower limits.
        high: shape (k,), upper limits.
        on_scale: what was pooled, on the scale where it was pooled.
        scale: the name of that scale.
        level: coverage of the intervals, 0 to 1.
    """

    value: Floats
    low: Floats
    high: Floats
    on_scale: Pooled
    scale: Scale
    level: float = 0.95

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Each pooled probability with its interval."""
        rows = zip(self.value, self.low, self.high, strict=True)
        return tuple(
            Estimate(float(v), float(a), float(b), self.level, self.scale) for v, a, b in rows
        )


def pool_probability(
    probabilities: npt.ArrayLike,
    std_errors: npt.ArrayLike,
    scale: Scale,
    complete_df: float = np.inf,
    level: float = 0.95,
    quantile: Quantile = "t",
) -> PooledProbability:
    """Pool a survival probability or a concordance on a scale where it is about normal.

    Use "log-log" (complementary log-log) for survival at a time and "logit" for a concordance
    or an area under the curve.

    Args:
        probabilities: shape (m,) or (m, k), one row per completed table, strictly between 0
            and 1.
        std_errors: the same shape, their standard errors on the plain scale; they are carried
            to the other by the delta method.
        scale: where estimates are averaged.
        complete_df: degrees of freedom had nothing been missing.
        level: coverage of the intervals, 0 to 1.
        quantile: "t" is Student's with Rubin's degrees of freedom; "normal" is what a
            single table's interval uses, a little too narrow when few tables differ much.

    Returns:
        Pooled probabilities with their intervals.

    Raises:
        UnsuitableDataError: a probability of 0 or 1 or outside, or what ``pool_estimates``
            refuses.

    Reference:
        Marshall A et al. (2009), doi:10.1186/1471-2288-9-57, table 1.

    Example:
        >>> pooled = pool_probability([0.70, 0.71, 0.72], [0.02, 0.02, 0.02], "logit")
        >>> pooled.value.round(4).tolist()
        [0.7101]
    """
    value = read_floats(probabilities, "probabilities")
    spread = read_floats(std_errors, "std_errors")
    if scale not in _SCALES:
        raise UnsuitableDataError(
            f"scale {scale!r} is not known; choose one of {', '.join(_SCALES)}"
        )
    if quantile not in ("t", "normal"):
        raise UnsuitableDataError(f"quantile {quantile!r} is not known; choose t or normal")
    _check(value, spread)
    forward, slope, back = _SCALES[scale]
    pooled = pool_estimates(forward(value), (spread * slope(value)) ** 2, complete_df, level)
    reach = pooled.high - pooled.value
    if quantile == "normal":
        reach = find_z(level) * pooled.std_error
    ends = np.sort([back(pooled.value - reach), back(pooled.value + reach)], axis=0)
    return PooledProbability(back(pooled.value), ends[0], ends[1], pooled, scale, level)


def _check(value: Floats, spread: Floats) -> None:
    if value.shape != spread.shape:
        raise UnsuitableDataError(
            f"{value.size} probabilities but {spread.size} standard errors; give one each"
        )
    if not np.all((value > 0) & (value < 1)):
        raise UnsuitableDataError(
            "a probability is 0, 1, missing or outside; in some completed table nothing or "
            "everything happened, so choose another time or group"
        )


def _one(p: Floats) -> Floats:
    return np.ones_like(p)


_SCALES: dict[str, tuple[Map, Map, Map]] = {
    "plain": (np.copy, _one, np.copy),
    "log": (np.log, lambda p: 1 / p, np.exp),
    "log-log": (
        lambda p: np.log(-np.log(p)),
        lambda p: 1 / (p * np.log(p)),
        lambda g: np.exp(-np.exp(g)),
    ),
    "logit": (logit, lambda p: 1 / (p * (1 - p)), expit),
}
