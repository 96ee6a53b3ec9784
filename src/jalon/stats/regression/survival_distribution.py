"""The shapes of parametric survival: how log time scatters around what is expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, log_ndtr, logit, ndtr, ndtri

from jalon.core import Floats

Distribution = Literal["weibull", "exponential", "rayleigh", "lognormal", "loglogistic"]

Slopes = tuple[Floats, Floats, Floats]
"""A function of the standardised log time, its first and its second derivative."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A distribution of standardised log time.

    Attributes:
        density: log density with two derivatives.
        survival: log of the chance to be later, with two derivatives.
        quantile: standardised log time by which a share has had the event.
        free_scale: whether the spread is estimated.
        scale: the spread when it is not.
    """

    density: Callable[[Floats], Slopes]
    survival: Callable[[Floats], Slopes]
    quantile: Callable[[Floats], Floats]
    free_scale: bool = True
    scale: float = 1.0


def _gumbel_density(z: Floats) -> Slopes:
    with np.errstate(over="ignore"):
        growth = np.exp(z)
    return z - growth, 1 - growth, -growth


def _gumbel_survival(z: Floats) -> Slopes:
    with np.errstate(over="ignore"):
        growth = np.exp(z)
    return -growth, -growth, -growth


def _normal_density(z: Floats) -> Slopes:
    return -(z**2) / 2 - np.log(2 * np.pi) / 2, -z, np.full_like(z, -1.0)


def _normal_survival(z: Floats) -> Slopes:
    value = np.asarray(log_ndtr(-z))
    hazard = np.exp(-(z**2) / 2 - np.log(2 * np.pi) / 2 - value)
    return value, -hazard, -hazard * (hazard - z)


def _logistic_density(z: Floats) -> Slopes:
    value, first, second = _logistic_survival(z)
    return z + 2 * value, 1 + 2 * first, 2 * second


def _logistic_survival(z: Floats) -> Slopes:
    share = np.asarray(expit(z))
    return -np.logaddexp(0.0, z), -share, -share * (1 - share)


def _gumbel_quantile(share: Floats) -> Floats:
    return np.asarray(np.log(-np.log1p(-share)))


SHAPES: dict[Distribution, Shape] = {
    "weibull": Shape(_gumbel_density, _gumbel_survival, _gumbel_quantile),
    "exponential": Shape(_gumbel_density, _gumbel_survival, _gumbel_quantile, free_scale=False),
    "rayleigh": Shape(_gumbel_density, _gumbel_survival, _gumbel_quantile, False, 0.5),
    "lognormal": Shape(_normal_density, _normal_survival, lambda share: np.asarray(ndtri(share))),
    "loglogistic": Shape(
        _logistic_density, _logistic_survival, lambda share: np.asarray(logit(share))
    ),
}


def survive(distribution: Distribution, z: Floats) -> Floats:
    """Give the chance that the standardised log time is later.

    Args:
        distribution: its name.
        z: standardised log times, of any shape.

    Returns:
        Chances, 0 to 1.
    """
    if distribution == "lognormal":
        return np.asarray(ndtr(-z))
    return np.exp(SHAPES[distribution].survival(z)[0])
