"""Centres with their excess losses: how much worse a score does in each than it could."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.aim import lay_aim
from jalon.learn.found import Found
from jalon.learn.kernels.centres import fit_worst, weigh_worst
from jalon.learn.kernels.ground import Bits, Ground
from jalon.learn.kernels.model import expect_events, share_deaths
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.objective import lay_ground
from jalon.learn.problem import Problem
from jalon.learn.rules import price_support
from jalon.learn.teacher import fit_ridge


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """A problem whose loss is told apart by centre.

    Attributes:
        problem: rows, rules and terms.
        unit: shape (s,), centre of each risk set.
        events: shape (u,), (weighted) events of each centre.
        linear: shape (u, q), sum of each term over the events of each centre.
        floor: shape (u,), the loss in each centre that counts as no excess.
        cap: largest weight of one centre; 1 for the one worst.
    """

    problem: Problem
    unit: Integers
    events: Floats
    linear: Floats
    floor: Floats
    cap: float

    @property
    def rate(self) -> Floats:
        """Shape (u,), what turns each loss into that of the whole cohort at the same rate."""
        rate: Floats = self.events.sum() / self.events
        return rate

    def weigh(self, weight: Floats) -> tuple[Ground, float]:
        """Return the ground of the weighted excess (u,), and the constant that it lacks."""
        factor = weight * self.rate
        ground = self.problem.ground._replace(
            deaths=self.problem.ground.deaths * factor[self.unit], linear=factor @ self.linear
        )
        return ground, -float(factor @ self.floor)

    def excess(self, beta: Floats) -> Floats:
        """Return shape (u,), the excess of coefficients (q,), in units of the whole cohort."""
        return self.rate * (lose_by_unit(self, beta) - self.floor)

    def value(self, excess: Floats) -> float:
        """Return the worst excess, or the mean of the worst ones."""
        return float(weigh_worst(excess, self.cap) @ excess)

    def judge(self, points: Sequence[int], limit: float = np.inf) -> Found:
        """Return points (q,) with their worst cost at the scale that suits the worst centre.

        The cost is infinite when it is known to exceed the limit, and without points where
        variables are required.
        """
        whole = np.array(points, dtype=np.int64)
        used = np.flatnonzero(whole)
        if not used.size:
            loss = self.value(self.excess(np.zeros(len(whole))))
            needed = self.problem.rules.required.any()
            return Found(np.inf if needed else loss, tuple(points), 0.0, loss)
        ground = self.problem.ground
        total = whole[used] @ ground.terms[used].astype(np.int64)
        price = price_support(self.problem.rules, used)
        line = self.linear[:, used] @ whole[used]
        largest = int(np.abs(whole).max())
        loss, scale = fit_worst(
            ground,
            self.unit,
            total,
            line,
            self.rate,
            self.floor,
            self.cap,
            largest,
            limit - price,
        )
        return Found(loss + price, tuple(points), scale, loss)


def lose_by_unit(centres: Centres, beta: Floats) -> Floats:
    """Return shape (u,), the loss of coefficients (q,) in each centre."""
    ground = centres.problem.ground
    risk = weigh_loss(ground, np.arange(len(beta)), beta)[1]
    top = float((beta @ ground.terms).max()) if len(beta) else 0.0
    logs = np.log(ground.deaths / share_deaths(ground, risk)) + top
    summed = np.bincount(centres.unit, ground.deaths * logs, len(centres.events))
    loss: Floats = summed - centres.linear @ beta
    return loss


def lay_centres(
    problem: Problem,
    bits: Bits,
    data: SurvivalData,
    unit: Integers,
    level: float,
    penalty: float | None,
) -> Centres:
    """Tell the loss of a problem apart by centre.

    Args:
        problem: rows, rules and terms.
        bits: shape (p, n), all terms that the problem was laid from.
        data: the outcomes that it was laid from.
        unit: shape (n,), centre of each patient, from 0; one for all patients of a stratum.
        level: 1 for the worst centre, less for the mean of the worst share 1 - level.
        penalty: of each centre's own ridge fit that counts as no excess, where events are
            followed; None to take a score without points as no excess.

    Returns:
        The centres.
    """
    number, used, ground = int(unit.max()) + 1, problem.used, problem.ground
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    died = weight * (data.event == 1)
    member = unit == np.arange(number)[:, None]
    events = member @ died
    own = bits[used]
    of_row = _unit_of_rows(data, unit)
    of_set = of_row[ground.last - 1]
    linear = (member * died) @ own.T.astype(np.float64)
    beta = lay_aim(bits, data, problem)[1]
    if beta is not None:
        linear = _expect_by_unit(ground, beta[used], of_row, number)
    cap = min(1.0, 1.0 / (number * (1.0 - level))) if level < 1.0 else 1.0
    bare = Centres(problem, of_set, events, linear, np.zeros(number), cap)
    if beta is not None and penalty is not None:
        floor = lose_by_unit(bare, beta[used])
    elif penalty is not None:
        floor = _fit_each_centre(bare, own, data, member, penalty)
    else:
        floor = lose_by_unit(bare, np.zeros(len(used)))
    return Centres(problem, of_set, events, linear, floor, cap)


def _unit_of_rows(data: SurvivalData, unit: Integers) -> Integers:
    """Return the unit of each row of a ground, which is sorted alike whatever its terms."""
    width = max(int(unit.max()).bit_length(), 1)
    code = ((unit[None, :] >> np.arange(width)[:, None]) & 1).astype(np.uint8)
    marked = lay_ground(code, data, subdistribution=bool(np.any(data.event > 1)))
    of_row: Integers = marked.rows.astype(np.int64) @ (1 << np.arange(width))
    return of_row


def _expect_by_unit(ground: Ground, beta: Floats, of_row: Integers, number: int) -> Floats:
    """Return shape (u, q), the sums of terms over the events that the teacher expects."""
    risk = weigh_loss(ground, np.arange(len(beta)), beta)[1]
    expected = expect_events(ground, risk, share_deaths(ground, risk))
    member = of_row == np.arange(number)[:, None]
    sums: Floats = (member * expected) @ ground.rows.astype(np.float64)
    return sums


def _fit_each_centre(
    bare: Centres, bits: Bits, data: SurvivalData, member: Floats, penalty: float
) -> Floats:
    floor, competes = np.empty(len(member)), bool(np.any(data.event > 1))
    for u, rows in enumerate(member):
        index = np.flatnonzero(rows)
        part = lay_ground(bits[:, index], data.take(index), subdistribution=competes)
        beta = fit_ridge(part, penalty, np.zeros(len(bits)))
        floor[u] = lose_by_unit(bare, beta)[u]
    return floor


def group_centres(
    data: SurvivalData, least_events: float
) -> tuple[Integers, tuple[tuple[int, ...], ...]]:
    """Take each stratum as a centre, those with few events together as one.

    Args:
        data: outcomes; the stratum is the centre.
        least_events: fewest events of a centre that stands alone.

    Returns:
        Shape (n,), the centre of each patient; and the strata of each centre.

    Raises:
        UnsuitableDataError: no strata, or fewer than two centres with enough events.
    """
    if data.stratum is None:
        raise UnsuitableDataError(
            "the centre of each patient is needed to find the worst one; give it as the stratum"
        )
    codes, place = np.unique(data.stratum, return_inverse=True)
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    events = np.bincount(place, weight * (data.event == 1), len(codes))
    alone = np.flatnonzero(events >= least_events)
    small = np.flatnonzero(events < least_events)
    parts = [[int(k)] for k in alone]
    if small.size and events[small].sum() >= least_events:
        parts.append(small.tolist())
    elif small.size and parts:
        # Too few events even together: they join the smallest centre that stands alone.
        parts[int(np.argmin(events[alone]))] += small.tolist()
    if len(parts) < 2:
        raise UnsuitableDataError(
            f"fewer than two centres have {least_events:g} events; ask for fewer events per "
            "centre, or learn without the worst centre"
        )
    unit = np.empty(len(codes), np.int64)
    for u, part in enumerate(parts):
        unit[part] = u
    return unit[place], tuple(tuple(int(codes[k]) for k in part) for part in parts)
