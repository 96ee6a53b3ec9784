"""Logistic and Poisson regression as R's glm, sandwich and MASS have them.

R's glm stops when the deviance changes by less than 1e-8 of itself, and takes its covariance
from the step before: with a rare category standard errors are then off by 1e-4. The records of
``open_logistic.R`` are compared accordingly; those of ``logistic_tight.R`` were iterated to
rounding and are compared at 1e-8.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import logistic_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.stats import (
    compare_fits,
    diagnose_glm,
    fit_logistic,
    fit_poisson,
    predict_outcome,
    profile_intervals,
    robust_covariance,
)

STOP = 1e-6
TIGHT = 1e-8


def _limits(estimates):
    return [[part.low, part.high] for part in estimates]


def _compare(fit, values, rtol, loose=None):
    loose = rtol if loose is None else loose
    assert_allclose(fit.coefficients, numbers(values["coef"]), rtol)
    assert_allclose(fit.standard_errors, values["se"], loose)
    assert_allclose(fit.covariance.ravel(), values["vcov"], 3 * loose, atol=1e-12)
    assert_allclose(fit.z, values["z"], loose)
    assert_allclose(fit.p, values["p"], 100 * loose)
    for name in ("deviance", "null_deviance", "aic", "bic"):
        assert_allclose(getattr(fit, name), values[name], TIGHT)
    assert_allclose(fit.log_likelihood, values["loglik"], TIGHT)


def test_glm_with_wald_and_profile_intervals():
    values, fit = load_record("logistic", "glm.lung"), logistic_cases.lung()
    assert (fit.n, fit.events) == (values["n"], values["events"])
    _compare(fit, values, STOP)
    assert_allclose(_limits(fit.estimates), numbers(values["wald_ci"]), STOP)
    assert_allclose([ratio.value for ratio in fit.ratios], numbers(values["or"]), STOP)
    read = profile_intervals(fit, search="interpolated")
    assert_allclose(_limits(read.estimates), numbers(values["profile_ci"]), STOP)
    # R reads these limits off straight lines between points of a spline; ours are exact.
    assert_allclose(_limits(profile_intervals(fit).estimates), numbers(values["profile_ci"]), 1e-4)


def test_glm_with_factors_and_diagnostics():
    values, fit = load_record("logistic", "glm.lalonde.factor"), logistic_cases.lalonde_factors()
    # One cell of the interaction has few patients, so R's stop shows.
    _compare(fit, values, STOP, loose=2e-4)
    diagnostics = diagnose_glm(fit)
    assert_allclose(fit.fitted[:10], values["fitted_head"], STOP)
    assert_allclose(diagnostics.deviance[:10], values["dev_resid_head"], STOP)
    assert_allclose(diagnostics.leverage[:10], values["hat_head"], 1e-4)
    assert_allclose(diagnostics.cook_distance[:10], values["cook_head"], 1e-4)


def test_analysis_of_deviance():
    values = load_record("logistic", "glm.lalonde.factor")
    fits = [logistic_cases.lalonde_factors(parts) for parts in (0, 1, 3, 4, 5, 7)]
    tests = [compare_fits(*pair) for pair in pairwise(fits)]
    assert_allclose([test.statistic for test in tests], values["anova_dev"][1:], STOP)
    assert_allclose([test.p for test in tests], values["anova_p"][1:], 1e-4)


def test_glm_with_counts_as_weights():
    values = load_record("logistic", "glm.weights")
    _compare(logistic_cases.admissions(), values, STOP)


def test_sandwich_and_clusters():
    values, table = load_record("logistic", "glm.sandwich.cluster"), load_table("lung")
    keep = ~np.isnan(table["inst"])
    x = np.column_stack([table["age"], table["sex"]])[keep]
    fit, inst = fit_logistic(x, table["status"][keep] == 2), table["inst"][keep]
    plain = robust_covariance(fit, inst, count_clusters=False)
    assert_allclose(fit.coefficients, numbers(values["coef"]), STOP)
    assert_allclose(robust_covariance(fit).standard_errors, values["hc0"], STOP)
    assert_allclose(plain.standard_errors, values["cluster_se_hc0"], STOP)
    assert_allclose(
        robust_covariance(fit, inst, "HC1").standard_errors, values["cluster_se_hc1"], STOP
    )


def test_relative_risk_by_poisson_regression():
    values, table = load_record("logistic", "glm.poisson.logbin"), load_table("lalonde")
    fit = fit_poisson(np.column_stack([table["treat"], table["age"]]), table["nodegree"])
    assert_allclose(fit.coefficients, numbers(values["coef"]), STOP)
    assert_allclose(fit.ratios[1].value, numbers(values["rr"])[0], STOP)
    assert_allclose(robust_covariance(fit).standard_errors, values["robust_se"], STOP)


@pytest.mark.parametrize("name", logistic_cases.TIGHT)
def test_glm_iterated_to_rounding(name):
    values, (fit, cluster) = load_record("logistic_tight", name), logistic_cases.TIGHT[name]()
    _compare(fit, values, TIGHT)
    assert_allclose(_limits(fit.estimates), numbers(values["wald_ci"]), 1e-7)
    for level, key in ((0.95, "profile_ci"), (0.9, "profile_ci_90")):
        read = profile_intervals(fit, level, search="interpolated")
        assert_allclose(_limits(read.estimates), numbers(values[key]), 1e-7)
        exact = profile_intervals(fit, level)
        assert_allclose(_limits(exact.estimates), numbers(values[key]), 5e-3)
    if "lrt" in values:
        for test, key in ((fit.likelihood_ratio, "lrt"), (fit.score, "score")):
            assert_allclose([test.statistic, test.df], values[key][:2], TIGHT)
            assert_allclose(test.p, values[key][2], 1e-5, atol=1e-300)
    diagnostics = diagnose_glm(fit)
    assert_allclose(fit.fitted[:12], values["fitted"], TIGHT)
    assert_allclose(diagnostics.leverage[:12], values["hat"], TIGHT)
    assert_allclose(diagnostics.cook_distance[:12], values["cook"], TIGHT)
    assert_allclose(diagnostics.deviance[:12], values["deviance_residuals"], TIGHT)
    assert_allclose(diagnostics.pearson[:12], values["pearson"], TIGHT)
    assert_allclose(diagnostics.working[:12], values["working"], TIGHT)
    _compare_robust(fit, cluster, values)


def _compare_robust(fit, cluster, values):
    for kind in ("HC0", "HC1", "HC2", "HC3"):
        got = robust_covariance(fit, correction=kind).standard_errors
        assert_allclose(got, values[kind.lower()], TIGHT)
    assert_allclose(robust_covariance(fit, cluster).standard_errors, values["cl0"], TIGHT)
    plain = robust_covariance(fit, cluster, count_clusters=False)
    assert_allclose(plain.standard_errors, values["cl0_plain"], TIGHT)
    assert_allclose(robust_covariance(fit, cluster, "HC1").standard_errors, values["cl1"], TIGHT)


def test_intercept_beside_an_offset():
    values, table = load_record("logistic_tight", "tight.offset.only"), load_table("gbsg")
    fit = fit_logistic(None, table["status"], offset=table["nodes"] / 10 - 1)
    assert_allclose(fit.coefficients, [values["coef"]], TIGHT)
    assert_allclose(fit.standard_errors, [values["se"]], TIGHT)
    assert_allclose([fit.deviance, fit.null_deviance], [values["deviance"]] * 2, TIGHT)


def test_standardised_risks():
    """Everyone treated against nobody treated (g-computation)."""
    values, table = load_record("iptw", "gcomp.logistic"), load_table("lalonde")

    def build(treat):
        race = [table["race"] == name for name in ("black", "hispan")]
        rest = [table["age"], table["educ"], *race, treat * table["age"]]
        return np.column_stack([treat, *rest]).astype(float)

    fit = fit_logistic(build(table["treat"]), table["re78"] > 0)
    risks = [predict_outcome(fit, build(np.full(614, share))).mean() for share in (1.0, 0.0)]
    assert_allclose(risks, [values["p1"], values["p0"]], STOP)
