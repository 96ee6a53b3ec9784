"""Learning a score: from candidate terms and outcomes to proven points and risk groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import Integers, SurvivalData, UnsuitableDataError
from jalon.learn.aim import bound_stopped
from jalon.learn.branch import fit_nothing
from jalon.learn.certificate import Certificate, certify, hash_data, hash_terms
from jalon.learn.checks import check_outcome, check_terms
from jalon.learn.found import Found
from jalon.learn.groups import GroupSettings, cut_totals
from jalon.learn.incumbent import find_points
from jalon.learn.kernels.ground import Bits
from jalon.learn.kernels.sums import add_points
from jalon.learn.objective import Shrinkage
from jalon.learn.problem import Problem, lay_problem
from jalon.learn.proof import Progress, prove_points
from jalon.learn.settings import Effort, SearchSettings, Wishes
from jalon.learn.terms import Terms


@dataclass(frozen=True, slots=True)
class LearnedScore:
    """An integer score found on a cohort.

    Attributes:
        points: one whole number per term, 0 for terms that are not used.
        scale: log hazard per point.
        loss: what the score was judged by, in log-likelihood units, prices not counted.
        null_loss: the same without any score.
        limits: highest total of each risk group but the last, in units of ``total``.
        certificate: what was proven; None when nothing was tried to be.
        near: near-equal scores, best first, the score itself included; empty when none were
            asked for.
        near_complete: whether ``near`` is proven to hold every one.
        penalty: the teacher's penalty; 0 without a teacher.
        notes: what a reader should know.
    """

    points: tuple[int, ...]
    scale: float
    loss: float
    null_loss: float
    limits: tuple[int, ...]
    certificate: Certificate | None = None
    near: tuple[Found, ...] = ()
    near_complete: bool = False
    penalty: float = 0.0
    notes: tuple[str, ...] = ()

    def total(self, bits: Bits) -> Integers:
        """Return shape (n,), the total points of patients with these terms (p, n)."""
        total: Integers = add_points(np.array(self.points, dtype=np.int64), bits)
        return total


def learn_score(  # noqa: PLR0913 - the one door to all that a score may be asked
    terms: Terms,
    data: SurvivalData,
    search: SearchSettings | None = None,
    groups: GroupSettings | None = None,
    *,
    wishes: Wishes | None = None,
    shrinkage: Shrinkage | None = None,
    effort: Effort | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> LearnedScore:
    """Find the integer points and risk groups that tell best apart who has the event earlier.

    The points are whole numbers throughout, the search ends with a proof that no other points
    within the rules are better, or says by how much they might be.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event; weights count patients,
            each stratum has its own baseline hazard. With further causes the score is learned
            for the cumulative incidence of cause 1; ``data.cause(1)`` learns for its hazard.
        search: what the score may look like and what it is judged by; None for the usual.
        groups: the rules for risk groups; None for the usual ones.
        wishes: what a clinician asks of the score.
        shrinkage: published effects that the coefficients are drawn to; None for none.
        effort: limits of the proof; None for the usual ones.
        tell: is told where the search stands. An interrupt from the keyboard ends it early,
            with the gap that remains.

    Returns:
        The score with its certificate. When no term is worth its price every point is 0 and
        there is no group.

    Raises:
        UnsuitableDataError: too few events, fewer variables than asked for, a variable that
            gives the outcome away, or wishes that no score fulfils.
    """
    settings, limits = search or SearchSettings(), effort or Effort()
    notes = check_outcome(data, len(terms.candidates))
    check_terms(terms, data, settings)
    problem = lay_problem(terms, data, settings, wishes, shrinkage)
    nothing = fit_nothing(problem.ground, problem.rules)
    first = find_points(problem.ground, problem.rules)
    gained = max(nothing.cost - first.cost, 0.0)
    absolute = replace(limits, near=limits.near * gained)
    proof = prove_points(problem.ground, problem.rules, [first], absolute, tell)
    proof = bound_stopped(problem, proof)
    if problem.rules.required.any() and not any(proof.found[0].points):
        raise UnsuitableDataError(
            "no score fulfils all wishes together: required variables, exclusions, budget, "
            "largest total and most variables; take one of them back"
        )
    hashes = (hash_data(data), hash_terms(terms.bits))
    certificate = certify(proof, nothing.cost, settings, problem.penalty, hashes)
    score = _finish(terms, data, problem, proof.found[0], groups)
    near = tuple(one._replace(points=problem.spread(one.points)) for one in proof.found)
    return replace(
        score,
        certificate=certificate,
        near=near if limits.near else (),
        near_complete=proof.complete,
        notes=notes + problem.notes,
    )


def refit_score(
    terms: Terms,
    data: SurvivalData,
    search: SearchSettings,
    groups: GroupSettings | None = None,
    penalty: float | None = None,
) -> LearnedScore:
    """Learn a score again on a resample: no proof, and no check that concerns the whole cohort.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients; weights say how often each was drawn.
        search: what the score may look like.
        groups: the rules for risk groups; None for the usual ones.
        penalty: of the teacher, when it is known already; None to choose it anew.

    Returns:
        The score.
    """
    problem = lay_problem(terms, data, search, penalty=penalty)
    found = find_points(problem.ground, problem.rules)
    return _finish(terms, data, problem, found, groups)


def pick_score(
    score: LearnedScore,
    number: int,
    terms: Terms,
    data: SurvivalData,
    groups: GroupSettings | None = None,
) -> LearnedScore:
    """Use one of the near-equal scores instead.

    Args:
        score: a learned score with near-equals.
        number: which, 1 being the score itself.
        terms: the terms it was learned from.
        data: the outcomes it was learned from.
        groups: the rules for risk groups; None for the usual ones.

    Returns:
        The chosen score; its certificate says by how much it may miss the best one.

    Raises:
        UnsuitableDataError: there is no near-equal of that number.
    """
    if not 1 <= number <= len(score.near):
        raise UnsuitableDataError(
            f"there is no near-equal number {number}; there are {len(score.near)}"
        )
    chosen = score.near[number - 1]
    total = add_points(np.array(chosen.points, dtype=np.int64), terms.bits)
    limits = cut_totals(total, data.cause(1), groups)
    held = score.certificate
    if held is not None:
        gained = held.gained - (chosen.cost - held.value)
        held = replace(held, value=chosen.cost, gained=gained)
    return replace(
        score,
        points=chosen.points,
        scale=chosen.scale,
        loss=chosen.loss,
        limits=limits,
        certificate=held,
    )


def _finish(
    terms: Terms,
    data: SurvivalData,
    problem: Problem,
    found: Found,
    groups: GroupSettings | None,
) -> LearnedScore:
    points = problem.spread(found.points)
    total = add_points(np.array(points, dtype=np.int64), terms.bits)
    return LearnedScore(
        points,
        found.scale,
        found.loss,
        fit_nothing(problem.ground, problem.rules).loss,
        cut_totals(total, data.cause(1), groups) if any(points) else (),
        penalty=problem.penalty,
    )
