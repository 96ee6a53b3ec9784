"""Instability of predictions, calibration, classification and groups, by hand and as made."""

import numpy as np
import pytest
from scipy.special import expit

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import concordance_value, fit_cox, predict_survival
from jalon.validate import (
    Measure,
    Procedure,
    classify_again,
    compare_calibration,
    draw_bootstrap,
    measure_instability,
    regroup,
    smooth_calibration,
    validate_procedure,
)


def test_predictions_by_hand():
    resampled = [[0.1, 0.5], [0.2, 0.5], [0.3, 0.8], [np.nan, np.nan]]
    found = measure_instability([0.2, 0.5], resampled, level=0.5)
    assert found.error == pytest.approx([0.2 / 3, 0.1])
    assert found.mean_error == pytest.approx((0.2 / 3 + 0.1) / 2)
    assert found.low == pytest.approx([0.15, 0.5])
    assert found.high == pytest.approx([0.25, 0.65])
    assert (found.resamples, found.level) == (3, 0.5)


def test_a_model_that_does_not_change_is_stable():
    own = np.linspace(0.1, 0.9, 30)
    same = np.tile(own, (5, 1))
    found = measure_instability(own, same)
    assert found.mean_error == 0
    assert np.array_equal(found.low, own)
    assert classify_again(own, same, [0.3, 0.5]).index.tolist() == [0, 0]
    groups = np.repeat([0, 1, 2], 10)
    again = regroup(groups, np.tile(groups, (5, 1)))
    assert np.array_equal(again.moves, np.eye(3))
    assert again.index.tolist() == [0, 0, 0]


def test_a_threshold_belongs_to_the_high_side():
    found = classify_again([0.5, 0.5], [[0.5, 0.4], [0.6, 0.5]], 0.5)
    assert found.share.tolist() == [[0.0, 0.5]]


def test_groups_that_a_resample_does_not_make():
    found = regroup([0, 2, 2, 0], [[0, 1, 1, 1], [0, 3, 2, 0]])
    assert found.share.tolist() == [0, 1, 0.5, 0.5]
    assert found.index[[0, 2]].tolist() == [0.25, 0.75]
    assert np.isnan(found.index[1])
    assert found.moves[2].tolist() == [0, 0.5, 0.25, 0.25]
    assert np.nansum(found.moves, axis=1) == pytest.approx([1, 0, 1])


def simulate(n=150, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    time = rng.exponential(np.exp(-x[:, 0]))
    return x, SurvivalData(np.minimum(time, 3), (time < 3).astype(int))


def watch(x, data, n_resamples=15):
    def learn(rows, rng):
        return fit_cox(x[rows], data.take(rows))

    def predict(model, rows, rng):
        risk = 1 - predict_survival(model, x[rows], 1.0).value[:, 0]
        return {"risk": np.clip(risk, 1e-6, 1 - 1e-6)}

    measure = Measure("C", "risk", concordance_value)
    plan = draw_bootstrap(len(data), n_resamples, np.random.default_rng(1))
    return validate_procedure(Procedure(learn, predict, watch="risk"), [measure], data, plan)


def test_watched_predictions_make_curves():
    x, data = simulate()
    found = watch(x, data)
    curves = compare_calibration(found.watched, found.predictions, data, 1.0)
    assert curves.curves.shape == (15, len(curves.predicted))
    assert curves.failed == 0
    own = smooth_calibration(found.predictions[4], data, 1.0)
    assert curves.error[4] == pytest.approx(own.error_mean.value)
    order = np.argsort(own.predicted)
    middle = len(curves.predicted) // 2
    drawn = np.interp(curves.predicted[middle], own.predicted[order], own.observed[order])
    assert curves.curves[4, middle] == pytest.approx(drawn)


def test_more_patients_are_more_stable():
    few, many = (
        measure_instability(found.watched, found.predictions).mean_error
        for found in (watch(*simulate(n)) for n in (80, 640))
    )
    # Errors shrink with the square root of the number.
    assert many < 0.6 * few


def test_a_curve_that_cannot_be_drawn_is_counted():
    x, data = simulate()
    own = expit(x[:, 0])
    flat = np.full(150, 0.5)
    found = compare_calibration(own, [own, flat, own], data, 1.0)
    assert found.failed == 1
    assert np.isnan(found.curves[1]).all()
    assert np.isnan(found.error[1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: measure_instability([0.1, 0.2], [[0.1, 0.2]]), "1 models"),
        (lambda: measure_instability([0.1], [[0.1, 0.2]] * 2), "same patients"),
        (lambda: measure_instability([0.1, 0.2], [[0.1, np.nan]] * 2), "missing"),
        (lambda: measure_instability([0.1], [[0.1]] * 2, level=2), "between 0 and 1"),
        (lambda: classify_again([0.1], [[0.1]] * 2, []), "at least one"),
        (lambda: regroup([0.5], [[1]] * 2), "numbered"),
        (lambda: regroup([-1], [[1]] * 2), "numbered"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(UnsuitableDataError, match=words):
        call()
