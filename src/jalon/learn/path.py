"""How many variables? The best score of each size, and what each further variable brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.aim import measure_loss
from jalon.learn.branch import fit_nothing
from jalon.learn.checks import check_outcome, check_terms
from jalon.learn.found import Found
from jalon.learn.incumbent import Breadth, find_points
from jalon.learn.objective import lay_ground
from jalon.learn.problem import Problem, lay_problem
from jalon.learn.proof import TIE, Proof, prove_points
from jalon.learn.settings import Effort, SearchSettings, Wishes
from jalon.learn.stability import ResampleSettings, draw_counts
from jalon.learn.terms import Terms
from jalon.stats.concordance import concordance, concordance_value, hold_competing

GLANCE = Breadth(width=3, trials=4, finals=2, rounds=2)
"""How widely to look on a resample."""


@dataclass(frozen=True, slots=True)
class PathSettings:
    """Which sizes are compared, and how optimism is measured.

    Attributes:
        sizes: most variables of each score, rising.
        draws: bootstrap samples on which every size is learned again; 0 for no correction.
        workers: threads of the bootstrap; the result does not depend on it.
    """

    sizes: tuple[int, ...] = tuple(range(1, 11))
    draws: int = 50
    workers: int = 2


@dataclass(frozen=True, slots=True)
class PathStep:
    """The best score with at most so many variables.

    Attributes:
        size: most variables allowed.
        variables: those it uses.
        points: one whole number per term.
        scale: log hazard per point.
        loss: what it was judged by, prices not counted.
        gap: log-likelihood units by which it may miss the optimum of this size; 0 when proven.
        criterion: Bayesian information criterion of the events, log(events) per limit; lower
            is better.
        concordance: Harrell's C on the same patients.
        std_error: its standard error.
        optimism: by how much C is too high; 0 without a correction.
    """

    size: int
    variables: tuple[str, ...]
    points: tuple[int, ...]
    scale: float
    loss: float
    gap: float
    criterion: float
    concordance: float
    std_error: float
    optimism: float

    @property
    def corrected(self) -> float:
        """Harrell's C less its optimism."""
        return self.concordance - self.optimism


@dataclass(frozen=True, slots=True)
class ParsimonyPath:
    """The best score of each size.

    Attributes:
        steps: one per size, rising.
        best: size with the highest corrected C; the smaller among equals.
        chosen: smallest size whose corrected C is within one standard error of that.
        by_criterion: size with the lowest information criterion.
        penalty: the teacher's penalty, the same for all sizes; 0 without a teacher.
        notes: what a reader should know.
    """

    steps: tuple[PathStep, ...]
    best: int
    chosen: int
    by_criterion: int
    penalty: float
    notes: tuple[str, ...]


