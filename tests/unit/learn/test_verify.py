"""What the second check of a certificate says when something does not agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import Candidate, SearchSettings, Wishes, build_terms, learn_score
from jalon.learn.verify import Stated, verify_score

CANDIDATES = (
    Candidate("age", (60.0, 75.0)),
    Candidate("nodes", (0.0, 3.0), "up"),
    Candidate("size", (20.0,)),
)
SEARCH = SearchSettings(max_variables=2, max_points=3, target="events")


@pytest.fixture(scope="module")
def learned():
    rng = np.random.default_rng(8)
    n = 200
    columns = {
        "age": rng.integers(40, 90, n).astype(float),
        "nodes": rng.poisson(2, n).astype(float),
        "size": rng.integers(5, 60, n).astype(float),
    }
    risk = 0.8 * (columns["nodes"] > 3) + 0.6 * (columns["age"] > 75)
    time = np.ceil(rng.exponential(500 / np.exp(risk)))
    data = SurvivalData(time, (rng.random(n) < 0.7).astype(int))
    terms = build_terms(CANDIDATES, columns)
    score = learn_score(terms, data, SEARCH)
    return terms, data, Stated(score.points, score.scale, score.certificate)


def differences(terms, data, stated, search=SEARCH, **more):
    return " | ".join(verify_score(terms, data, stated, search, **more).differences)


def test_a_true_certificate(learned):
    shown = verify_score(*learned, SEARCH)
    assert shown.agrees
    assert shown.bound_confirmed
    assert shown.sentence == "objective and bound confirmed"
    assert shown.parts > 0
    assert shown.seconds >= 0
    assert not shown.remarks


def test_other_patients(learned):
    terms, data, stated = learned
    other = SurvivalData(np.append(data.time[:-1], data.time[-1] + 1), data.event)
    assert "the outcomes are not those of the certificate" in differences(terms, other, stated)


def test_other_terms(learned):
    terms, data, stated = learned
    bits = terms.bits.copy()
    bits[0, 0] = 1 - bits[0, 0]
    other = replace(terms, bits=bits)
    assert "the terms are not those of the certificate" in differences(other, data, stated)


def test_other_points(learned):
    terms, data, stated = learned
    points = tuple(4 * one for one in stated.points)
    told = differences(terms, data, replace(stated, points=points))
    assert "the objective is" in told
    assert "a term has more than 3 points" in told


def test_broken_rules_are_told_one_by_one(learned):
    terms, data, stated = learned
    every = replace(stated, points=(1, -1, -1, 1, 1))
    told = differences(terms, data, every)
    assert "its variables break a limit" in told
    assert "the steps of nodes go a way that was not asked for" in told
    narrow = SearchSettings(max_variables=3, max_terms=1, max_points=3, target="events")
    told = differences(terms, data, every, narrow, wishes=Wishes(max_total=2))
    assert "age has more than 1 limits" in told
    assert "the total can exceed 2" in told
    none = replace(stated, points=(0,) * 5)
    told = differences(terms, data, none, wishes=Wishes(required=("age",)))
    assert "the score has no points" in told
    told = differences(terms, data, every, wishes=Wishes(forbidden=("size",)))
    assert "size > 20 may not be used" in told


def test_a_bound_that_is_too_high_is_refuted_by_a_score(learned):
    terms, data, stated = learned
    certificate = replace(stated.certificate, bound=stated.certificate.bound + 0.01)
    shown = verify_score(terms, data, replace(stated, certificate=certificate), SEARCH)
    assert not shown.agrees
    assert "but a score costs" in shown.sentence
    assert "is above the value" in shown.sentence
    assert shown.sentence.startswith("the certificate does not hold: ")


def test_a_gain_that_is_not_there(learned):
    terms, data, stated = learned
    certificate = replace(stated.certificate, gained=stated.certificate.gained + 1)
    told = differences(terms, data, replace(stated, certificate=certificate))
    assert "over no score, not" in told


def test_no_time_leaves_the_bound_open(learned):
    shown = verify_score(*learned, SEARCH, seconds=0.0)
    assert shown.agrees
    assert not shown.bound_confirmed
    assert "not confirmed within 0 s" in shown.sentence
    assert shown.sentence.startswith("objective confirmed; ")


def test_points_for_other_terms_are_refused(learned):
    terms, data, stated = learned
    with pytest.raises(UnsuitableDataError, match="the score has 2 points, for 5 terms"):
        verify_score(terms, data, replace(stated, points=(1, 2)), SEARCH)


def test_late_entry_with_competing_causes_is_refused(learned):
    terms, data, stated = learned
    event = data.event.copy()
    event[:20] = 2
    late = SurvivalData(data.time, event, entry=data.time / 2)
    with pytest.raises(UnsuitableDataError, match="Fine-Gray weights are not defined"):
        verify_score(terms, late, stated, SEARCH)


def test_teacher_and_wishes_are_followed(learned):
    terms, data, _ = learned
    search = SearchSettings(max_variables=2, max_points=3, target="teacher")
    wishes = Wishes(required=("size",), max_total=5, even=True)
    score = learn_score(terms, data, search, wishes=wishes)
    stated = Stated(score.points, score.scale, score.certificate)
    shown = verify_score(terms, data, stated, search, wishes=wishes)
    assert shown.sentence == "objective and bound confirmed"
    # Without the wish another score is better: the certificate is about its own rules.
    assert "but a score costs" in differences(terms, data, stated, search)
