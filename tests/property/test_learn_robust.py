"""Robust scores on random small cohorts: brute force, and the second, slow proof of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.property.learn_cases import (
    Case,
    Judge,
    draw_outcome,
    draw_terms,
    draw_wishes,
    find_optimum,
    lay,
    list_scores,
)

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import CentreSettings, Effort, SearchSettings, Shrinkage, Terms, learn_worst_centre
from jalon.learn.centres import group_centres
from jalon.learn.imputations import learn_stacked, stack_outcomes
from jalon.learn.problem import lay_problem
from jalon.learn.verify import Stated, verify_score
from jalon.learn.verify_worst import StatedWorst, lay_excess, minimise, verify_worst

EFFORT = Effort(workers=1)
SIZES = ((1, 1, 1), (2, 1, 1), (2, 2), (1, 1, 1, 1))


def draw(seed, centres=0, causes=1, weighted=False):
    """A cohort large enough to be learned from, small enough to list every score."""
    rng = np.random.default_rng([seed, 77])
    sizes = SIZES[int(rng.integers(0, len(SIZES)))]
    terms = draw_terms(rng, int(rng.integers(70, 130)), sizes)
    data = draw_outcome(
        rng, terms.bits, days=int(rng.choice([8, 100])), centres=centres, causes=causes,
        weighted=weighted,
    )  # fmt: skip
    settings = SearchSettings(
        max_variables=int(rng.integers(1, len(sizes) + 1)),
        max_terms=int(rng.integers(1, 3)),
        max_points=int(rng.integers(1, 3)),
        price=float(rng.choice([0.0, 0.3])),
        target=str(rng.choice(["events", "teacher"])),
    )
    return rng, terms, data, settings, draw_wishes(rng, len(sizes))


def copy_terms(rng, terms, copies):
    """The same patients in several tables, a tenth of their values drawn anew."""
    tables = []
    for _ in range(copies):
        other = terms.bits[:, rng.permutation(terms.bits.shape[1])]
        moved = rng.random(terms.bits.shape[1]) < 0.1
        tables.append(np.where(moved, other, terms.bits))
    return tables


def learn_or_none(learn):
    """Some random cohorts and wishes have no score; these are refused elsewhere."""
    try:
        learned = learn()
    except UnsuitableDataError:
        return None
    return learned


@pytest.mark.parametrize("kind", ["plain", "shrunk", "causes", "centres"])
def test_mean_over_tables_is_proven_by_brute_force_and_by_the_slow_search(kind):
    seen = 0
    for seed in range(8):
        rng, terms, data, settings, wishes = draw(
            seed, 3 if kind == "centres" else 0, 2 if kind == "causes" else 1
        )
        copies = int(rng.integers(2, 4))
        tables = copy_terms(rng, terms, copies)
        stacked = Terms(
            terms.candidates, terms.variable, terms.cut,
            np.ascontiguousarray(np.concatenate(tables, axis=1)),
        )  # fmt: skip
        many = stack_outcomes(data, copies)
        shrunk = None
        if kind == "shrunk":
            size = len(terms.cut)
            shrunk = Shrinkage(rng.choice([0.0, 2.0, 9.0], size), rng.normal(0, 0.5, size))
        learned = learn_or_none(
            lambda t=stacked, m=many, c=copies, s=settings, w=wishes, k=shrunk: learn_stacked(
                t, m, c, s, wishes=w, shrinkage=k, effort=EFFORT
            )
        )
        if learned is None:
            continue
        seen += 1
        certificate, points = learned.certificate, np.array(learned.points)
        if points.any() and learned.scale < 1e-6:
            continue  # a required variable that tells nothing leaves no score to speak of
        assert certificate.proven
        case = Case(stacked, many, settings, wishes, shrunk, learned.penalty or None)
        deaths = float(many.weight @ (many.event == 1))
        # Weights of 1 / copies inside every logarithm.
        shift = deaths * np.log(copies)
        _, least, most = find_optimum(case, lay(case))
        assert least + shift - 1e-6 <= certificate.value <= most + shift + 1e-6
        if settings.target == "events" and shrunk is None:
            beta = learned.scale * points
            each = [
                Judge(Case(replace(terms, bits=bits), data, settings)).measure(beta)[0]
                for bits in tables
            ]
            price = settings.price * np.count_nonzero(points)
            price += sum(
                one.charge
                for v, one in enumerate(terms.candidates)
                if points[terms.variable == v].any()
            )
            assert_allclose(np.mean(each) + price, certificate.value, atol=1e-6)
        stated = Stated(learned.points, learned.scale, certificate)
        asked = {"wishes": wishes, "shrinkage": shrunk, "copies": copies, "seconds": 600.0}
        shown = verify_score(stacked, many, stated, settings, **asked)
        assert shown.agrees, shown.sentence
        assert shown.bound_confirmed
        high = replace(certificate, bound=certificate.bound + 3e-6)
        claim = replace(stated, certificate=high)
        assert not verify_score(stacked, many, claim, settings, **asked).agrees
    assert seen >= 4


@pytest.mark.parametrize("baseline", ["own", "nothing"])
@pytest.mark.parametrize("level", [1.0, 0.4])
def test_worst_centre_is_proven_by_brute_force_and_by_the_slow_search(level, baseline):
    seen = proven = 0
    for seed in range(100, 108):
        _, terms, data, settings, wishes = draw(seed, centres=3)
        rules = CentreSettings(level=level, least_events=5.0, baseline=baseline)
        learned = learn_or_none(
            lambda t=terms, d=data, s=settings, r=rules, w=wishes: learn_worst_centre(
                t, d, s, r, wishes=w, effort=EFFORT
            )
        )
        if learned is None:
            continue
        seen += 1
        certificate = learned.score.certificate
        proven += certificate.proven
        unit = group_centres(data, rules.least_events)[0]
        claim = StatedWorst(
            Stated(learned.score.points, learned.score.scale, certificate),
            unit, np.array(learned.weight), learned.penalty,
        )  # fmt: skip
        used = lay_problem(
            terms, data, settings, wishes, penalty=learned.score.penalty or None
        ).used
        excess = lay_excess(terms.bits[used], data, claim, settings, rules)
        case = Case(terms, data, settings, wishes, None, learned.score.penalty or None)
        least = min(find_worst(case, used, excess))
        assert certificate.bound <= least + 1e-6
        assert least <= certificate.value + 1e-6
        shown = verify_worst(terms, data, claim, settings, rules, wishes=wishes, seconds=600.0)
        assert shown.agrees, shown.sentence
        assert shown.bound_confirmed
        assert_allclose(shown.objective, certificate.value, atol=1e-6)
        if excess.judge(np.zeros(len(used))) - least < 1e-3:
            continue  # points of scale 0 tell nobody apart, and count as no score
        high = replace(certificate, bound=least + 1e-4, value=max(certificate.value, least + 1e-4))
        forged = replace(claim, stated=replace(claim.stated, certificate=high))
        shown = verify_worst(terms, data, forged, settings, rules, wishes=wishes, seconds=600.0)
        assert not (shown.agrees and shown.bound_confirmed)
    assert seen >= 4
    assert proven >= seen // 2


def find_worst(case, used, excess):
    """What each score costs in its worst centre, by brute force."""
    if not case.wishes.required:
        yield excess.judge(np.zeros(len(used)))
    every = list_scores(case, used)
    charge = np.array([one.charge for one in case.terms.candidates])
    for points in every.points:
        held = np.unique(case.terms.variable[used][points != 0])
        price = case.settings.price * np.count_nonzero(points) + charge[held].sum()
        high = 12.0 / np.abs(points).max()
        yield price + minimise(lambda s, p=points: excess.judge(s * p), 0.0, high)


def test_golden_sections_find_the_minimum_of_a_kink():
    assert minimise(lambda x: max(1 - x, 2 * x - 1), 0.0, 9.0) == pytest.approx(1 / 3, abs=1e-6)


def test_excess_of_each_part_is_that_of_its_patients_alone():
    rng, terms, data, settings, _ = draw(31, centres=3)
    settings = replace(settings, target="events")
    beta = rng.normal(0, 0.5, len(terms.cut))
    claim = StatedWorst(None, np.asarray(data.stratum), np.full(3, 1 / 3), 0.0)
    rules = CentreSettings(baseline="nothing")
    found = lay_excess(terms.bits, data, claim, settings, rules).measure(beta)
    for c in range(3):
        own = data.take(data.stratum == c)
        alone = SurvivalData(own.time, own.event)
        judge = Judge(Case(replace(terms, bits=terms.bits[:, data.stratum == c]), alone, settings))
        lost = judge.measure(beta)[0] - judge.measure(0 * beta)[0]
        rate = np.sum(data.event == 1) / np.sum(own.event == 1)
        assert found[c] == pytest.approx(rate * lost, rel=1e-9)
