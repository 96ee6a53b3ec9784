"""One score for several completed tables: the mean loss over imputations, with one certificate.

The mean of stratified losses is itself a stratified loss: every table becomes strata of its own
whose patients weigh one over the number of tables. So the search for a plain score proves this
one too, with nothing approximated.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.aim import Tell, lay_aim, measure_loss, solve_problem
from jalon.learn.certificate import certify, hash_data, hash_terms
from jalon.learn.checks import check_outcome, check_terms
from jalon.learn.groups import GroupSettings, cut_totals
from jalon.learn.kernels.ground import Bits, Ground
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.objective import Shrinkage, lay_ground
from jalon.learn.problem import Problem, lay_problem
from jalon.learn.score import LearnedScore
from jalon.learn.settings import Effort, SearchSettings, Wishes
from jalon.learn.teacher import FOLDS, PENALTIES, fit_ridge
from jalon.learn.terms import Candidate, Terms, build_terms
from jalon.stats import stack_outcomes

Table = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class ImputedScore:
    """A score learned over several completed tables, and what sharing one score costs.

    Attributes:
        score: the score; its certificate is about the mean loss over the tables.
        shared: shape (m,), loss of this score in each table, at the best scale there.
        own: shape (m,), loss of each table's own proven best score.
        gaps: shape (m,), by how much ``own`` may still miss its optimum.
    """

    score: LearnedScore
    shared: tuple[float, ...]
    own: tuple[float, ...]
    gaps: tuple[float, ...]

    @property
    def costs(self) -> tuple[float, ...]:
        """What the shared score gives away in each table, in log-likelihood units."""
        return tuple(one - other for one, other in zip(self.shared, self.own, strict=True))


def stack_tables(
    candidates: Sequence[Candidate], tables: Sequence[Table], data: SurvivalData
) -> tuple[Terms, SurvivalData]:
    """Put completed tables under each other, each patient weighing one over their number.

    Limits are kept or dropped for all tables together, so that every table has the same terms.

    Args:
        candidates: the variables and their limits.
        tables: completed tables of the same n patients, at least one.
        data: outcomes of these patients.

    Returns:
        Terms (p, m x n) and outcomes (m x n); every table has strata of its own.

    Raises:
        UnsuitableDataError: no table, or tables of different numbers of patients.
    """
    if not tables:
        raise UnsuitableDataError("no completed table was given; give at least one")
    names = [one.name for one in candidates]
    for number, table in enumerate(tables, start=1):
        for name in names:
            if name in table and len(table[name]) != len(data):
                raise UnsuitableDataError(
                    f"{name} has {len(table[name])} values in table {number}, but there are "
                    f"{len(data)} outcomes; complete the same patients in every table"
                )
    shared = [name for name in names if all(name in table for table in tables)]
    columns = {name: np.concatenate([table[name] for table in tables]) for name in shared}
    return build_terms(candidates, columns), stack_outcomes(data, len(tables))


def split_terms(terms: Terms, copies: int) -> tuple[Terms, ...]:
    """Return the terms of each of the tables that were stacked."""
    parts = np.split(terms.bits, copies, axis=1)
    return tuple(replace(terms, bits=np.ascontiguousarray(bits)) for bits in parts)


def choose_penalty(bits: Bits, data: SurvivalData, copies: int, seed: int) -> float:
    """Choose the teacher's penalty by cross-validation that keeps a patient's copies together.

    Args:
        bits: shape (p, copies x n), stacked terms.
        data: stacked outcomes.
        copies: number of tables.
        seed: deals the patients to the folds.

    Returns:
        The penalty.
    """
    competes = bool(np.any(data.event > 1))
    whole = lay_ground(bits, data, subdistribution=competes)
    size = len(data) // copies
    rng = np.random.default_rng(seed)
    fold: Integers = np.tile(rng.permutation(np.arange(size) % FOLDS), copies)
    terms, losses = np.arange(len(bits)), np.zeros(len(PENALTIES))
    for one in range(FOLDS):
        rows = np.flatnonzero(fold != one)
        part = lay_ground(bits[:, rows], data.take(rows), subdistribution=competes)
        beta = np.zeros(len(terms))
        for k, penalty in enumerate(PENALTIES):
            beta = fit_ridge(part, float(penalty), beta)
            losses[k] += weigh_loss(whole, terms, beta)[0] - weigh_loss(part, terms, beta)[0]
    return float(PENALTIES[int(np.argmin(np.round(losses, 6)))])


def learn_stacked(  # noqa: PLR0913 - the doors of learn_score, and the number of copies
    terms: Terms,
    data: SurvivalData,
    copies: int,
    search: SearchSettings,
    groups: GroupSettings | None = None,
    *,
    wishes: Wishes | None = None,
    shrinkage: Shrinkage | None = None,
    effort: Effort | None = None,
    tell: Tell = None,
) -> LearnedScore:
    """Learn one score on stacked copies of the same patients.

    Args:
        terms: stacked terms of copies x n patients.
        data: stacked outcomes.
        copies: how many copies.
        search: what the score may look like.
        groups: the rules for risk groups; None for the usual ones.
        wishes: what a clinician asks of the score.
        shrinkage: published effects that the coefficients are drawn to, counted once, not once
            per copy; None for none.
        effort: limits of the proof; None for the usual ones.
        tell: is told where the search stands.

    Returns:
        The score; its certificate is about the mean loss over the copies.
    """
    size, limits = len(data) // copies, effort or Effort()
    once = data.take(np.arange(size))
    notes = check_outcome(once, len(terms.candidates))
    for part in split_terms(terms, copies):
        check_terms(part, once, search)
    penalty = None
    if search.target == "teacher":
        # Only terms that the search may use teach: lay the rest out first.
        used = lay_problem(terms, data, replace(search, target="events"), wishes).used
        penalty = choose_penalty(terms.bits[used], data, copies, search.seed)
    problem = lay_problem(terms, data, search, wishes, shrinkage, penalty)
    # Weights below 1 within a risk set would add a constant: the mean has none.
    ground = problem.ground
    ground = ground._replace(weight=ground.weight * copies, tail=ground.tail * copies)
    problem = replace(problem, ground=ground)
    proof, nothing = solve_problem(problem, limits, tell)
    best, hashes = proof.found[0], (hash_data(data), hash_terms(terms.bits))
    certificate = certify(proof, nothing.cost, search, problem.penalty, hashes)
    certificate = replace(
        certificate, objective=f"{certificate.objective}; mean over {copies} tables"
    )
    points = problem.spread(best.points)
    near = tuple(one._replace(points=problem.spread(one.points)) for one in proof.found)
    total = np.array(points, dtype=np.int64) @ terms.bits.astype(np.int64)
    return LearnedScore(
        points,
        best.scale,
        best.loss,
        nothing.loss,
        cut_totals(total, data.cause(1), groups) if any(points) else (),
        certificate,
        near if limits.near else (),
        proof.complete,
        problem.penalty,
        notes + problem.notes,
    )


def shrink_aim(ground: Ground, problem: Problem, shrinkage: Shrinkage | None) -> Ground:
    """Return an aim with the penalty of its search: terms that were set aside have none."""
    if shrinkage is None:
        return ground
    ridge = np.zeros(problem.size)
    ridge[problem.used] = shrinkage.precision[problem.used]
    return ground._replace(ridge=ridge, centre=np.asarray(shrinkage.centre, dtype=np.float64))


def _was_stopped(score: LearnedScore, effort: Effort, seconds: float) -> bool:
    """Tell whether a search ended before its limits did: someone ended it."""
    proof = score.certificate
    if proof is None or proof.proven:
        return False
    return seconds < effort.seconds and proof.nodes < effort.nodes


def learn_imputed(  # noqa: PLR0913 - the doors of learn_score
    candidates: Sequence[Candidate],
    tables: Sequence[Table],
    data: SurvivalData,
    search: SearchSettings | None = None,
    groups: GroupSettings | None = None,
    *,
    wishes: Wishes | None = None,
    shrinkage: Shrinkage | None = None,
    effort: Effort | None = None,
    tell: Tell = None,
) -> ImputedScore:
    """Learn one score that serves all completed tables of a cohort, with one certificate.

    The loss is the mean over the tables. The proof is exact, not a vote among scores.

    Args:
        candidates: the variables and their limits.
        tables: completed tables of the same n patients.
        data: outcomes of these patients.
        search: what the score may look like; None for the usual.
        groups: the rules for risk groups; None for the usual ones.
        wishes: what a clinician asks of the score.
        shrinkage: published effects that the coefficients are drawn to, one per term of
            ``stack_tables``; None for none.
        effort: limits of the proof; the proofs of the tables' own scores share its seconds.
            None for the usual ones.
        tell: is told where the search for the shared score stands.

    Returns:
        The score, and what it gives away in each table against that table's own best. A
        table's own objective has its own teacher, with the same penalty.

    Raises:
        UnsuitableDataError: tables that do not fit together, or data from which nothing can be
            learned.

    Reference:
        Du J, Boss J, Han P et al. (2022), doi:10.1080/10618600.2022.2035739, section 2: the
        stacked objective, whose selection is the same in all imputed data sets.
    """
    settings, limits, begun = search or SearchSettings(), effort or Effort(), time.perf_counter()
    terms, stacked = stack_tables(candidates, tables, data)
    copies = len(tables)
    score = learn_stacked(
        terms, stacked, copies, settings, groups,
        wishes=wishes, shrinkage=shrinkage, effort=effort, tell=tell,
    )  # fmt: skip
    stopped = _was_stopped(score, limits, time.perf_counter() - begun)
    # Someone who ends the shared search does not want to wait for those of each table.
    alone = replace(limits, near=0.0, seconds=0.0 if stopped else limits.seconds / copies)
    penalty = score.penalty if settings.target == "teacher" else None
    shared, own, gaps = [], [], []
    for part in split_terms(terms, copies):
        problem = lay_problem(part, data, settings, wishes, shrinkage, penalty)
        proof, _ = solve_problem(problem, alone)
        aim = shrink_aim(lay_aim(part.bits, data, problem)[0], problem, shrinkage)
        shared.append(measure_loss(aim, score.points)[0])
        own.append(proof.found[0].loss)
        gaps.append(proof.gap)
    return ImputedScore(score, tuple(shared), tuple(own), tuple(gaps))
