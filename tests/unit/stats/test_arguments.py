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
    concordance,
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
