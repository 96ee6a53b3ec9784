"""What kind of outcome a generalised linear model has: yes or no, or a count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, gammaln, xlogy

from jalon.core import Floats, UnsuitableDataError

FamilyName = Literal["logistic", "poisson"]


@dataclass(frozen=True, slots=True)
class Family:
    """An outcome's distribution with its canonical link.

    Attributes:
        name: "logistic" for an outcome 0 or 1, "poisson" for a count.
        mean: expected outcome at a linear predictor.
        variance: variance of the outcome at an expected outcome; with the canonical link
            also the slope of ``mean``.
        log_likelihood: log probability of each outcome at a linear predictor.
        saturated: log probability of each outcome had it been expected exactly.
        ratio: what the exponential of a coefficient is called.
    """

    name: FamilyName
    mean: Callable[[Floats], Floats]
    variance: Callable[[Floats], Floats]
    log_likelihood: Callable[[Floats, Floats], Floats]
    saturated: Callable[[Floats], Floats]
    ratio: str


def _bernoulli(y: Floats, eta: Floats) -> Floats:
    # Written for the sign of the outcome, so that no digits are lost when eta is large.
    loss: Floats = np.logaddexp(0.0, np.where(y > 0, -eta, eta))
    return -loss


def _counting(y: Floats, eta: Floats) -> Floats:
    with np.errstate(over="ignore"):
        chance: Floats = y * eta - np.exp(eta) - gammaln(y + 1)
    return chance


def _exponential(eta: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.exp(eta)


LOGISTIC = Family(
    name="logistic",
    mean=lambda eta: np.asarray(expit(eta)),
    variance=lambda mean: mean * (1 - mean),
    log_likelihood=_bernoulli,
    saturated=np.zeros_like,
    ratio="odds ratio",
)

POISSON = Family(
    name="poisson",
    mean=_exponential,
    variance=lambda mean: mean,
    log_likelihood=_counting,
    saturated=lambda y: np.asarray(xlogy(y, y) - y - gammaln(y + 1)),
    ratio="rate ratio",
)


def check_binary(y: Floats) -> None:
    """Refuse an outcome that is not 0 or 1, or the same for everyone.

    Args:
        y: shape (n,), outcomes, finite.

    Raises:
        UnsuitableDataError: saying which.
    """
    if np.any((y != 0) & (y != 1)):
        raise UnsuitableDataError(
            "the outcome holds values other than 0 and 1; code it 0 no, 1 yes (a share of several "
            "patients as two rows, weighted by how many had the outcome and how many not)"
        )
    if len(y) == 0 or y.min() == y.max():
        amount = "none" if len(y) == 0 or y[0] == 0 else "all"
        raise UnsuitableDataError(
            f"{amount} of the {len(y)} patients have the outcome; choose another outcome or "
            "group of patients"
        )


def check_count(y: Floats) -> None:
    """Refuse counts that are negative, not whole, or 0 for everyone.

    Args:
        y: shape (n,), outcomes, finite.

    Raises:
        UnsuitableDataError: saying which.
    """
    if np.any((y < 0) | (y != np.round(y))):
        raise UnsuitableDataError("the outcome is not a count; give whole numbers 0, 1, 2, …")
    if len(y) == 0 or y.max() == 0:
        raise UnsuitableDataError(
            f"none of the {len(y)} patients has an event; choose another outcome"
        )
