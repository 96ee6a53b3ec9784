"""What a study finds for one endpoint: it calls the rooms below and keeps their answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from jalon.core import Curve, Estimate, UnsuitableDataError
from jalon.scores import find_definition
from jalon.stats import (
    ConcordanceDifference,
    aalen_johansen,
    compare_concordance,
    concordance,
    follow_up,
    kaplan_meier,
    quantile,
)
from jalon.study.cohorts import StudyCohort
from jalon.study.learning import Learning, validate_learning
from jalon.study.outcome import Outcome
from jalon.study.parts import leave_out_centres, read_parts
from jalon.study.plain_validation_parts import LabelColumn
from jalon.study.protocol import ComparePart, Role, StudyFile
from jalon.study.resampled_risk import ResampledRisks, find_last_month
from jalon.study.sample_size import StudySize, judge_size
from jalon.study.trial import Trial, try_score
from jalon.validate import CentreValidation, InternalValidation, Running, calibration_slope


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How an endpoint went in a whole cohort.

    Attributes:
        outcome: the patients.
        free: survival free of any event (Kaplan-Meier).
        incidence: cumulative incidence by cause, when causes compete; else empty.
        median: median time free of any event, in days.
        watched: median follow-up by the reverse Kaplan-Meier estimate, in days.
    """

    outcome: Outcome
    free: Curve
    incidence: dict[int, Curve]
    median: Estimate
    watched: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """A published score beside the learned one, on the same patients.

    Attributes:
        trial: the published score on all patients who have its items.
        patients: how many have both scores.
        learned: concordance of the learned score on the patients who have both.
        published: concordance of the published score on the same patients.
        difference: learned less published, paired.
    """

    trial: Trial
    patients: int
    learned: Estimate
    published: Estimate
    difference: ConcordanceDifference


@dataclass(frozen=True, slots=True, eq=False)
class EndpointResult:
    """Everything that was found for one endpoint.

    Attributes:
        courses: how it went, by cohort.
        learning: the score.
        trials: the score on each cohort.
        internal: its figures corrected by 0.632+, Harrell's beside them.
        slope: calibration slope in the validation cohort; None without one.
        rivals: published scores, by cohort.
        size: how large the study should have been; None where that cannot be said.
        resampled: what the scores of the resamples say of the patients; None where follow-up
            reaches none of the study's months.
        centres: the score of every centre left out, judged there; None without centres.
        parts: labels that part the patients of each cohort, as the study names them.
    """

    courses: dict[Role, Course]
    learning: Learning
    trials: dict[Role, Trial]
    internal: InternalValidation
    slope: Estimate | None
    rivals: dict[Role, tuple[Rival, ...]]
    size: StudySize | None = None
    resampled: ResampledRisks | None = None
    centres: CentreValidation | None = None
    parts: dict[Role, tuple[LabelColumn, ...]] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """The endpoint in the development cohort."""
        return self.learning.outcome


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try.

    Attributes:
        resamples: bootstrap resamples.
        running: workers, who is told how far it is, and where finished resamples are kept; the
            results do not depend on it.
    """

    resamples: int
    running: Running


def analyse_endpoint(
    study: StudyFile,
    outcomes: dict[Role, Outcome],
    learning: Learning,
    rng: np.random.Generator,
    effort: Effort,
) -> EndpointResult:
    """Describe an endpoint and validate the score that was learned for it.

    Args:
        study: the study.
        outcomes: the endpoint in each cohort where it can be derived.
        learning: the score.
        rng: the source of chance.
        effort: how many resamples, on how many threads.

    Returns:
        All results.
    """
    trials = {role: _try_learned(learning, outcome) for role, outcome in outcomes.items()}
    cohorts = {role: outcome.cohort for role, outcome in outcomes.items()}
    month = find_last_month(study.protocol.study.months, learning.data)
    internal, resampled = validate_learning(learning, rng, effort.resamples, effort.running, month)
    rivals = {
        role: tuple(_try_published(part, trials[role]) for part in study.protocol.compare)
        for role in outcomes
    }
    return EndpointResult(
        courses={role: describe_course(outcome) for role, outcome in outcomes.items()},
        learning=learning,
        trials=trials,
        internal=internal,
        slope=_slope(learning, trials["validation"]) if "validation" in trials else None,
        rivals=rivals,
        size=judge_size(study, learning),
        resampled=resampled,
        centres=leave_out_centres(study, cohorts, learning, month),
        parts={role: _list_parts(study, cohorts, role) for role in outcomes},
    )


def _list_parts(
    study: StudyFile, cohorts: dict[Role, StudyCohort], role: Role
) -> tuple[LabelColumn, ...]:
    names = study.protocol.judging.by
    found = [read_parts(study, cohorts, role, name, band=True) for name in names]
    return tuple(one for one in found if one is not None)


def describe_course(outcome: Outcome) -> Course:
    """Describe how an endpoint went in a cohort.

    Args:
        outcome: the patients.

    Returns:
        Curves, median and follow-up.
    """
    data = outcome.data
    free = kaplan_meier(data, interval="log-log")
    causes = outcome.derived.causes if outcome.competes else {}
    return Course(
        outcome=outcome,
        free=free,
        incidence={code: aalen_johansen(data, code, interval="log-log") for code in causes},
        median=quantile(free),
        watched=quantile(follow_up(data, interval="log-log")),
    )


def _try_learned(learning: Learning, outcome: Outcome) -> Trial:
    items = [item.id for item in learning.definition.items]
    columns = {name: outcome.cohort.values[name] for name in items}
    # A patient who lacks only a variable that was not chosen has a total, but the score was
    # not learned on such a patient: apparent figures are of those it was learned on.
    own = learning.complete if outcome is learning.outcome else None  # all, when imputed
    return try_score(learning.definition, columns, outcome, own)


def _try_published(part: ComparePart, own: Trial) -> Rival:
    outcome = own.outcome
    columns = {item: outcome.cohort.column(name) for item, name in part.inputs.items()}
    trial = try_score(find_definition(part.slug), columns, outcome)
    both = own.complete & trial.complete
    data = outcome.ranked.take(both)
    if not np.any(outcome.data.event[both] == 1):
        raise UnsuitableDataError(
            f"{outcome.cohort.name}: no patient with an event has both the learned score and "
            f"{part.slug}; they cannot be compared"
        )
    learned = concordance(own.rank[both], data)
    published = concordance(trial.rank[both], data)
    difference = compare_concordance(learned, published)
    return Rival(trial, int(both.sum()), learned.estimate, published.estimate, difference)


def _slope(learning: Learning, trial: Trial) -> Estimate:
    hazard = trial.outcome.hazard.take(trial.complete)
    return calibration_slope(learning.score.scale * trial.total, hazard)
