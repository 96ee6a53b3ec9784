"""The proof: the whole search space is split until nothing can beat the best score found."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from jalon.learn.branch import open_node
from jalon.learn.calm import one_blas_thread
from jalon.learn.found import Found, rank_found
from jalon.learn.kernels.ground import Ground, Rules
from jalon.learn.node import Node, Opened
from jalon.learn.relax import bound_part
from jalon.learn.settings import Effort
from jalon.learn.settle import Limit

BATCH = 8
"""Parts opened at a time; fixed, so that the work does not depend on the number of workers."""

SHARE = 0.5
"""Bounds of open parts raised at the end, for each part opened before."""

TIE = 1e-7
"""Costs closer than this are equal: the points that come first in order are taken."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands.

    Attributes:
        seconds: since its start.
        cost: of the best score found.
        bound: no score costs less.
        nodes: parts opened.
    """

    seconds: float
    cost: float
    bound: float
    nodes: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What a search has shown.

    Attributes:
        found: the best score and, within the width asked for, its near-equals, best first.
        bound: no score costs less.
        nodes: parts opened.
        supports: supports fitted.
        vectors: vectors of whole points fitted.
        complete: every score within the width asked for has been seen, and is in ``found``.
        trace: how incumbent and bound moved.
    """

    found: tuple[Found, ...]
    bound: float
    nodes: int
    supports: int
    vectors: int
    complete: bool
    trace: tuple[Progress, ...]

    @property
    def gap(self) -> float:
        """Log-likelihood units by which the best score found may miss the optimum."""
        return max(self.found[0].cost - self.bound, 0.0)


@one_blas_thread()
def prove_points(
    ground: Ground,
    rules: Rules,
    incumbents: Iterable[Found],
    effort: Effort,
    tell: Callable[[Progress], None] | None = None,
) -> Proof:
    """Search until the best points are proven, or the effort is spent.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        incumbents: scores known already, at least one.
        effort: limits of the search.
        tell: is told where the search stands.

    Returns:
        The proof. An interrupt from the keyboard ends the search early, with its gap.
    """
    search = _Search(ground, rules, effort, tell, list(incumbents))
    with ThreadPoolExecutor(effort.workers) as pool:
        try:
            search.run(pool)
            search.tighten(pool)
        except KeyboardInterrupt:
            search.interrupted = True
    return search.conclude()


class _Search:
    def __init__(
        self,
        ground: Ground,
        rules: Rules,
        effort: Effort,
        tell: Callable[[Progress], None] | None,
        incumbents: list[Found],
    ) -> None:
        self.ground, self.rules, self.effort, self.tell = ground, rules, effort, tell
        self.held: dict[tuple[int, ...], Found] = {one.points: one for one in incumbents}
        self.best = min(one.cost for one in incumbents)
        self.begun = time.perf_counter()
        self.left = np.inf
        self.nodes = self.supports = self.vectors = 0
        self.trace: list[Progress] = []
        self.full = self.interrupted = False
        self.number = count()
        nothing = np.zeros(0, np.int64)
        root = Node(-np.inf, nothing, np.arange(len(rules.variable)), np.zeros(0))
        self.heap: list[tuple[float, int, int, Node]] = []
        self.open: list[Node] = []
        self._push(root)

    def run(self, pool: ThreadPoolExecutor) -> None:
        while self.heap and self.heap[0][0] <= self._limit().cost and not self._spent():
            limit = self._limit()
            size = min(BATCH, len(self.heap))
            for _ in range(size):
                # Noted as open before it leaves the heap: an interrupt in between loses nothing.
                self.open.append(self.heap[0][-1])
                heapq.heappop(self.heap)
            tasks = [
                pool.submit(open_node, self.ground, self.rules, node, limit)
                for node in self.open
                if node.bound <= limit.cost
            ]
            for task in tasks:
                self._take(task.result())
            self.open = []
            self._report()

    def tighten(self, pool: ThreadPoolExecutor) -> None:
        """Raise the lowest bounds of what is left open: the gap is no larger than it need be."""
        until = time.perf_counter() + SHARE * min(self.effort.seconds, 3600.0)
        raised: set[int] = set()
        for _ in range(int(SHARE * self.nodes / BATCH) + 1):
            while len(self.open) < BATCH and self.heap and self._low(raised):
                self.open.append(self.heap[0][-1])
                heapq.heappop(self.heap)
            if not self.open or time.perf_counter() > until:
                break
            found = list(pool.map(self._bound, self.open))
            for node, bound in zip(self.open, found, strict=True):
                raised.add(self._push(replace(node, bound=max(node.bound, bound))))
            self.open = []

    def _low(self, raised: set[int]) -> bool:
        """Tell whether the lowest open bound lies below the best cost and can be raised."""
        return self.heap[0][0] < self.best and self.heap[0][2] not in raised

    def _bound(self, node: Node) -> float:
        return bound_part(self.ground, self.rules, node.chosen, node.further, node.start)

    def conclude(self) -> Proof:
        left = [self.left] + [node.bound for node in self.open] + [entry[0] for entry in self.heap]
        limit = self._limit().cost
        finished = min(left, default=np.inf) > limit
        bound = self.best if finished else min(self.best, *left)
        kept = sorted(
            (one for one in self.held.values() if one.cost <= limit),
            key=rank_found,
        )
        return Proof(
            tuple(kept[: self.effort.most]),
            float(bound),
            self.nodes,
            self.supports,
            self.vectors,
            finished and not self.full and len(kept) <= self.effort.most,
            tuple(self.trace),
        )

    def _limit(self) -> Limit:
        near = max(self.effort.near, TIE)
        return Limit(self.best + near, near)

    def _spent(self) -> bool:
        late = time.perf_counter() - self.begun > self.effort.seconds
        return late or self.nodes >= self.effort.nodes

    def _push(self, node: Node) -> int:
        # Among equal bounds the larger support first: it is closer to an answer.
        number = next(self.number)
        heapq.heappush(self.heap, (node.bound, -len(node.chosen), number, node))
        return number

    def _take(self, opened: Opened) -> None:
        self.nodes += 1
        self.supports += opened.supports
        self.vectors += opened.vectors
        self.left = min(self.left, opened.left)
        for one in opened.found:
            if one.cost <= self._limit().cost:
                self.held[one.points] = one
                self.best = min(self.best, one.cost)
        if len(self.held) > 2 * self.effort.most:
            self._thin()
        for child in opened.children:
            self._push(child)

    def _thin(self) -> None:
        limit = self._limit().cost
        kept = sorted(one for one in self.held.values() if one.cost <= limit)
        self.full = self.full or len(kept) > self.effort.most
        self.held = {one.points: one for one in kept[: self.effort.most]}

    def _report(self) -> None:
        seconds = time.perf_counter() - self.begun
        lowest = min(self.left, self.heap[0][0] if self.heap else np.inf)
        bound = float(min(lowest, self.best))
        now = Progress(seconds, self.best, bound, self.nodes)
        last = self.trace[-1] if self.trace else None
        if last is None or (bound, self.best) != (last.bound, last.cost):
            self.trace.append(now)
        if self.tell is not None:
            self.tell(replace(now))
