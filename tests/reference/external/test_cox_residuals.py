"""Residuals, robust variance and tests of proportional hazards as R's survival has them.

The records of ``open_cox.R`` stop where R stops, 1e-6 from the maximum; those of ``cox_more.R``
were iterated to rounding and are compared at 1e-9 of each column's largest value.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import cox_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.stats import fit_cox
from jalon.stats.regression import (
    cox_residuals,
    proportional_hazards,
    robust_cox,
    schoenfeld_residuals,
)

STOP = 1e-6
SOME = np.append(np.arange(12), [199, 499])
CLOCKS = ("km", "rank", "identity", "log")
METHODS = ("efron", "breslow")


def _match(found, wanted, rtol=1e-9):
    wanted = numbers(wanted)
    assert_allclose(found, wanted, rtol, atol=rtol * np.nanmax(np.abs(wanted)))


def _list_tests(found):
    return [[test.statistic, test.df, test.p] for test in (*found.tests, found.overall)]


def _fit(case, ties="efron"):
    x, data, options = case()
    return fit_cox(x, data, ties=ties, **options)


def test_residuals_of_lung():
    values = load_record("cox_residuals", "resid.lung")
    fit = _fit(lambda: cox_cases.lung("age", "sex", "ph.ecog"))
    found, schoenfeld = cox_residuals(fit), schoenfeld_residuals(fit)
    _match(found.martingale, values["martingale"], STOP)
    _match(found.deviance[:20], values["deviance"], STOP)
    for name in ("score", "dfbeta", "dfbetas"):
        _match(getattr(found, name)[:10], values[name], STOP)
    _match(schoenfeld.raw[:10], values["schoenfeld"], STOP)
    _match(schoenfeld.scaled[:10], values["scaledsch"], STOP)


@pytest.mark.parametrize("ties", METHODS)
@pytest.mark.parametrize("name", ["weights", "entry"])
def test_residuals_with_weights_strata_and_entry(name, ties):
    values = load_record("cox_more", f"resid.{name}.{ties}")
    case = cox_cases.gbsg_months if name == "weights" else cox_cases.rotterdam_entry
    fit = _fit(case, ties)
    found, schoenfeld = cox_residuals(fit), schoenfeld_residuals(fit)
    for kind in ("martingale", "deviance", "score", "dfbeta", "dfbetas"):
        _match(getattr(found, kind)[SOME], values[kind])
    _match(schoenfeld.raw[:30], values["schoenfeld"])
    _match(schoenfeld.scaled[:30], values["scaledsch"])
    if name == "weights":
        summed = cox_residuals(fit, np.arange(1, 687) % 23)
        _match(summed.martingale, values["martingale_by"])
        _match(summed.dfbeta, values["dfbeta_by"])


@pytest.mark.parametrize("name", ["cox.colon.cluster", "cox.lung.cluster_inst"])
def test_clustered_errors(name):
    values = load_record("cox_cluster", name)
    if "colon" in name:
        x, data = cox_cases.select_rows(cox_cases.colon())
        cluster = load_table("colon")["id"]
    else:
        x, data = cox_cases.select_rows(cox_cases.lung("age", "sex", stratum="inst"))
        data, cluster = data.__class__(data.time, data.event), data.stratum
    found = robust_cox(fit_cox(x, data), cluster)
    assert_allclose(found.standard_errors, values["se"], STOP)
    assert_allclose(found.naive_errors, values["naive_se"], STOP)
    assert_allclose(found.covariance.ravel(), values["vcov"], STOP)
    assert_allclose([ratio.low for ratio in found.hazard_ratios], values["hr_lower"], STOP)
    assert_allclose([ratio.high for ratio in found.hazard_ratios], values["hr_upper"], STOP)
    assert_allclose(found.z, values["z"], STOP)
    assert_allclose(found.p, values["p"], 1e-5)
    for test, kind in ((found.wald, "wald"), (found.score, "robust_score")):
        assert_allclose([test.statistic, test.df, test.p], values[kind], 1e-5)


@pytest.mark.parametrize("ties", METHODS)
@pytest.mark.parametrize("name", ["weights", "cluster", "entry"])
def test_robust_errors_with_weights_strata_and_entry(name, ties):
    values = load_record("cox_more", f"robust.{name}.{ties}")
    centre = None if name == "weights" else np.arange(1, 687) % 23
    x, data = cox_cases.select_rows(cox_cases.gbsg_months())
    if name == "cluster":
        x, data = cox_cases.select_rows(cox_cases.gbsg_months(), stratum=None)
    if name == "entry":
        (x, data), centre = (
            cox_cases.select_rows(cox_cases.rotterdam_entry()),
            np.arange(1, 2983) % 40,
        )
    found = robust_cox(fit_cox(x, data, ties), centre)
    assert_allclose(found.coefficients, values["coef"], 1e-9)
    assert_allclose(found.standard_errors, values["se"], 1e-9)
    assert_allclose(found.naive_errors, values["naive_se"], 1e-9)
    assert_allclose(found.wald.statistic, values["wald"], 1e-9)
    assert_allclose(found.score.statistic, values["score"], 1e-9)


def test_proportional_hazards_of_lung():
    values = load_record("cox_zph", "zph.lung.km")
    found = proportional_hazards(_fit(lambda: cox_cases.lung("age", "sex", "ph.ecog")))
    assert_allclose(_list_tests(found), numbers(values["table"]), STOP)
    assert_allclose(found.clock[:10], values["x_head"], 1e-12)
    _match(found.effect[:10], values["y_head"], STOP)
    _match(found.covariance, values["var"], STOP)


@pytest.mark.parametrize("clock", CLOCKS)
def test_proportional_hazards_of_veteran(clock):
    values = load_record("cox_zph", f"zph.veteran.{clock}")
    fit = _fit(cox_cases.veteran_cells)
    together = proportional_hazards(fit, clock, ["trt", "cell", "cell", "cell", "karno"])
    assert_allclose(_list_tests(together), numbers(values["table"]), STOP)
    apart = proportional_hazards(fit, clock)
    assert_allclose(_list_tests(apart), numbers(values["table_terms_false"]), STOP)


@pytest.mark.parametrize("ties", METHODS)
@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("name", ["weights", "entry"])
def test_proportional_hazards_with_weights_strata_and_entry(name, clock, ties):
    values = load_record("cox_more", f"zph.{name}.{clock}.{ties}")
    fit = _fit(cox_cases.gbsg_terms if name == "weights" else cox_cases.rotterdam_terms, ties)
    found = proportional_hazards(fit, clock, ["one", "two", "size", "size"])
    _match(_list_tests(found), values["table"])
    _match(found.covariance, values["var"])
    if name == "weights":
        _match(found.clock[:30], values["x"])
        _match(found.effect[:30], values["y"])
    _match(_list_tests(proportional_hazards(fit, clock)), values["table_columns"])


def test_proportional_hazards_where_a_covariate_does_not_vary():
    values = load_record("cox_more", "zph.constant")
    found = proportional_hazards(_fit(cox_cases.gbsg_constant))
    _match(_list_tests(found), values["table"])
    _match(found.effect, values["y"])
    _match(found.covariance, values["var"])
    assert np.isnan(found.effect[:, 2]).any()
