"""Cause-specific Cox and the risks made of them, as R's survival and riskRegression have them.

Records of fits that ``coxph`` iterated to rounding (``tight.``) are compared at 1e-8, the others
at 1e-6.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import fit_cause_specific, fit_fine_gray, log_rank, predict_incidence
from jalon.stats.regression import robust_cox

FOLLIC = load_table("follic")
DATA = SurvivalData(FOLLIC["time"], FOLLIC["status"])
AGE, HGB, STAGE = (FOLLIC[key] for key in ("age", "hgb", "clinstg"))
THREE = np.column_stack([AGE, HGB, STAGE])
NEW = np.array([[40.0, 140, 1], [60, 130, 2], [75, 120, 2]])
TIMES = [1, 5, 10]


def check_risks(name, fit, x=NEW, family="cr_predict_tight", rtol=1e-8, **options):
    values = load_record(family, name)
    for cause in (1, 2):
        found = predict_incidence(fit, x, TIMES, cause, **options).value
        assert_allclose(found, numbers(values[f"cause{cause}"]), rtol)


def test_both_causes_of_follic():
    x = np.column_stack([AGE, HGB, STAGE == 2, FOLLIC["ch"] == "Y"])
    both = fit_cause_specific(x, DATA)
    record = load_record("cause_specific", "csc.follic")
    for cause, name in ((1, "relapse"), (2, "death")):
        fit, values = both.of_cause(cause), record[name]
        assert (fit.n, fit.events) == (values["n"], values["nevent"])
        assert_allclose(fit.coefficients, numbers(values["coef"]), 1e-6)
        assert_allclose(fit.standard_errors, values["se"], 1e-6)
        assert_allclose(fit.covariance.ravel(), values["vcov"], 1e-6, atol=1e-10)
        assert_allclose([r.low for r in fit.hazard_ratios], values["hr_lower"], 1e-6)
        assert_allclose([r.high for r in fit.hazard_ratios], values["hr_upper"], 1e-6)
        assert_allclose(fit.p, values["p"], 1e-5)
        tests = (("lrt", fit.likelihood_ratio), ("wald", fit.wald), ("score", fit.score))
        for key, test in tests:
            assert_allclose([test.statistic, test.df], values[key][:2], 1e-6)


def test_coefficients_of_a_multi_state_model():
    values = load_record("cause_specific", "csc.follic.multistate")
    fit = fit_cause_specific(THREE[:, :2], DATA)
    found = np.concatenate([one.coefficients for one in fit.fits])
    assert_allclose(found, values["coef"], 1e-6)
    errors = np.concatenate([robust_cox(one).standard_errors for one in fit.fits])
    assert_allclose(errors, values["se"], 1e-6)
    states = numbers(values["pstate"]).reshape(2, 3, 3)
    for cause in (1, 2):
        found = predict_incidence(fit, NEW[:2, :2], TIMES, cause, form="survival-3.5").value
        assert_allclose(found, states[:, :, cause], 1e-6)
        # By the form for ties that coxph of one cause has, the same but for survival's mistake.
        right = predict_incidence(fit, NEW[:2, :2], TIMES, cause, form="transition").value
        assert_allclose(right, states[:, :, cause], 0.09)


def test_states_of_a_multi_state_model():
    states = numbers(load_record("cr_predict_tight", "tight.multistate")["pstate"])
    fit = fit_cause_specific(THREE[:, :2], DATA, ties="breslow")
    for cause in (1, 2):
        found = predict_incidence(fit, NEW[:, :2], TIMES, cause, form="transition").value
        assert_allclose(found, states.reshape(3, 3, 3)[:, :, cause], 1e-8)


def test_log_rank_of_each_cause():
    values = load_record("cause_specific", "csh.logrank.follic")
    for cause, name in ((1, "relapse"), (2, "death")):
        test = log_rank(DATA.cause(cause), STAGE)
        assert_allclose([test.chi2, test.p], [values[f"{name}_chisq"], values[f"{name}_p"]], 1e-8)


def test_risks_of_riskregression():
    fit = fit_cause_specific(THREE, DATA)
    check_risks("csc.risk.follic", fit, family="cr_predict", rtol=1e-6)


def test_risks_of_fine_gray():
    values, fit = load_record("cr_predict", "fgr.risk.follic"), fit_fine_gray(THREE, DATA)
    # crr's stopping rule; see test_fine_gray.
    assert_allclose(fit.coefficients, numbers(values["coef"]), 3e-6)
    assert_allclose(predict_incidence(fit, NEW, TIMES).value, numbers(values["risk"]), 3e-6)


@pytest.mark.parametrize(
    ("name", "ties", "form"),
    [
        ("tight.csc.years", "efron", "product-limit"),
        ("tight.csc.exponential", "efron", "exponential"),
        ("tight.csc.breslow", "breslow", "product-limit"),
    ],
)
def test_tight_risks(name, ties, form):
    time = np.ceil(DATA.time) if name == "tight.csc.years" else DATA.time
    fit = fit_cause_specific(THREE, SurvivalData(time, DATA.event), ties=ties)
    check_risks(name, fit, form=form)


def test_tight_risks_by_stratum():
    data = SurvivalData(DATA.time, DATA.event, stratum=STAGE)
    fit = fit_cause_specific(THREE[:, :2], data)
    check_risks("tight.csc.strata", fit, x=NEW[:, :2], stratum=NEW[:, 2])


def test_tight_risks_with_other_covariates_for_each_cause():
    columns = {1: [0, 1], 2: [0, 2]}
    fit = fit_cause_specific({cause: THREE[:, own] for cause, own in columns.items()}, DATA)
    new = {cause: NEW[:, own] for cause, own in columns.items()}
    check_risks("tight.csc.formulas", fit, x=new)
