"""What Cox regression refuses, and what it says then."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import baseline_hazard, fit_cox, predict_log_hazard, predict_survival

N = 80
RNG = np.random.default_rng(3)
X = RNG.normal(size=(N, 2))
DATA = SurvivalData(np.ceil(RNG.exponential(20, N)), np.arange(N) % 3 > 0)


def refuse(message, x=X, data=DATA, **options):
    with pytest.raises(UnsuitableDataError, match=message):
        fit_cox(x, data, names=("age", "LDH"), **options)


def replace_column(values):
    return np.column_stack([X[:, 0], values])


def test_no_event():
    refuse("none of the 80 patients", data=SurvivalData(DATA.time, np.zeros(N)))


def test_several_causes():
    refuse(r"data\.cause\(1\)", data=SurvivalData(DATA.time, np.arange(N) % 3))


def test_everyone_weighs_nothing():
    refuse("none of the 0 patients", data=SurvivalData(DATA.time, DATA.event, weight=np.zeros(N)))


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9, -3e-7])
def test_constant_column(value):
    refuse("LDH is the same for all 80 patients", replace_column(np.full(N, value)))


def test_columns_are_numbered_without_names():
    with pytest.raises(UnsuitableDataError, match="column 1 is the same"):
        fit_cox(replace_column(np.ones(N)), DATA)


@pytest.mark.parametrize("unit", [1.0, 1e-8, 1e8])
def test_collinear_column(unit):
    refuse("LDH is a combination", replace_column((3 - 2 * X[:, 0]) * unit))


def test_column_constant_within_strata():
    half = (np.arange(N) % 2).astype(float)
    data = SurvivalData(DATA.time, DATA.event, stratum=half)
    refuse("LDH .* does not vary among patients at risk", replace_column(half), data)


def test_column_that_varies_only_before_the_first_event():
    time = np.append([1, 2, 3], DATA.time[3:] + 5)
    data = SurvivalData(time, np.append([0, 0, 0], DATA.event[3:]))
    refuse("does not vary among patients at risk", replace_column((time < 2).astype(float)), data)


def test_group_without_any_event():
    spared = np.where(DATA.event == 0, np.arange(N) % 2, 0).astype(float)
    refuse("LDH separates", replace_column(spared))


def test_group_in_which_everyone_has_the_event_first():
    order = np.argsort(DATA.time)
    first = np.zeros(N)
    first[order[:6]] = 1
    event = DATA.event.copy()
    event[order[:6]] = 1
    time = np.arange(1.0, N + 1)[np.argsort(order)]
    refuse("LDH separates", replace_column(first), SurvivalData(time, event))


def test_covariate_that_is_the_order_of_events():
    refuse("separates", replace_column(-DATA.time))


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_separation_in_one_of_many_patients(ties):
    rng = np.random.default_rng(8)
    n = 5000
    x = np.column_stack([rng.normal(size=n), np.zeros(n)])
    time, event = rng.exponential(size=n), rng.random(n) < 0.5
    x[np.flatnonzero(~event)[:400], 1] = 1
    refuse("LDH separates", x, SurvivalData(time, event), ties=ties)


def test_nearly_separating_group_is_estimated():
    rng = np.random.default_rng(9)
    n = 2000
    group = (np.arange(n) % 2).astype(float)
    event = (group == 0) | (np.arange(n) == 1)
    fit = fit_cox(group[:, None], SurvivalData(rng.exponential(size=n), event))
    assert -9 < fit.coefficients[0] < -5
    assert fit.standard_errors[0] == pytest.approx(1.0, abs=0.05)


def test_one_event_is_enough_when_it_is_not_extreme():
    data = SurvivalData([1, 2, 2, 2], [1, 0, 0, 0])
    fit = fit_cox([[1.0], [0], [1], [2]], data)
    assert (fit.events, round(float(fit.coefficients[0]), 9)) == (1, 0.0)


def test_missing_covariate():
    x = X.copy()
    x[[4, 5], 1] = np.nan, np.inf
    refuse("LDH is missing or infinite for 2 of 80 patients", x)


def test_covariates_beyond_floating_point():
    large = np.where(np.arange(N) % 2 == 0, 1.5e308, -1.5e308)
    refuse("larger unit", replace_column(large))


def test_missing_covariate_of_a_patient_without_weight_is_not_looked_at():
    x, weight = X.copy(), np.ones(N)
    x[4], weight[4] = np.nan, 0
    assert fit_cox(x, SurvivalData(DATA.time, DATA.event, weight=weight)).n == N - 1


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (X[:, 0], "x has 1 dimensions"),
        (X[:9], "x has 9 rows but the outcome 80"),
        (X[:, :0], "x has no column"),
        (X[:, :1], "2 names for 1 columns"),
    ],
)
def test_wrong_shape(x, message):
    refuse(message, x)


def test_exact_ties_take_no_weights():
    weighted = SurvivalData(DATA.time, DATA.event, weight=np.full(N, 2.0))
    refuse("exact ties do not take case weights", data=weighted, ties="exact")


def test_exact_ties_when_everyone_dies_at_once():
    data = SurvivalData(np.ones(N), np.ones(N))
    refuse("does not vary among patients at risk", data=data, ties="exact")


def test_exact_ties_see_separation():
    refuse("separates", replace_column(-DATA.time), ties="exact")


def test_wrong_offset():
    refuse("offset is not one finite number", offset=np.zeros(9))
    refuse("offset is not one finite number", offset=np.full(N, np.nan))


@pytest.mark.parametrize("unit", [1e-140, 1e-12, 1e12, 1e200])
def test_extreme_units(unit):
    fit, plain = fit_cox(X * unit, DATA), fit_cox(X, DATA)
    assert fit.z == pytest.approx(plain.z, rel=1e-9)
    assert fit.wald.p == pytest.approx(plain.wald.p, rel=1e-9)


def test_heavy_tails_end_in_an_answer():
    rng = np.random.default_rng(4)
    x = np.exp(4 * rng.normal(size=(300, 1)))
    time = rng.exponential(np.exp(-0.3 * np.log(x[:, 0])))
    fit = fit_cox(x, SurvivalData(time, np.ones(300)))
    assert fit.log_likelihood > fit.log_likelihood_null
    assert fit.iterations < 30


def test_all_events_at_once():
    data = SurvivalData(np.ones(N), DATA.event)
    fit = fit_cox(X, data)
    assert np.isfinite(fit.coefficients).all()
    assert baseline_hazard(fit, [0.5, 1])[0] == 0


def test_event_on_day_zero():
    data = SurvivalData(np.floor(DATA.time / 8), DATA.event)
    assert fit_cox(X, data).events == DATA.event.sum()


def test_result_does_not_change_the_input():
    x, before = X.copy(), DATA.time.copy()
    fit_cox(x, DATA)
    assert np.array_equal(x, X)
    assert np.array_equal(DATA.time, before)


def test_columns_of_a_data_frame_are_read_as_well():
    fit, framed = fit_cox(X, DATA), fit_cox(np.asfortranarray(X), DATA)
    assert framed.covariance.tobytes() == fit.covariance.tobytes()


def test_same_input_same_bytes():
    assert fit_cox(X, DATA).covariance.tobytes() == fit_cox(X, DATA).covariance.tobytes()


def test_prediction_asks_for_the_stratum():
    strata = SurvivalData(DATA.time, DATA.event, stratum=np.arange(N) % 2)
    fit = fit_cox(X, strata)
    with pytest.raises(UnsuitableDataError, match="the fit has 2 strata"):
        predict_survival(fit, X[:2], [5])
    with pytest.raises(UnsuitableDataError, match="no event in 1 of the strata"):
        baseline_hazard(fit, [5], stratum=9)
    assert predict_survival(fit, X[:2], [5], stratum=[0, 1]).value.shape == (2, 1)


def test_prediction_asks_for_the_columns_of_the_fit():
    fit = fit_cox(X, DATA)
    with pytest.raises(UnsuitableDataError, match="2 names for 1 columns"):
        predict_log_hazard(fit, X[:, :1])


def test_survival_before_the_first_event_is_certain():
    found = predict_survival(fit_cox(X, DATA), X[:3], [0.5], method="log-log")
    assert (found.value == 1).all()
    assert (found.low == 1).all()
    assert (found.high == 1).all()
