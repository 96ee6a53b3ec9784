"""Firth's logistic regression as R's logistf 1.26.1 and brglm2 0.9 have it."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_table, numbers

from jalon.stats import fit_firth_logistic

# logistf was told to iterate to 1e-10.
TIGHT = 1e-8


def _endometrial():
    table = load_table("endometrial")
    x = np.column_stack([table["NV"], table["PI"], table["EH"]])
    return fit_firth_logistic(x, table["HG"], names=("NV", "PI", "EH"))


def _limits(estimates):
    return [part.low for part in estimates], [part.high for part in estimates]


def test_separated_data():
    values, fit = load_record("firth_logistic", "firth.endometrial"), _endometrial()
    assert_allclose(fit.coefficients, numbers(values["coef"]), TIGHT)
    assert_allclose(fit.standard_errors, values["se"], TIGHT)
    low, high = _limits(fit.estimates)
    assert_allclose(low, values["pl_lower"], TIGHT)
    assert_allclose(high, values["pl_upper"], TIGHT)
    assert_allclose(fit.p, values["p_plr"], TIGHT)
    assert_allclose([fit.log_likelihood, fit.log_likelihood_null], values["loglik"], TIGHT)
    low, high = _limits(fit.wald_estimates)
    # For these R used its usual stop of 1e-5.
    assert_allclose(low, values["wald_lower"], 1e-5)
    assert_allclose(high, values["wald_upper"], 1e-5)
    assert_allclose(fit.wald_p, values["p_wald"], 1e-5)


def test_published_analysis():
    # Heinze and Schemper (2002), table IV: NV 2.93 (0.61 to 7.85), PI -0.03, EH -2.60.
    fit = _endometrial()
    assert fit.coefficients.round(2).tolist() == [3.77, 2.93, -0.03, -2.60]
    assert (round(fit.estimates[1].low, 2), round(fit.estimates[1].high, 2)) == (0.61, 7.85)


def test_information_without_augmentation():
    values, fit = load_record("firth_logistic", "firth.endometrial.brglm2"), _endometrial()
    assert_allclose(fit.coefficients, numbers(values["coef"]), TIGHT)
    assert_allclose(fit.standard_errors_information, values["se"], TIGHT)


def test_small_data():
    values, table = load_record("firth_logistic", "firth.small"), load_table("km_hodg")
    x = np.column_stack([table["score"] >= 80, table["gtype"], table["dtype"]])
    fit = fit_firth_logistic(x, table["delta"])
    assert_allclose(fit.coefficients, numbers(values["coef"]), TIGHT)
    assert_allclose(fit.standard_errors, values["se"], TIGHT)
    low, high = _limits(fit.estimates)
    assert_allclose(low, values["pl_lower"], TIGHT)
    assert_allclose(high, values["pl_upper"], TIGHT)
    assert_allclose(fit.p, values["p"], TIGHT)


def test_weights_count_patients():
    values, table = load_record("logistic_tight", "tight.firth.weights"), load_table("km_hodg")
    x = np.column_stack([table["score"] >= 80, table["gtype"], table["wtime"]])
    twice = np.repeat(np.arange(43), 1 + np.arange(1, 44) % 2)
    fit = fit_firth_logistic(x[twice], table["delta"][twice])
    assert_allclose(fit.coefficients, values["coef"], TIGHT)
    assert_allclose(fit.standard_errors_information, values["se"], TIGHT)
