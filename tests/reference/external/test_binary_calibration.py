"""Calibration of binary outcomes as R's rms has it, and R's lowess."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_table, numbers

from jalon.stats import (
    calibrate_binary,
    explained_share,
    fit_logistic,
    hosmer_lemeshow,
    predict_outcome,
    roc_curve,
    smooth_locally,
)

# The risks come from R's glm, which stops at 1e-8 of the deviance.
STOP = 1e-6


def test_every_second_row_validates():
    values, table = load_record("calibration_binary", "calibration.binary"), load_table("lalonde")
    race = [table["race"] == name for name in ("black", "hispan")]
    x, y = np.column_stack([table["age"], *race, table["re74"]]), table["treat"]
    fit = fit_logistic(x[::2], y[::2])
    risk = predict_outcome(fit, x[1::2])
    result = calibrate_binary(risk, y[1::2])
    expected = values["val_prob"]
    got = [result.intercept.value, result.slope.value]
    assert_allclose(got, numbers(values["slope"]), STOP)
    assert_allclose(result.in_the_large.value, numbers(values["citl"])[0], STOP)
    errors = [*values["slope_se"], values["citl_se"]]
    # R takes these from the step before its last.
    assert_allclose(result.standard_errors, errors, 1e-5)
    assert_allclose(result.brier, values["brier"], STOP)
    assert_allclose(result.observed_expected, values["oe"], STOP)
    assert_allclose(result.r_squared, expected["R2"], STOP)
    got = [result.error_max, result.error_90, result.error_mean]
    assert_allclose(got, [expected[key] for key in ("Emax", "E90", "Eavg")], STOP)
    got = [result.spiegelhalter_z, result.spiegelhalter_p]
    assert_allclose(got, [expected["S:z"], expected["S:p"]], STOP)
    assert_allclose(explained_share(fit), values["nagelkerke_dev"], STOP)
    # lrm counts pairs after putting the probabilities into bins.
    area = roc_curve(risk, y[1::2]).area.value
    assert_allclose([area, 2 * area - 1], [expected["C (ROC)"], expected["Dxy"]], 1e-4)


def test_groups_of_risk():
    values, table = load_record("logistic", "hosmer.lemeshow"), load_table("lalonde")
    x = np.column_stack([table[name] for name in ("age", "educ", "re74", "nodegree")])
    fit = fit_logistic(x, table["treat"])
    test = hosmer_lemeshow(fit.fitted, table["treat"])
    assert_allclose([test.statistic, test.p], [values["chisq"], values["p"]], STOP)
    assert test.df == values["df"]
    assert test.observed.tolist() == values["obs"]
    assert test.patients.tolist() == values["n"]
    assert_allclose(test.expected, values["exp"], STOP)
    lrm = values["rms"]
    assert_allclose(fit.likelihood_ratio.statistic, lrm["Model L.R."], STOP)
    assert_allclose(explained_share(fit), lrm["R2"], STOP)
    assert_allclose(np.mean((fit.fitted - table["treat"]) ** 2), lrm["Brier"], STOP)
    # lrm counts pairs after putting the probabilities into bins.
    assert_allclose(roc_curve(fit.fitted, table["treat"]).area.value, lrm["C"], 1e-4)


@pytest.mark.parametrize(
    ("name", "table", "columns", "options"),
    [
        ("nodes", "gbsg", ("nodes", "status"), {}),
        ("age", "gbsg", ("age", "rfstime"), {"share": 0.3}),
        ("meal", "lung", ("meal.cal", "time"), {"skip": 0.0}),
        ("pgr", "gbsg", ("pgr", "status"), {"share": 0.1}),
    ],
)
def test_lowess(name, table, columns, options):
    values = load_record("logistic_tight", "tight.lowess")[name]
    x, y = (load_table(table)[column] for column in columns)
    keep = ~np.isnan(x)
    order = np.argsort(x[keep], kind="stable")
    got = smooth_locally(x[keep], y[keep], **options)[order]
    assert_allclose(got[::9], values, 1e-8, atol=1e-12)
