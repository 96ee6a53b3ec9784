"""The loss of a score from its definition, in plain NumPy: what a certificate is checked with.

Nothing of the search is used here. Patients are not sorted; each knows between which event days
he is at risk, and sums over risk sets are differences of cumulative hazards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData
from jalon.learn.objective import Shrinkage
from jalon.stats.ties import merge_ties

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """Patients who share a baseline hazard, and the days of their events.

    Attributes:
        rows: shape (n,), which patients they are.
        weight: shape (n,), case weights.
        since: shape (n,), event days up to entry.
        until: shape (n,), event days up to the end of follow-up.
        tail: shape (n,), weight / G(time-) after a competing event, 0 for the others.
        deaths: shape (s,), weight of the events of each day.
        free: shape (s,), G(day-), the probability to be uncensored.
        day: shape (s,), the event days.
    """

    rows: Integers
    weight: Floats
    since: Integers
    until: Integers
    tail: Floats
    deaths: Floats
    free: Floats
    day: Floats

    def sum_sets(self, part: Floats, stayed: Floats) -> Floats:
        """Sum over each risk set what its patients bring, and those who stay after a cause."""
        size = len(self.day) + 1
        seen = np.bincount(self.until, part, size) - np.bincount(self.since, part, size)
        sums: Floats = np.cumsum(seen[::-1])[::-1][1:]
        if self.tail.any():
            sums = sums + self.free * np.cumsum(np.bincount(self.until, stayed, size))[:-1]
        return sums

    def spread_hazard(self, hazard: Floats, risk: Floats) -> Floats:
        """Return each patient's expected events."""
        total = np.append(0.0, np.cumsum(hazard))
        expected: Floats = self.weight * risk * (total[self.until] - total[self.since])
        if self.tail.any():
            later = np.append(0.0, np.cumsum(hazard * self.free))
            expected = expected + self.tail * risk * (later[-1] - later[self.until])
        return expected


@dataclass(frozen=True, slots=True, eq=False)
class SlowLoss:
    """Negative log partial likelihood (Breslow) plus shrinkage.

    Attributes:
        x: shape (n, p), terms.
        strata: patients who share a baseline hazard.
        linear: shape (p,), sum of the terms over the events, or the teacher's expectation.
        ridge: shape (p,), precision of the shrinkage.
        centre: shape (p,), what each coefficient is shrunk to.
        shift: a constant that is added.
    """

    x: Floats
    strata: tuple[Stratum, ...]
    linear: Floats
    ridge: Floats
    centre: Floats
    shift: float = 0.0

    def measure(self, columns: Integers, beta: Floats) -> tuple[float, Floats, Floats]:
        """Return loss, slope (q,) and curvature (q, q) on some terms, the others being 0."""
        gap = -self.centre
        gap[columns] += beta
        loss = self.shift + float(0.5 * self.ridge @ gap**2 - self.linear[columns] @ beta)
        slope = self.ridge[columns] * gap[columns] - self.linear[columns]
        bend = np.diag(self.ridge[columns])
        for one in self.strata:
            x = self.x[np.ix_(one.rows, columns)]
            predictor = x @ beta
            top = float(predictor.max(initial=0.0))
            risk = np.exp(predictor - top)
            part, stayed = one.weight * risk, one.tail * risk
            total = one.sum_sets(part, stayed)
            loss += float(one.deaths @ (np.log(total) + top))
            sums = [one.sum_sets(part * column, stayed * column) for column in x.T]
            mean = np.array(sums).reshape(len(columns), len(total)) / total
            expected = one.spread_hazard(one.deaths / total, risk)
            slope = slope + x.T @ expected
            bend = bend + (x.T * expected) @ x - (mean * one.deaths) @ mean.T
        return loss, slope, bend


def lay_loss(bits: npt.NDArray[np.uint8], data: SurvivalData, shrunk: Shrinkage | None) -> SlowLoss:
    """Lay out the loss of n patients and p terms.

    Args:
        bits: shape (p, n), one row per term.
        data: outcomes; causes above 1 stay in the risk sets with Fine-Gray weights.
        shrunk: what each coefficient is drawn to; None for nothing.

    Returns:
        The loss, following the events.
    """
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    code = np.zeros(len(data), int) if data.stratum is None else np.asarray(data.stratum)
    time, entry = merge_ties(np.asarray(data.time), data.entry)
    began = np.full(len(data), -1.0) if entry is None else np.where(entry > 0, entry, -1.0)
    strata = []
    for group in np.unique(code):
        rows = np.flatnonzero((code == group) & (weight > 0))
        one = _lay_stratum(rows, time[rows], began[rows], data.event[rows], weight[rows])
        if len(one.day):
            strata.append(one)
    zeros = np.zeros(len(bits))
    linear = bits @ (weight * (data.event == 1))
    ridge = zeros if shrunk is None else np.asarray(shrunk.precision, float)
    centre = zeros if shrunk is None else np.asarray(shrunk.centre, float)
    return SlowLoss(bits.T.astype(np.float64), tuple(strata), linear, ridge, centre)


