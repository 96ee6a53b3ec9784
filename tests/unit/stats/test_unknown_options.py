"""An option that is not known, or text in place of a number, is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import Estimate, SurvivalData, UnsuitableDataError
from jalon.stats import association as a
from jalon.stats import competing as c
from jalon.stats import missing as m
from jalon.stats import propensity as p

DATA = SurvivalData(np.arange(1.0, 9.0), [1, 2, 0, 1, 2, 1, 0, 2])
X = np.array([[0.0], [1], [1], [0], [2], [1], [0], [1]])
GROUP = ["a", "b"] * 4
SCORE, ARMS = [0.2, 0.5, 0.7, 0.4], [0, 1, 1, 0]

OPTIONS = {
    "variance": lambda: c.aalen_johansen(DATA, variance="exact"),
    "interval": lambda: c.aalen_johansen(DATA, interval="square"),
    "form": lambda: c.predict_incidence(c.fit_cause_specific(X, DATA), X, [3], form="exact"),
    "target": lambda: p.weigh_patients(SCORE, ARMS, "ATX"),
    "order": lambda: p.NearestRule(order="middle"),
    "unit": lambda: p.match_nearest(SCORE, ARMS, p.NearestRule(caliper=p.Caliper(1, "iqr"))),
    "estimand": lambda: p.match_strata([1, 1, 1, 1], ARMS, "ATX"),
    "contrast": lambda: p.compare_arms(SCORE, ARMS, contrast="share"),
    "within": lambda: p.find_overlap(SCORE, ARMS, "none"),
    "measure": lambda: p.e_value(Estimate(2.0, 1.5, 3.0), "rate ratio"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_unknown_options(name):
    with pytest.raises(UnsuitableDataError, match="is not known"):
        OPTIONS[name]()


NUMBERS = {
    "table": (lambda: a.chi_square_test([["a", "b"], ["c", "d"]]), "no(t a table of)? numbers"),
    "values": (lambda: a.t_test(["a", "b"], [1, 2]), "not a table of numbers"),
    "too large": (lambda: a.find_moments([1e200, 1]), "another unit"),
    "too many": (lambda: a.odds_ratio([[1e20, 1], [1, 1]]), "check the counts"),
    "events": (lambda: a.proportion("a", 5), "not a table of numbers"),
    "several": (lambda: a.share_test([1, 2], 5), "give one number"),
    "two groups": (lambda: a.compare_rates((1, 2, 3), (1, 2, 3)), "two groups"),
    "cause": (lambda: c.aalen_johansen(DATA, 1.5), "whole number"),
    "no cause": (lambda: c.gray_test(DATA, GROUP, 0), "numbered from 1"),
    "rho": (lambda: c.gray_test(DATA, GROUP, 1, np.nan), "finite"),
    "times": (lambda: c.predict_incidence(c.fit_cause_specific(X, DATA), X, [np.nan]), "missing"),
    "score": (lambda: p.match_optimal(["a"] * 4, ARMS), "not a table of numbers"),
    "ratio": (lambda: p.match_optimal(SCORE, ARMS, 1.5), "whole number"),
    "strata": (lambda: p.cut_score(SCORE, ARMS, 1), "2 or more"),
    "alike": (lambda: p.cut_score([0.5] * 4, ARMS, 3), "too alike"),
    "difference": (lambda: p.e_value_of_difference(1e4, 1), "standard deviations"),
    "estimates": (lambda: m.pool_estimates(["a", "b"], [1, 1]), "not a table of numbers"),
    "df": (lambda: m.pool_chi_square([1, 2], 1.5), "whole number"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_number(name):
    call, words = NUMBERS[name]
    with pytest.raises(UnsuitableDataError, match=words):
        call()
