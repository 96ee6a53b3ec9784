"""The middle, spread and lopsidedness of a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.association.hypothesis import check_level
from jalon.stats.association.sample import read_sample

Definition = Literal[1, 2, 3, 4, 5, 6, 7, 8, 9]

_ENDS = {
    4: (0.0, 1.0),
    5: (0.5, 0.5),
    6: (0.0, 0.0),
    7: (1.0, 1.0),
    8: (1 / 3, 1 / 3),
    9: (3 / 8, 3 / 8),
}
"""Share below the least and above the greatest value, in steps, of the continuous definitions."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments of a number.

    Attributes:
        n: patients.
        mean: the mean with Student's interval.
        deviation: standard deviation, dividing by n - 1; NaN for one patient.
        skewness: third central moment over the second to the power 1.5, both dividing by n;
            above 0 with a long tail of large values, NaN when nothing varies.
    """

    n: int
    mean: Estimate
    deviation: float
    skewness: float


def find_moments(values: npt.ArrayLike, level: float = 0.95) -> Moments:
    """Describe a number by its mean, spread and lopsidedness.

    Args:
        values: shape (n,), finite.
        level: coverage of the mean's interval.

    Returns:
        The moments.

    Raises:
        UnsuitableDataError: no value, or missing values.

    Reference:
        Joanes and Gill (1998), doi:10.1111/1467-9884.00122, g1.

    Example:
        >>> moments = find_moments([1, 2, 3, 4])
        >>> moments.mean.value, round(moments.deviation, 4), moments.skewness
        (2.5, 1.291, 0.0)
    """
    check_level(level)
    x = read_sample(values, "values")
    n, mean = len(x), float(x.mean())
    centred = x - mean
    deviation = float(x.std(ddof=1)) if n > 1 else np.nan
    spread = float(np.mean(centred**2))
    skewness = float(np.mean(centred**3)) / spread**1.5 if spread**1.5 > 0 else np.nan
    width = float(stdtrit(n - 1, 0.5 + level / 2)) * deviation / np.sqrt(n) if n > 1 else np.nan
    return Moments(n, Estimate(mean, mean - width, mean + width, level, "t"), deviation, skewness)


def sample_quantiles(
    values: npt.ArrayLike,
    share: npt.ArrayLike,
    definition: Definition = 7,
) -> Floats:
    """Return the values below which given shares of patients lie.

    Args:
        values: shape (n,), finite.
        share: shape (k,), shares, 0 to 1.
        definition: number of Hyndman and Fan's definition, as in R: 7 is R's and numpy's, 2 that
            of SAS (PCTLDEF=5), 6 that of SPSS and Minitab, 8 the median-unbiased one.

    Returns:
        Shape (k,).

    Raises:
        UnsuitableDataError: no value, missing values, or shares outside 0 to 1.

    Reference:
        Hyndman and Fan (1996), doi:10.1080/00031305.1996.10473566, definitions 1 to 9.

    Example:
        >>> sample_quantiles([1, 2, 3, 4], [0.25, 0.5], definition=2).tolist()
        [1.5, 2.5]
    """
    x = np.sort(read_sample(values, "values"))
    p = read_floats(share, "share")
    if p.ndim != 1 or not np.all((p >= 0) & (p <= 1)):
        raise UnsuitableDataError("give shares between 0 and 1")
    n = len(x)
    if definition not in range(1, 10):
        raise UnsuitableDataError(f"definition {definition} is not known; choose 1 to 9")
    if definition in _ENDS:
        a, b = _ENDS[definition]
        place = a + p * (n + 1 - a - b)
    else:
        place = n * p - (0.5 if definition == 3 else 0.0)
    # As R: a product that misses a whole number by rounding only counts as whole.
    whole = np.floor(place + 4 * np.finfo(np.float64).eps)
    part = np.where(np.abs(place - whole) < 4 * np.finfo(np.float64).eps, 0.0, place - whole)
    if definition not in _ENDS:  # a step function: no mixing but in the middle of a step
        middle = {1: 0 * whole, 2: 0 * whole + 0.5, 3: whole % 2}[definition]
        part = np.where(part > 0, 1.0, middle)
    low, high = (x[np.clip(whole.astype(np.int64) + step, 1, n) - 1] for step in (0, 1))
    mixed = (1 - part) * low + part * high
    return np.asarray(np.where(part == 0, low, np.where(part == 1, high, mixed)))
