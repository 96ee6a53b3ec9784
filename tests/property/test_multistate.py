"""Multi-state estimates agree with their special cases, and do not depend on how rows are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import (
    StateHistory,
    aalen_johansen,
    count_moves,
    fit_cause_specific,
    fit_cox,
    fit_landmarks,
    fit_transitions,
    follow_states,
    kaplan_meier,
    mantel_byar,
    occupy_states,
    predict_incidence,
    predict_states,
    restricted_mean,
    spend_time,
    split_at_switch,
    stack_landmarks,
    take_landmark,
    transition_hazards,
    transition_probabilities,
)

PATIENTS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 2), st.integers(1, 4)), min_size=2, max_size=30
)


def outcomes(patients):
    time, event, weight = np.array(patients).T
    return SurvivalData(time, event, weight=weight)


def competing(data):
    """Everyone in state 0, which several causes end."""
    move = np.where(data.event > 0, data.event, -1)
    nothing = np.zeros(len(data))
    states = ("free", "cause 1", "cause 2")
    return StateHistory(nothing, data.time, nothing, move, None, data.weight, states)


def illness_death(seed=3, n=60):
    """A two-step process with ties, for which nothing else has a closed form."""
    rng = np.random.default_rng(seed)
    ill, dead = np.ceil(rng.exponential(8, n)), np.ceil(rng.exponential(12, n)) + 0.5
    end = np.minimum(dead, rng.integers(3, 25, n) + 0.25)
    died = np.where(dead <= end, dead, np.nan)
    weight = rng.integers(1, 4, n)
    history = follow_states(np.column_stack([ill, died]), end, weight=weight)
    return history, rng.normal(size=(n, 2))


@settings(deadline=None, max_examples=60)
@given(PATIENTS)
def test_two_states_are_kaplan_meier(patients):
    data = outcomes(patients)
    data = SurvivalData(data.time, data.event > 0, weight=data.weight)
    curves = occupy_states(competing(data))
    known = kaplan_meier(data, variance="robust")
    assert_allclose(curves.value[:, 0], known.value, atol=1e-14)
    some = known.value > 0
    assert_allclose(curves.std_error[some, 0], known.std_error[some], 1e-9, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(PATIENTS)
def test_several_ends_are_competing_risks(patients):
    data = outcomes(patients)
    curves = occupy_states(competing(data))
    assert_allclose(curves.value.sum(axis=1), 1, 1e-12)
    for cause in (1, 2):
        known = aalen_johansen(data, cause, variance="robust")
        assert_allclose(curves.value[:, cause], known.value, atol=1e-14)
        assert_allclose(curves.std_error[:, cause], known.std_error, 1e-9, atol=1e-12)
    if np.any(data.event > 0):
        moved = transition_probabilities(competing(data))
        for cause in (1, 2):
            known = aalen_johansen(data, cause, variance="greenwood")
            row = known.rows_at(moved.time)
            assert_allclose(moved.value[:, 0, cause], known.value[row], atol=1e-14)
            assert_allclose(moved.std_error[:, 0, cause], known.std_error[row], 1e-9, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(PATIENTS, st.integers(1, 14))
def test_mean_time_is_the_area_under_the_curve(patients, tau):
    data = outcomes(patients)
    data = SurvivalData(data.time, data.event > 0)
    found = spend_time(competing(data), tau)
    known = restricted_mean(kaplan_meier(data), tau, extend=True)
    assert_allclose(found.means[0].value, known.value, 1e-12)
    assert_allclose(sum(one.value for one in found.means), tau, 1e-12)
    assert found.std_errors[0] == pytest.approx(found.std_errors[1], abs=1e-12)


def slow_occupation(history):
    """The product integral as it is written, with each patient's weight moved by a little."""
    times = np.unique(history.stop[history.move >= 0])
    size = len(history.names)

    def curve(weight):
        now, path = np.eye(size)[0], []
        for time in times:
            step = np.eye(size)
            for leave in range(size):
                there = (history.start < time) & (history.stop >= time) & (history.state == leave)
                if not weight[there].sum():
                    continue
                for enter in range(size):
                    moved = there & (history.stop == time) & (history.move == enter)
                    share = weight[moved].sum() / weight[there].sum()
                    step[leave, enter] += share
                    step[leave, leave] -= share
            now = now @ step
            path.append(now)
        return np.array(path)

    base, total, tiny = curve(history.share), 0.0, 1e-6
    for one in np.unique(history.patient):
        own = history.patient == one
        weight = history.share[own][0]
        up = curve(history.share + tiny * own)
        down = curve(history.share - tiny * own)
        total = total + (weight * (up - down) / (2 * tiny)) ** 2
    return times, base, np.sqrt(total)


