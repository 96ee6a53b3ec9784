"""What every comparison score comes out as, so that all are judged alike."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.learn.kernels.ground import Bits
from jalon.learn.terms import Terms
from jalon.learn.totals import count_totals
from jalon.stats import fit_cox


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """How large a comparison score may be.

    Attributes:
        max_variables: most variables.
        max_terms: most limits per variable.
        max_points: largest number of points of one term.
        price: log-likelihood units that one more term must bring when terms are added one by
            one; 1 is Akaike's criterion.
        trees: trees of the forest that ranks variables.
        seed: of the forest.
    """

    max_variables: int = 5
    max_terms: int = 2
    max_points: int = 5
    price: float = 1.0
    trees: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("max_variables", "max_terms", "max_points", "trees"):
            if getattr(self, name) < 1:
                raise UnsuitableDataError(f"{name} is {getattr(self, name)}; give 1 or more")
        if not self.price >= 0:
            raise UnsuitableDataError(f"price is {self.price:g}; give 0 or more")


@dataclass(frozen=True, slots=True)
class BaselineScore:
    """A score made by a recipe, in the same terms as a learned one.

    Attributes:
        name: the recipe.
        points: one number per term, 0 for terms that are not used; whole for a score, log hazard
            ratios for a Cox model; empty for a score that comes with its own points.
        scale: log hazard per point, fitted to the same patients; 0 when more points do not mean
            more risk.
        loss: negative log partial likelihood (Breslow) at that scale.
        null_loss: the same without any score.
        variables: how many variables are used.
        terms: how many terms are used.
        note: what differs from the published recipe.
    """

    name: str
    points: tuple[float, ...]
    scale: float
    loss: float
    null_loss: float
    variables: int
    terms: int
    note: str = field(default="")

    def total(self, bits: Bits) -> Floats:
        """Return shape (n,), the totals of patients with these terms (p, n)."""
        if len(self.points) != len(bits):
            raise UnsuitableDataError(
                f"{self.name} has points for {len(self.points)} terms, but {len(bits)} were given"
            )
        totals: Floats = np.array(self.points, dtype=np.float64) @ bits.astype(np.float64)
        return totals


def score_points(
    name: str, points: npt.ArrayLike, terms: Terms, data: SurvivalData, note: str = ""
) -> BaselineScore:
    """Judge points by the partial likelihood of their totals at the best scale.

    Args:
        name: the recipe.
        points: shape (p,), points per term.
        terms: candidate terms of n patients.
        data: outcomes of the same patients.
        note: what differs from the published recipe.

    Returns:
        The score.
    """
    values = np.asarray(points, dtype=np.float64) + 0.0  # no -0 among the points
    used = np.flatnonzero(values)
    scale, loss, null_loss = fit_total(values @ terms.bits.astype(np.float64), data)
    return BaselineScore(
        name=name,
        points=tuple(values.tolist()),
        scale=scale,
        loss=loss,
        null_loss=null_loss,
        variables=len(set(terms.variable[used].tolist())),
        terms=len(used),
        note=note,
    )


def fit_total(total: npt.ArrayLike, data: SurvivalData) -> tuple[float, float, float]:
    """Fit the one positive scale of total points.

    Args:
        total: shape (n,), totals.
        data: outcomes of the same patients, event 1 being the event.

    Returns:
        Scale, loss at the scale, loss without a score.

    Raises:
        UnsuitableDataError: totals that separate the outcome.
    """
    values = np.asarray(total, dtype=np.float64)
    held = np.ones(len(data), dtype=np.bool_) if data.weight is None else data.weight > 0
    if np.ptp(values[held]) == 0:
        null_loss = find_null_loss(data)
        return 0.0, null_loss, null_loss
    fit = fit_cox(values[:, None], data, ties="breslow", names=["total points"])
    slope = float(fit.coefficients[0])
    null_loss = -fit.log_likelihood_null
    return (slope, -fit.log_likelihood, null_loss) if slope > 0 else (0.0, null_loss, null_loss)


def find_null_loss(data: SurvivalData) -> float:
    """Give the negative log partial likelihood without any score.

    Args:
        data: outcomes, event 1 being the event.

    Returns:
        The loss.
    """
    table = count_totals(np.zeros(len(data)), data)
    return float(table.died @ np.log(table.at_risk[-1]))


def find_open(terms: Terms, chosen: list[int], settings: BaselineSettings) -> list[int]:
    """List the terms that may be added without breaking the limits.

    Args:
        terms: candidate terms.
        chosen: terms already in the model.
        settings: the limits.

    Returns:
        Terms not yet chosen, of a variable that has room, or of a new one while there is room.
    """
    counts = np.bincount(terms.variable[chosen], minlength=len(terms.candidates))
    full = np.count_nonzero(counts) >= settings.max_variables
    free = (counts < settings.max_terms) & ((counts > 0) | (not full))
    return [t for t in range(len(terms.cut)) if free[terms.variable[t]] and t not in chosen]


def spread_points(chosen: list[int], values: npt.ArrayLike, terms: Terms) -> Floats:
    """Put the points of the chosen terms into the vector of all terms.

    Args:
        chosen: the terms.
        values: their points.
        terms: candidate terms.

    Returns:
        Shape (p,).
    """
    points = np.zeros(len(terms.cut))
    points[chosen] = values
    return points


def round_to_largest(beta: Floats, most: int) -> Floats:
    """Scale coefficients so that the largest gets the most points, then round.

    Args:
        beta: shape (q,), log hazard ratios.
        most: largest number of points.

    Returns:
        Shape (q,), whole points.
    """
    largest = float(np.abs(beta).max(initial=0.0))
    return np.round(beta * (most / largest)) if largest > 0 else np.zeros_like(beta)
