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
from jalon.learn.imputations import learn_stacked, split_terms
from jalon.scores import Risk, ScoreDefinition
from jalon.stats import concordance, concordance_value, fit_cox, hold_competing
from jalon.study.completing import (
    Completed,
    complete_candidates,
    list_chosen,
    repeat_completion,
)
from jalon.study.outcome import Outcome, draw_risk, read_risk
from jalon.study.protocol import LearnPart, StudyFile, VariablePart
from jalon.study.resampled_risk import (
    WATCHED,
    RatedScore,
    ResampledRisks,
    list_month_measures,
    predict_totals,
    rate_score,
    split_watched,
)
from jalon.validate import (
    Corrected,
    InternalValidation,
    JudgedFigure,
    Measure,
    Procedure,
    Running,
    draw_bootstrap,
    validate_procedure,
)


@dataclass(frozen=True, slots=True, eq=False)
class Learning:
    """A score learned for an endpoint.

    Attributes:
        outcome: the development cohort.
        complete: shape (n,), patients learned from: those with every candidate variable known,
            or all when missing values are imputed.
        terms: the candidate terms of these patients; of the first completed table when missing
            values are imputed.
        score: the points and groups that were found.
        definition: the score as a definition, with observed risks.
        search: the limits of the search.
        grouping: the rules for groups.
        completed: the candidates with their missing values imputed; None when patients who lack
            one were left out.
    """

    outcome: Outcome
    complete: npt.NDArray[np.bool_]
    terms: Terms
    score: LearnedScore
    definition: ScoreDefinition
    search: SearchSettings
    grouping: GroupSettings
    completed: Completed | None = None

    @property
    def data(self) -> SurvivalData:
        """Outcomes of the patients learned from, with every cause."""
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
    part = study.protocol.learn
    rules = _settings(part, study.protocol.study.seed)
    effort = Effort(seconds=float("inf"), nodes=part.nodes)
    completed = None
    if part.missing == "impute" and not complete.all():
        seed = study.protocol.study.seed
        completed = complete_candidates(candidates, columns, outcome.data, part.tables, seed)
        complete = np.ones(len(complete), dtype=np.bool_)
        terms = split_terms(completed.terms, part.tables)[0]
        stacked = completed.stacked.cause(1)
        score = learn_stacked(completed.terms, stacked, part.tables, *rules, effort=effort)
    else:
        _require_complete(outcome, complete)
        terms = build_terms(candidates, {k: v[complete] for k, v in columns.items()})
        score = learn_score(terms, outcome.hazard.take(complete), *rules, effort=effort)
    if not any(score.points):
        raise UnsuitableDataError(
            f"{outcome.endpoint.label_en}: no candidate variable explains the outcome by more "
            f"than the price of one limit ({rules[0].price:g} log-likelihood units); there is no "
            "score in these data"
        )
    facts = _facts(study, outcome, terms, score, complete) | _impute_facts(completed)
    bare = write_card(score, terms, _words(study, outcome), facts)
    group = find_group(score.total(terms.bits), score.limits)
    known = ~np.any([np.isnan(columns[item.id][complete]) for item in bare.items], axis=0)
    seen = np.flatnonzero(complete)[known]
    definition = _add_risks(bare, study, outcome, seen, group[known])
    return Learning(outcome, complete, terms, score, definition, *rules, completed)


def _require_complete(outcome: Outcome, complete: npt.NDArray[np.bool_]) -> None:
    if not complete.any():
        raise UnsuitableDataError(
            f"{outcome.cohort.name}: nobody has every candidate variable known; leave out the "
            'variable that is missing most, or write missing = "impute" under [learn]'
        )


def _impute_facts(completed: Completed | None) -> dict[str, Any]:
    if completed is None:
        return {}
    return {"imputed_tables": completed.copies, "imputed_patients": completed.missing}


