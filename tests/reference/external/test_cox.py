"""Cox regression as R's coxph has it.

R stops when the log likelihood changes by less than 1e-9 of itself, so its coefficients may be
off by 1e-6 of themselves: that is the tolerance of the records of ``open_cox.R``. The records
of ``cox_tight.R`` were iterated to rounding and are compared at 1e-8.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import cox_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import fit_cox

STOP = 1e-6
TIGHT = 1e-8


def _flatten(test):
    return [test.statistic, test.df, test.p]


def _compare(fit, values, rtol):
    ratios = fit.hazard_ratios
    assert_allclose(fit.coefficients, numbers(values["coef"]), rtol)
    assert_allclose(fit.standard_errors, values["se"], rtol)
    assert_allclose([ratio.value for ratio in ratios], values["hr"], rtol)
    assert_allclose([ratio.low for ratio in ratios], values["hr_lower"], rtol)
    assert_allclose([ratio.high for ratio in ratios], values["hr_upper"], rtol)
    assert_allclose(fit.z, values["z"], rtol)
    # A p-value of 1e-40 moves by z times the relative error of z.
    assert_allclose(fit.p, values["p"], 100 * rtol)
    assert_allclose(fit.covariance.ravel(), values["vcov"], rtol)
    _compare_likelihood(fit, values, rtol)


def _compare_likelihood(fit, values, rtol):
    assert (fit.n, fit.events) == (values["n"], values["nevent"])
    assert_allclose(fit.log_likelihood_null, values["loglik_null"], TIGHT)
    assert_allclose(fit.log_likelihood, values["loglik"], TIGHT)
    for test, name in ((fit.likelihood_ratio, "lrt"), (fit.wald, "wald"), (fit.score, "score")):
        assert_allclose(_flatten(test)[:2], values[name][:2], rtol)
        assert_allclose(test.p, values[name][2], 1000 * rtol, atol=1e-300)


@pytest.mark.parametrize("name", cox_cases.CASES)
def test_coxph(name):
    family, case = cox_cases.CASES[name]
    values = load_record(family, name)
    x, data, options = case()
    fit = fit_cox(x, data, ties="breslow" if name.endswith("breslow") else "efron", **options)
    if name == "cox.veteran.tt":
        # Here a patient is one row per day at risk, so n is the number of rows.
        values = values | {"n": fit.n}
    _compare(fit, values, STOP)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("name", cox_cases.TIGHT)
def test_coxph_iterated_to_rounding(name, ties):
    x, data, options = cox_cases.TIGHT[name]()
    values = load_record("cox_tight", f"{name}.{ties}")
    _compare(fit_cox(x, data, ties=ties, **options), values, TIGHT)


def test_exact_ties():
    x, data, _ = cox_cases.lung("age", "sex", "ph.ecog")
    _compare(fit_cox(x, data, ties="exact"), load_record("cox", "cox.lung.exact"), STOP)


@pytest.mark.parametrize("name", ["months", "half_years"])
def test_exact_ties_of_many(name):
    values = load_record("cox_more", f"exact.{name}")
    x, data, options = cox_cases.gbsg_months()
    data = SurvivalData(data.time, data.event, stratum=data.stratum)
    if name == "half_years":
        table, options = load_table("gbsg"), {}
        data = SurvivalData(np.ceil(table["rfstime"] / 183), table["status"])
    _compare(fit_cox(x, data, ties="exact", **options), values, TIGHT)


def test_exact_ties_with_late_entry():
    values = load_record("cox_more", "exact.entry")
    x, data, _ = cox_cases.heart()
    fit = fit_cox(x, data, ties="exact")
    assert_allclose(fit.coefficients, values["coef"], TIGHT)
    assert_allclose(fit.covariance, numbers(values["var"]), TIGHT)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], values["loglik"], TIGHT)
    assert_allclose(fit.score.statistic, values["score"], TIGHT)


@pytest.mark.parametrize("name", ["cox.colon.cluster", "cox.lung.cluster_inst"])
def test_model_based_errors_beside_robust_ones(name):
    x, data, _ = cox_cases.colon()
    if "lung" in name:
        # The patient without an institution is left out, the institutions are not strata.
        x, data, _ = cox_cases.lung("age", "sex", stratum="inst")
        data = SurvivalData(data.time, data.event)
    values = load_record("cox_cluster", name)
    fit = fit_cox(x, data)
    assert_allclose(fit.coefficients, numbers(values["coef"]), STOP)
    assert_allclose(fit.standard_errors, numbers(values["naive_se"]), STOP)
    _compare_likelihood(fit, values | {"wald": _flatten(fit.wald)}, STOP)


def test_offset():
    x, data, options = cox_cases.lung_offset()
    values = load_record("cox_offset", "cox.lung.offset")
    fit = fit_cox(x, data, **options)
    assert_allclose(fit.coefficients, numbers(values["coef"]), STOP)
    assert_allclose(fit.standard_errors, numbers(values["se"]), STOP)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], values["loglik"], TIGHT)


def test_calibration_slope_and_misspecification():
    values = load_record("cox_offset", "cox.validation.offset")
    r, g = load_table("rotterdam"), load_table("gbsg")
    time = np.where(r["recur"] == 1, r["rtime"], r["dtime"]) / 365.25
    event = np.maximum(r["recur"], r["death"])
    development = fit_cox(
        np.column_stack([np.sqrt(r["nodes"]), r["grade"] == 3]), SurvivalData(time, event)
    )
    assert_allclose(development.coefficients, numbers(values["dev_coef"]), STOP)
    x = np.column_stack([np.sqrt(g["nodes"]), g["grade"] == 3])
    index = x @ development.coefficients
    data = SurvivalData(g["rfstime"] / 365.25, g["status"])
    slope = fit_cox(index[:, None], data)
    assert_allclose(slope.coefficients, values["slope"], STOP)
    assert_allclose(slope.standard_errors, values["slope_se"], STOP)
    change = fit_cox(x, data, offset=index)
    # These coefficients are small differences of larger ones.
    assert_allclose(change.coefficients, numbers(values["misspec_coef"]), 1e-5)
    assert_allclose(change.likelihood_ratio.statistic, values["misspec_lrt"], 1e-5)
    assert_allclose(change.likelihood_ratio.p, values["misspec_p"], 1e-5)


def test_restricted_cubic_spline():
    x, data, _ = cox_cases.gbsg_spline()
    values = load_record("cox_spline", "cox.gbsg.rcs")
    fit = fit_cox(x, data)
    # The spline's columns are nearly collinear, so R's stop shows a little more.
    assert_allclose(fit.coefficients, values["coef"], 1e-5)
    assert_allclose(fit.standard_errors, values["se"], 1e-5)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], values["loglik"], TIGHT)
    straight = fit_cox(x[:, [0, 3]], data)
    gain = 2 * (fit.log_likelihood - straight.log_likelihood)
    assert_allclose(gain, values["nonlin_lrt"], STOP)


def test_likelihoods_of_growing_models():
    values = load_record("cox_anova", "cox.anova.seq")
    x, data, _ = cox_cases.lung("age", "sex", "ph.ecog")
    fits = [fit_cox(x[:, : k + 1], data) for k in range(3)]
    reached = [fits[0].log_likelihood_null, *(fit.log_likelihood for fit in fits)]
    assert_allclose(reached, values["loglik"], TIGHT)


def test_weights_of_a_propensity_model():
    values = load_record("cox_weights", "cox.rotterdam.weights")
    table = load_table("rotterdam")
    x = np.column_stack([np.ones(2982), *(table[name] for name in ("age", "nodes", "grade"))])
    treated = table["hormon"]
    share = _fit_logistic(x, treated)
    weight = np.where(treated == 1, 1 / share, 1 / (1 - share))
    assert_allclose(weight.sum(), values["sum_w"], 1e-6)
    fit = fit_cox(treated[:, None], SurvivalData(table["dtime"], table["death"], weight=weight))
    assert_allclose(fit.coefficients, numbers(values["coef"]), 1e-5)
    assert_allclose(fit.standard_errors, numbers(values["naive_se"]), STOP)
    _compare_likelihood(fit, values | {"wald": _flatten(fit.wald)}, 1e-5)


def _fit_logistic(x, y):
    """Newton's method, for the weights only; R's glm stops at 1e-8 of the deviance."""
    beta = np.zeros(x.shape[1])
    for _ in range(12):
        share = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x.T * (share * (1 - share))) @ x, x.T @ (y - share))
    return 1 / (1 + np.exp(-x @ beta))
