"""The second, slow proof: it confirms true certificates of random small problems, and no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.property.learn_cases import KINDS, draw_case, find_optimum, lay, search

from jalon.learn.branch import fit_nothing
from jalon.learn.certificate import certify, hash_data, hash_terms
from jalon.learn.verify import Stated, verify_score

MISS = 3e-6
"""A bound this much too high must be seen; the certificate's tolerance is 1e-6."""


def draw_stated(seeds, kind, **effort):
    for seed in seeds:
        case = draw_case(seed, kind)
        problem = lay(case)
        proof = search(problem, **effort)
        best = proof.found[0]
        # A required variable that tells nothing leaves no score to speak of.
        told = best.scale > 1e-6 or not any(best.points)
        if not len(problem.used) or not np.isfinite(best.cost) or not told:
            continue
        nothing = fit_nothing(problem.ground, problem.rules).cost
        hashes = (hash_data(case.data), hash_terms(case.terms.bits))
        certificate = certify(proof, nothing, case.settings, problem.penalty, hashes)
        yield case, Stated(problem.spread(best.points), best.scale, certificate), problem


def verify(case, stated, **limits):
    return verify_score(
        case.terms,
        case.data,
        stated,
        case.settings,
        wishes=case.wishes,
        shrinkage=case.shrinkage,
        **{"seconds": 600.0} | limits,
    )


def claim(stated, **parts):
    return replace(stated, certificate=replace(stated.certificate, **parts))


@pytest.mark.parametrize("kind", KINDS)
def test_true_certificates_are_confirmed_and_higher_bounds_are_not(kind):
    for case, stated, _ in draw_stated(range(2000, 2012), kind):
        shown = verify(case, stated)
        assert shown.agrees, shown.sentence
        assert shown.bound_confirmed
        assert shown.sentence == "objective and bound confirmed"
        assert_allclose(shown.objective, stated.certificate.value, atol=2e-7)
        bound = stated.certificate.bound
        high = verify(case, claim(stated, bound=bound + MISS))
        assert not high.agrees
        assert not high.bound_confirmed
        assert high.bound <= bound + 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_bound_of_an_early_stop_is_confirmed_too(kind):
    for case, stated, _ in draw_stated(range(2100, 2106), kind, nodes=1):
        shown = verify(case, stated)
        assert shown.agrees, shown.sentence
        assert shown.bound_confirmed


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_reached_in_no_time_is_still_a_bound(kind):
    for case, stated, problem in draw_stated(range(2200, 2206), kind):
        _, _, most = find_optimum(case, problem)
        shown = verify(case, stated, seconds=0.0)
        assert shown.bound <= most + 1e-6
        assert shown.agrees


def test_another_score_than_the_certified_one_is_told():
    told = 0
    for case, stated, _ in draw_stated(range(2300, 2320), "plain"):
        if not any(stated.points):
            continue
        worse = replace(stated, scale=stated.scale * 1.2)
        shown = verify(case, worse)
        assert any("the objective is" in one for one in shown.differences)
        told += 1
    assert told > 5