def trace_path(  # noqa: PLR0913 - the doors of learn_score, and a correction
    terms: Terms,
    data: SurvivalData,
    search: SearchSettings | None = None,
    settings: PathSettings | None = None,
    *,
    rng: np.random.Generator,
    wishes: Wishes | None = None,
    effort: Effort | None = None,
    correct: Callable[[PathStep], float] | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> ParsimonyPath:
    """Learn the best score of every size, and choose the smallest that does about as well.

    Optimism is Harrell's bootstrap: each size is learned again on samples drawn with
    replacement within strata, without proof and with the teacher's penalty as it is; optimism
    is the mean difference between C on the sample and C on the patients themselves.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients.
        search: what the score may look like; its most variables are not used.
        settings: sizes and resamples; None for the usual.
        rng: draws the samples.
        wishes: what a clinician asks of the score.
        effort: limits of the proof of each size; None for the usual ones.
        correct: gives the optimism of C of a step instead, for example by validating the whole
            pipeline; its step has an optimism of 0.
        tell: is told how many sizes and samples are done, and of how many.

    Returns:
        The path.

    Raises:
        UnsuitableDataError: sizes that do not rise from 1 or more, or data from which nothing
            can be learned.

    Reference:
        Harrell FE, Lee KL, Mark DB (1996),
        doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4, for optimism;
        Volinsky CT, Raftery AE (2000), doi:10.1111/j.0006-341X.2000.00256.x, for the criterion
        with the number of events.
    """
    rules = settings or PathSettings()
    sizes = _choose_sizes(rules.sizes, terms, wishes)
    look = replace(search or SearchSettings(), max_variables=sizes[-1])
    notes = check_outcome(data, len(terms.candidates))
    check_terms(terms, data, look)
    problem = lay_problem(terms, data, look, wishes)
    watch = _Watch(len(sizes) + (rules.draws if correct is None else 0), tell)
    proofs = _prove_sizes(problem, sizes, effort or Effort(), watch)
    steps = [
        _describe(terms, data, problem, size, proof)
        for size, proof in zip(sizes, proofs, strict=True)
    ]
    if correct is not None:
        lost = np.array([correct(step) for step in steps], dtype=np.float64)
    else:
        drawn = draw_counts(data, ResampleSettings(rules.draws, "bootstrap"), rng)
        asked = (look, wishes, problem.penalty, sizes)
        lost = _measure_optimism(terms, data, asked, drawn, (rules.workers, watch))
    steps = [replace(step, optimism=float(one)) for step, one in zip(steps, lost, strict=True)]
    best, chosen = choose_size(
        [step.corrected for step in steps], [step.std_error for step in steps]
    )
    least = int(np.argmin([round(step.criterion, 9) for step in steps]))
    return ParsimonyPath(
        tuple(steps),
        sizes[best],
        sizes[chosen],
        sizes[least],
        problem.penalty,
        notes + problem.notes,
    )


class _Watch:
    """Counts what is done and tells it."""

    def __init__(self, total: int, tell: Callable[[int, int], None] | None) -> None:
        self.done, self.total, self.tell = 0, total, tell

    def step(self) -> None:
        self.done += 1
        if self.tell is not None:
            self.tell(self.done, self.total)


def choose_size(corrected: Sequence[float], std_error: Sequence[float]) -> tuple[int, int]:
    """Find the best of several sizes, and the smallest within one standard error of it.

    Args:
        corrected: C of each size, from the smallest size to the largest.
        std_error: its standard error.

    Returns:
        Places of the best (the first among equals) and of the chosen size.

    Reference:
        Breiman L, Friedman JH, Olshen RA, Stone CJ (1984), doi:10.1201/9781315139470, section
        3.4.3: the one standard error rule.

    Example:
        >>> choose_size([0.60, 0.66, 0.67, 0.668], [0.02, 0.02, 0.02, 0.02])
        (2, 1)
    """
    values = np.round(np.array(corrected, dtype=np.float64), 9)
    best = int(np.argmax(values))
    enough = np.flatnonzero(values >= values[best] - std_error[best])
    return best, int(enough[0])


def _choose_sizes(sizes: Sequence[int], terms: Terms, wishes: Wishes | None) -> tuple[int, ...]:
    """Keep the sizes between the variables that must be in and those that there are."""
    if not sizes or min(sizes) < 1 or list(sizes) != sorted(set(sizes)):
        raise UnsuitableDataError("sizes must rise from 1 or more, each named once")
    needed = len(set(wishes.required)) if wishes else 0
    kept = tuple(size for size in sizes if needed <= size <= len(terms.candidates))
    if not kept:
        raise UnsuitableDataError(
            f"no size is left: {needed} variables are required and there are "
            f"{len(terms.candidates)} candidates"
        )
    return kept


def _prove_sizes(
    problem: Problem, sizes: Sequence[int], effort: Effort, watch: _Watch
) -> list[Proof]:
    """Prove the best points of each size; the best of the size before is where it starts."""
    proofs: list[Proof] = []
    known = [fit_nothing(problem.ground, problem.rules)]
    for size in sizes:
        rules = problem.rules._replace(max_variables=size)
        start: list[Found] = [find_points(problem.ground, rules), known[-1]]
        proof = prove_points(problem.ground, rules, start, replace(effort, near=0.0))
        proofs.append(proof)
        known.append(proof.found[0])
        watch.step()
    return proofs


def _describe(
    terms: Terms, data: SurvivalData, problem: Problem, size: int, proof: Proof
) -> PathStep:
    found = proof.found[0]
    points = problem.spread(found.points)
    used = np.flatnonzero(points)
    names = tuple(terms.candidates[v].name for v in np.unique(terms.variable[used]).tolist())
    competes = bool(np.any(data.event > 1))
    plain, _ = measure_loss(lay_ground(terms.bits, data, subdistribution=competes), points)
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    events = float(weight @ (data.event == 1))
    judged = concordance(_total(terms, points), hold_competing(data, 1) if competes else data)
    return PathStep(
        size,
        names,
        points,
        found.scale,
        found.loss,
        proof.gap if proof.gap > TIE else 0.0,
        2.0 * plain + float(np.log(events)) * len(used),
        judged.estimate.value,
        judged.std_error,
        0.0,
    )


def _total(terms: Terms, points: Sequence[int]) -> Floats:
    total: Floats = (np.array(points, dtype=np.int64) @ terms.bits.astype(np.int64)).astype(float)
    return total


def _measure_optimism(
    terms: Terms,
    data: SurvivalData,
    asked: tuple[SearchSettings, Wishes | None, float, tuple[int, ...]],
    drawn: Integers,
    team: tuple[int, _Watch],
) -> Floats:
    """Return, for each size, how much higher C is on the sample that a score was learned on."""
    search, wishes, penalty, sizes = asked
    if not len(drawn):
        return np.zeros(len(sizes))
    judged = hold_competing(data, 1) if np.any(data.event > 1) else data

    def learn(count: Integers) -> list[float]:
        rows = np.flatnonzero(count)
        weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
        heavy = replace(data, weight=weight * count).take(rows)
        own = replace(terms, bits=np.ascontiguousarray(terms.bits[:, rows]))
        problem = lay_problem(own, heavy, search, wishes, penalty=penalty or None)
        sample = replace(judged, weight=weight * count).take(rows)
        lost = []
        for size in sizes:
            limited = problem.rules._replace(max_variables=size)
            points = problem.spread(find_points(problem.ground, limited, GLANCE).points)
            inside = concordance_value(_total(own, points), sample)
            lost.append(inside - concordance_value(_total(terms, points), judged))
        return lost

    each = []
    with ThreadPoolExecutor(team[0]) as pool:
        for one in pool.map(learn, drawn):
            each.append(one)
            team[1].step()
    mean: Floats = np.array(each).mean(axis=0)
    return mean