def _lay_stratum(
    rows: Integers, time: Floats, began: Floats, event: Integers, weight: Floats
) -> Stratum:
    day, place = np.unique(time[event == 1], return_inverse=True)
    tail, free = np.zeros(len(rows)), np.ones(len(day))
    if np.any(event > 1):
        before = follow_censoring(time, event, weight)
        free = before(day)
        other = event > 1
        tail[other] = weight[other] / before(time[other])
    return Stratum(
        rows,
        weight,
        np.searchsorted(day, began, side="right"),
        np.searchsorted(day, time, side="right"),
        tail,
        np.bincount(place, weight[event == 1], len(day)).astype(np.float64),
        free,
        day,
    )


def follow_censoring(time: Floats, event: Integers, weight: Floats) -> Callable[[Floats], Floats]:
    """Return the Kaplan-Meier probability to be uncensored just before any times.

    Everyone seen until a time is at risk of being censored then; "just before" time 0 counts
    the censorings of time 0, as in R's ``cmprsk::crr``.
    """
    when = np.unique(time[event == 0])
    seen = np.array([weight[time >= t].sum() for t in when])
    lost = np.array([weight[(time == t) & (event == 0)].sum() for t in when])
    free = np.append(1.0, np.cumprod(1.0 - lost / seen))

    def before(times: Floats) -> Floats:
        earlier = np.searchsorted(when, times, side="left")
        earlier = earlier + ((times == 0) & bool(len(when) and when[0] == 0))
        value: Floats = free[earlier]
        return value

    return before


def average_copies(loss: SlowLoss, copies: int) -> SlowLoss:
    """Return the mean loss over stacked copies: weights of 1 / copies add no constant to it."""
    strata = tuple(
        replace(one, weight=copies * one.weight, tail=copies * one.tail) for one in loss.strata
    )
    return replace(loss, strata=strata)


def follow_teacher(loss: SlowLoss, penalty: float) -> SlowLoss:
    """Replace the events by those that a ridge Cox model of all terms expects.

    Args:
        loss: the loss that follows the events.
        penalty: precision of the teacher's prior, as the certificate says.

    Returns:
        The loss that follows the teacher.
    """
    return replace(loss, linear=loss.linear - penalty * fit_slow_ridge(loss, penalty))


def fit_slow_ridge(loss: SlowLoss, penalty: float) -> Floats:
    """Fit a ridge Cox model on all terms.

    Args:
        loss: the loss that follows the events.
        penalty: precision of the prior of each log hazard ratio.

    Returns:
        Shape (p,), the coefficients.
    """
    size = len(loss.linear)
    plain = replace(loss, ridge=np.full(size, penalty), centre=np.zeros(size))
    columns, beta = np.arange(size), np.zeros(size)
    for _ in range(100):
        _, slope, bend = plain.measure(columns, beta)
        move = -np.linalg.solve(bend, slope)
        beta = beta + move / max(1.0, float(np.abs(move).max()))
        if np.abs(move).max() < 1e-10:
            break
    return beta


def sum_risk_sets(data: SurvivalData, predictor: Floats) -> float:
    """Return the sum over events of log(risk set), one day after the other, by definition.

    Args:
        data: outcomes of n patients.
        predictor: shape (n,), log relative hazards.

    Returns:
        The sum, events counted by their weight.
    """
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    code = np.zeros(len(data), int) if data.stratum is None else np.asarray(data.stratum)
    time, entry = merge_ties(np.asarray(data.time), data.entry)
    loss = 0.0
    for group in np.unique(code):
        own = np.flatnonzero((code == group) & (weight > 0))
        t, event, w, eta = time[own], data.event[own], weight[own], predictor[own]
        before = follow_censoring(t, event, w) if np.any(event > 1) else None
        for day in np.unique(t[event == 1]):
            share = np.where(t >= day, w, 0.0)
            if entry is not None:
                share[(entry[own] > 0) & (entry[own] >= day)] = 0.0
            if before is not None:
                stays = (event > 1) & (t < day)
                share[stays] = w[stays] * before(np.array([day])) / before(t[stays])
            died = w[(t == day) & (event == 1)].sum()
            held = share > 0
            top = eta[held].max()
            loss += float(died * (np.log(share[held] @ np.exp(eta[held] - top)) + top))
    return loss
