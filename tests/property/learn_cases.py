"""Random small problems of learning a score, and all their scores by brute force.

Brute force uses nothing of the search: risk sets come from their definition as a table of
weights, every vector of whole points is listed, and the scale of each is fitted by bisection and
Newton's steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

from jalon.core import SurvivalData
from jalon.learn import Candidate, Effort, SearchSettings, Shrinkage, Terms, Wishes
from jalon.learn.incumbent import find_points
from jalon.learn.problem import lay_problem
from jalon.learn.proof import prove_points

LARGEST = 12.0
"""A score's coefficients stay within this, as the search declares."""


@dataclass(frozen=True)
class Case:
    """One random problem."""

    terms: Terms
    data: SurvivalData
    settings: SearchSettings
    wishes: Wishes = field(default_factory=Wishes)
    shrinkage: Shrinkage | None = None
    penalty: float | None = None


@dataclass(frozen=True)
class Scores:
    """Every score that the rules allow."""

    points: np.ndarray
    scale: np.ndarray
    cost: np.ndarray
    gain: np.ndarray
    nothing: float

    def within(self, limit):
        """Vectors that gain something and cost at most this."""
        return {
            tuple(one) for one in self.points[(self.cost <= limit) & (self.gain > 1e-6)].tolist()
        }


def draw_columns(rng, n, sizes):
    """Terms: each variable a few steps of one number."""
    bits, variable, cut = [], [], []
    for v, size in enumerate(sizes):
        value = rng.integers(0, size + 1, n)
        for limit in range(size):
            bits.append(value > limit)
            variable.append(v)
            cut.append(limit)
    return np.array(bits, dtype=np.uint8), np.array(variable), np.array(cut, dtype=float)


def draw_terms(rng, n, sizes, directions=True, prices=True):
    """Terms with random directions, charges and outlays."""
    bits, variable, cut = draw_columns(rng, n, sizes)
    choice = ("any", "up", "down") if directions else ("any",)
    candidates = tuple(
        Candidate(
            f"x{v}",
            tuple(float(limit) for limit in range(size)),
            str(rng.choice(choice, p=[0.6, 0.2, 0.2] if directions else None)),
            charge=float(rng.choice([0.0, 0.3])) if prices else 0.0,
            outlay=float(rng.integers(0, 4)) if prices else 0.0,
        )
        for v, size in enumerate(sizes)
    )
    return Terms(candidates, variable, cut, bits)


def draw_outcome(rng, bits, *, days=8, weighted=False, late=False, centres=0, causes=1):
    """Outcomes that the terms tell something about, with many ties."""
    n = bits.shape[1]
    effect = rng.normal(0, 0.7, len(bits))
    time = np.ceil(rng.exponential(days / np.exp(effect @ bits - effect.sum() / 2)) + 1e-9)
    time = np.minimum(time, 3.0 * days)
    event = np.where(rng.random(n) < 0.3, 0, rng.integers(1, causes + 1, n))
    event[rng.integers(0, n, 3)] = 1
    return SurvivalData(
        time,
        event,
        time * rng.choice([0.0, 0.0, 0.5], n) if late else None,
        rng.choice([0.0, 0.5, 1.0, 2.0], n) if weighted else None,
        rng.integers(0, centres, n) if centres else None,
    )


def weigh_sets(data):
    """Each event time's weights of all patients, and the weight of its events."""
    n = len(data)
    weight = np.ones(n) if data.weight is None else data.weight
    centre = np.zeros(n, int) if data.stratum is None else data.stratum
    entry = np.full(n, -1.0) if data.entry is None else np.where(data.entry > 0, data.entry, -1.0)
    table, deaths = [], []
    for group in np.unique(centre):
        own = centre == group
        free = _free_before(data, weight, own) if np.any(data.event > 1) else None
        for day in np.unique(data.time[own & (data.event == 1) & (weight > 0)]):
            row = np.where(own & (data.time >= day) & (entry < day), weight, 0.0)
            if free is not None:
                for i in np.flatnonzero(own & (data.event > 1) & (data.time < day) & (weight > 0)):
                    row[i] = weight[i] * free(day) / free(data.time[i])
            table.append(row)
            deaths.append(weight[own & (data.time == day) & (data.event == 1)].sum())
    return np.array(table), np.array(deaths)


