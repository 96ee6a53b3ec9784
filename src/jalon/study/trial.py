"""A score tried on a cohort: points of every patient, ranking, curves and hazards by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import (
    Curve,
    Estimate,
    Floats,
    Integers,
    SurvivalData,
    UnsuitableDataError,
)
from jalon.scores import AssessedColumns, ScoreDefinition, assess_many
from jalon.stats import Concordance, GrayTest, LogRank, concordance, fit_cox, gray_test, log_rank
from jalon.study.outcome import Outcome, draw_risk


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What a score does in a cohort.

    Attributes:
        definition: the score.
        outcome: the patients and what happened to them.
        assessed: points and groups of all patients, ranges where items are missing.
        complete: shape (n,), whether every item is known; only these are ranked.
        concordance: how well the points rank the complete patients.
        curves: curve per group that has patients, by index of the group.
        test: do the groups differ in the hazard of the event (log-rank)? None with fewer
            than two groups.
        gray: do they differ in its cumulative incidence? None when nothing competes.
        steps: hazard ratio of each group against the one below it.
    """

    definition: ScoreDefinition
    outcome: Outcome
    assessed: AssessedColumns
    complete: npt.NDArray[np.bool_]
    concordance: Concordance
    curves: dict[int, Curve]
    test: LogRank | None
    gray: GrayTest | None
    steps: dict[int, Estimate]

    @property
    def total(self) -> Floats:
        """Shape (m,), total points of the complete patients."""
        return self.assessed.points_low[self.complete].astype(np.float64)

    @property
    def rank(self) -> Floats:
        """Shape (n,), what patients are ranked by: points, or groups where those are all."""
        return _rank(self.definition, self.assessed)

    @property
    def patients(self) -> int:
        """How many patients are complete."""
        return int(self.complete.sum())

    @property
    def events(self) -> int:
        """How many of them had the event of interest."""
        return int(np.sum(self.outcome.data.event[self.complete] == 1))

    def group_size(self, group: int) -> int:
        """How many complete patients are in a group."""
        return int(np.sum(self.complete & (self.assessed.group == group)))


def try_score(
    definition: ScoreDefinition,
    columns: Mapping[str, Floats],
    outcome: Outcome,
    eligible: npt.NDArray[np.bool_] | None = None,
) -> Trial:
    """Compute a score for every patient of a cohort and see how it ranks them.

    Args:
        definition: a learned or a published score.
        columns: shape (n,) values by item or flag, NaN where missing.
        outcome: what happened to the same patients.
        eligible: shape (n,), who may be ranked; None for everyone with every item.

    Returns:
        The trial; patients with a missing item keep their range and are not ranked.

    Raises:
        UnsuitableDataError: nobody has every item, or no event among those who have.
    """
    assessed = assess_many(definition, columns)
    complete = assessed.points_low == assessed.points_high
    if eligible is not None:
        complete &= eligible
    if not np.any(outcome.data.event[complete] == 1):
        raise UnsuitableDataError(
            f"{definition.slug}, {outcome.cohort.name}: among the {int(complete.sum())} patients "
            "with every item known nobody had the event; the score cannot be tried on them"
        )
    group = assessed.group[complete]
    data = outcome.data.take(complete)
    hazard = outcome.hazard.take(complete)
    present = sorted(set(group.tolist()))
    return Trial(
        definition=definition,
        outcome=outcome,
        assessed=assessed,
        complete=complete,
        concordance=concordance(
            _rank(definition, assessed)[complete], outcome.ranked.take(complete)
        ),
        curves={g: draw_risk(data.take(group == g), outcome.competes) for g in present},
        test=log_rank(hazard, group) if len(present) > 1 else None,
        gray=gray_test(data, group) if outcome.competes and len(present) > 1 else None,
        steps=_compare_neighbours(group, present, hazard),
    )


def _rank(definition: ScoreDefinition, assessed: AssessedColumns) -> Floats:
    by_group = definition.ranks_by == "groups"
    return (assessed.group if by_group else assessed.points_low).astype(np.float64)


def _compare_neighbours(
    group: Integers, present: list[int], hazard: SurvivalData
) -> dict[int, Estimate]:
    """Hazard ratio of each group against the next lower one that has patients."""
    if len(present) < 2:
        return {}
    steps = np.column_stack([(group >= g).astype(np.float64) for g in present[1:]])
    try:
        fit = fit_cox(steps, hazard)
    except UnsuitableDataError:
        # A group without any event has no finite hazard ratio; the table leaves it empty.
        return {}
    return {g: fit.hazard_ratios[k] for k, g in enumerate(present[1:])}
