"""Bounds of what further terms can bring, against the least loss that is really reached."""

import numpy as np
import pytest
from tests.property.learn_cases import KINDS, draw_losses, lay, minimise

from jalon.learn.branch import follow_terms, model_support
from jalon.learn.kernels.pairs import Stem, finish_pairs
from jalon.learn.kernels.spans import span_kinds, tell_apart
from jalon.learn.kernels.support import invert
from jalon.learn.kernels.tails import bound_tails
from jalon.learn.rules import may_add, price_support
from jalon.learn.settle import fit_bounds

ANY = -1e9


def draw_stands(kind):
    """Supports of every kind of problem, the terms that may join, and the model around them."""
    for rng, case, ground, judge in draw_losses(kind):
        p, rules = len(judge.used), lay(case).rules
        chosen = rng.permutation(p)[: int(rng.integers(0, max(p - 1, 1)))]
        further = np.setdiff1d(np.arange(p), chosen)
        further = further[may_add(rules, chosen, further)]
        if not len(further):
            continue
        start = np.zeros((1, len(chosen)))
        row = fit_bounds(ground, chosen[None], start, np.array([np.inf]))[0]
        yield ground, rules, judge, chosen, *model_support(ground, chosen, further, row)


@pytest.mark.parametrize("kind", KINDS)
def test_no_pair_of_terms_brings_more_than_its_bound(kind):
    known = 0
    for ground, rules, judge, chosen, stand, further in draw_stands(kind):
        tails, reach = follow_terms(ground, rules, chosen, further, stand)
        falls = bound_tails(tails, 2, ANY, reach)
        for j, k in zip(*np.triu_indices(len(further)), strict=True):
            if j == k or tails.pair[j, k]:
                joined = np.append(chosen, np.unique(further[[j, k]]))
                least = minimise(judge, joined)
                assert stand.loss - falls[j, k] <= least + 1e-8
                known += np.isfinite(falls[j, k])
    assert known


@pytest.mark.parametrize("kind", KINDS)
def test_no_pair_within_the_limit_is_lost(kind):
    kept = dropped = 0
    for ground, rules, judge, chosen, stand, further in draw_stands(kind):
        if ground.tail.size:
            continue
        tails, _ = follow_terms(ground, rules, chosen, further, stand)
        cost = {}
        for j in range(len(further)):
            for k in [-1, *np.flatnonzero(tails.pair[j, j + 1 :]) + j + 1]:
                joined = np.append(chosen, further[[j, k] if k >= 0 else [j]])
                cost[j, k] = minimise(judge, joined) + price_support(rules, joined)
        highest = float(np.median(list(cost.values()))) + 1e-6
        stem = Stem(np.append(chosen, further), stand.beta, stand.slope, stand.bend)
        firsts, partners = np.arange(len(further)), np.triu(tails.pair, 1)
        rows, _ = finish_pairs(ground, rules, stem, firsts, partners, highest)
        told = {(int(row[0]), int(row[1])) for row in rows}
        assert {pair for pair, least in cost.items() if least <= highest - 1e-5} <= told
        kept, dropped = kept + len(told), dropped + len(cost) - len(told)
    assert kept == dropped == 0 or (kept and dropped)


def test_patients_are_never_farther_apart_than_the_span():
    rng = np.random.default_rng(5)
    for n in (5, 40, 400):
        for s in (1, 3, 9):
            terms = (rng.random((s, n)) < 0.4).astype(np.uint8)
            root = rng.normal(size=(s, s))
            inverse = invert(root @ root.T + np.eye(s))
            gaps = (terms.T[:, None] - terms.T[None].astype(float)).reshape(-1, s)
            most = np.einsum("iq,qr,ir->i", gaps, inverse, gaps).max()
            kinds = tell_apart(terms, np.arange(s))
            np.testing.assert_array_equal(kinds.terms[kinds.kind], terms.T)
            span = span_kinds(kinds.terms, inverse)
            assert most <= span * (1 + 1e-12)
            assert span <= np.abs(inverse).sum() * (1 + 1e-12)
            if len(kinds.terms) <= 64:
                np.testing.assert_allclose(span, most, rtol=1e-12)