def validate_learning(
    learning: Learning,
    rng: np.random.Generator,
    resamples: int,
    running: Running,
    month: float | None = None,
) -> tuple[InternalValidation, ResampledRisks | None]:
    """Correct the score's figures of merit for their optimism by the bootstrap.

    Search, points and groups are repeated on every resample, and imputation before them where
    the study asks for it; cut-points are fixed by the study file beforehand, so nothing else was
    chosen from the data.

    Args:
        learning: the score and its data.
        rng: the source of chance.
        resamples: how many resamples.
        running: workers, who is told, and where finished resamples are kept; the result does not
            depend on it.
        month: when risks are read; None for no risks.

    Returns:
        Corrected concordance of points and of groups, and calibration slope; with a month also AUC
        and prediction accuracy, and what the scores of the resamples say of every patient.
    """
    plan = draw_bootstrap(len(learning.data), resamples, rng)
    measures = _measures(learning.outcome.competes)
    if month is not None:
        measures += list_month_measures(month)
    procedure = make_procedure(learning, month)
    found = validate_procedure(procedure, measures, learning.data, plan, running)
    figures = {
        name: _correct(figure, name == "calibration slope")
        for name, figure in found.figures.items()
    }
    inside = InternalValidation(resamples, figures, found.chosen, found.failed)
    return inside, None if month is None else split_watched(found, month)


def make_procedure(learning: Learning, month: float | None) -> Procedure:
    """State all that was done with the data, so that it can be repeated on other patients.

    Args:
        learning: the score and its data.
        month: when risks are read; None for no risks.

    Returns:
        Imputation where the study asks for it, search, points, groups and risks.
    """
    penalty = learning.score.penalty if learning.search.target == "teacher" else None
    completed, data = learning.completed, learning.data
    if completed is not None:
        rules = (learning.search, learning.grouping, penalty)
        return repeat_completion(completed, data, rules, learning.score, month)
    terms = learning.terms

    def learn(rows: Integers, _chance: np.random.Generator) -> RatedScore:
        drawn = np.bincount(rows, minlength=len(data)).astype(np.float64)
        resample = SurvivalData(data.time, data.event, weight=drawn)
        score = refit_score(terms, resample.cause(1), learning.search, learning.grouping, penalty)
        return rate_score(score, score.total(terms.bits), resample, month)

    def predict(
        rated: RatedScore, rows: Integers, _chance: np.random.Generator
    ) -> dict[str, Floats]:
        return predict_totals(rated, rated.score.total(terms.bits)[rows])

    own = rate_score(learning.score, learning.score.total(terms.bits), data, month)
    watch = "" if month is None else WATCHED
    return Procedure(learn, predict, lambda one: list_chosen(terms, one.score), watch, own)


def _correct(figure: JudgedFigure, is_slope: bool) -> Corrected:
    # Harrell's optimism takes off too little where all is noise (decision 4).
    made, harrell = (figure.corrections[kind] for kind in ("0.632+", "optimism"))
    corrected, other = made.shifted, harrell.shifted
    if is_slope:
        # It was 1 in every resample, by construction: nothing tells how it varies.
        corrected, other = (replace(one, low=np.nan, high=np.nan) for one in (corrected, other))
    return Corrected(figure.apparent, made.optimism, corrected, np.empty(0), other)


def _measures(competes: bool) -> list[Measure]:
    rank = _rank(competes)

    def estimate(risk: Floats, data: SurvivalData) -> Estimate:
        return concordance(risk, hold_competing(data, 1) if competes else data).estimate

    return [
        Measure("concordance", "points", rank, estimate),
        Measure("group concordance", "groups", rank, estimate),
        Measure("calibration slope", "log hazard", _slope),
    ]


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
        **study.protocol.learn.model_dump(exclude_none=True, exclude={"missing", "tables"}),
    }


def _add_risks(
    definition: ScoreDefinition,
    study: StudyFile,
    outcome: Outcome,
    seen: npt.NDArray[np.intp],
    group: Integers,
) -> ScoreDefinition:
    """Add the observed risk of each group, from patients whose items are all known."""
    data = outcome.data.take(seen)
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
