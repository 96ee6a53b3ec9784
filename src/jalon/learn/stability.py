"""Would other patients have given the same score? The search again, on resamples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.incumbent import find_points
from jalon.learn.objective import Shrinkage
from jalon.learn.problem import lay_problem
from jalon.learn.score import LearnedScore
from jalon.learn.settings import SearchSettings, Wishes
from jalon.learn.terms import Terms


@dataclass(frozen=True, slots=True)
class ResampleSettings:
    """How the cohort is drawn again.

    Attributes:
        draws: how often, 2 or more.
        kind: "half" draws half of the patients, in pairs of complementary halves; "bootstrap"
            draws as many as there are, with replacement. Each within strata.
        workers: threads; the result does not depend on it.
    """

    draws: int = 100
    kind: Literal["half", "bootstrap"] = "half"
    workers: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How a score would vary with other patients.

    Attributes:
        names: the candidate variables.
        inclusion: shape (v,), share of the draws whose score uses each variable.
        together: shape (v, v), share that uses both; the diagonal is ``inclusion``.
        cuts: shape (p,), share whose score gives points at each limit.
        same_sign: shape (p,), of these, the share whose points have the sign of the score's
            own; NaN for limits that the score does not use, or no draw does.
        with_score: shape (b,), Jaccard index of each draw's variables with the score's.
        between: mean Jaccard index of two draws' variables.
        points: shape (b, p), the points of each draw.
    """

    names: tuple[str, ...]
    inclusion: Floats
    together: Floats
    cuts: Floats
    same_sign: Floats
    with_score: Floats
    between: float
    points: Integers


def measure_stability(  # noqa: PLR0913 - what was learned, from what, and how it is drawn
    score: LearnedScore,
    terms: Terms,
    data: SurvivalData,
    search: SearchSettings | None = None,
    settings: ResampleSettings | None = None,
    *,
    rng: np.random.Generator,
    wishes: Wishes | None = None,
    shrinkage: Shrinkage | None = None,
    tell: Callable[[int], None] | None = None,
) -> Stability:
    """Learn the score again on many resamples and count what stays.

    The teacher's penalty is that of the score; it is not chosen again. The scores of the
    resamples are searched for, not proven.

    Args:
        score: the score whose stability is in question.
        terms: the terms it was learned from.
        data: the outcomes it was learned from.
        search: what it may look like, as it was learned; None for the usual.
        settings: how the cohort is drawn again; None for the usual.
        rng: draws the patients.
        wishes: what a clinician asked of the score.
        shrinkage: published effects that its coefficients were drawn to; None for none.
        tell: is told how many draws are done.

    Returns:
        The frequencies.

    Raises:
        UnsuitableDataError: fewer than two draws, or a score of other terms.

    Reference:
        Meinshausen N, Bühlmann P (2010), doi:10.1111/j.1467-9868.2010.00740.x, section 2.1;
        Shah RD, Samworth RJ (2013), doi:10.1111/j.1467-9868.2011.01034.x, section 2, for
        complementary halves.
    """
    rules, look = settings or ResampleSettings(), search or SearchSettings()
    if rules.draws < 2:
        raise UnsuitableDataError("stability needs at least two draws; ask for draws = 2 or more")
    if len(score.points) != len(terms.cut):
        raise UnsuitableDataError(
            f"the score has {len(score.points)} points but there are {len(terms.cut)} terms; give "
            "the terms it was learned from"
        )
    counts = draw_counts(data, rules, rng)
    penalty = score.penalty if look.target == "teacher" and score.penalty else None

    def learn(drawn: Integers) -> tuple[int, ...]:
        rows = np.flatnonzero(drawn)
        part = data.take(rows)
        weight = np.ones(len(rows)) if part.weight is None else np.asarray(part.weight)
        weighed = replace(part, weight=weight * drawn[rows])
        bits = np.ascontiguousarray(terms.bits[:, rows])
        problem = lay_problem(replace(terms, bits=bits), weighed, look, wishes, shrinkage, penalty)
        return problem.spread(find_points(problem.ground, problem.rules).points)

    found = []
    with ThreadPoolExecutor(rules.workers) as pool:
        for done, one in enumerate(pool.map(learn, counts), start=1):
            found.append(one)
            if tell is not None:
                tell(done)
    return count_uses(terms, score.points, np.array(found, dtype=np.int64))


def draw_counts(
    data: SurvivalData, settings: ResampleSettings, rng: np.random.Generator
) -> Integers:
    """Return shape (b, n), how often each patient is drawn, within strata.

    Args:
        data: outcomes of n patients.
        settings: how they are drawn.
        rng: draws them.

    Returns:
        The counts.
    """
    size = len(data)
    stratum = np.zeros(size, np.int64) if data.stratum is None else np.asarray(data.stratum)
    parts = [np.flatnonzero(stratum == code) for code in np.unique(stratum)]
    counts = np.zeros((settings.draws, size), np.int64)
    for k in range(settings.draws):
        if settings.kind == "half" and k % 2:
            counts[k] = 1 - counts[k - 1]
            continue
        for rows in parts:
            if settings.kind == "half":
                # An odd one out goes to either half.
                half = (len(rows) + int(rng.integers(2))) // 2
                counts[k, rng.permutation(rows)[:half]] = 1
            else:
                drawn = rng.integers(len(rows), size=len(rows))
                counts[k, rows] = np.bincount(drawn, minlength=len(rows))
    return counts


def count_uses(terms: Terms, own: Sequence[int], points: Integers) -> Stability:
    """Count what the scores of resamples share.

    Args:
        terms: the candidate terms.
        own: points (p,) of the score in question.
        points: shape (b, p), points of each draw.

    Returns:
        The frequencies.
    """
    number, used = len(terms.candidates), points != 0
    member = terms.variable == np.arange(number)[:, None]
    holds = (used.astype(np.int64) @ member.T) > 0
    together = holds.T.astype(np.float64) @ holds / len(points)
    mine = np.array(own, dtype=np.int64)
    agree = np.count_nonzero(used & (np.sign(points) == np.sign(mine)), axis=0)
    times = np.count_nonzero(used, axis=0)
    known = (times > 0) & (mine != 0)
    same = np.full(len(mine), np.nan)
    same[known] = agree[known] / times[known]
    score_holds = (member @ (mine != 0)) > 0
    return Stability(
        tuple(one.name for one in terms.candidates),
        np.diag(together).copy(),
        together,
        used.mean(axis=0),
        same,
        np.array([compare_sets(one, score_holds) for one in holds]),
        float(np.mean([compare_sets(one, other) for one, other in combinations(holds, 2)])),
        points,
    )


def compare_sets(one: Floats | Integers, other: Floats | Integers) -> float:
    """Return the Jaccard index of two sets given as flags; 1 when both are empty."""
    union = int(np.count_nonzero(np.logical_or(one, other)))
    return int(np.count_nonzero(np.logical_and(one, other))) / union if union else 1.0
