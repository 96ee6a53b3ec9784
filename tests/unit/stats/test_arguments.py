"""What is no number, level or option is refused in words, never taken for something else."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    AucRules,
    baseline_hazard,
    calibrate_binary,
    compare_areas,
    compare_independent_areas,
    concordance,
    concordance_null_variance,
    count_events,
    fit_cox,
    fit_firth_cox,
    fit_firth_logistic,
    fit_logistic,
    fit_parametric,
    fit_poisson,
    gonen_heller,
    heagerty_auc,
    kaplan_meier,
    nelson_aalen,
    partial_area,
    predict_cox_quantile,
    predict_linear,
    predict_log_hazard,
    predict_outcome,
    predict_parametric_survival,
    predict_quantile,
    predict_survival,
    profile_cox,
    profile_intervals,
    proportional_hazards,
    robust_covariance,
    robust_cox,
    roc_curve,
    royston_d,
    time_auc,
)

RNG = np.random.default_rng(3)
N = 40
X = np.column_stack([RNG.normal(size=N), RNG.integers(0, 2, N)])
RISK, Y = RNG.random(N), RNG.integers(0, 2, N)
DATA = SurvivalData(np.ceil(RNG.exponential(100, N)), RNG.random(N) < 0.6)
COX, LOGISTIC, PARAMETRIC = fit_cox(X, DATA), fit_logistic(X, Y), fit_parametric(X, DATA)
TEXT = np.full((N, 2), "a")
MISSING = np.where(np.arange(N)[:, None] == 3, np.nan, X)


@pytest.mark.parametrize("level", [0, 1, -1, 95, np.nan, "0.95"])
@pytest.mark.parametrize(
    "use",
    [
        lambda level: kaplan_meier(DATA, level=level),
        lambda level: fit_cox(X, DATA, level=level),
        lambda level: robust_cox(COX, level=level),
        lambda level: profile_cox(COX, level),
        lambda level: fit_firth_cox(X, DATA, level=level),
        lambda level: fit_logistic(X, Y, level=level),
        lambda level: robust_covariance(LOGISTIC, level=level),
        lambda level: profile_intervals(LOGISTIC, level),
        lambda level: fit_firth_logistic(X, Y, level=level),
        lambda level: fit_poisson(X, Y, level=level),
        lambda level: fit_parametric(X, DATA, level=level),
        lambda level: roc_curve(RISK, Y, level),
        lambda level: compare_areas(RISK, X[:, 0], Y, level),
        lambda level: calibrate_binary(RISK, Y, level),
        lambda level: concordance(RISK, DATA, level),
        lambda level: royston_d(RISK, DATA, level),
        lambda level: gonen_heller(COX, X, level),
    ],
)
def test_a_level_outside_0_to_1(use, level):
    with pytest.raises(UnsuitableDataError, match="level is"):
        use(level)


@pytest.mark.parametrize(
    "use",
    [
        lambda: kaplan_meier(DATA, variance="other"),
        lambda: nelson_aalen(DATA, variance="other"),
        lambda: fit_cox(X, DATA, ties="other"),
        lambda: fit_firth_cox(X, DATA, ties="other"),
        lambda: proportional_hazards(COX, "other"),
        lambda: predict_survival(COX, X, [50], method="other"),
        lambda: robust_covariance(LOGISTIC, correction="other"),
        lambda: profile_intervals(LOGISTIC, search="other"),
        lambda: fit_parametric(X, DATA, "other"),
        lambda: concordance(RISK, DATA, time_weight="other"),
        lambda: time_auc(RISK, DATA, 50, rules=AucRules(controls="other")),
        lambda: time_auc(RISK, DATA, 50, rules=AucRules(convention="other")),
        lambda: heagerty_auc(RISK, DATA, 50, estimator="other"),
        lambda: royston_d(RISK, DATA, equal="other"),
    ],
)
def test_an_unknown_option(use):
    with pytest.raises(UnsuitableDataError, match="'other' is not known; choose one of"):
        use()


@pytest.mark.parametrize(
    "use",
    [
        lambda x: fit_cox(x, DATA),
        lambda x: fit_logistic(x, Y),
        lambda x: fit_parametric(x, DATA),
        lambda x: predict_log_hazard(COX, x),
        lambda x: predict_survival(COX, x, [50]),
        lambda x: predict_outcome(LOGISTIC, x),
        lambda x: predict_quantile(PARAMETRIC, x),
        lambda x: predict_parametric_survival(PARAMETRIC, x, [50]),
        lambda x: gonen_heller(COX, x),
    ],
)
def test_covariates_that_are_text_or_missing(use):
    with pytest.raises(UnsuitableDataError, match="x is not a table of numbers"):
        use(TEXT)
    with pytest.raises(UnsuitableDataError, match="column 0 is missing or infinite for 1 of 40"):
        use(MISSING)


@pytest.mark.parametrize("times", [[np.nan], [-1.0], [[1.0]], ["a"]])
def test_times_to_predict_at(times):
    for use in (lambda: predict_survival(COX, X, times), lambda: baseline_hazard(COX, times)):
        with pytest.raises(UnsuitableDataError, match="times"):
            use()


def test_a_stratum_or_offset_that_is_no_number():
    strata = SurvivalData(DATA.time, DATA.event, stratum=np.arange(N) % 2)
    fit = fit_cox(X, strata)
    for stratum in (np.nan, 0.5, "a", [0, 1]):
        with pytest.raises(UnsuitableDataError, match="strat"):
            predict_survival(fit, X, [50], stratum=stratum)
    for offset in (np.nan, [0.1, 0.2], "a"):
        with pytest.raises(UnsuitableDataError, match="offset"):
            predict_survival(COX, X, [50], offset=offset)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: kaplan_meier(DATA, cluster=[1, 2]), "one code for each of the 40"),
        (lambda: kaplan_meier(DATA, cluster=[1] * N), "one cluster"),
        (lambda: kaplan_meier(DATA, cluster=[None] * N), "cluster is missing"),
        (lambda: nelson_aalen(DATA, cluster=np.full(N, np.nan)), "cluster is missing"),
        (lambda: kaplan_meier(DATA, variance="greenwood", cluster=range(N)), "independent"),
        (lambda: nelson_aalen(DATA, variance="aalen", cluster=range(N)), "independent"),
        (lambda: kaplan_meier(count_events(DATA), cluster=range(N)), "needs the patients"),
        (lambda: concordance(RISK, DATA, cluster=[1]), "one code for each"),
        (lambda: concordance_null_variance(RISK, DATA, time_weight="x"), "not known"),
        (lambda: concordance_null_variance(RISK[:3], DATA), "one number per patient"),
        (lambda: predict_linear(COX, MISSING), "missing or infinite"),
        (lambda: predict_linear(COX, X[:, :1]), "2 names for 1 columns"),
        (lambda: predict_linear(COX, X, reference=[1]), "reference has shape"),
        (lambda: predict_linear(COX, X, reference=[1, np.nan]), "reference has shape"),
        (lambda: predict_linear(LOGISTIC, X, reference=[1, 2]), "leave reference out"),
        (lambda: predict_linear(LOGISTIC, X, offset=[1]), "offset"),
        (lambda: predict_linear(PARAMETRIC, X, level=2), "level is"),
        (lambda: predict_cox_quantile(COX, X, 1.5), "share between 0 and 1"),
        (lambda: predict_cox_quantile(COX, X, stratum=7), "strata asked for"),
        (lambda: partial_area(roc_curve(RISK, Y), 1), "specificity is 1"),
        (
            lambda: compare_independent_areas(roc_curve(RISK, Y), roc_curve(RISK, Y, 0.9)),
            "levels 0.95 and 0.9",
        ),
        (
            lambda: compare_independent_areas(*[roc_curve([1, 2, 3, 4], [0, 0, 1, 1])] * 2),
            "cannot be compared",
        ),
    ],
)
def test_what_the_newer_functions_refuse(use, message):
    with pytest.raises(UnsuitableDataError, match=message):
        use()


def test_weights_of_0_leave_their_clusters_out():
    weight = np.where(np.arange(N) < 5, 0.0, 1.5)
    data = SurvivalData(DATA.time, DATA.event, weight=weight)
    cluster = np.arange(N) // 3
    rest = SurvivalData(DATA.time[5:], DATA.event[5:], weight=weight[5:])
    for estimate in (kaplan_meier, nelson_aalen):
        whole, part = estimate(data, cluster=cluster), estimate(rest, cluster=cluster[5:])
        np.testing.assert_allclose(whole.std_error, part.std_error, rtol=1e-12)


def test_a_line_against_oneself_is_known():
    line = predict_linear(COX, X, reference=X, offset=np.ones(N))
    np.testing.assert_allclose([line.value, line.low, line.high], 1.0)
    assert not line.std_error.any()
