"""The bound of a certificate, proven a second time: variables first, then their terms.

A slow search in plain NumPy, of another build than the one it checks: each part of the search
says which variables are in and which may still join; its bound is the best real fit on all of
their terms. Once the variables are settled their terms are, and then the whole points.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from time import perf_counter

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.verify_fit import Fit, fit_scale, fit_terms
from jalon.learn.verify_loss import SlowLoss
from jalon.learn.verify_rules import Rulebook, curve_least, extend_points

MOST_VECTORS = 1_000_000
"""Partial vectors of whole points looked at together, so that memory stays bounded."""

TELLING = 1e-7
"""Smallest log hazard per point of a score; at less its points tell nobody apart."""


Judge = Callable[[Integers, Integers], float]
"""Gives what the points (s,) of some terms (s,) cost, prices counted."""


class _OutOfTimeError(Exception):
    """The time limit has passed inside a part."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of the search.

    Attributes:
        inside: variables that are in, or terms once ``settled``.
        open: variables, or terms, that may still join.
        settled: whether the variables are settled.
        columns: terms of both.
        start: shape (q,), coefficients to start from.
    """

    inside: tuple[int, ...]
    open: tuple[int, ...]
    settled: bool
    columns: Integers
    start: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the second proof has shown.

    Attributes:
        bound: no score costs less; at most the bound asked for.
        confirmed: whether it reaches the bound asked for.
        lowest: cost of the cheapest score met that lies below the bound asked for; infinite
            when there was none.
        points: its points on the usable terms.
        parts: parts of the search looked at.
    """

    bound: float
    confirmed: bool
    lowest: float
    points: tuple[int, ...]
    parts: int


class SlowSearch:
    """Show that no score costs less than a stated bound."""

    def __init__(
        self,
        loss: SlowLoss,
        book: Rulebook,
        target: float,
        seconds: float,
        judge: Judge | None = None,
    ) -> None:
        """Start with every variable open; ``target`` is the bound to be shown.

        Where ``loss`` only bounds what points cost from below, ``judge`` gives the cost itself.
        """
        self.loss, self.book, self.target, self.judge = loss, book, target, judge
        self.deadline = perf_counter() + seconds
        self.heap: list[tuple[float, int, Part]] = []
        self.number = count()
        self.lowest, self.points = np.inf, (0,) * len(book.variable)
        self.parts = 0

    def run(self) -> Outcome:
        """Return what could be shown within the time."""
        nothing = np.zeros(0, np.int64)
        if self.book.accepts([], finished=True):
            self._meet(self.loss.measure(nothing, np.zeros(0))[0], nothing, nothing)
        everything = tuple(range(len(self.book.candidates)))
        columns = self.book.list_terms(list(everything))
        self._push(-np.inf, Part((), everything, False, columns, np.zeros(len(columns))))
        reached = self.target
        while self.heap:
            bound, _, part = heapq.heappop(self.heap)
            reached = min(self.target, bound)
            if self.lowest < self.target or perf_counter() > self.deadline:
                break
            self.parts += 1
            try:
                self._open(bound, part)
            except _OutOfTimeError:
                break
        else:
            reached = self.target
        reached = min(reached, self.lowest)
        return Outcome(
            float(reached), reached >= self.target, float(self.lowest), self.points, self.parts
        )

    def _push(self, bound: float, part: Part) -> None:
        if bound < self.target:
            heapq.heappush(self.heap, (bound, next(self.number), part))

    def _meet(self, cost: float, chosen: Integers, points: Integers) -> None:
        if self.judge is not None and cost < self.target:
            cost = self.judge(chosen, points)
        if cost < min(self.target, self.lowest):
            vector = np.zeros(len(self.book.variable), np.int64)
            vector[chosen] = points
            self.lowest, self.points = float(cost), tuple(vector.tolist())

    def _open(self, bound: float, part: Part) -> None:
        paid = self._pay(part)
        fit = fit_terms(self.loss, part.columns, part.start, self.target - paid)
        bound = max(bound, fit.floor + paid)
        if bound >= self.target:
            return
        if part.settled:
            self._choose_term(bound, part, fit)
        else:
            self._choose_variable(bound, part, fit)

    def _pay(self, part: Part) -> float:
        if part.settled:
            # Every variable that was settled upon keeps at least one term.
            variables = sorted({int(v) for v in self.book.variable[part.columns]})
            return self.book.price(variables, max(len(part.inside), len(variables)))
        return self.book.price(list(part.inside), len(part.inside))

    def _choose_variable(self, bound: float, part: Part, fit: Fit) -> None:
        """Take one more variable in, or leave it out; or settle when none can join."""
        inside = list(part.inside)
        able = [v for v in part.open if self.book.accepts([*inside, v], finished=False)]
        able = [v for v in able if self.book.list_terms([v]).size]
        if len(inside) + 1 == self.book.settings.max_variables:
            # The last variable: each on its own, which leaves few terms in every fit.
            for v in able:
                self._push_variables(bound, [*inside, v], [], part, fit)
            self._settle(bound, inside, part, fit)
            return
        if not able:
            self._settle(bound, inside, part, fit)
            return
        weight = np.sqrt(np.abs(np.diag(fit.bend))) * np.abs(fit.beta)
        own = self.book.variable[part.columns]
        best = max(able, key=lambda v: float(weight[own == v].sum()))
        rest = [v for v in able if v != best]
        self._push_variables(bound, [*inside, best], rest, part, fit)
        self._push_variables(bound, inside, rest, part, fit)

    def _push_variables(
        self, bound: float, inside: list[int], rest: list[int], part: Part, fit: Fit
    ) -> None:
        rest = [v for v in rest if self.book.accepts([*inside, v], finished=False)]
        reachable = {self.book.candidates[v].name for v in inside + rest}
        if not set(self.book.wishes.required) <= reachable:
            return
        if not rest:
            self._settle(bound, inside, part, fit)
            return
        columns = self.book.list_terms(inside + rest)
        start = _carry(part.columns, fit.beta, columns)
        self._push(bound, Part(tuple(inside), tuple(rest), False, columns, start))

    def _settle(self, bound: float, inside: list[int], part: Part, fit: Fit) -> None:
        """Go on to the terms of these variables, all of them open."""
        if inside and self.book.accepts(inside, finished=True):
            columns = self.book.list_terms(inside)
            start = _carry(part.columns, fit.beta, columns)
            self._push(bound, Part((), tuple(columns.tolist()), True, columns, start))

    def _choose_term(self, bound: float, part: Part, fit: Fit) -> None:
        """Take one more term in, or leave it out; or list whole points when none is open."""
        if not part.open:
            self._try_points(part, fit, self._pay(part))
            return
        weight = dict(zip(part.columns.tolist(), np.abs(fit.beta), strict=True))
        best = max(part.open, key=lambda j: float(weight[j]))
        rest = tuple(j for j in part.open if j != best)
        for inside in ((*part.inside, best), part.inside):
            self._push_terms(bound, inside, rest, part, fit)

    def _push_terms(
        self, bound: float, inside: tuple[int, ...], rest: tuple[int, ...], part: Part, fit: Fit
    ) -> None:
        variable, most = self.book.variable, self.book.settings.max_terms
        held = np.bincount(variable[list(inside)], minlength=len(self.book.candidates))
        rest = tuple(j for j in rest if held[variable[j]] < most)
        columns = np.array(sorted(inside + rest), dtype=np.int64)
        if set(variable[columns].tolist()) != set(variable[part.columns].tolist()):
            return
        start = _carry(part.columns, fit.beta, columns)
        self._push(bound, Part(inside, rest, True, columns, start))

    def _try_points(self, part: Part, fit: Fit, paid: float) -> None:
        chosen = part.columns
        for points in list_points(self.book, chosen, fit, self.target - paid, self.deadline):
            value, scale = fit_scale(self.loss, chosen, points, self.target - paid)
            # At scale 0 the points would tell nobody apart; a judge has a scale of its own.
            if scale > TELLING or self.judge is not None:
                self._meet(value + paid, chosen, points)
            if perf_counter() > self.deadline:
                raise _OutOfTimeError


