"""Checking a score that was learned for its worst centre: the bound of its weights, anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from jalon.core import Floats, Integers, SurvivalData
from jalon.learn.kernels.ground import Bits
from jalon.learn.settings import SearchSettings, Wishes
from jalon.learn.terms import Terms
from jalon.learn.verify import (
    Stated,
    Verification,
    check_rules,
    check_shape,
    compare_hashes,
    compare_values,
    conclude,
    price_points,
)
from jalon.learn.verify_fit import WIDEST
from jalon.learn.verify_loss import SlowLoss, fit_slow_ridge, lay_loss
from jalon.learn.verify_rules import Rulebook, find_usable
from jalon.learn.verify_search import SlowSearch
from jalon.learn.worst_centre import CentreSettings

GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True, slots=True, eq=False)
class StatedWorst:
    """What is claimed of a score that was learned for its worst part.

    Attributes:
        stated: points, scale and certificate.
        unit: shape (n,), part of each patient, from 0; all of a stratum in one.
        weight: shape (u,), weights of the parts that are said to give the bound.
        penalty: of the ridge models that count as no excess; 0 where they are not fitted.
    """

    stated: Stated
    unit: Integers
    weight: Floats
    penalty: float


@dataclass(frozen=True, slots=True, eq=False)
class SlowExcess:
    """How much worse than it could be a score does in each part.

    Attributes:
        loss: of all patients; its strata know their part.
        part: shape (s,), part of each stratum.
        linear: shape (u, q), sum of each term over the (expected) events of each part.
        events: shape (u,), (weighted) events.
        floor: shape (u,), the loss that counts as no excess.
        cap: largest weight of one part.
    """

    loss: SlowLoss
    part: Integers
    linear: Floats
    events: Floats
    floor: Floats
    cap: float

    def measure(self, beta: Floats) -> Floats:
        """Return shape (u,), the excess at coefficients (q,), at the rate of the whole cohort."""
        lost = _lose(self.loss, self.part, len(self.events), beta) - self.linear @ beta
        excess: Floats = self.events.sum() / self.events * (lost - self.floor)
        return excess

    def judge(self, beta: Floats) -> float:
        """Return the largest excess, or the mean of the largest that the cap lets weigh."""
        left, value = 1.0, 0.0
        for one in np.sort(self.measure(beta))[::-1]:
            value += min(self.cap, left) * float(one)
            left -= min(self.cap, left)
        return value

    def weigh(self, weight: Floats) -> SlowLoss:
        """Return the loss whose value is the weighted excess."""
        factor = weight * self.events.sum() / self.events
        strata = tuple(
            replace(one, deaths=one.deaths * factor[u])
            for one, u in zip(self.loss.strata, self.part, strict=True)
        )
        return replace(
            self.loss,
            strata=strata,
            linear=factor @ self.linear,
            shift=-float(factor @ self.floor),
        )


def verify_worst(  # noqa: PLR0913 - all that the certificate speaks of
    terms: Terms,
    data: SurvivalData,
    claim: StatedWorst,
    settings: SearchSettings,
    rules: CentreSettings | None = None,
    *,
    wishes: Wishes | None = None,
    seconds: float = 60.0,
) -> Verification:
    """Check a score that was learned for its worst centre, and its bound.

    For any weights of the centres no score's worst excess lies below its weighted one. So the
    weights that are claimed are taken, every score whose weighted excess is below the bound is
    sought by the slow search, and each of them is judged by its worst centre.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients.
        claim: the score, its certificate, the parts and their weights.
        settings: what the score was allowed to look like.
        rules: which centres counted, and against what; None for the usual.
        wishes: what was asked of it; None for nothing.
        seconds: how long the bound may take.

    Returns:
        Objective and bound as computed here, and every difference in words.

    Raises:
        UnsuitableDataError: points for another number of terms.
    """
    begun, wish, which = perf_counter(), wishes or Wishes(), rules or CentreSettings()
    stated = claim.stated
    certificate = stated.certificate
    check_shape(terms, data, stated)
    used = find_usable(terms, data, settings, wish)
    book = Rulebook(terms.candidates, terms.variable[used], settings, wish)
    excess = lay_excess(terms.bits[used], data, claim, settings, which)
    points = np.array(stated.points, dtype=np.int64)
    differences = compare_hashes(terms, data, certificate)
    differences += check_rules(terms, used, book, points)
    differences += _check_weights(claim.weight, excess)
    objective = excess.judge((stated.scale * points[used]).astype(np.float64)) + price_points(
        book, points[used]
    )
    nothing = excess.judge(np.zeros(len(used)))
    differences += compare_values(objective, nothing, certificate)

    def judge(chosen: Integers, own: Integers) -> float:
        whole = np.zeros(len(used), np.int64)
        whole[chosen] = own
        if not own.size:
            return nothing
        return _fit_worst(excess, whole) + price_points(book, whole)

    target = certificate.bound - certificate.tolerance
    left = seconds - (perf_counter() - begun)
    shown = SlowSearch(excess.weigh(claim.weight), book, target, left, judge).run()
    return conclude(terms, used, shown, certificate, (objective, begun, seconds), differences)


def _check_weights(weight: Floats, excess: SlowExcess) -> tuple[str, ...]:
    fits = len(weight) == len(excess.events)
    if fits and weight.min() >= 0 and abs(weight.sum() - 1) < 1e-9:
        if weight.max() <= excess.cap + 1e-9:
            return ()
        return ("a centre weighs more than the mean of the worst share allows",)
    return ("the weights of the centres are not one share each, 1 in all",)


def _fit_worst(excess: SlowExcess, points: Integers) -> float:
    """Return the lowest worst excess of points (q,) over all scales, which is convex in them."""
    low, high = 0.0, WIDEST / float(np.abs(points).max())

    def at(scale: float) -> float:
        return excess.judge((scale * points).astype(np.float64))

    return minimise(at, low, high)


def minimise(value: Callable[[float], float], low: float, high: float) -> float:
    """Return the minimum of a convex function on an interval by golden sections."""
    one, other = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_one, at_other = value(one), value(other)
    while high - low > 1e-7:
        if at_one < at_other:
            high, other, at_other = other, one, at_one
            one = high - GOLDEN * (high - low)
            at_one = value(one)
        else:
            low, one, at_one = one, other, at_other
            other = low + GOLDEN * (high - low)
            at_other = value(other)
    return min(at_one, at_other)


def lay_excess(
    bits: Bits,
    data: SurvivalData,
    claim: StatedWorst,
    settings: SearchSettings,
    rules: CentreSettings,
) -> SlowExcess:
    """Lay out the excess of each part, from its definition.

    Args:
        bits: shape (q, n), the usable terms.
        data: outcomes of the same patients.
        claim: the parts, the penalties, and what is claimed.
        settings: what the score was allowed to look like.
        rules: which parts counted, and against what.

    Returns:
        The excess.
    """
    loss, number = lay_loss(bits, data, None), int(claim.unit.max()) + 1
    part = np.array([claim.unit[one.rows[0]] for one in loss.strata])
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    died = weight * (data.event == 1)
    member = claim.unit == np.arange(number)[:, None]
    linear = (member * died) @ loss.x
    nothing = np.zeros(len(bits))
    floor = _lose(loss, part, number, nothing)
    if settings.target == "teacher" and len(bits):
        beta = fit_slow_ridge(loss, claim.stated.certificate.penalty)
        linear = _expect(loss, part, number, beta)
        if rules.baseline == "own":
            floor = _lose(loss, part, number, beta) - linear @ beta
    elif rules.baseline == "own":
        floor = np.array([_fit_own(loss, part, linear, u, claim.penalty) for u in range(number)])
    cap = 1.0 if rules.level == 1.0 else min(1.0, 1.0 / (number * (1.0 - rules.level)))
    return SlowExcess(loss, part, linear, member @ died, floor, cap)


def _lose(loss: SlowLoss, part: Integers, number: int, beta: Floats) -> Floats:
    """Return shape (u,), the sum over events of log(risk set) in each part."""
    lost = np.zeros(number)
    for one, u in zip(loss.strata, part, strict=True):
        predictor = loss.x[one.rows] @ beta
        top = float(predictor.max(initial=0.0))
        risk = np.exp(predictor - top)
        total = one.sum_sets(one.weight * risk, one.tail * risk)
        lost[u] += float(one.deaths @ (np.log(total) + top))
    return lost


def _expect(loss: SlowLoss, part: Integers, number: int, beta: Floats) -> Floats:
    """Return shape (u, q), the sums of terms over the events that coefficients (q,) expect."""
    sums = np.zeros((number, len(beta)))
    for one, u in zip(loss.strata, part, strict=True):
        x = loss.x[one.rows]
        predictor = x @ beta
        risk = np.exp(predictor - predictor.max(initial=0.0))
        total = one.sum_sets(one.weight * risk, one.tail * risk)
        sums[u] += x.T @ one.spread_hazard(one.deaths / total, risk)
    return sums


def _fit_own(loss: SlowLoss, part: Integers, linear: Floats, u: int, penalty: float) -> float:
    """Return the loss of a part at its own ridge model."""
    strata = tuple(one for one, v in zip(loss.strata, part, strict=True) if v == u)
    own = replace(loss, strata=strata, linear=linear[u])
    beta = fit_slow_ridge(own, penalty)
    return own.measure(np.arange(len(beta)), beta)[0]
