"""Learning the score of an endpoint, and its optimism over resamples of the whole pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn import (
    Candidate,
    CardText,
    Effort,
    GroupSettings,
    LearnedScore,
    SearchSettings,
    Terms,
    build_terms,
    find_group,
    learn_score,
    refit_score,
    write_card,
)
from jalon.scores import Risk, ScoreDefinition
from jalon.stats import concordance, concordance_value, fit_cox, hold_competing
from jalon.study.outcome import Outcome, draw_risk, read_risk
from jalon.study.protocol import LearnPart, StudyFile, VariablePart
from jalon.validate import InternalValidation, Measure, Refit, correct_optimism


@dataclass(frozen=True, slots=True, eq=False)
class Learning:
    """A score learned for an endpoint.

    Attributes:
        outcome: the development cohort.
        complete: shape (n,), patients with every candidate variable known.
        terms: the candidate terms of the complete patients.
        score: the points and groups that were found.
        definition: the score as a definition, with observed risks.
        search: the limits of the search.
        grouping: the rules for groups.
    """

    outcome: Outcome
    complete: npt.NDArray[np.bool_]
    terms: Terms
    score: LearnedScore
    definition: ScoreDefinition
    search: SearchSettings
    grouping: GroupSettings

    @property
    def data(self) -> SurvivalData:
        """Outcomes of the complete patients, with every cause."""
        return self.outcome.data.take(self.complete)


def learn_endpoint(study: StudyFile, outcome: Outcome) -> Learning:
    """Learn the score of an endpoint on the development cohort.

    Args:
        study: the study.
        outcome: the development cohort.

    Returns:
        The score, its definition and what it was learned from.

    Raises:
        UnsuitableDataError: these data cannot give a score; the message says why.
    """
    candidates = [_candidate(part) for part in study.protocol.variable if part.candidate]
    columns = {item.name: outcome.cohort.values[item.name] for item in candidates}
    complete = ~np.any([np.isnan(values) for values in columns.values()], axis=0)
    search, grouping = _settings(study.protocol.learn, study.protocol.study.seed)
    if not complete.any():
        raise UnsuitableDataError(
            f"{outcome.cohort.name}: nobody has every candidate variable known; leave out the "
            "variable that is missing most"
        )
    terms = build_terms(candidates, {k: v[complete] for k, v in columns.items()})
    effort = Effort(seconds=float("inf"), nodes=study.protocol.learn.nodes)
    data = outcome.hazard.take(complete)
    score = learn_score(terms, data, search, grouping, effort=effort)
    if not any(score.points):
        raise UnsuitableDataError(
            f"{outcome.endpoint.label_en}: no candidate variable explains the outcome by more "
            f"than the price of one limit ({search.price:g} log-likelihood units); there is no "
            "score in these data"
        )
    text = _words(study, outcome)
    facts = _facts(study, outcome, terms, score, complete)
    bare = write_card(score, terms, text, facts)
    definition = _add_risks(
        bare, study, outcome, complete, find_group(score.total(terms.bits), score.limits)
    )
    return Learning(outcome, complete, terms, score, definition, search, grouping)


def validate_learning(
    learning: Learning,
    rng: np.random.Generator,
    resamples: int,
    workers: int,
    progress: Callable[[int], None] | None = None,
) -> InternalValidation:
    """Correct the score's figures of merit for their optimism by the bootstrap.

    Search, points and groups are repeated on every resample; cut-points are fixed by the
    study file beforehand, so nothing else was chosen from the data.

    Args:
        learning: the score and its data.
        rng: the source of chance.
        resamples: how many resamples.
        workers: threads; the result does not depend on it.
        progress: called with the number of resamples done.

    Returns:
        Corrected concordance of points and of groups, and calibration slope.
    """
    data, terms = learning.data, learning.terms
    hazard = data.cause(1)

    def pipeline(rows: Integers) -> Refit:
        drawn = np.bincount(rows, minlength=len(data)).astype(np.float64)
        resample = SurvivalData(hazard.time, hazard.event, weight=drawn)
        penalty = learning.score.penalty if learning.search.target == "teacher" else None
        score = refit_score(terms, resample, learning.search, learning.grouping, penalty)
        return _refit(terms, score)

    whole = _refit(terms, learning.score).predictions
    competes = learning.outcome.competes
    ranked = hold_competing(data, 1) if competes else data
    measures = [
        Measure("concordance", "points", _rank(competes)),
        Measure("group concordance", "groups", _rank(competes)),
        Measure("calibration slope", "log hazard", _slope),
    ]
    slope = _slope(whole["log hazard"], data)
    apparent = {
        "concordance": concordance(whole["points"], ranked).estimate,
        "group concordance": concordance(whole["groups"], ranked).estimate,
        "calibration slope": Estimate(slope, float("nan"), float("nan"), method="bootstrap"),
    }
    return correct_optimism(
        pipeline, measures, apparent, data, rng,
        resamples=resamples, workers=workers, progress=progress,
    )  # fmt: skip


def _refit(terms: Terms, score: LearnedScore) -> Refit:
    total = score.total(terms.bits)
    used = {int(terms.variable[term]) for term, points in enumerate(score.points) if points}
    return Refit(
        predictions={
            "points": total.astype(np.float64),
            "groups": find_group(total, score.limits).astype(np.float64),
            "log hazard": score.scale * total.astype(np.float64),
        },
        chosen=tuple(terms.candidates[v].name for v in sorted(used)),
    )


def _rank(competes: bool) -> Callable[[Floats, SurvivalData], float]:
    def rank(risk: Floats, data: SurvivalData) -> float:
        return concordance_value(risk, hold_competing(data, 1) if competes else data)

    return rank


def _slope(linear_predictor: Floats, data: SurvivalData) -> float:
    if np.ptp(linear_predictor) == 0:
        return 0.0  # an empty score promises no difference between patients
    # Ties as in the loss that the scale was fitted by, so that the own slope is exactly 1.
    fit = fit_cox(linear_predictor[:, None], data.cause(1), ties="breslow")
    return float(fit.coefficients[0])


def _candidate(part: VariablePart) -> Candidate:
    cuts = tuple(float(k) for k in range(len(part.levels) - 1)) if part.levels else part.cuts
    return Candidate(part.name, cuts, part.direction, part.label, part.unit, part.levels)


def _settings(part: LearnPart, seed: int) -> tuple[SearchSettings, GroupSettings]:
    search = SearchSettings(
        part.max_variables,
        part.max_terms,
        part.max_points,
        part.price,
        target=part.target,
        seed=seed,
    )
    return search, GroupSettings(part.groups, part.least_share)


def _words(study: StudyFile, outcome: Outcome) -> CardText:
    about, endpoint = study.protocol.study, outcome.endpoint
    return CardText(
        slug=f"{about.slug}_{endpoint.slug}",
        short="learned score",
        name={"en": f"{about.title}: {endpoint.label_en.lower()}"},
        population=f"{outcome.cohort.name}: {about.setting}",
        outcome=endpoint.label_en,
        time_point=about.time_zero,
        citation=f"Learned by jalon from {outcome.cohort.table.name} ({about.data_label}); "
        f"{outcome.cohort.table.source}",
        pitfalls=about.doubts,
    )


def _facts(
    study: StudyFile,
    outcome: Outcome,
    terms: Terms,
    score: LearnedScore,
    complete: npt.NDArray[np.bool_],
) -> dict[str, Any]:
    return {
        "data": study.protocol.study.data_label,
        "method": "branch and bound over integer points",
        "proof": score.certificate.sentence if score.certificate else "none",
        "certificate": asdict(score.certificate) if score.certificate else {},
        "notes": list(score.notes),
        "log_hazard_per_point": score.scale,
        "loss": score.loss,
        "loss_without_score": score.null_loss,
        "patients": int(complete.sum()),
        "events": int(np.sum(outcome.data.event[complete] == 1)),
        "candidate_terms": len(terms.cut),
        "seed": study.protocol.study.seed,
        "data_sha256": outcome.cohort.sha256[0],
        "study_sha256": study.sha256,
        **study.protocol.learn.model_dump(),
    }


def _add_risks(
    definition: ScoreDefinition,
    study: StudyFile,
    outcome: Outcome,
    complete: npt.NDArray[np.bool_],
    group: Integers,
) -> ScoreDefinition:
    data = outcome.data.take(complete)
    risks = []
    for index, part in enumerate(definition.groups):
        curve = draw_risk(data.take(group == index), outcome.competes)
        for months in study.protocol.study.months:
            found = read_risk(curve, months)
            if not np.isnan(found.value):
                limits = (found.value, found.low, found.high)
                size = int(np.sum(group == index))
                risks.append(Risk(part.slug, months, *limits, size, outcome.cohort.name))
    return replace(definition, risks=tuple(risks))
