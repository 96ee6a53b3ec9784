"""What Fine-Gray and cause-specific regression refuse, and in which words."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    ChangingEffects,
    fine_gray_weights,
    fit_cause_specific,
    fit_fine_gray,
    predict_incidence,
)

RNG = np.random.default_rng(11)
N = 60
X = np.column_stack([RNG.normal(size=N), RNG.integers(0, 2, N)])
DATA = SurvivalData(np.ceil(RNG.exponential(20, N)), RNG.integers(0, 3, N))


def refuse(match, x=X, data=DATA, **options):
    with pytest.raises(UnsuitableDataError, match=match):
        fit_fine_gray(x, data, **options)


def test_cause_absent():
    refuse("none of the 60 patients has an event of cause 3; choose", cause=3)
    refuse("causes are numbered from 1", cause=0)


def test_no_event_at_all():
    refuse("none of the 60", data=SurvivalData(DATA.time, np.zeros(N)))


def test_left_truncation_and_strata_are_sent_elsewhere():
    refuse("fine_gray_weights", data=SurvivalData(DATA.time, DATA.event, entry=DATA.time - 1))
    refuse("fine_gray_weights", data=SurvivalData(DATA.time, DATA.event, stratum=X[:, 1]))


def test_constant_column():
    refuse("age is the same", x=np.column_stack([X[:, 0], np.ones(N)]), names=["ldh", "age"])


def test_collinear_columns():
    x = np.column_stack([X, X[:, 0] - 2 * X[:, 1]])
    refuse("sum is a combination of the columns before it", x=x, names=["a", "b", "sum"])


def test_separating_column():
    only = (DATA.event == 1) * 1.0
    refuse("marker separates", x=np.column_stack([X[:, 0], only]), names=["a", "marker"])


def test_missing_value():
    x = X.copy()
    x[3, 0] = np.nan
    refuse("column 0 is missing or infinite for 1 of 60", x=x)


def test_everyone_has_the_event_on_one_day():
    refuse("do not vary", data=SurvivalData(np.ones(N), np.ones(N)))


def test_everything_on_one_day_with_other_causes_is_a_limit_not_an_error():
    fit = fit_fine_gray(X, SurvivalData(np.full(N, 5.0), DATA.event))
    assert np.all(fit.standard_errors > 0)
    assert fit.baseline.time.tolist() == [5.0]


def test_one_event():
    event = np.where(DATA.event == 1, 0, DATA.event)
    middle = int(np.argsort(X[:, 0])[N // 2])
    event[middle] = 1
    fit = fit_fine_gray(X[:, :1], SurvivalData(DATA.time, event))
    assert fit.events == 1
    assert np.isfinite(fit.coefficients).all()


def test_censoring_group_of_another_length_or_with_holes():
    refuse("group has shape", censoring_group=[1, 2])
    group = np.ones(N)
    group[5] = np.nan
    refuse("group is missing for 1", censoring_group=group)


def test_one_censoring_group_is_no_group():
    one = fit_fine_gray(X, DATA, censoring_group=["a"] * N)
    assert np.array_equal(one.covariance, fit_fine_gray(X, DATA).covariance)


def test_function_of_time_must_be_finite_and_fit():
    refuse("shape", x=ChangingEffects(X, X, lambda t: np.ones((len(t), 3))))
    day0 = SurvivalData(np.append(0.0, DATA.time[1:]), np.append(1, DATA.event[1:]))
    with np.errstate(divide="ignore"):
        refuse("logarithm at time 0", x=ChangingEffects(X, X, np.log), data=day0)


def test_fixed_and_changing_of_different_length():
    refuse("give both one row per patient", x=ChangingEffects(X, X[:5], np.sqrt))


def test_same_column_fixed_and_still():
    refuse("combination", x=ChangingEffects(X[:, :1], X[:, :1], np.ones_like))


def test_prediction_for_another_cause_or_shape():
    fit = fit_fine_gray(X, DATA)
    with pytest.raises(UnsuitableDataError, match="about cause 1 only"):
        predict_incidence(fit, X, [5], cause=2)
    with pytest.raises(UnsuitableDataError, match="names for 1 columns"):
        predict_incidence(fit, X[:, :1], [5])
    with pytest.raises(UnsuitableDataError, match="missing or infinite in 2 cells"):
        predict_incidence(fit, [[np.nan, np.inf]], [5])


def test_weights_need_an_event():
    with pytest.raises(UnsuitableDataError, match="cause 7"):
        fine_gray_weights(DATA, 7)


def test_cause_specific_names_the_cause():
    with pytest.raises(UnsuitableDataError, match=r"^cause 1: column 1 is the same"):
        fit_cause_specific(np.column_stack([X[:, 0], np.ones(N)]), DATA)
    with pytest.raises(UnsuitableDataError, match="any cause"):
        fit_cause_specific(X, SurvivalData(DATA.time, np.zeros(N)))
    with pytest.raises(UnsuitableDataError, match="no covariates for cause 2"):
        fit_cause_specific({1: X}, DATA)


def test_absolute_risk_refuses():
    fit = fit_cause_specific(X, DATA)
    with pytest.raises(UnsuitableDataError, match="cause 3 was not fitted"):
        predict_incidence(fit, X, [5], cause=3)
    with pytest.raises(UnsuitableDataError, match="plain covariates"):
        predict_incidence(fit, ChangingEffects(X, X, np.sqrt), [5])
    with pytest.raises(UnsuitableDataError, match="differ in their number"):
        predict_incidence(fit, {1: X, 2: X[:4]}, [5])
    strata = SurvivalData(DATA.time, DATA.event, stratum=X[:, 1])
    fit = fit_cause_specific(X[:, :1], strata)
    with pytest.raises(UnsuitableDataError, match="2 strata; say which"):
        predict_incidence(fit, X[:, :1], [5])
    with pytest.raises(UnsuitableDataError, match="1 of the strata"):
        predict_incidence(fit, X[:1, :1], [5], stratum=[9])


def test_extreme_patients_keep_risks_within_bounds():
    fit = fit_cause_specific(X, DATA)
    far = [[-300.0, 1], [300, 0]]
    both = [predict_incidence(fit, far, [1, 20, 90], cause).value for cause in (1, 2)]
    assert np.all(np.array(both) >= 0)
    assert np.all(sum(both) <= 1 + 1e-12)


def test_same_input_same_bytes():
    one, two = fit_fine_gray(X, DATA), fit_fine_gray(X, DATA)
    assert one.covariance.tobytes() == two.covariance.tobytes()