def _free_before(data, weight, own):
    def free(day):
        value = 1.0
        for t in np.unique(data.time[own & (data.event == 0) & (data.time < day)]):
            seen = weight[own & (data.time >= t)].sum()
            value *= 1 - weight[own & (data.time == t) & (data.event == 0)].sum() / seen
        return value

    return free


class Judge:
    """The loss of one case from its definition."""

    def __init__(self, case, used=None):
        bits, data = case.terms.bits, case.data
        self.used = np.arange(len(bits)) if used is None else used
        self.bits = bits[self.used].astype(float)
        table, self.deaths = weigh_sets(data)
        # Patients with equal terms add up in every risk set.
        self.patterns, place = np.unique(self.bits, axis=1, return_inverse=True)
        self.table = np.zeros((len(table), self.patterns.shape[1]))
        np.add.at(self.table.T, place.ravel(), table.T)
        weight = np.ones(len(data)) if data.weight is None else data.weight
        self.linear = self.bits @ (weight * (data.event == 1))
        p = len(self.used)
        self.ridge, self.centre = np.zeros(p), np.zeros(p)
        if case.settings.target == "teacher":
            self.linear = self.linear - case.penalty * self._teach(case.penalty)
        if case.shrinkage is not None:
            self.ridge = case.shrinkage.precision[self.used]
            self.centre = case.shrinkage.centre[self.used]

    def measure(self, beta):
        """Loss, slope and curvature at one vector of coefficients of all terms."""
        risk = self.table * np.exp(beta @ self.patterns)
        total = risk.sum(axis=1)
        share = risk / total[:, None]
        mean = share @ self.patterns.T
        expected = self.deaths @ share
        loss = self.deaths @ np.log(total) - self.linear @ beta
        loss += 0.5 * self.ridge @ (beta - self.centre) ** 2
        slope = self.patterns @ expected - self.linear + self.ridge * (beta - self.centre)
        bend = (self.patterns * expected) @ self.patterns.T - (mean.T * self.deaths) @ mean
        return loss, slope, bend + np.diag(self.ridge)

    def _teach(self, penalty):
        beta = np.zeros(len(self.bits))
        for _ in range(60):
            _, slope, bend = self.measure(beta)
            slope = slope + penalty * beta
            move = np.linalg.solve(bend + penalty * np.eye(len(beta)), slope)
            beta = beta - move / max(1.0, np.abs(move).max())
            if np.abs(move).max() < 1e-12:
                break
        return beta

    def fit_scales(self, points):
        """The best scale of each vector, and the loss there."""
        total = points @ self.patterns
        most = LARGEST / np.abs(points).max(axis=1)
        low, high, scale = np.zeros(len(points)), most.copy(), np.minimum(0.3, most / 2)
        for _ in range(60):
            loss, slope, bend = self._lines(points, total, scale)
            high = np.where(slope > 0, scale, high)
            low = np.where(slope > 0, low, scale)
            step = scale - slope / np.maximum(bend, 1e-12)
            inside = (step >= low) & (step <= high)
            after = np.where(inside, step, (low + high) / 2)
            if np.abs(after - scale).max() < 1e-9:
                break
            scale = after
        return scale, loss

    def _lines(self, points, total, scale):
        risk = np.exp(scale[:, None] * (total - total.max(axis=1, keepdims=True)))
        sums = risk @ self.table.T
        mean = (risk * total) @ self.table.T / sums
        square = (risk * total**2) @ self.table.T / sums
        gap = scale[:, None] * points - self.centre
        top = self.deaths.sum() * scale * total.max(axis=1)
        loss = np.log(sums) @ self.deaths + top - scale * (points @ self.linear)
        loss += 0.5 * gap**2 @ self.ridge
        slope = mean @ self.deaths - points @ self.linear + (gap * points) @ self.ridge
        bend = np.maximum(square - mean**2, 0) @ self.deaths + points**2 @ self.ridge
        return loss, slope, bend


