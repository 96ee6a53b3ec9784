"""What logistic, Poisson and parametric regression refuse, and what they say then."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import ConvergenceError, SurvivalData, UnsuitableDataError
from jalon.stats import (
    calibrate_binary,
    choose_power_scale,
    compare_areas,
    compare_fits,
    fit_cox,
    fit_firth_logistic,
    fit_logistic,
    fit_parametric,
    fit_poisson,
    hosmer_lemeshow,
    list_powers,
    place_knots,
    power_basis,
    predict_outcome,
    predict_parametric_survival,
    predict_quantile,
    profile_intervals,
    robust_covariance,
    roc_curve,
    smooth_locally,
    spline_basis,
    wald_test,
)

N = 60
RNG = np.random.default_rng(4)
X = RNG.normal(size=(N, 2))
Y = (X[:, 0] + RNG.logistic(size=N) > 0).astype(float)
NAMES = ("age", "LDH")


def refuse(message, fit=fit_logistic, x=X, y=Y, **options):
    with pytest.raises(UnsuitableDataError, match=message):
        fit(x, y, names=NAMES, **options)


def replace_column(values):
    return np.column_stack([X[:, 0], values])


EVERY = pytest.mark.parametrize("fit", [fit_logistic, fit_firth_logistic, fit_poisson])
BINARY = pytest.mark.parametrize("fit", [fit_logistic, fit_firth_logistic])


@BINARY
@pytest.mark.parametrize(("value", "word"), [(0.0, "none"), (1.0, "all")])
def test_everyone_alike(fit, value, word):
    refuse(f"{word} of the 60 patients have the outcome", fit, y=np.full(N, value))


@EVERY
def test_nobody_has_an_event(fit):
    refuse("none of the 60 patients ha", fit, y=np.zeros(N))


@EVERY
def test_nobody_counts(fit):
    refuse("none of the 0 patients ha", fit, weight=np.zeros(N))


@BINARY
@pytest.mark.parametrize("code", [2.0, -1.0, 0.5])
def test_outcome_of_other_codes(fit, code):
    refuse("other than 0 and 1", fit, y=np.append(Y[1:], code))


@pytest.mark.parametrize("count", [-1.0, 0.5])
def test_counts_that_are_none(count):
    refuse("not a count", fit_poisson, y=np.append(Y[1:], count))


@EVERY
def test_missing_values(fit):
    refuse("LDH is missing or infinite for 1 of 60", fit, replace_column(np.append(Y[1:], np.nan)))
    refuse("outcome is not one finite number", fit, y=np.append(Y[1:], np.nan))
    refuse("weight is not one finite number", fit, weight=np.full(N, np.inf))
    refuse("offset is not one finite number for each of the 60", fit, offset=np.zeros(3))


@EVERY
def test_negative_weight(fit):
    refuse("weight is negative", fit, weight=-np.ones(N))


@EVERY
@pytest.mark.parametrize("value", [0.0, 0.1, 1e9])
def test_constant_column(fit, value):
    refuse("LDH is the same for all 60 patients", fit, replace_column(np.full(N, value)))


@EVERY
@pytest.mark.parametrize("unit", [1e-8, 1.0, 1e8])
def test_collinear_column(fit, unit):
    refuse("LDH is a combination", fit, replace_column((2 - 3 * X[:, 0]) * unit))


def test_more_columns_than_patients():
    with pytest.raises(UnsuitableDataError, match="column 3 is a combination"):
        fit_logistic(RNG.normal(size=(4, 6)), [0, 1, 0, 1])


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_complete_separation(unit):
    refuse("LDH separates .* fit_firth_logistic", x=replace_column(unit * (Y - 0.3)))


def test_quasi_complete_separation():
    column = np.where(Y == 1, 1.0, np.arange(N) % 2)
    refuse("LDH separates", x=replace_column(column))


def test_separation_by_a_combination():
    column = Y - X[:, 0] + 0.01 * X[:, 1]
    refuse("(age|LDH) separates", x=replace_column(column))


def test_separation_with_weights_far_apart():
    column = np.where(Y == 1, 1.0, np.arange(N) % 2)
    weight = np.where(np.arange(N) < 5, 1e5, 1e-3)
    refuse("LDH separates", x=replace_column(column), weight=weight)


def test_category_without_any_event():
    refuse("LDH separates .* rate ratio", fit_poisson, replace_column((Y == 0) * (X[:, 1] > 0)))


def test_strong_effect_is_not_separation():
    x = np.linspace(-40, 40, 400)
    y = (x > 0).astype(float)
    y[[199, 200]] = 1 - y[[199, 200]]
    fit = fit_logistic(x[:, None], y)
    assert fit.iterations < 20
    assert abs(fit.fitted.sum() - 200) < 1e-9


def test_tiny_and_huge_weights():
    fits = [fit_logistic(X, Y, weight=np.full(N, mass)) for mass in (1e-9, 1.0, 1e9)]
    for fit in fits:
        assert np.allclose(fit.coefficients, fits[1].coefficients, rtol=1e-9)


@pytest.mark.parametrize("unit", [1e-300, 1e-150, 1e150, 1e300])
def test_units_whose_squares_are_no_floats(unit):
    plain, tiny = fit_logistic(X, Y), fit_logistic(X * [unit, 1], Y)
    assert tiny.coefficients[1] * unit == pytest.approx(plain.coefficients[1], rel=1e-9)
    assert tiny.z == pytest.approx(plain.z, rel=1e-9)
    assert robust_covariance(tiny).z == pytest.approx(robust_covariance(plain).z, rel=1e-9)


def test_equal_patients_have_equal_probabilities():
    # Ties of predicted risks must survive, or the area under the curve changes.
    rng = np.random.default_rng(0)
    cells = rng.normal(size=(7, 5))
    place = rng.integers(0, 7, 301)
    fit = fit_logistic(cells[place], rng.integers(0, 2, 301))
    assert len(np.unique(fit.fitted)) == 7
    assert np.array_equal(predict_outcome(fit, cells)[place], fit.fitted)


def test_prediction_needs_the_same_columns():
    fit = fit_logistic(X, Y)
    with pytest.raises(UnsuitableDataError, match="2 names for 1 columns"):
        predict_outcome(fit, X[:, :1])
    with pytest.raises(UnsuitableDataError, match="give the 2 covariates"):
        predict_outcome(fit, None)
    assert predict_outcome(fit_logistic(None, [0, 1, 1, 1]), None).tolist() == [0.75]


def test_clusters():
    fit = fit_logistic(X, Y)
    with pytest.raises(UnsuitableDataError, match="one cluster"):
        robust_covariance(fit, np.zeros(N))
    with pytest.raises(UnsuitableDataError, match="cluster is missing"):
        robust_covariance(fit, np.append(np.arange(N - 1.0), np.nan))
    with pytest.raises(UnsuitableDataError, match="each of the 60 rows"):
        robust_covariance(fit, [1, 2])
    with pytest.raises(UnsuitableDataError, match="HC3 is not defined"):
        robust_covariance(fit, np.arange(N), "HC3")
    named = robust_covariance(fit, np.array(["Lyon", "Lille", "Tours"])[np.arange(N) % 3])
    assert named.clusters == 3


def test_patient_who_decides_alone():
    x = np.append(np.zeros(9), 1)[:, None]
    fit = fit_poisson(x, [1, 0, 1, 0, 1, 0, 1, 0, 1, 2])
    with pytest.raises(UnsuitableDataError, match="alone decide"):
        robust_covariance(fit, correction="HC3")


def test_tests_of_columns():
    fit = fit_logistic(X, Y, names=NAMES)
    assert wald_test(fit, ["LDH"]) == wald_test(fit, [2])
    assert wald_test(fit, [1]).statistic == pytest.approx(fit.z[1] ** 2)
    for columns, message in (([], "at least one"), ([1, 1], "only once"), ([7], "0 to 2")):
        with pytest.raises(UnsuitableDataError, match=message):
            wald_test(fit, columns)
    with pytest.raises(UnsuitableDataError, match="no column CRP"):
        wald_test(fit, ["CRP"])


def test_comparison_of_fits():
    small, large = fit_logistic(X[:, :1], Y), fit_logistic(X, Y)
    assert compare_fits(small, large).df == 1
    with pytest.raises(UnsuitableDataError, match="no more columns"):
        compare_fits(large, small)
    with pytest.raises(UnsuitableDataError, match="60 and 50 patients"):
        compare_fits(small, fit_logistic(X[:50], Y[:50]))
    with pytest.raises(UnsuitableDataError, match="worse than the smaller"):
        compare_fits(small, fit_logistic(X[:, [1, 1]] ** [1, 2], Y))


def test_profiles_of_counts():
    fit = fit_poisson(X, np.arange(N) % 4)
    exact, read = profile_intervals(fit), profile_intervals(fit, search="interpolated")
    for one, other in zip(exact.estimates, read.estimates, strict=True):
        assert one.low == pytest.approx(other.low, abs=1e-3)
        assert one.method == "profile"


def test_risks():
    with pytest.raises(UnsuitableDataError, match="all of the 3 patients"):
        roc_curve([1, 2, 3], [1, 1, 1])
    with pytest.raises(UnsuitableDataError, match="none of the 3 patients"):
        roc_curve([1, 2, 3], [0, 0, 0])
    with pytest.raises(UnsuitableDataError, match="missing or infinite for 1 of 3"):
        roc_curve([1, np.nan, 3], [0, 1, 1])
    with pytest.raises(UnsuitableDataError, match="other than 0 and 1"):
        roc_curve([1, 2, 3], [0, 1, 2])
    with pytest.raises(UnsuitableDataError, match="one of each per patient"):
        roc_curve([1, 2, 3], [0, 1])
    with pytest.raises(UnsuitableDataError, match="rank the patients alike"):
        compare_areas([1, 2, 3, 4], [2, 4, 6, 9], [0, 1, 0, 1])


def test_one_case_has_no_interval():
    area = roc_curve([1, 2, 3], [0, 0, 1]).area
    assert area.value == 1
    assert np.isnan(area.low)
    assert np.isnan(area.high)


def test_constant_risk_tells_nothing():
    curve = roc_curve(np.ones(4), [0, 1, 0, 1])
    assert (curve.area.value, curve.standard_error) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("values", "count", "message"),
    [
        (np.arange(50), 2, "at least 3"),
        ([1, 2, np.nan, 3, 4], 3, "4 values are too few"),
        (np.repeat([0, 1], 40), 3, "too few different values"),
        (np.repeat([0.0, 1, 2, 3, 4, 5], [1, 1, 96, 1, 1, 1]), 3, "too few different values"),
    ],
)
def test_knots_that_cannot_be_placed(values, count, message):
    with pytest.raises(UnsuitableDataError, match=message):
        place_knots(values, count)


def test_values_that_have_no_spline():
    with pytest.raises(UnsuitableDataError, match="one finite number per patient"):
        spline_basis([1, np.nan], [0, 1, 2])
    for knots in ([0, 1], [0, 0, 1], [2, 1, 0]):
        with pytest.raises(UnsuitableDataError, match="rising order"):
            spline_basis([1.0], knots)


def test_values_that_have_no_powers():
    with pytest.raises(UnsuitableDataError, match="not positive for 2 patients"):
        power_basis([0, -1, 2], [1])
    with pytest.raises(UnsuitableDataError, match="no power"):
        power_basis([1, 2], [])
    with pytest.raises(UnsuitableDataError, match="the same for all"):
        choose_power_scale([3, 3, 3])
    with pytest.raises(UnsuitableDataError, match="one finite number"):
        choose_power_scale([3, np.nan])
    with pytest.raises(UnsuitableDataError, match="degree is 0"):
        list_powers(0)


def test_powers_of_the_breast_data_fit_a_cox_model():
    rng = np.random.default_rng(1)
    nodes = rng.integers(0, 20, 100)
    data = SurvivalData(rng.exponential(size=100), np.ones(100))
    scale = choose_power_scale(nodes)
    reached = [fit_cox(power_basis(nodes, p, scale), data).log_likelihood for p in list_powers(1)]
    assert len(set(np.round(reached, 6))) == 8


TIMES = np.ceil(np.random.default_rng(2).exponential(20, N))
DATA = SurvivalData(TIMES, np.arange(N) % 3 > 0)
SHAPES = pytest.mark.parametrize("shape", ["weibull", "exponential", "lognormal", "loglogistic"])


@SHAPES
def test_parametric_refusals(shape):
    def refused(message, x=X, data=DATA):
        with pytest.raises(UnsuitableDataError, match=message):
            fit_parametric(x, data, shape, names=NAMES)

    refused("time is 0 for 1 patients", data=SurvivalData(np.append(TIMES[1:], 0), DATA.event))
    refused("none of the 60 patients has the event", data=SurvivalData(TIMES, np.zeros(N)))
    refused("causes up to 2", data=SurvivalData(TIMES, np.arange(N) % 3))
    refused("strata", data=SurvivalData(TIMES, DATA.event, stratum=np.arange(N) % 2))
    refused("LDH is the same", replace_column(np.ones(N)))
    refused("LDH is a combination", replace_column(X[:, 0]))
    refused("LDH is missing", replace_column(np.append(np.nan, Y[1:])))
    refused("on one side of LDH nobody", replace_column(DATA.event * 1.0))


@pytest.mark.parametrize("shape", ["weibull", "lognormal", "loglogistic"])
def test_all_events_at_once(shape):
    with pytest.raises(ConvergenceError, match="at the same time"):
        fit_parametric(None, SurvivalData(np.full(9, 5.0), np.ones(9)), shape)


@SHAPES
def test_parametric_predictions_agree(shape):
    fit = fit_parametric(X, DATA, shape)
    times = predict_quantile(fit, X[:3], [0.25, 0.5])
    for j, share in enumerate((0.25, 0.5)):
        for i in range(3):
            one = predict_parametric_survival(fit, X[i : i + 1], [times.value[i, j]])
            assert one.value[0, 0] == pytest.approx(1 - share)
            assert one.low[0, 0] < one.value[0, 0] < one.high[0, 0]
    with pytest.raises(UnsuitableDataError, match="between 0 and 1"):
        predict_quantile(fit, X, [0, 0.5])
    with pytest.raises(UnsuitableDataError, match="above 0"):
        predict_parametric_survival(fit, X, [0])
    with pytest.raises(UnsuitableDataError, match="give the 2 covariates"):
        predict_quantile(fit, None)


def test_calibration_refusals():
    risk = np.full(N, 0.3) + 0.001 * np.arange(N)
    with pytest.raises(UnsuitableDataError, match="2 of 60 risks are missing or not inside"):
        calibrate_binary(np.concatenate([risk[2:], [0, np.nan]]), Y)
    with pytest.raises(UnsuitableDataError, match="60 risks but outcomes"):
        calibrate_binary(risk, Y[:5])
    with pytest.raises(UnsuitableDataError, match="risk is the same for all"):
        calibrate_binary(np.full(N, 0.3), Y)
    with pytest.raises(UnsuitableDataError, match="none of the 60"):
        calibrate_binary(risk, np.zeros(N))
    with pytest.raises(UnsuitableDataError, match="risk separates"):
        calibrate_binary(risk, np.arange(N) > 30)
    with pytest.raises(UnsuitableDataError, match="make only 1 groups"):
        hosmer_lemeshow(np.full(N, 0.3), Y)
    with pytest.raises(UnsuitableDataError, match="coded 0 no or 1 yes"):
        hosmer_lemeshow(risk, Y + 1)


def test_smooth_refusals():
    with pytest.raises(UnsuitableDataError, match="at least one point"):
        smooth_locally([], [])
    with pytest.raises(UnsuitableDataError, match="missing for some points"):
        smooth_locally([1, np.nan], [1, 2])
    with pytest.raises(UnsuitableDataError, match="share is 0"):
        smooth_locally([1, 2], [1, 2], share=0)
    assert smooth_locally([4], [2]).tolist() == [2]
    assert smooth_locally(np.ones(5), np.arange(5)).tolist() == [2] * 5
