"""What the measures of accuracy refuse, and what they say then; documented limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    AucRules,
    brier_score,
    compare_at_times,
    concordance,
    estimate_censoring,
    estimate_censoring_cox,
    fit_cox,
    gonen_heller,
    heagerty_auc,
    integrate_brier,
    royston_d,
    time_auc,
    uno_concordance,
)

SIX = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 0, 1, 1, 0, 1])
LOST = SurvivalData(SIX.time, [1, 0, 1, 1, 0, 0])
RISK = np.array([0.8, 0.5, 0.5, 0.4, 0.2, 0.2])
both = pytest.mark.parametrize("measure", [brier_score, time_auc])


@both
@pytest.mark.parametrize("late", [6, 7])
def test_time_at_or_beyond_the_end_of_follow_up(measure, late):
    with pytest.raises(UnsuitableDataError, match=f"time {late} is at or beyond the end"):
        measure(RISK, LOST, late)


def test_when_the_last_patient_has_the_event_the_end_is_known():
    # Patients 1, 3, 4 and 6 have weights 1, 5/4, 5/4 and 5/2, and nobody is free after day 6.
    found = brier_score(RISK, SIX, 6).error.value[0]
    wanted = (1 / 25 + (1 / 4 + 9 / 25) * 5 / 4 + 16 / 25 * 5 / 2) / 6
    assert found == pytest.approx(wanted)
    with pytest.raises(UnsuitableDataError, match="nobody is left without the event after time 6"):
        time_auc(RISK, SIX, 6)


@both
def test_cause_that_nobody_had(measure):
    with pytest.raises(UnsuitableDataError, match="none of the 6 patients has an event of cause 2"):
        measure(RISK, SIX, 3, 2)


def test_no_event_by_the_time():
    with pytest.raises(UnsuitableDataError, match=r"nobody had the event by time 0\.5"):
        time_auc(RISK, SIX, 0.5)
    # Brier's score exists, its null is 0 and the index of accuracy does not.
    score = brier_score(RISK, SIX, 0.5)
    assert score.error.value[0] == pytest.approx(np.mean(RISK**2))
    assert score.null.value[0] == 0
    assert np.isnan(score.accuracy.value[0])


@both
@pytest.mark.parametrize("times", [[], [[1, 2]], np.nan, -1, np.inf])
def test_impossible_times(measure, times):
    with pytest.raises(UnsuitableDataError, match="times"):
        measure(RISK, SIX, times)


@both
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_missing_risk(measure, wrong):
    with pytest.raises(UnsuitableDataError, match="for 1 of 6 patients"):
        measure(np.where(RISK == 0.8, wrong, RISK), SIX, 3)


def test_risk_that_is_no_probability():
    with pytest.raises(UnsuitableDataError, match="outside 0 to 1 for 2 of 6"):
        brier_score(np.where(RISK == 0.2, -0.2, RISK), SIX, 3)


@both
def test_wrong_shape(measure):
    with pytest.raises(UnsuitableDataError, match=r"risk has shape \(6, 3\)"):
        measure(np.ones((6, 3)), SIX, [2, 3])


@both
@pytest.mark.parametrize(
    ("change", "words"),
    [({"entry": np.zeros(6)}, "entered late"), ({"weight": np.ones(6)}, "case weights")],
)
def test_entries_and_weights(measure, change, words):
    with pytest.raises(UnsuitableDataError, match=words):
        measure(RISK, replace(SIX, **change), 3)


@both
def test_impossible_level(measure):
    with pytest.raises(UnsuitableDataError, match="level is not between 0 and 1"):
        measure(RISK, SIX, 3, level=95)


def test_constant_risk_says_nothing():
    found = time_auc(np.ones(6), SIX, 3.5).auc
    assert (found.value[0], found.std_error[0]) == (pytest.approx(0.5), pytest.approx(0, abs=1e-15))


def test_weights_for_something_else():
    with pytest.raises(UnsuitableDataError, match="for other times"):
        brier_score(RISK, SIX, 3, censoring=estimate_censoring(SIX, 2))
    five = SIX.take(np.arange(5))
    with pytest.raises(UnsuitableDataError, match="for 5 patients but there are 6"):
        time_auc(RISK, SIX, 2, rules=AucRules(censoring=estimate_censoring(five, 2)))


def test_weight_without_end():
    none = replace(estimate_censoring(SIX, 3), before=np.zeros(6))
    with pytest.raises(UnsuitableDataError, match="still uncensored is 0"):
        brier_score(RISK, SIX, 3, censoring=none)


def test_model_of_censoring_without_censorings():
    with pytest.raises(UnsuitableDataError, match="nobody was censored"):
        estimate_censoring_cox(RISK[:, None], SurvivalData(SIX.time, np.ones(6)), 3)


def test_model_of_censoring_that_says_nothing_is_kaplan_meier_but_for_ties():
    # exp(-hazard) instead of the product of 1 - hazard, so only close for few censorings.
    rng = np.random.default_rng(5)
    data = SurvivalData(rng.exponential(size=4000), rng.random(4000) < 0.5)
    model = estimate_censoring_cox(rng.normal(size=(4000, 1)), data, [0.5, 1.0])
    plain = estimate_censoring(data, [0.5, 1.0])
    assert np.abs(model.at - plain.at).max() < 0.01
    assert np.abs(model.before - plain.before)[data.time < 2].max() < 0.02


def test_comparison_of_unlike_things():
    one = brier_score(RISK, SIX, 2).error
    with pytest.raises(UnsuitableDataError, match="at different times"):
        compare_at_times(one, brier_score(RISK, SIX, 3.5).error)
    five = brier_score(RISK[1:], SIX.take(np.arange(1, 6)), 2).error
    with pytest.raises(UnsuitableDataError, match="of 6 and 5 patients"):
        compare_at_times(one, five)


def test_average_over_a_span_that_is_not_covered():
    error = brier_score(np.stack([RISK, RISK], axis=1), SIX, [2, 3.5]).error
    with pytest.raises(UnsuitableDataError, match=r"known to 3\.5, which does not cover"):
        integrate_brier(error, end=4)
    with pytest.raises(UnsuitableDataError, match="do not rise"):
        integrate_brier(brier_score(np.stack([RISK, RISK], axis=1), SIX, [3.5, 2]).error)


def test_uno_with_late_entry():
    late = replace(SIX, entry=np.zeros(6))
    with pytest.raises(UnsuitableDataError, match='choose "n", "S" or "I"'):
        uno_concordance(RISK, late)
    found = concordance(RISK, late, time_weight="I")
    assert found.estimate == concordance(RISK, SIX, time_weight="I").estimate


def test_uno_without_pairs():
    with pytest.raises(UnsuitableDataError, match="no two patients can be compared"):
        uno_concordance(RISK, SIX, horizon=0.5)


def test_one_event_weighs_one():
    data = SurvivalData(SIX.time, [0, 0, 1, 0, 0, 0])
    assert uno_concordance(RISK, data).concordant == concordance(RISK, data).concordant == 3


def test_gonen_heller_without_spread():
    fit = fit_cox([[1], [1], [0], [1], [0], [0]], SIX)
    with pytest.raises(UnsuitableDataError, match="one log hazard"):
        gonen_heller(fit, np.ones((6, 1)))


def test_royston_without_spread():
    with pytest.raises(UnsuitableDataError, match="the same score"):
        royston_d(np.ones(6), SIX)
    with pytest.raises(UnsuitableDataError, match="log_hazard is not one finite number"):
        royston_d(np.where(RISK == 0.8, np.nan, RISK), SIX)


def test_interval_of_explained_variation_across_zero():
    found = royston_d([1, 5, 3, 6, 2, 4], SIX)
    assert found.separation.low < 0 < found.separation.high
    assert found.explained.low == 0
    assert found.explained.value <= found.explained.high


def test_heagerty_refuses():
    with pytest.raises(UnsuitableDataError, match="span is not a share"):
        heagerty_auc(RISK, SIX, 3, span=2)
    with pytest.raises(UnsuitableDataError, match="everybody or nobody"):
        heagerty_auc(RISK, SIX, 0.5)
    with pytest.raises(UnsuitableDataError, match="risk is not one finite number"):
        heagerty_auc(RISK[:4], SIX, 3)


def test_times_equal_but_for_rounding_are_one_day():
    days = SurvivalData([0.3, 0.1 + 0.2, 0.5, 0.6, 0.7], [1, 0, 1, 1, 0])
    clean = SurvivalData([0.3, 0.3, 0.5, 0.6, 0.7], [1, 0, 1, 1, 0])
    risk = [0.9, 0.2, 0.5, 0.4, 0.1]
    assert brier_score(risk, days, 0.55).error.value == brier_score(risk, clean, 0.55).error.value