def list_scores(case, used):
    """Every allowed vector of whole points without a common divisor, with its best scale."""
    judge = Judge(case, used)
    most = case.settings.max_points
    every = np.array(list(product(range(-most, most + 1), repeat=len(used))))
    every = every[np.gcd.reduce(every, axis=1) == 1]
    every = every[allow(case, used, every)]
    nothing = judge.measure(np.zeros(len(used)))[0]
    if not len(every):
        return Scores(every, np.zeros(0), np.zeros(0), np.zeros(0), nothing)
    scale, loss = judge.fit_scales(every)
    cost = loss + price_all(case, used, every)
    order = np.argsort(cost, kind="stable")
    return Scores(every[order], scale[order], cost[order], (nothing - loss)[order], nothing)


def price_all(case, used, points):
    """What each vector pays for its limits and variables."""
    held = hold(case, used, points)
    charge = np.array([one.charge for one in case.terms.candidates])
    return case.settings.price * (points != 0).sum(axis=1) + held @ charge


def hold(case, used, points):
    """Which variables each vector uses."""
    variable = case.terms.variable[used]
    return np.array(
        [(points[:, variable == v] != 0).any(axis=1) for v in range(len(case.terms.candidates))]
    ).T


def allow(case, used, points):
    """Which vectors keep every rule, each rule in its own words."""
    candidates, wish = case.terms.candidates, case.wishes
    names = [one.name for one in candidates]
    variable = case.terms.variable[used]
    held = hold(case, used, points)
    good = held.sum(axis=1) <= case.settings.max_variables
    total = np.zeros(len(points), int)
    for v, one in enumerate(candidates):
        steps = points[:, variable == v]
        good &= (steps != 0).sum(axis=1) <= case.settings.max_terms
        if one.direction == "up":
            good &= (steps >= 0).all(axis=1)
        if one.direction == "down":
            good &= (steps <= 0).all(axis=1)
        if wish.rising:
            good &= (steps >= 0).all(axis=1) | (steps <= 0).all(axis=1)
        if wish.even:
            top, least = steps.max(axis=1, initial=0), steps.min(axis=1, initial=0)
            good &= ((steps == 0) | (steps == (top + least)[:, None])).all(axis=1)
        heights = np.cumsum(steps, axis=1)
        total += heights.max(axis=1, initial=0) - heights.min(axis=1, initial=0)
        if one.name in wish.required:
            good &= held[:, v]
        if one.name in wish.forbidden:
            good &= ~held[:, v]
    for first, other in wish.exclusions:
        good &= ~(held[:, names.index(first)] & held[:, names.index(other)])
    good &= held @ np.array([one.outlay for one in candidates]) <= wish.budget + 1e-9
    return good & (total <= (wish.max_total or 10**9))


KINDS = ("plain", "weighted", "late", "centres", "causes", "together", "shrunk", "separated")
"""What the outcomes of a case have; every kind has many ties, and rules at random."""


SMALL = ((1, 1, 1), (2, 1, 1), (2, 2), (3, 1), (1, 1, 1, 1), (2, 2, 1))
TELLING = ((1, 1, 1, 1, 1, 1, 1), (2, 2, 1, 1, 1), (3, 2, 2), (2, 1, 1, 1, 1, 1), (4, 3))