def test_walk_agrees_with_its_slow_twin():
    history, _ = illness_death()
    times, value, error = slow_occupation(history)
    curves = occupy_states(history)
    row = np.searchsorted(curves.time, times)
    assert_allclose(curves.value[row], value, 1e-12, atol=1e-15)
    assert_allclose(curves.std_error[row], error, 1e-6, atol=1e-9)


def test_order_and_cutting_of_rows_do_not_matter():
    history, _ = illness_death()
    known = occupy_states(history)
    mixed = occupy_states(history.take(np.random.default_rng(1).permutation(len(history))))
    assert_allclose(mixed.std_error, known.std_error, 1e-10, atol=1e-14)
    middle = (history.start + history.stop) / 2
    twice = StateHistory(
        np.concatenate([history.start, middle]),
        np.concatenate([middle, history.stop]),
        np.tile(history.state, 2),
        np.concatenate([np.full(len(history), -1), history.move]),
        np.tile(history.patient, 2),
        np.tile(history.share, 2),
    )
    cut = occupy_states(twice)
    assert_allclose(cut.time, known.time)
    assert_allclose(cut.value, known.value, 1e-12, atol=1e-15)
    assert_allclose(cut.std_error, known.std_error, 1e-9, atol=1e-12)
    assert count_moves(twice).stayed.tolist() == count_moves(history).stayed.tolist()


def test_probabilities_chain():
    history, _ = illness_death()
    whole = transition_probabilities(history)
    early = whole.value[np.searchsorted(whole.time, 6, side="right") - 1]
    late = transition_probabilities(history, begin=6)
    row = np.searchsorted(whole.time, late.time)
    assert_allclose(whole.value[row], early @ late.value, 1e-12, atol=1e-14)
    assert_allclose(
        whole.value[:, 0],
        occupy_states(history).value[np.searchsorted(occupy_states(history).time, whole.time)],
        1e-12,
        atol=1e-14,
    )
    # From time zero all are in state 0, so that keeping to them changes nothing.
    kept = transition_probabilities(history, stay_in=0)
    assert_allclose(kept.value[:, 0], whole.value[:, 0], 1e-12)


def test_predictions_at_no_effect_are_the_plain_estimate():
    history, table = illness_death()
    x = table[history.patient][:, :1]
    fits = fit_transitions(x, history, ties="breslow")
    hazards = transition_hazards(history)
    assert fits.transitions == hazards.transitions
    found = predict_states(fits, x[:4], [2, 9, 20], form="product")
    close = predict_states(fits, x[:4], [2, 9, 20], form="exponential")
    assert_allclose(found.value.sum(axis=2), 1, 1e-12)
    assert_allclose(found.value, close.value, atol=0.1)


def test_transitions_of_competing_risks_are_cause_specific():
    rng = np.random.default_rng(5)
    data = SurvivalData(rng.integers(1, 30, 80), rng.integers(0, 3, 80))
    x = rng.normal(size=(80, 2))
    fits, known = fit_transitions(x, competing(data)), fit_cause_specific(x, data)
    for own, other in zip(fits.fits, known.fits, strict=True):
        assert_allclose(own.coefficients, other.coefficients, 1e-9)
    value = predict_states(fits, x[:5], [4, 12], form="exponential").value[:, :, 1]
    assert_allclose(
        value, predict_incidence(known, x[:5], [4, 12], 1, form="transition").value, 1e-9
    )


def test_landmark_at_zero_is_the_plain_model():
    rng = np.random.default_rng(2)
    data = SurvivalData(rng.integers(1, 40, 70), rng.integers(0, 2, 70))
    x = rng.normal(size=(70, 2))
    plain = fit_cox(x, data)
    for clock in ("reset", "keep"):
        early = take_landmark(data, 0, clock=clock)
        assert_allclose(
            fit_cox(early.spread(x), early.data).coefficients, plain.coefficients, 1e-10
        )
    stack = stack_landmarks(data, [0], horizon=1000)
    model = fit_landmarks(stack.spread(x), stack, "efron")
    assert_allclose(model.fit.coefficients, plain.coefficients, 1e-10)
    late = [take_landmark(data, 10, 15, clock=clock) for clock in ("reset", "keep")]
    fits = [fit_cox(one.spread(x), one.data) for one in late]
    assert_allclose(fits[0].coefficients, fits[1].coefficients, 1e-10)


def test_mantel_byar_is_the_score_test_without_ties():
    rng = np.random.default_rng(4)
    data = SurvivalData(rng.permutation(60) + 1.0, rng.integers(0, 2, 60))
    split = split_at_switch(data, np.where(rng.random(60) < 0.6, rng.uniform(0.1, 50, 60), np.nan))
    known = fit_cox(split.span[:, None], split.data).score
    assert_allclose(mantel_byar(split).chi2, known.statistic, 1e-10)
    never = split_at_switch(data, np.full(60, np.inf))
    assert_allclose(kaplan_meier(never.data).value, kaplan_meier(data).value, 1e-12)
