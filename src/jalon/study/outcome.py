"""An endpoint in a cohort: its outcomes, ready for curves, learning and ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Estimate, StudyFileError, SurvivalData, UnsuitableDataError
from jalon.core.errors import DefinitionError
from jalon.core.units import DAYS_PER
from jalon.endpoints import DerivedEndpoint, Endpoint, Fact, derive, find_time_unit
from jalon.stats import aalen_johansen, hold_competing, kaplan_meier, value_at
from jalon.study.cohorts import StudyCohort
from jalon.study.protocol import StudyFile

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One endpoint in one cohort.

    Attributes:
        cohort: the patients.
        derived: time in days, event and reason per patient.
    """

    cohort: StudyCohort
    derived: DerivedEndpoint

    @property
    def endpoint(self) -> Endpoint:
        """What is awaited."""
        return self.derived.endpoint

    @property
    def data(self) -> SurvivalData:
        """Times in days with every cause."""
        return self.derived.data

    @property
    def competes(self) -> bool:
        """Whether another cause can come first."""
        return len(self.derived.causes) > 1

    @property
    def hazard(self) -> SurvivalData:
        """The event of interest alone; competing events censor (cause-specific hazard)."""
        return self.data.cause(1)

    @property
    def ranked(self) -> SurvivalData:
        """For concordance: who had a competing event stays event-free for ever."""
        return hold_competing(self.data, 1) if self.competes else self.data

    @property
    def risk_name(self) -> str:
        """What the risk is of, for a reader."""
        return self.derived.causes[1]


def derive_outcome(study: StudyFile, cohort: StudyCohort, endpoint: Endpoint) -> Outcome:
    """Derive an endpoint for the patients of a cohort.

    Args:
        study: the study.
        cohort: the patients.
        endpoint: what is awaited.

    Returns:
        The outcome.

    Raises:
        StudyFileError: the facts of the study file do not give this endpoint.
    """
    facts = [Fact(fact.event, fact.time, fact.column, fact.equals) for fact in cohort.part.facts]
    try:
        unit = find_time_unit(cohort.table, facts, cohort.part.last_seen)
        derived = derive(endpoint, cohort.cohort.frame, facts, cohort.part.last_seen, unit)
    except (DefinitionError, UnsuitableDataError) as error:
        raise StudyFileError(study.path, str(error), f"cohort.{cohort.role}") from None
    return Outcome(cohort, derived)


def draw_risk(data: SurvivalData, competes: bool) -> Curve:
    """Estimate the curve that a group is shown by.

    Args:
        data: times in days with every cause.
        competes: whether another cause can come first.

    Returns:
        Cumulative incidence of the event of interest when another can come first, else
        survival free of the event, with log-log intervals.
    """
    if competes:
        return aalen_johansen(data, 1, interval="log-log")
    return kaplan_meier(data, interval="log-log")


def read_risk(curve: Curve, months: float) -> Estimate:
    """Read the absolute risk off a curve at a horizon.

    Args:
        curve: a survival or incidence curve, times in days.
        months: the horizon.

    Returns:
        Probability of the event by then; all NaN when nobody was under observation then and
        the curve had not come to its end.
    """
    day = months * DAYS_PER["months"]
    found = value_at(curve, [day])[0]
    settled = curve.kind == "survival" and found.value == 0
    if curve.at_risk_at([day])[0] == 0 and not settled:
        nan = float("nan")
        return Estimate(nan, nan, nan, curve.level, curve.method)
    if curve.kind == "incidence":
        return found
    return Estimate(1 - found.value, 1 - found.high, 1 - found.low, found.level, found.method)
