"""The rules of a score, written a second time and plainly, to check a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from jalon.core import Floats, Integers, SurvivalData
from jalon.learn.settings import SearchSettings, Wishes
from jalon.learn.terms import Candidate, Terms


def find_usable(
    terms: Terms, data: SurvivalData, settings: SearchSettings, wishes: Wishes
) -> Integers:
    """Return the terms with enough events on both sides, equal or opposite ones kept once."""
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    events = weight * (data.event == 1)
    usable: list[int] = []
    for term, bits in enumerate(terms.bits):
        sides = events[bits == 1].sum(), events[bits == 0].sum()
        twin = any(
            np.array_equal(bits, terms.bits[other]) or np.array_equal(bits, 1 - terms.bits[other])
            for other in usable
        )
        barred = terms.candidates[terms.variable[term]].name in wishes.forbidden
        if min(sides) >= settings.least_events and not twin and not barred:
            usable.append(term)
    return np.array(usable, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """What a score may look like.

    Attributes:
        candidates: the variables.
        variable: shape (q,), variable of each usable term, rising.
        settings: limits and price.
        wishes: what a clinician asks.
    """

    candidates: tuple[Candidate, ...]
    variable: Integers
    settings: SearchSettings
    wishes: Wishes

    def price(self, variables: list[int], terms: int) -> float:
        """Return what a number of terms and these variables cost."""
        return self.settings.price * terms + sum(self.candidates[v].charge for v in variables)

    def accepts(self, variables: list[int], finished: bool) -> bool:
        """Tell whether variables may stand together; finished also asks for the required ones."""
        names = {self.candidates[v].name for v in variables}
        outlay = sum(self.candidates[v].outlay for v in variables)
        return (
            len(variables) <= self.settings.max_variables
            and outlay <= self.wishes.budget + 1e-9
            and not any({one, other} <= names for one, other in self.wishes.exclusions)
            and (not finished or set(self.wishes.required) <= names)
        )

    def follows(self, variable: int, earlier: Integers, value: int) -> bool:
        """Tell whether a step may have this value after earlier steps of its variable."""
        direction = self.candidates[variable].direction
        if value == 0 or (direction == "up" and value < 0) or (direction == "down" and value > 0):
            return False
        if self.wishes.even and np.any(earlier != value):
            return False
        return not (self.wishes.rising and np.any(earlier * value < 0))

    def find_breaches(self, points: Integers) -> tuple[str, ...]:
        """Say which rules whole points of the usable terms break."""
        found: list[str] = []
        used = np.flatnonzero(points)
        variables = sorted({int(v) for v in self.variable[used]})
        if not used.size:
            return ("the score has no points",) if self.wishes.required else ()
        if np.abs(points).max() > self.settings.max_points:
            found.append(f"a term has more than {self.settings.max_points} points")
        if not self.accepts(variables, finished=True):
            found.append("its variables break a limit, a budget, a requirement or an exclusion")
        for v in variables:
            steps = points[used[self.variable[used] == v]]
            name = self.candidates[v].name
            if len(steps) > self.settings.max_terms:
                found.append(f"{name} has more than {self.settings.max_terms} limits")
            if not all(self.follows(v, steps[:k], int(one)) for k, one in enumerate(steps)):
                found.append(f"the steps of {name} go a way that was not asked for")
        if self.wishes.max_total and self.measure_range(used, points[used]) > self.wishes.max_total:
            found.append(f"the total can exceed {self.wishes.max_total}")
        return tuple(found)

    def measure_range(self, chosen: Integers, points: Integers) -> int:
        """Return how far the highest total lies above the lowest."""
        reach = 0
        for v in np.unique(self.variable[chosen]):
            heights = np.append(0, np.cumsum(points[self.variable[chosen] == v]))
            reach += int(heights.max() - heights.min())
        return reach

    def is_final(self, chosen: Integers, points: Integers) -> bool:
        """Tell whether points have no common divisor and keep to the largest total."""
        total = self.wishes.max_total
        short = not total or self.measure_range(chosen, points) <= total
        return short and gcd(*(int(one) for one in points)) == 1

    def list_terms(self, variables: Integers | list[int]) -> Integers:
        """Return the usable terms of some variables, rising."""
        return np.flatnonzero(np.isin(self.variable, variables))


def extend_points(book: Rulebook, variable: int, begun: Integers, own: int) -> Integers:
    """Append every value that the rules allow to partial vectors of points.

    Args:
        book: the rules.
        variable: of the term that follows.
        begun: shape (m, q), partial vectors.
        own: how many of the last terms belong to the same variable.

    Returns:
        Shape (k, q + 1).
    """
    most = book.settings.max_points
    longer = []
    earlier = begun[:, begun.shape[1] - own :]
    for value in range(-most, most + 1):
        if not book.follows(variable, np.zeros(0, np.int64), value):
            continue
        kept = np.ones(len(begun), bool)
        if book.wishes.even:
            kept &= (earlier == value).all(axis=1)
        if book.wishes.rising:
            kept &= (earlier * value > 0).all(axis=1)
        rows = begun[kept]
        longer.append(np.column_stack([rows, np.full(len(rows), value)]))
    return np.concatenate(longer).astype(np.int64)


def curve_least(distance: Floats, reach: float) -> Floats:
    """Bound from below the rise of a self-concordant loss at distances from a stationary point."""
    v = np.asarray(distance) * reach
    exact = (np.expm1(-v) + v) / reach**2
    rise: Floats = np.where(v < 1e-4, np.asarray(distance) ** 2 * (0.5 - v / 6), exact)
    return rise
