"""Invariants of what judges predictions, and slow twins."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import JalonError, SurvivalData, UnsuitableDataError
from jalon.stats import (
    aalen_johansen,
    brier_score,
    brier_values,
    estimate_censoring,
    incidence_concordance,
    pseudo_values,
    royston_d,
    time_auc,
    time_auc_values,
    uno_concordance,
)
from jalon.validate import (
    Aim,
    Bootstrap,
    CentreRule,
    Contest,
    Predicted,
    SmoothRules,
    calibrate_smoothly,
    compare_scores,
    compare_subgroups,
    discriminate,
    draw_auc,
    draw_roc,
    leave_centres_out,
    measure_accuracy,
    measure_merits,
    recalibrate,
    separate_groups,
)

few = settings(max_examples=30, deadline=None)
seeds = st.integers(0, 10_000)


def draw_coarse(seed, n=40, causes=2):
    rng = np.random.default_rng(seed)
    data = SurvivalData(rng.integers(1, 12, n), rng.integers(0, causes + 1, n))
    assume(np.any((data.event == 1) & (data.time < 6)))
    return rng.integers(0, 6, n), data


def draw_risks(seed, n=300, causes=1):
    rng = np.random.default_rng(seed)
    risk = rng.uniform(0.1, 0.9, n)
    time = rng.exponential(-1 / np.log(1 - risk))
    stop = rng.uniform(0.5, 4, n)
    event = np.where(time > stop, 0, rng.integers(1, causes + 1, n))
    return risk, SurvivalData(np.minimum(time, stop), event)


@few
@given(seeds)
def test_pseudo_values_leave_each_patient_out(seed):
    _, data = draw_coarse(seed)
    n, times = len(data), [3, 6, 9]

    def incidence(part):
        if not np.any(part.event == 1):
            return np.zeros(3)
        curve = aalen_johansen(part, 1)
        return np.append(0.0, curve.value)[curve.rows_at(times) + 1]

    whole = incidence(data)
    slow = [n * whole - (n - 1) * incidence(data.take(np.arange(n) != i)) for i in range(n)]
    assert_allclose(pseudo_values(data, times), slow, atol=1e-9)


@few
@given(seeds)
def test_pseudo_values_without_censoring_are_what_happened(seed):
    rng = np.random.default_rng(seed)
    data = SurvivalData(rng.integers(1, 9, 30), rng.integers(1, 3, 30))
    assume(np.any(data.event == 1))
    expected = (data.event == 1) & (data.time <= 4)
    assert_allclose(pseudo_values(data, 4)[:, 0], expected, atol=1e-9)


@few
@given(seeds, st.sampled_from([None, 6.0]))
def test_competing_concordance_pair_by_pair(seed, horizon):
    risk, data = draw_coarse(seed)
    before = estimate_censoring(data, [0]).before
    right = pairs = 0.0
    for i in np.flatnonzero((data.event == 1) & (data.time <= (horizon or np.inf))):
        for j in range(len(data)):
            longer = data.time[j] > data.time[i] or (
                data.time[j] == data.time[i] and data.event[j] == 0
            )
            other = data.event[j] == 2 and data.time[j] <= data.time[i]
            if longer or other:
                weight = 1 / before[i] / before[j if other else i]
                pairs += weight
                right += weight * ((risk[i] > risk[j]) + (risk[i] == risk[j]) / 2)
    assume(pairs > 0)
    found = incidence_concordance(risk, data, horizon=horizon)
    assert_allclose([found.estimate.value, found.pairs], [right / pairs, pairs], rtol=1e-10)
    assert abs(found.influence.sum()) < 1e-10


@few
@given(seeds)
def test_without_competing_events_it_is_unos(seed):
    risk, data = draw_coarse(seed, causes=1)
    one, two = incidence_concordance(risk, data), uno_concordance(risk, data)
    assert_allclose(one.influence, two.influence, atol=1e-12)
    assert_allclose(one.estimate.value, two.estimate.value, rtol=1e-12)


@pytest.mark.parametrize("causes", [1, 2])
def test_recalibrated_risks_are_right_on_average(causes):
    risk, data = draw_risks(1, causes=causes)
    found = recalibrate(risk**1.5, data, 1.0)
    for one in (found.baseline, found.both):
        assert abs(one.weak.intercept.value) < 0.02
    assert_allclose(found.both.weak.slope.value, 1, atol=1e-6)
    assert_allclose(found.both.weak.together.value, 0, atol=1e-6)
    assert found.both.brier.value <= found.none.brier.value
    # Recalibration keeps the order of the patients.
    assert np.all(np.argsort(found.both.risk) == np.argsort(risk))


@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_row_order_does_not_matter_and_limits_are_around(smoother):
    risk, data = draw_risks(2, causes=2)
    order = np.random.default_rng(3).permutation(len(risk))
    rules = SmoothRules(smoother)
    one = calibrate_smoothly(risk, data, 1.0, 1, rules, Bootstrap(np.random.default_rng(1), 20))
    two = calibrate_smoothly(risk[order], data.take(order), 1.0, 1, rules)
    assert_allclose(one.observed, two.observed, rtol=1e-8)
    assert np.all((one.low <= one.observed) & (one.observed <= one.high))
    assert one.error_mean.low <= one.error_mean.value
    assert one.patients.sum() == len(risk)


def test_a_score_is_no_better_than_itself():
    risk, data = draw_risks(3)
    own = Predicted(risk, risk)
    other = Predicted(1 - risk, 1 - risk)
    found = compare_scores({"a": own, "b": own, "c": other}, data, Contest((1.0,)))
    same, worse = found.contenders["b"], found.contenders["c"]
    assert same.harrell_gain.estimate.value == 0
    assert same.harrell_gain.p == 1
    assert same.accuracy_gain.estimates[0].value == 0
    assert worse.harrell_gain.estimate.high < 0
    assert worse.uno_gain.p < 0.01
    assert worse.benefit_gain[0].difference.value[2] < 0
    back = compare_scores({"c": other, "a": own}, data, Contest((1.0,))).contenders["a"]
    assert_allclose(back.harrell_gain.estimate.value, -worse.harrell_gain.estimate.value)


@pytest.mark.parametrize("causes", [1, 2])
def test_figures_of_all_patients_are_those_of_each_function(causes):
    risk, data = draw_risks(4, causes=causes)
    found = discriminate(risk, data, [0.5, 1.0], np.random.default_rng(1))
    merits = measure_merits(Predicted(risk, risk), data, Aim(1.0)).figures
    assert_allclose(merits["concordance"].estimate.value, found.harrell.value)
    assert_allclose(merits["auc"].estimate.value, found.auc.auc.value[1])
    accuracy = measure_accuracy(risk, data, 1.0).score.accuracy.value[0]
    assert_allclose(merits["accuracy"].estimate.value, accuracy)
    assert (found.competing > 0) == (causes == 2)
    groups = (risk > 0.5).astype(int)
    parts = separate_groups(groups, data, [1.0], ["low", "high"])
    assert (parts.gray is not None) == (causes == 2)
    assert parts.groups[1].risk[0].value > parts.groups[0].risk[0].value
    assert parts.groups[1].hazard_ratio.low > 1


@few
@given(seeds)
def test_area_under_the_points_is_the_auc(seed):
    score, data = draw_coarse(seed)
    assume(data.event[data.time == data.time.max()].all() or data.time.max() > 6)
    points = draw_roc(score, data, 6)
    area = np.trapezoid(points.true_positive, points.false_positive)
    assert_allclose(area, time_auc(score, data, 6).auc.value[0], rtol=1e-10)


def test_robust_error_of_d_is_that_of_leaving_patients_out():
    # The jackknife: everything is done anew without each patient, ranks included.
    risk, data = draw_risks(8, n=400)
    score = np.log(-np.log(1 - risk))
    found = royston_d(score, data, error="robust")
    left = []
    for i in range(400):
        stay = np.arange(400) != i
        left.append(royston_d(score[stay], data.take(stay)).separation.value)
    jackknife = np.sqrt(np.var(left) * 399)
    assert_allclose(found.std_error, jackknife, rtol=0.05)
    assert abs(royston_d(score, data).std_error / jackknife - 1) > 0.03


@few
@given(seeds)
def test_values_alone_are_those_with_errors(seed):
    score, data = draw_coarse(seed)
    assume(np.any((data.event == 1) & (data.time <= 3)))
    assume(data.time.max() > 7)
    times = [3, 5.5, 7]
    risk = np.random.default_rng(seed).random((len(score), 3))
    assert_allclose(
        time_auc_values(score, data, times), time_auc(score, data, times).auc.value, rtol=1e-10
    )
    brier = brier_score(risk, data, times).error.value
    assert_allclose(brier_values(risk, data, times), brier, rtol=1e-10)


def test_same_seed_same_band():
    risk, data = draw_risks(5)
    one, two = (draw_auc(risk, data, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one.band_low, two.band_low)
    assert np.all(one.band_high >= one.high)


def test_small_centres_are_put_together_and_failures_said():
    risk, data = draw_risks(6, n=400)
    centre = np.array(["big"] * 150 + ["wide"] * 150 + ["a"] * 90 + ["b"] * 5 + ["c"] * 5)

    def fit(rows):
        if "wide" not in centre[rows]:
            raise UnsuitableDataError("cannot do without it")

    found = leave_centres_out(
        fit, lambda _, rows: Predicted(risk[rows], risk[rows]), data, centre, Aim(1.0), CentreRule()
    )
    names = [one.name for one in found.centres]
    assert names[-1].endswith("small ones")
    assert "a, c, b" in found.rule
    assert sum(one.merits.patients for one in found.centres if one.merits) == 250
    assert any("cannot do without it" in note for note in found.notes)
    assert found.pooled["concordance"].centres == 2
    assert np.isnan(found.pooled["concordance"].prediction.low)


def test_missing_labels_are_a_level_and_small_ones_only_counted():
    risk, data = draw_risks(7)
    label = np.array(["x"] * 140 + ["y"] * 140 + [None] * 15 + ["z"] * 5, dtype=object)
    found = compare_subgroups(Predicted(risk, risk), data, label, Aim(1.0))
    assert list(found.levels) == ["x", "y", "z", "not known"]
    assert "z" in found.small
    assert not found.levels["z"].figures
    assert sum(one.patients for one in found.levels.values()) == 300
    alike = compare_subgroups(
        Predicted(np.tile(risk, 2), np.tile(risk, 2)),
        data.take(np.tile(np.arange(300), 2)),
        np.repeat(["a", "b"], 300), Aim(1.0),
    )  # fmt: skip
    assert_allclose([one.statistic for one in alike.tests.values()], 0, atol=1e-9)


def describe(judge):
    """What a judgement says, or why there is none."""
    try:
        return repr(judge())
    except JalonError as reason:
        return str(reason)


@settings(max_examples=25, deadline=None)
@given(seeds)
@pytest.mark.filterwarnings("error")
def test_few_patients_are_judged_or_refused_in_words(seed):
    rng = np.random.default_rng(seed)
    n, causes, time = int(rng.integers(3, 40)), int(rng.integers(1, 3)), float(rng.uniform(0.1, 6))
    score = rng.integers(0, 4, n) * 1.0 if seed % 3 else np.zeros(n)
    risk = np.clip(1 / (1 + np.exp(1 - score)), 0.01, 0.99)
    data = SurvivalData(rng.integers(0, 8, n), rng.integers(0, causes + 1, n))
    own, rows, when = Predicted(score, risk), np.arange(n), Contest((time,))
    for judge in (
        lambda: discriminate(score, data, [time], rng),
        lambda: measure_merits(own, data, Aim(time)),
        lambda: recalibrate(risk, data, time),
        lambda: calibrate_smoothly(risk, data, time, 1, SmoothRules("loess")),
        lambda: compare_scores({"a": own, "b": Predicted(-score, 1 - risk)}, data, when),
        lambda: separate_groups((score > 0).astype(int), data, [time]),
        lambda: compare_subgroups(own, data, np.where(score > 0, "x", None), Aim(time), 2),
        lambda: leave_centres_out(
            lambda _: None, lambda _, own_rows: own.take(own_rows), data, rows % 3, Aim(time),
            CentreRule(2, 1),
        ),
    ):  # fmt: skip
        # Words and what to do, not the bare text of a library's error.
        assert len(describe(judge).split()) > 4