def _carry(before: Integers, beta: Floats, after: Integers) -> Floats:
    known = dict(zip(before.tolist(), beta.tolist(), strict=True))
    return np.array([known.get(j, 0.0) for j in after.tolist()])


def list_points(
    book: Rulebook, chosen: Integers, fit: Fit, limit: float, deadline: float
) -> Integers:
    """List the whole points of a support whose loss may lie below a limit.

    With the curvature written as M'M, M lower triangular, the first rows of M tell how far
    partial vectors lie from the best fit whatever follows.

    Args:
        book: the rules.
        chosen: shape (s,), the support, rising.
        fit: the best real coefficients.
        limit: what the loss must stay below.
        deadline: when to give up.

    Returns:
        Shape (m, s).
    """
    widest = _find_widest(fit, limit)
    size = len(chosen)
    turned = (fit.bend + 1e-11 * np.eye(size))[::-1, ::-1]
    factor = np.linalg.cholesky(turned)[::-1, ::-1].T
    target = factor @ fit.beta
    begun = np.zeros((1, 0), np.int64)
    for q in range(size):
        variable = int(book.variable[chosen[q]])
        own = int((book.variable[chosen[:q]] == variable).sum())
        begun = extend_points(book, variable, begun, own)
        image = begun @ factor[: q + 1, : q + 1].T
        along = (image**2).sum(axis=1)
        cross = np.maximum(image @ target[: q + 1], 0.0)
        gap2 = (target[: q + 1] ** 2).sum() - cross**2 / np.maximum(along, 1e-300)
        begun = begun[gap2 <= widest**2 * (1 + 1e-9) + 1e-10]
        if len(begun) > MOST_VECTORS or perf_counter() > deadline:
            raise _OutOfTimeError
    final = [book.is_final(chosen, one) for one in begun]
    kept: Integers = begun[np.array(final, dtype=bool)]
    return kept


def _find_widest(fit: Fit, limit: float) -> float:
    """Return the distance from the fit beyond which the loss stays above a limit."""
    if fit.decrement * fit.reach >= 0.5:
        return np.inf
    high, limit = 1e-6, max(limit, fit.loss)

    def least(distance: float) -> float:
        rise = float(curve_least(np.array(distance), fit.reach))
        return fit.loss - fit.decrement * distance + rise

    while least(high) <= limit or high < 3 * fit.decrement:
        high *= 2
    low = high / 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if least(middle) > limit else (middle, high)
    return high