def draw_case(seed, kind="plain", target=None, telling=False):
    """A random problem small enough for brute force.

    With ``telling`` there are so many patients that bounds tell supports apart long before
    their points are listed; the points are few in turn.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    shapes = TELLING if telling else SMALL
    sizes = shapes[int(rng.integers(0, len(shapes)))]
    few = kind == "separated"
    patients = rng.integers(6, 12) if few else rng.integers(12, 30)
    terms = draw_terms(rng, int(rng.integers(100, 400) if telling else patients), sizes)
    data = draw_outcome(
        rng,
        terms.bits,
        days=int(rng.choice([3, 8, 100])),
        weighted=kind in {"weighted", "together"},
        late=kind == "late",
        centres=3 if kind in {"centres", "together"} else 0,
        causes=2 if kind in {"causes", "together"} else 1,
    )
    aim = target or str(rng.choice(["events", "teacher"]))
    settings = SearchSettings(
        max_variables=int(rng.integers(1, len(sizes) + 1)),
        max_terms=int(rng.integers(1, 4)),
        max_points=1 if telling else 2 if sum(sizes) > 4 else int(rng.integers(1, 4)),
        price=float(rng.choice([0.0, 0.1, 0.5])),
        least_events=float(rng.choice([0, 0.5]) if few else 1),
        target=aim,
    )
    penalty = float(rng.choice([0.3, 2.0, 10.0])) if aim == "teacher" else None
    shrunk = None
    if kind == "shrunk":
        size = len(terms.cut)
        shrunk = Shrinkage(rng.choice([0.0, 0.5, 3.0], size), rng.normal(0, 0.5, size))
    return Case(terms, data, settings, draw_wishes(rng, len(sizes)), shrunk, penalty)


def draw_wishes(rng, variables):
    """Rules at random, each off more often than on."""
    names = [f"x{v}" for v in range(variables)]
    return Wishes(
        required=(names[int(rng.integers(0, variables - 1))],) if rng.random() < 0.15 else (),
        forbidden=(names[-1],) if variables > 2 and rng.random() < 0.15 else (),
        exclusions=((names[0], names[1]),) if rng.random() < 0.2 else (),
        budget=float(rng.choice([3.0, 5.0, np.inf])),
        max_total=int(rng.choice([0, 0, 3, 5])),
        rising=bool(rng.random() < 0.3),
        even=bool(rng.random() < 0.3),
    )


def lay(case):
    """The problem as the search sees it."""
    return lay_problem(
        case.terms, case.data, case.settings, case.wishes, case.shrinkage, case.penalty
    )


def search(problem, **effort):
    """Search from the usual start."""
    first = find_points(problem.ground, problem.rules)
    return prove_points(problem.ground, problem.rules, [first], Effort(**{"workers": 1} | effort))


def find_optimum(case, problem):
    """All scores of a case, and the lowest and highest that its optimum may be.

    Points whose best scale is 0 tell nobody apart: they are no better than no score, and only
    whoever requires a variable that is worth nothing may or may not see them.
    """
    scores = list_scores(case, problem.used)
    nothing = [] if case.wishes.required else [scores.nothing]
    least = min([*scores.cost.tolist(), *nothing], default=np.inf)
    most = min([*scores.cost[scores.gain > 1e-6].tolist(), *nothing], default=np.inf)
    return scores, least, most


def draw_losses(kind, seeds=range(12)):
    """Cases as the search sees them, with their loss from its definition."""
    for seed in seeds:
        case = draw_case(seed, kind)
        problem = lay(case)
        if len(problem.used):
            yield np.random.default_rng(seed), case, problem.ground, Judge(case, problem.used)


def minimise(judge, chosen):
    """The lowest loss met by Newton's steps within the box: an upper bound of the least one."""
    beta, least = np.zeros(len(judge.used)), np.inf
    for _ in range(200):
        loss, slope, bend = judge.measure(beta)
        least = min(least, loss)
        part = bend[np.ix_(chosen, chosen)] + 1e-9 * np.eye(len(chosen))
        move = np.linalg.solve(part, slope[chosen])
        beta[chosen] = np.clip(beta[chosen] - move / max(1, np.abs(move).max()), -12, 12)
    return least
