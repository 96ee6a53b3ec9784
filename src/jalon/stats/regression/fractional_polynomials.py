"""Fractional polynomials: a curved effect from one or two powers of a covariate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats

POWERS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
"""The powers of Royston and Altman; 0 stands for the logarithm."""


@dataclass(frozen=True, slots=True)
class PowerScale:
    """How a covariate is made positive and moderate before powers are taken.

    Attributes:
        shift: what is added.
        scale: what the sum is divided by, a power of ten.
    """

    shift: float
    scale: float


def choose_power_scale(x: npt.ArrayLike) -> PowerScale:
    """Choose a shift that makes a covariate positive and a power of ten that makes it moderate.

    Keep the result with the model: new patients need the same shift and scale.

    Args:
        x: shape (n,), values of the covariate, finite, at least two different ones.

    Returns:
        No shift when all values are positive; else the smallest gap between two values above
        the lowest value, rounded up to a tenth. The scale is ten to the rounded logarithm of
        the shifted mean.

    Raises:
        UnsuitableDataError: missing values, or the same value for everyone.

    Reference:
        Royston P, Sauerbrei W (2008), Multivariable Model-building, doi:10.1002/9780470770771,
        sections 4.7 and 4.11, with the scale of ``fp.scale`` in R's mfp (version 1.5).

    Example:
        >>> choose_power_scale([0, 2, 5, 40])
        PowerScale(shift=2.0, scale=10.0)
    """
    values = _read_values(x)
    lowest = values.min(initial=np.inf)
    if len(values) == 0 or lowest == values.max():
        raise UnsuitableDataError(
            "the covariate is the same for all patients, so it has no curve; leave it out"
        )
    shift = 0.0
    if lowest <= 0:
        gaps = np.diff(np.unique(values))
        shift = float(np.ceil((gaps.min() - lowest) * 10) / 10)
    size = np.log10(np.mean(values + shift))
    return PowerScale(shift, float(10.0 ** (np.sign(size) * np.round(np.abs(size)))))


def power_basis(
    x: npt.ArrayLike, powers: Sequence[float], scale: PowerScale | None = None
) -> Floats:
    """Turn one covariate into the columns of a fractional polynomial.

    Args:
        x: shape (n,), values of the covariate, finite.
        powers: the powers, in any order; 0 is the logarithm, and a power given twice comes
            with and without a factor log(x), three times also with log(x) squared.
        scale: shift and scale from ``choose_power_scale``; None for neither.

    Returns:
        Shape (n, k), one column per power, in the order of rising powers.

    Raises:
        UnsuitableDataError: missing values, values that are not positive after the shift, or
            no power.

    Reference:
        Royston P, Altman DG (1994), doi:10.2307/2986270, equations 3 and 4.

    Example:
        >>> power_basis([1, 4], powers=[0.5, 2]).tolist()
        [[1.0, 1.0], [2.0, 16.0]]
    """
    if len(powers) == 0:
        raise UnsuitableDataError("no power is given; name at least one, for example 1")
    change = PowerScale(0.0, 1.0) if scale is None else scale
    values = (_read_values(x) + change.shift) / change.scale
    if np.any(values <= 0):
        raise UnsuitableDataError(
            f"the covariate is not positive for {int(np.sum(values <= 0))} patients; give the "
            "scale of choose_power_scale, chosen on all patients"
        )
    columns: list[Floats] = []
    logarithm, ordered = np.log(values), sorted(powers)
    for place, power in enumerate(ordered):
        if place > 0 and power == ordered[place - 1]:
            columns.append(columns[-1] * logarithm)
        else:
            columns.append(logarithm if power == 0 else values**power)
    return np.column_stack(columns)


def list_powers(degree: int = 2) -> tuple[tuple[float, ...], ...]:
    """List all fractional polynomials of one degree: 8 of degree 1, 36 of degree 2.

    Args:
        degree: number of powers, at least 1.

    Returns:
        Powers in rising order, repeated ones included.

    Raises:
        UnsuitableDataError: a degree below 1.

    Reference:
        Royston P, Altman DG (1994), doi:10.2307/2986270, section 3.

    Example:
        >>> len(list_powers(1)), len(list_powers(2))
        (8, 36)
    """
    if degree < 1:
        raise UnsuitableDataError(f"degree is {degree}; give 1 or more")
    return tuple(combinations_with_replacement(POWERS, degree))


def _read_values(x: npt.ArrayLike) -> Floats:
    values = read_floats(x, "x")
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise UnsuitableDataError(
            "the covariate is not one finite number per patient; leave out or impute missing ones"
        )
    return values
