"""Firth's penalty, ridge, and analysis of deviance of Cox models, as R has them.

R's ``coxphf`` stops at 1e-10 of the coefficients; its record of separated data, at 1e-9.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import cox_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import fit_cox
from jalon.stats.regression import (
    Ridge,
    assess_added_terms,
    assess_dropped_terms,
    fit_firth_cox,
    fit_ridge_cox,
    select_terms,
)


def _ovarian():
    table = load_table("ovarian")
    x = cox_cases.columns(table, "age", "rx", "resid.ds")
    return x, SurvivalData(table["futime"], table["fustat"])


def _hodgkin():
    """A group of eight censored patients, whose hazard ratio has no maximum likelihood."""
    table = load_table("km_hodg")
    apart = np.zeros(len(table["time"]))
    apart[np.flatnonzero(table["delta"] == 0)[:8]] = 1
    return np.column_stack([apart, table["score"]]), SurvivalData(table["time"], table["delta"])


@pytest.mark.parametrize("name", ["ovarian", "separation"])
def test_firth(name):
    values = load_record("firth_cox", f"firthcox.{name}")
    fit = fit_firth_cox(*(_ovarian() if name == "ovarian" else _hodgkin()))
    assert_allclose(fit.coefficients, numbers(values["coef"]), 1e-8)
    assert_allclose(fit.standard_errors, numbers(values["se"]), 1e-8)
    assert_allclose([one.low for one in fit.estimates], numbers(values["pl_lower"]), 1e-8)
    assert_allclose([one.high for one in fit.estimates], numbers(values["pl_upper"]), 1e-8)
    assert_allclose(fit.p, numbers(values["p"]), 1e-8)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], values["loglik"], 1e-9)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("theta", [1, 20])
def test_ridge(theta, scale):
    values = load_record("cox_more", f"ridge.{theta}.{str(scale).upper()}")
    table, (_, data, _) = load_table("gbsg"), cox_cases.gbsg_months()
    x = cox_cases.columns(table, "nodes", "age", "pgr", "hormon")
    fit = fit_ridge_cox(x, data, Ridge([theta, theta, theta, 0], scale))
    assert_allclose(fit.coefficients, values["coef"], 1e-8)
    assert_allclose(fit.covariance, numbers(values["var"]), 1e-8, atol=1e-14)
    assert_allclose(fit.covariance_sampling, numbers(values["var2"]), 1e-8, atol=1e-14)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], values["loglik"], 1e-10)
    assert_allclose(fit.penalty, values["penalty"][1], 1e-8)
    # Of the term that is not held R gives a share of its own; here it counts as 1.
    assert_allclose(fit.effective_df - 1, values["df"][0], 1e-8)


def test_analysis_of_deviance():
    values = load_record("cox_anova", "cox.anova.seq")
    x, data, _ = cox_cases.lung("age", "sex", "ph.ecog")
    fit = fit_cox(x, data)
    added, dropped = assess_added_terms(fit), assess_dropped_terms(fit)
    assert_allclose([fit.log_likelihood_null, *added.log_likelihood], values["loglik"], 1e-9)
    assert_allclose([test.statistic for test in added.tests], values["chisq"][1:], 1e-8)
    assert [test.df for test in added.tests] == values["df"][1:]
    assert_allclose([test.p for test in added.tests], values["p"][1:], 1e-8)
    assert_allclose([fit.aic, *dropped.aic], values["drop1_aic"], 1e-9)
    assert_allclose([test.statistic for test in dropped.tests], values["drop1_lrt"][1:], 1e-8)
    assert_allclose([test.p for test in dropped.tests], values["drop1_p"][1:], 1e-8)


@pytest.mark.parametrize("direction", ["backward", "both", "forward"])
def test_selection_by_steps(direction):
    values = load_record("cox_anova", "cox.step.backward")
    x, data, _ = cox_cases.veteran_full()
    terms = ["trt", "celltype", "celltype", "celltype", "karno", "diagtime", "age", "prior"]
    found = select_terms(fit_cox(x, data), terms, direction=direction)
    assert list(found.terms) == values["terms"]
    assert_allclose([found.criterion, found.fit.aic], values["aic"], 1e-10)
    assert_allclose(found.fit.coefficients[3], values["coef"]["karno"], 1e-6)
    # R's reference is adeno, ours squamous.
    squamous, small = values["coef"]["celltypesquamous"], values["coef"]["celltypesmallcell"]
    assert_allclose(found.fit.coefficients[:2], [small - squamous, -squamous], 1e-6)


def test_criteria_of_veteran():
    values = load_record("cox", "cox.veteran.full")
    x, data, _ = cox_cases.veteran_full()
    fit = fit_cox(x, data)
    assert_allclose([fit.aic, fit.bic], [values["aic"], values["bic"]], 1e-10)
