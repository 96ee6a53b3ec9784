"""Parametric survival regression as R's survreg has it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import fit_parametric, predict_quantile

SHAPES = ("weibull", "exponential", "lognormal", "loglogistic")
# survreg stops at 1e-9 of its parameters; the records of logistic_tight.R at 1e-13.
STOP, TIGHT = 1e-7, 1e-8


@pytest.mark.parametrize("shape", SHAPES)
def test_lung(shape):
    values, table = load_record("parametric", f"survreg.lung.{shape}"), load_table("lung")
    data = SurvivalData(table["time"], table["status"] == 2)
    fit = fit_parametric(np.column_stack([table["age"], table["sex"]]), data, shape)
    assert_allclose(fit.coefficients, numbers(values["coef"]), STOP)
    assert_allclose(fit.scale, values["scale"], STOP)
    assert_allclose(fit.standard_errors, numbers(values["se"]), STOP)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], values["loglik"], TIGHT)
    median = predict_quantile(fit, [[50, 1], [70, 2]]).value[:, 0]
    assert_allclose(median, numbers(values["median"]), STOP)


def _compare(fit, values, patients):
    assert_allclose(fit.coefficients, values["coef"], TIGHT)
    assert_allclose(fit.scale, values["scale"], TIGHT)
    assert_allclose(fit.covariance.ravel(), values["vcov"], TIGHT, atol=1e-15)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], values["loglik"], TIGHT)
    assert_allclose(fit.likelihood_ratio.statistic, values["chisq"], TIGHT)
    times = predict_quantile(fit, patients, [0.25, 0.5, 0.9])
    assert_allclose(times.value, numbers(values["median"]), TIGHT)
    assert_allclose(times.std_error[:, 1], values["se"], TIGHT)


@pytest.mark.parametrize("shape", SHAPES)
def test_rotterdam_iterated_to_rounding(shape):
    values, table = (
        load_record("parametric_tight", f"tight.survreg.{shape}"),
        load_table("rotterdam"),
    )
    x = np.column_stack([table["age"], table["nodes"], table["hormon"]])
    fit = fit_parametric(x, SurvivalData(table["dtime"], table["death"]), shape)
    _compare(fit, values, [[45, 0, 0], [70, 8, 1]])


@pytest.mark.parametrize("shape", SHAPES)
def test_weights_and_offset(shape):
    table = load_table("veteran")
    values = load_record("parametric_tight", f"tight.survreg.weights.{shape}")
    x = np.column_stack([table["karno"], table["trt"]])
    data = SurvivalData(table["time"], table["status"], weight=1 + np.arange(1, 138) % 3)
    fit = fit_parametric(x, data, shape, offset=table["age"] / 100)
    # R's predict leaves the offset of new patients out.
    _compare(fit, values, [[30, 1], [90, 2]])


@pytest.mark.parametrize("shape", SHAPES)
def test_no_covariate(shape):
    values, table = (
        load_record("parametric_tight", f"tight.survreg.none.{shape}"),
        load_table("ovarian"),
    )
    fit = fit_parametric(None, SurvivalData(table["futime"], table["fustat"]), shape)
    assert_allclose(fit.coefficients, [values["coef"]], TIGHT)
    assert_allclose(fit.covariance.ravel(), np.ravel(values["vcov"]), TIGHT)
    assert_allclose(fit.log_likelihood, np.ravel(values["loglik"])[-1], TIGHT)
