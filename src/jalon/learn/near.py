"""What a set of near-equal scores has in common, and where its members differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from jalon.core import UnsuitableDataError
from jalon.learn.found import Found, rank_found
from jalon.learn.terms import Terms

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class VariableUse:
    """How much of a near-equal set rests on one variable.

    Attributes:
        name: the variable.
        of_scores: share of the scores that use it, 0 to 1; many scores may differ by one point.
        of_supports: share of the different sets of terms that use it.
        always: whether every score uses it.
    """

    name: str
    of_scores: float
    of_supports: float
    always: bool


@dataclass(frozen=True, slots=True)
class CutUse:
    """How often a near-equal set cuts a variable at one limit.

    Attributes:
        name: the variable.
        cut: the limit.
        of_scores: share of the scores that give points at it, 0 to 1.
        of_supports: share of the different sets of terms that hold it.
        low: fewest points given at it, where it is used.
        high: most points.
    """

    name: str
    cut: float
    of_scores: float
    of_supports: float
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """A variable that can stand in for another.

    Attributes:
        out: the variable that leaves.
        into: the variable that takes its place.
        pairs: pairs of sets of variables that differ by this exchange alone.
        loss: what the exchange costs the best score of these sets, in log-likelihood units; the
            least over the pairs, negative when it gains.
    """

    out: str
    into: str
    pairs: int
    loss: float


@dataclass(frozen=True, slots=True)
class NearSummary:
    """A set of near-equal scores, in short.

    Attributes:
        scores: how many scores.
        supports: how many different sets of terms.
        sets: how many different sets of variables.
        complete: whether the set is proven to hold every near-equal.
        variables: each candidate variable that is used, most used first.
        cuts: each limit that is used, in the order of the terms.
        replacements: which variables stand in for which, most frequent first.
        cheapest: number, from 1, of the score that costs least to measure.
        outlay: what that one costs.
        simplest: number of the one with fewest variables, then limits, then smallest total.
    """

    scores: int
    supports: int
    sets: int
    complete: bool
    variables: tuple[VariableUse, ...]
    cuts: tuple[CutUse, ...]
    replacements: tuple[Replacement, ...]
    cheapest: int
    outlay: float
    simplest: int


def summarise_near(terms: Terms, near: Sequence[Found], complete: bool = False) -> NearSummary:
    """Say which variables all near-equal scores share, and which can replace each other.

    Args:
        terms: the terms that the scores were learned from.
        near: the near-equal scores, best first (``LearnedScore.near``).
        complete: whether they are proven to be all (``LearnedScore.near_complete``).

    Returns:
        The summary; numbers of scores count from 1, as ``pick_score`` takes them.

    Raises:
        UnsuitableDataError: no near-equal scores, or points of other terms.

    Reference:
        Fisher A, Rudin C, Dominici F (2019), "All models are wrong, but many are useful",
        doi:10.48550/arXiv.1801.01489, section 3, for the set itself.

    Example:
        >>> import numpy as np
        >>> from jalon.learn import Candidate, build_terms
        >>> age, ldh = Candidate("age", (60.0,)), Candidate("ldh", (250.0,))
        >>> columns = {"age": np.array([50.0, 70.0]), "ldh": np.array([300.0, 200.0])}
        >>> near = [Found(9.0, (1, 0), 0.7, 9.0), Found(9.1, (0, 1), 0.6, 9.1)]
        >>> summary = summarise_near(build_terms([age, ldh], columns), near)
        >>> [(use.name, use.of_scores) for use in summary.variables]
        [('age', 0.5), ('ldh', 0.5)]
        >>> round(summary.replacements[1].loss, 3)
        0.1
    """
    _check_near(terms, near)
    ranked = [(one, _support(one)) for one in near]
    supports = {support for _, support in ranked}
    best = _best_by_variables(terms, near)
    outlay = [_outlay(terms, one) for one in near]
    cheapest = _first(near, lambda k: (round(outlay[k], 9), rank_found(near[k])))
    simplest = _first(near, lambda k: (*_size(terms, near[k]), rank_found(near[k])))
    return NearSummary(
        len(near),
        len(supports),
        len(best),
        complete,
        _use_variables(terms, near, supports),
        _use_cuts(terms, near, supports),
        _find_replacements(best),
        cheapest + 1,
        outlay[cheapest],
        simplest + 1,
    )


def _check_near(terms: Terms, near: Sequence[Found]) -> None:
    if not near:
        raise UnsuitableDataError(
            "there are no near-equal scores to summarise; learn with Effort(near=0.01) to keep "
            "those within 1 % of the best one's gain"
        )
    if any(len(one.points) != len(terms.cut) for one in near):
        raise UnsuitableDataError(
            f"the scores do not have one number of points for each of the {len(terms.cut)} terms; "
            "give the terms that they were learned from"
        )


def _first(near: Sequence[Found], rank: Callable[[int], tuple[object, ...]]) -> int:
    return min(range(len(near)), key=rank)


def _support(one: Found) -> tuple[int, ...]:
    return tuple(np.flatnonzero(one.points).tolist())


def _names(terms: Terms, support: Sequence[int]) -> Names:
    return frozenset(terms.candidates[terms.variable[j]].name for j in support)


def _outlay(terms: Terms, one: Found) -> float:
    used = np.unique(terms.variable[list(_support(one))])
    return float(sum(terms.candidates[v].outlay for v in used))


def _size(terms: Terms, one: Found) -> tuple[int, int, int]:
    """Return the number of variables and of limits, and the range of the total."""
    support, reach = _support(one), 0
    points = np.array(one.points)
    for v in np.unique(terms.variable):
        heights = np.append(0, np.cumsum(points[terms.variable == v]))
        reach += int(heights.max() - heights.min())
    return len(_names(terms, support)), len(support), reach


def _use_variables(
    terms: Terms, near: Sequence[Found], supports: set[tuple[int, ...]]
) -> tuple[VariableUse, ...]:
    by_score = Counter(name for one in near for name in _names(terms, _support(one)))
    by_support = Counter(name for one in supports for name in _names(terms, one))
    uses = [
        VariableUse(name, count / len(near), by_support[name] / len(supports), count == len(near))
        for name, count in by_score.items()
    ]
    return tuple(sorted(uses, key=lambda use: (-use.of_scores, -use.of_supports, use.name)))


def _use_cuts(
    terms: Terms, near: Sequence[Found], supports: set[tuple[int, ...]]
) -> tuple[CutUse, ...]:
    points = np.array([one.points for one in near])
    held = Counter(j for one in supports for j in one)
    uses = []
    for j in np.flatnonzero(points.any(axis=0)).tolist():
        own = points[points[:, j] != 0, j]
        name, share = terms.candidates[terms.variable[j]].name, held[j] / len(supports)
        low, high = int(own.min()), int(own.max())
        uses.append(CutUse(name, float(terms.cut[j]), len(own) / len(near), share, low, high))
    return tuple(uses)


def _best_by_variables(terms: Terms, near: Sequence[Found]) -> dict[Names, float]:
    best: dict[Names, float] = {}
    for one in near:
        names = _names(terms, _support(one))
        best[names] = min(best.get(names, np.inf), one.cost)
    return best


def _find_replacements(best: dict[Names, float]) -> tuple[Replacement, ...]:
    """Find sets of variables that differ by one exchange, through what they share."""
    by_rest: dict[Names, list[tuple[str, float]]] = {}
    for names, cost in best.items():
        for name in names:
            by_rest.setdefault(names - {name}, []).append((name, cost))
    seen: dict[tuple[str, str], list[float]] = {}
    for members in by_rest.values():
        for (one, cost), (other, further) in combinations(members, 2):
            seen.setdefault((one, other), []).append(further - cost)
            seen.setdefault((other, one), []).append(cost - further)
    found = [
        Replacement(out, into, len(losses), min(losses)) for (out, into), losses in seen.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.pairs, one.loss, one.out, one.into)))
