"""Candidates with missing values: completed several times, in the whole cohort and in resamples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import Floats, SurvivalData
from jalon.learn import (
    Candidate,
    GroupSettings,
    LearnedScore,
    SearchSettings,
    Terms,
    build_terms,
    refit_score,
    stack_tables,
)
from jalon.stats import ImputationPlan, IncompleteTable, impute
from jalon.stats.missing.incomplete_table import Kind
from jalon.study.resampled_risk import WATCHED, RatedScore, predict_totals, rate_score
from jalon.validate import Completion, Predictions, Procedure, impute_inside


@dataclass(frozen=True, slots=True, eq=False)
class Completed:
    """The candidates of a cohort, their missing values imputed.

    Attributes:
        table: the values as they are, one column for each candidate.
        plan: how they are imputed.
        terms: terms of the completed tables under each other.
        stacked: outcomes of as many copies of the patients, all causes.
        missing: candidates with missing values, and of how many patients each lacks.
    """

    table: IncompleteTable
    plan: ImputationPlan
    terms: Terms
    stacked: SurvivalData
    missing: dict[str, int]

    @property
    def copies(self) -> int:
        """How many completed tables there are."""
        return self.plan.tables


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    terms: Terms
    rated: RatedScore


def complete_candidates(
    candidates: Sequence[Candidate],
    columns: dict[str, Floats],
    data: SurvivalData,
    tables: int,
    seed: int,
) -> Completed:
    """Impute the missing values of the candidates, given each other and the outcome.

    Args:
        candidates: the variables that a score may use.
        columns: shape (n,) values of each, NaN where missing.
        data: outcomes of the n patients, all causes.
        tables: how many completed tables.
        seed: the source of chance.

    Returns:
        The completed tables under each other.

    Raises:
        UnsuitableDataError: as ``impute``.
        ConvergenceError: as ``impute``.
    """
    names = [one.name for one in candidates]
    table = IncompleteTable(
        np.column_stack([columns[name] for name in names]),
        tuple(_kind(one) for one in candidates),
        tuple(names),
    )
    plan = ImputationPlan(tables=tables, unusable="leave out")
    made = impute(table, np.random.default_rng(seed), plan, data).values
    parts = [{name: values[:, k] for k, name in enumerate(names)} for values in made]
    terms, stacked = stack_tables(candidates, parts, data)
    lacking = table.missing.sum(axis=0)
    missing = {name: int(lost) for name, lost in zip(names, lacking, strict=True) if lost}
    return Completed(table, plan, terms, stacked, missing)


def _kind(candidate: Candidate) -> Kind:
    if not candidate.levels:
        return "number"
    return "binary" if len(candidate.levels) == 2 else "ordered"


def repeat_completion(
    completed: Completed,
    data: SurvivalData,
    rules: tuple[SearchSettings, GroupSettings, float | None],
    score: LearnedScore,
    month: float | None,
) -> Procedure:
    """Make the procedure that every resample repeats: impute, search, cut groups.

    Args:
        completed: the candidates of the whole cohort.
        data: outcomes of the patients, all causes.
        rules: what the score may look like, its groups, and the teacher's penalty if known.
        score: the score of the whole cohort.
        month: when risks are read; None for no risks.

    Returns:
        The procedure, for ``validate_procedure``.
    """
    candidates = completed.terms.candidates
    search, grouping, penalty = rules

    def learn(values: Floats, outcomes: SurvivalData) -> _Points:
        columns = {one.name: values[:, k] for k, one in enumerate(candidates)}
        terms = build_terms(candidates, columns)
        score = refit_score(terms, outcomes.cause(1), search, grouping, penalty)
        return _Points(terms, rate_score(score, score.total(terms.bits), outcomes, month))

    terms = completed.terms
    procedure = impute_inside(
        learn,
        _predict,
        Completion(completed.table, completed.plan),
        data,
        np.random.default_rng(search.seed),  # the tables are those that the score was learned from
        chosen=lambda model: list_chosen(model.terms, model.rated.score),
        own=_Points(terms, rate_score(score, score.total(terms.bits), completed.stacked, month)),
    )
    return procedure if month is None else replace(procedure, watch=WATCHED)


def _predict(model: _Points, values: Floats) -> Predictions:
    total = np.zeros(len(values), dtype=np.int64)
    for term, points in enumerate(model.rated.score.points):
        if points:
            total += points * (values[:, model.terms.variable[term]] > model.terms.cut[term])
    return predict_totals(model.rated, total)


def list_chosen(terms: Terms, score: LearnedScore) -> tuple[str, ...]:
    """Name what a score uses: variables, limits, and how its totals are cut into groups.

    Args:
        terms: the candidate terms.
        score: the score.

    Returns:
        ``ldh``, ``ldh > 1.5``, ``groups after 2, 5``.
    """
    used = [term for term, points in enumerate(score.points) if points]
    variables = sorted({int(terms.variable[term]) for term in used})
    names = [terms.candidates[v].name for v in variables]
    limits = [terms.name(term) for term in used]
    cut = ", ".join(str(limit) for limit in score.limits)
    return (*names, *limits, *((f"groups after {cut}",) if cut else ()))
