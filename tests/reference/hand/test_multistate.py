"""Multi-state estimates, frailty and lasso on patients few enough to be worked out on paper."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import ConvergenceError, SurvivalData, UnsuitableDataError
from jalon.stats import (
    ElasticNet,
    Frailty,
    StateHistory,
    count_moves,
    fit_frailty_cox,
    fit_lasso_cox,
    fit_transitions,
    follow_states,
    mantel_byar,
    merge_events,
    occupy_states,
    predict_states,
    simon_makuch,
    spend_time,
    split_at_switch,
    stack_landmarks,
    take_landmark,
    transition_hazards,
    transition_probabilities,
)

NEVER = float("nan")
# Four patients: relapse at 2 then death at 6; death at 4; relapse at 5, alive at 8; alive at 7.
RELAPSE_DEATH = [[2, 6], [NEVER, 4], [5, NEVER], [NEVER, NEVER]]
HISTORY = follow_states(RELAPSE_DEATH, [6, 4, 8, 7], ("remission", "relapse", "dead"))


def test_illness_and_death():
    curves = occupy_states(HISTORY)
    assert curves.time.tolist() == [2, 4, 5, 6, 7, 8]
    remission = [3 / 4, 2 / 4, 1 / 4, 1 / 4, 1 / 4, 1 / 4]
    # At 6 one of the two in relapse dies.
    relapse = [1 / 4, 1 / 4, 1 / 2, 1 / 4, 1 / 4, 1 / 4]
    assert_allclose(curves.value[:, 0], remission, 1e-14)
    assert_allclose(curves.value[:, 1], relapse, 1e-14)
    assert_allclose(curves.std_error[0], [sqrt(3) / 8, sqrt(3) / 8, 0], 1e-14)
    # Nobody is censored by 6, so the influence of a patient is whether he is there less the share.
    assert_allclose(curves.std_error[3, 1], sqrt(1 / 4 * 3 / 4 / 4), 1e-14)
    assert curves.at_risk[3].tolist() == [1, 2, 0]


def test_time_in_states():
    means = [one.value for one in spend_time(HISTORY, tau=6).means]
    assert_allclose(means, [(2 + 4 + 5 + 6) / 4, (4 + 0 + 1 + 0) / 4, 2 / 4], 1e-14)
    spread = sqrt(np.var([2, 4, 5, 6]) / 4)
    assert_allclose(spend_time(HISTORY, tau=6).std_errors[0], spread, 1e-14)


def test_moves_and_their_hazards():
    table = count_moves(HISTORY)
    assert table.moves.tolist() == [[0, 2, 1], [0, 0, 1], [0, 0, 0]]
    assert table.stayed.tolist() == [1, 1, 2]
    assert table.entered.tolist() == [4, 2, 2]
    hazards = transition_hazards(HISTORY)
    assert hazards.transitions == ((0, 1), (0, 2), (1, 2))
    assert_allclose(hazards.hazard[-1], [1 / 4 + 1 / 2, 1 / 3, 1 / 2], 1e-14)
    assert_allclose(hazards.variance[-1], [1 / 16 + 1 / 4, 1 / 9, 1 / 4], 1e-14)
    binomial = transition_hazards(HISTORY, variance="greenwood")
    assert_allclose(binomial.variance[-1, 2], 1 / 8, 1e-14)


def test_probabilities_from_a_later_time():
    found = transition_probabilities(HISTORY, begin=3)
    assert found.time.tolist() == [4, 5, 6]
    assert_allclose(
        found.value[-1],
        [[1 / 3, 1 / 6 + 1 / 3 - 1 / 3, 1 / 2 + 0], [0, 1 / 2, 1 / 2], [0, 0, 1]],
        1e-14,
    )
    assert_allclose(found.std_error[-1, 1], [0, sqrt(1 / 8), sqrt(1 / 8)], 1e-14)


def test_prediction_of_states():
    # One covariate, one move: the Cox estimate is log(sqrt(2)), as for 1 / (2 + r) x r / (1 + r).
    history = StateHistory([0, 0, 0], [4, 7, 8], [0, 0, 0], [1, 1, -1], states=("a", "b"))
    fits = fit_transitions([[0], [1], [0]], history)
    ratio = exp(fits.of_move(0, 1).coefficients[0])
    assert_allclose(ratio, sqrt(2), 1e-8)
    step = 1 / (2 + sqrt(2))
    found = predict_states(fits, [[0]], [5])
    assert_allclose(found.value[0, 0], [1 - step, step], 1e-8)
    smooth = predict_states(fits, [[0]], [5], form="exponential")
    assert_allclose(smooth.value[0, 0, 0], exp(-step), 1e-8)


def test_landmarks():
    data = SurvivalData(time=[3, 12, 20, 6], event=[1, 1, 0, 1])
    early = take_landmark(data, at=6, horizon=10)
    assert early.row.tolist() == [1, 2]
    assert early.data.time.tolist() == [6, 10]
    assert early.data.event.tolist() == [1, 0]
    stack = stack_landmarks(data, [0, 6], horizon=10)
    assert stack.row.tolist() == [0, 1, 2, 3, 1, 2]
    assert stack.data.entry.tolist() == [0, 0, 0, 0, 6, 6]
    assert stack.data.stratum.tolist() == [0, 0, 0, 0, 1, 1]
    assert stack.spread([1, 2, 3, 4], 1, 3).tolist() == [0, 0, 0, 0, 4, 6]


def test_a_change_of_group():
    data = SurvivalData(time=[5, 12, 9, 8], event=[1, 1, 1, 1])
    split = split_at_switch(data, [6, 4, 2, 9])
    curves = simon_makuch(split)
    assert curves.groups == (0, 1)
    # Not changed: patients 1 and 4 and, until 4 and 2, the others; changed: patients 2 and 3.
    assert curves.curves[0].value.tolist() == [1.0, 1.0, 1 / 2, 0.0]
    assert curves.curves[1].value.tolist() == [1 / 2, 0.0]
    test = mantel_byar(split)
    expected, variance = 2 / 4 + 2 / 3 + 1 + 1, 1 / 4 + 2 / 9
    assert_allclose(test.expected, [4 - expected, expected], 1e-14)
    assert_allclose(test.chi2, (2 - expected) ** 2 / variance, 1e-12)


def test_events_of_one_day_end_one_stretch():
    merged = merge_events([9, 7], {"response": [4, 5], "transplant": [4, NEVER], "early": [0, 8]})
    assert merged.row.tolist() == [0, 0, 1, 1]
    assert merged.stop.tolist() == [4, 9, 5, 7]
    assert merged.happened[0].tolist() == [True, True, False]
    assert merged.count_before("response").tolist() == [0, 1, 0, 1]


def test_gamma_frailty_of_two_groups():
    # Group a dies at 1, group b at 2, nobody is censored. Let r be the frailty of a over that of b:
    # the log likelihood is log r - log(1 + r), with the frailties adding to 2 by the penalty.
    data = SurvivalData(time=[1, 2], event=[1, 1])
    theta = 0.5
    fit = fit_frailty_cox(None, data, Frailty(["a", "b"], theta=theta), "breslow")
    a, b = np.exp(fit.effects)
    assert_allclose(a + b, 2, 1e-10)
    # Expected events: a meets the first death, b both.
    assert_allclose(a, (1 / theta + 1) / (1 / theta + 1 / 2), 1e-8)
    assert_allclose(b, (1 / theta + 1) / (1 / theta + 1 / 2 + 1 / b), 1e-8)
    assert_allclose(fit.log_likelihood, log(a / 2), 1e-9)


def test_lasso_of_one_covariate():
    # Three patients, x = 1, 0, 0, dead at 1, 2, 3: the slope at 0 is 1 - 1 / 3, per patient 2 / 9,
    # and the standard deviation of x is sqrt(2) / 3.
    data = SurvivalData(time=[1, 2, 3], event=[1, 1, 1])
    path = fit_lasso_cox([[1], [0], [0]], data, ElasticNet(count=5, ratio=0.1))
    assert_allclose(path.strengths[0], 2 / 9 / (sqrt(2) / 3), 1e-12)
    assert path.coefficients[0, 0] == pytest.approx(0, abs=1e-12)
    # Later 1 - r / (2 + r) = 3 x strength x sqrt(2) / 3.
    strength = path.strengths[2]
    ratio = 2 * (1 / (sqrt(2) * strength) - 1)
    assert_allclose(path.coefficients[2, 0], log(ratio), 1e-9)
    assert_allclose(path.null_deviance, 2 * log(6), 1e-14)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: StateHistory([0, 2], [3, 4], [0, 1], [1, -1], [1, 1]), "two states at once"),
        (lambda: StateHistory([0, 3], [3, 4], [0, 2], [1, -1], [1, 1]), "another state"),
        (lambda: StateHistory([3], [3], [0], [1]), "entry is not before time"),
        (lambda: StateHistory([], [], [], []), "no span"),
        (lambda: follow_states([[4, 4]], [9]), "same time"),
        (lambda: follow_states([[0, 4]], [9]), "time zero"),
        (lambda: occupy_states(HISTORY, begin=99), "begin earlier"),
        (lambda: occupy_states(HISTORY, initial=[0.5, 0.1, 0.1]), "adding to 1"),
        (lambda: spend_time(HISTORY, tau=0), "horizon"),
        (lambda: transition_probabilities(HISTORY, begin=7), "nobody moves"),
        (lambda: transition_probabilities(HISTORY, begin=3, stay_in=2), "nobody is in state"),
        (lambda: fit_transitions([[0]], HISTORY), "one row per span"),
        (lambda: take_landmark(SurvivalData([5], [1]), 6), "nobody is followed"),
        (lambda: take_landmark(SurvivalData([5], [1]), -1), "0 or later"),
        (lambda: stack_landmarks(SurvivalData([5], [1]), [3, 1], 5), "ascending"),
        (lambda: split_at_switch(SurvivalData([5], [1]), [1, 2]), "one time for each"),
        (lambda: merge_events([5], {}), "at least one kind"),
        (
            lambda: fit_frailty_cox(None, SurvivalData([1, 2], [1, 1]), Frailty([1, 1])),
            "one cluster",
        ),
        (
            lambda: fit_frailty_cox(None, SurvivalData([1, 2], [1, 1]), Frailty([1, 2], theta=0)),
            "above 0",
        ),
        (
            lambda: fit_lasso_cox([[1], [0]], SurvivalData([1, 2], [1, 1]), ElasticNet(1.5)),
            "between 0 and 1",
        ),
        (
            lambda: fit_lasso_cox(
                [[1], [0]], SurvivalData([1, 2], [1, 1]), ElasticNet(strengths=[-1])
            ),
            "negative",
        ),
        (lambda: fit_lasso_cox([[1], [0]], SurvivalData([1, 2], [0, 1])), "nobody else"),
        (
            lambda: fit_frailty_cox(None, SurvivalData([1, 2], [1, 1]), Frailty([1, 2], theta="a")),
            "not a table of numbers",
        ),
        (lambda: StateHistory(["a"], [1], [0], [1]), "not a table of numbers"),
    ],
)
def test_what_is_refused(make, words):
    with pytest.raises(UnsuitableDataError, match=words):
        make()


def test_separation_is_refused_where_no_penalty_holds_it():
    data = SurvivalData([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0])
    x = [[1], [1], [1], [0], [0], [0]]
    with pytest.raises(ConvergenceError, match="separates"):
        fit_lasso_cox(x, data, ElasticNet(strengths=[0.1, 0]))
    assert fit_lasso_cox(x, data, ElasticNet(strengths=[0.1])).nonzero.tolist() == [1]
