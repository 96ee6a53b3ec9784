"""The last two terms of a score: pairs that may join a support, bounded and fitted in one go."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Flags, Ground, Rules
from jalon.learn.kernels.model import expect_events, share_deaths
from jalon.learn.kernels.spans import Kinds, span_kinds, span_term, split_kinds, tell_apart
from jalon.learn.kernels.starts import price_each
from jalon.learn.kernels.support import (
    fit_support,
    invert,
    spread_risk,
    step_from,
    take_columns,
)
from jalon.learn.kernels.tails import bound_fall

FARTHEST = 4.0
"""Fits start with no coefficient larger than this."""


class Corner(NamedTuple):
    """The loss near the best fit of a support to which one more term may be added.

    Attributes:
        loss: at these coefficients.
        beta: shape (s,), coefficients.
        z: shape (m, s), terms.
        side: shape (s,), slope.
        inside: shape (s, s), inverse of the curvature.
        part: shape (m,), weight x hazard of each row.
        expected: shape (m,), expected events of each row.
        factor: shape (sets,), root of deaths over the sum of the risk set.
        means: shape (sets, s), factor x weighted sum of each term.
        kinds: the kinds of patients that the support tells apart.
        reach: squared distance between the two that differ most.
    """

    loss: float
    beta: Floats
    z: Floats
    side: Floats
    inside: Floats
    part: Floats
    expected: Floats
    factor: Floats
    means: Floats
    kinds: Kinds
    reach: float


class Stem(NamedTuple):
    """A support and the quadratic model around it, from which pairs are tried.

    Attributes:
        terms: shape (s + c,), the support, then the terms that may join.
        beta: shape (s,), coefficients of the support.
        slope: shape (s + c,), slope of the loss there.
        bend: shape (s + c, s + c), curvature.
    """

    terms: Integers
    beta: Floats
    slope: Floats
    bend: Floats


@njit(cache=True, nogil=True)
def _average_sets(  # pragma: no cover - compiled
    ground: Ground, part: Floats, z: Floats, factor: Floats
) -> Floats:
    """Return factor x the weighted sum of each term over each risk set, shape (sets, s)."""
    s, row, start = z.shape[1], 0, -1
    means, sums = np.empty((factor.size, s)), np.zeros(s)
    for t in range(factor.size):
        if ground.first[t] != start:
            start = row = ground.first[t]
            sums[:] = 0.0
        for i in range(row, ground.last[t]):
            for q in range(s):
                sums[q] += part[i] * z[i, q]
        row = ground.last[t]
        for q in range(s):
            means[t, q] = factor[t] * sums[q]
    return means


@njit(cache=True, nogil=True)
def _turn_corner(  # pragma: no cover - compiled
    ground: Ground, before: Kinds, grown: Integers, begin: Floats, limit: float
) -> tuple[Corner, float, Floats]:
    """Fit a support as far as needed; return the model there, a bound, and the curvature."""
    z = take_columns(ground.terms, grown)
    floor, loss, beta, bend = fit_support(ground, z, grown, begin, limit)
    risk = spread_risk(z, beta)[0]
    share = share_deaths(ground, risk)
    expected, part = expect_events(ground, risk, share), ground.weight * risk
    factor = share / np.sqrt(ground.deaths)
    side = z.T @ expected
    for q in range(grown.size):
        t = grown[q]
        side[q] += ground.ridge[t] * (beta[q] - ground.centre[t]) - ground.linear[t]
    means = _average_sets(ground, part, z, factor)
    kinds, inside = split_kinds(before, ground.terms[grown[-1]]), invert(bend)
    reach = span_kinds(kinds.terms, inside)
    corner = Corner(loss, beta, z, side, inside, part, expected, factor, means, kinds, reach)
    return corner, floor, bend


@njit(cache=True, nogil=True)
def _model_term(  # pragma: no cover - compiled
    ground: Ground, corner: Corner, term: int
) -> tuple[float, float, Floats]:
    """Return slope, curvature and mixed curvature along one more term."""
    column, s = ground.terms[term], corner.beta.size
    slope = -ground.ridge[term] * ground.centre[term] - ground.linear[term]
    bend, cross = ground.ridge[term], np.zeros(s)
    for i in range(column.size):
        if column[i]:
            slope += corner.expected[i]
            bend += corner.expected[i]
            for q in range(s):
                cross[q] += corner.expected[i] * corner.z[i, q]
    total, row, start = 0.0, 0, -1
    for t in range(corner.factor.size):
        if ground.first[t] != start:
            start = row = ground.first[t]
            total = 0.0
        for i in range(row, ground.last[t]):
            if column[i]:
                total += corner.part[i]
        row = ground.last[t]
        mean = corner.factor[t] * total
        bend -= mean * mean
        for q in range(s):
            cross[q] -= mean * corner.means[t, q]
    return slope, bend, cross


@njit(cache=True, nogil=True)
def _start_with(  # pragma: no cover - compiled
    ground: Ground, corner: Corner, term: int, spare: float
) -> tuple[Floats, bool]:
    """Return where a fit with one more term should start, and whether it can be of interest."""
    tilt, curve, cross = _model_term(ground, corner, term)
    s, start = corner.beta.size, np.empty(corner.beta.size + 1)
    adapt = corner.inside @ cross
    left, rest = curve - np.dot(cross, adapt), tilt - np.dot(adapt, corner.side)
    last, open_ = 0.0, True
    if left > 0.0:
        width = span_term(corner.kinds, ground.terms[term], adapt)
        step0 = max(np.dot(corner.side, corner.inside @ corner.side), 0.0)
        step2 = step0 + rest * rest / left
        u = np.sqrt(step0 * corner.reach) + abs(rest) / left * width
        u = min(np.sqrt(step2 * (corner.reach + width * width / left)), u)
        open_ = bound_fall(-spare, step2, u) > 0.0
        last = -rest / (left + 1e-9 * (1.0 + left))
    start[:s] = corner.beta - corner.inside @ corner.side - adapt * last
    start[s] = last
    for q in range(s + 1):
        start[q] = min(max(start[q], -FARTHEST), FARTHEST)
    return start, open_


@njit(cache=True, nogil=True)
def _keep(  # pragma: no cover - compiled
    kept: Floats, held: int, pair: tuple[int, int], fit: tuple[float, Floats, Floats]
) -> Floats:
    """Note a support that may be of interest; return the notes, longer when they were full."""
    if held == kept.shape[0]:
        kept = np.concatenate((kept, np.empty_like(kept)))
    floor, beta, bend = fit
    s = beta.size
    kept[held, 0], kept[held, 1], kept[held, 2] = pair[0], pair[1], floor
    kept[held, 3 : 3 + s] = beta
    kept[held, 3 + s : 3 + s + s * s] = bend.copy().reshape(s * s)
    return kept


@njit(cache=True, nogil=True)
def finish_pairs(  # pragma: no cover - compiled
    ground: Ground, rules: Rules, stem: Stem, firsts: Integers, partners: Flags, highest: float
) -> tuple[Floats, int]:
    """Fit a support with one more term and with two, where bounds do not rule that out.

    Args:
        ground: rows and risk sets, without tails.
        rules: what a score may look like.
        stem: the support and the terms that may join.
        firsts: shape (k,), which of the c terms join first.
        partners: shape (k, c), which may follow each of them.
        highest: costs above this are of no interest.

    Returns:
        A row per support that may be of interest: first term, second term (-1 for none), bound
        of the loss, coefficients, curvature; and how many supports were fitted.
    """
    s, held, fitted = stem.beta.size, 0, 0
    kept = np.empty((4, 3 + (s + 2) + (s + 2) ** 2))
    rows, both = np.arange(s + 1), np.empty((1, s + 2), np.int64)
    both[0, :s] = stem.terms[:s]
    wide, before = np.empty((ground.weight.size, s + 2)), tell_apart(ground.terms, stem.terms[:s])
    for n in range(firsts.size):
        j = firsts[n]
        rows[s], both[0, s] = s + j, stem.terms[s + j]
        begin = step_from(stem.beta, stem.slope, stem.bend, rows)
        most = highest - price_each(rules, both[:, : s + 1])[0]
        corner, floor, bend = _turn_corner(ground, before, both[0, : s + 1], begin, most)
        wide[:, : s + 1] = corner.z
        fitted += 1
        if floor <= most:
            kept = _keep(kept, held, (j, -1), (floor, corner.beta, bend))
            held += 1
        for k in np.flatnonzero(partners[n]):
            both[0, s + 1] = stem.terms[s + k]
            most = highest - price_each(rules, both)[0]
            start, open_ = _start_with(ground, corner, both[0, s + 1], most - corner.loss)
            if open_:
                wide[:, s + 1] = ground.terms[both[0, s + 1]]
                floor, _, beta, curve = fit_support(ground, wide, both[0], start, most)
                fitted += 1
                if floor <= most:
                    kept = _keep(kept, held, (j, int(k)), (floor, beta, curve))
                    held += 1
    return kept[:held], fitted
