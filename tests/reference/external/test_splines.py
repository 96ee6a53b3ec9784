"""Restricted cubic splines as R's Hmisc and rms have them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import compare_fits, fit_cox, place_knots, spline_basis, wald_test


def _gbsg():
    table = load_table("gbsg")
    return table, SurvivalData(table["rfstime"], table["status"])


def test_cox_with_given_knots():
    (table, data), values = _gbsg(), load_record("cox_spline", "cox.gbsg.rcs")
    basis = spline_basis(table["nodes"], [1, 3, 8, 15])
    fit = fit_cox(np.column_stack([basis, table["hormon"]]), data)
    # The spline's columns are nearly collinear, so the stop of R's coxph shows a little more.
    assert_allclose(fit.coefficients, values["coef"], 1e-5)
    assert_allclose(fit.standard_errors, values["se"], 1e-5)
    test = compare_fits(fit_cox(np.column_stack([table["nodes"], table["hormon"]]), data), fit)
    assert_allclose([test.statistic, test.p], [values["nonlin_lrt"], values["nonlin_p"]], 1e-6)
    assert test.df == 2
    assert_allclose(spline_basis([10], [1, 3, 8, 15])[0], values["basis_at_10"], 1e-13)


def test_cox_with_default_knots_and_wald_tests():
    (table, data), values = _gbsg(), load_record("cox_spline", "cox.gbsg.rms_anova")
    knots = place_knots(table["nodes"], 4), place_knots(table["age"], 3)
    assert knots[0].tolist() == values["knots_nodes"]
    assert knots[1].tolist() == values["knots_age"]
    parts = [spline_basis(table["nodes"], knots[0]), spline_basis(table["age"], knots[1])]
    fit = fit_cox(np.column_stack([*parts, table["hormon"], table["grade"]]), data)
    # rms stops earlier still, within a few ten-thousandths of a standard error.
    assert_allclose(
        (fit.coefficients - numbers(values["coef"])) / fit.standard_errors, 0, atol=3e-4
    )
    assert_allclose(fit.standard_errors, numbers(values["se"]), 2e-5)
    columns = [[0, 1, 2], [1, 2], [3, 4], [4], [5], [6], [1, 2, 4], range(7)]
    for part, (statistic, df, p) in zip(columns, values["anova"]["values"], strict=True):
        test = wald_test(fit, list(part))
        assert_allclose(test.statistic, statistic, 1e-4)
        assert test.df == df
        assert_allclose(test.p, p, 2e-3, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [
        ("age", "gbsg", "age"),
        ("nodes", "gbsg", "nodes"),
        ("pgr", "gbsg", "pgr"),
        ("er", "rotterdam", "er"),
        ("karno", "lung", "pat.karno"),
        ("meal", "lung", "meal.cal"),
        ("few", "gbsg", "size"),
    ],
)
def test_default_knots(name, table, column):
    values = load_record("logistic_tight", "tight.knots")[name]
    x = load_table(table)[column]
    for count in range(3, 9):
        knots = place_knots(x[:40] if name == "few" else x, count)
        assert_allclose(knots, values[f"k{count}"], 1e-13)


def test_normalisations():
    values = load_record("logistic_tight", "tight.basis")
    x, knots = [-3, 0, 0.5, 1, 2.5, 4, 7, 11, 20], [0.5, 2, 5, 11]
    for name, key in (("range", "norm2"), ("last interval", "norm1"), ("none", "norm0")):
        basis = spline_basis(x, knots, name)
        # Beyond the last knot differences of large cubes are left.
        assert_allclose(basis.ravel("F"), values[key], 1e-12, atol=1e-12)
