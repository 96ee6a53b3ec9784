"""A Cox fit's patients in their risk sets, with their hazards at some coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.kernels.cox_moments import Moments, describe_blocks
from jalon.stats.kernels.risk_sets import RiskSets
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.regression.design import measure_columns
from jalon.stats.regression.risk_sets import Timeline, arrange_risk_sets


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where the likelihood is looked at.

    Attributes:
        timeline: the risk sets, covariates standardised.
        scale: shape (p,), what a unit of the standardised covariates is worth.
        hazard: shape (m,), relative hazards in the order of the sets, the largest 1.
        part: shape (m,), these times the case weights.
        efron: whether tied deaths leave the risk set one by one.
    """

    timeline: Timeline
    scale: Floats
    hazard: Floats
    part: Floats
    efron: bool

    @property
    def sets(self) -> RiskSets:
        """The risk sets."""
        return self.timeline.sets

    @property
    def block(self) -> Integers:
        """Shape (m,), block in which each patient's follow-up ends."""
        return np.repeat(np.arange(len(self.sets.deaths)), np.diff(self.sets.start))

    @property
    def died(self) -> npt.NDArray[np.bool_]:
        """Shape (m,), whether the patient has the event."""
        within = np.arange(len(self.part)) - np.repeat(
            self.sets.start[:-1], np.diff(self.sets.start)
        )
        return within < self.sets.deaths[self.block]

    def describe(self) -> Moments:
        """Hazard and mean covariates at each time of death."""
        return describe_blocks(self.sets, self.part, self.efron)


def place_fit(fit: CoxFit, coefficients: Floats | None = None) -> Place:
    """Arrange the patients of a fit, with their hazards.

    Args:
        fit: a Cox fit.
        coefficients: shape (p,), at which to look; None for those of the fit.

    Returns:
        The place.
    """
    rows = fit.patients
    design = measure_columns(rows.x, fit.names, rows.data.weight)
    timeline = arrange_risk_sets(rows.x, rows.data, rows.offset, design)
    beta = fit.coefficients if coefficients is None else coefficients
    log_hazard = timeline.sets.x @ (beta * design.scale)
    if rows.offset is not None:
        log_hazard = log_hazard + timeline.sets.offset
    hazard = np.exp(log_hazard - log_hazard.max())
    part = hazard * timeline.sets.weight
    return Place(timeline, design.scale, hazard, part, fit.ties == "efron")


def refuse_exact(fit: CoxFit, what: str) -> None:
    """Refuse a fit with exact ties, whose tied deaths have no order to leave the risk set in.

    Args:
        fit: a Cox fit.
        what: what is not defined for it.

    Raises:
        UnsuitableDataError: when its ties are exact.
    """
    if fit.ties == "exact":
        raise UnsuitableDataError(
            f'{what} are not defined for exact ties; fit the model with ties="efron" for them'
        )


def sum_up_to(steps: Floats, place: Place) -> Floats:
    """Sum steps over the blocks at which each patient is at risk.

    Args:
        steps: shape (2, g) or (2, g, p), steps for those who stay and for those who die.
        place: the patients.

    Returns:
        Shape (m,) or (m, p): the sum for each patient, his own last block included, by the
        second kind of step where he dies in it.
    """
    before = np.zeros_like(steps[0])
    opening = np.append(np.flatnonzero(place.sets.opening), len(before))
    for first, end in pairwise(opening):
        np.cumsum(steps[0, first : end - 1], axis=0, out=before[first + 1 : end])
    total: Floats = before[place.block] + steps[place.died.astype(np.int64), place.block]
    if len(place.sets.begin) > 0:
        total = total - before[place.sets.begin]
    return total
