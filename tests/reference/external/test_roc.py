"""ROC curves as R's pROC has them."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_table, numbers

from jalon.stats import compare_areas, fit_logistic, roc_curve

TIGHT = 1e-8


def _limits(area):
    return [area.low, area.value, area.high]


def test_two_models():
    values, table = load_record("roc", "roc.delong"), load_table("lalonde")
    race = [table["race"] == name for name in ("black", "hispan")]
    first = fit_logistic(np.column_stack([table["age"], *race]), table["treat"]).fitted
    second = fit_logistic(np.column_stack([table["re74"], table["educ"]]), table["treat"]).fitted
    curve, test = roc_curve(first, table["treat"]), compare_areas(first, second, table["treat"])
    assert_allclose(_limits(curve.area), values["ci1"], TIGHT)
    assert_allclose(curve.standard_error**2, values["var1"], TIGHT)
    assert_allclose(_limits(test.second), values["ci2"], TIGHT)
    assert_allclose([test.z, test.p], [values["z"], values["p"]], TIGHT)
    best, youden = curve.best, values["youden"]
    # The threshold is a fitted probability, which R's glm knows to 1e-8 or so.
    assert_allclose(curve.threshold[best], youden["threshold"], 1e-6)
    for name, key in (
        ("sensitivity", "sensitivity"),
        ("specificity", "specificity"),
        ("positive_value", "ppv"),
        ("negative_value", "npv"),
        ("accuracy", "accuracy"),
    ):
        assert_allclose(getattr(curve, name)[best], youden[key], TIGHT)


def test_scores_with_ties():
    values, table = load_record("logistic_tight", "tight.roc"), load_table("gbsg")
    curve = roc_curve(table["nodes"], table["status"])
    test = compare_areas(table["nodes"], table["grade"], table["status"])
    assert_allclose(_limits(curve.area), values["area"], TIGHT)
    assert_allclose(
        _limits(roc_curve(table["nodes"], table["status"], 0.9).area), values["area_90"]
    )
    assert_allclose(curve.standard_error**2, values["var"], TIGHT)
    assert_allclose(_limits(test.second), values["other"], TIGHT)
    assert_allclose([test.z, test.p, test.covariance], [values[k] for k in ("z", "p", "cov")])
    assert_allclose([test.difference.low, test.difference.high], values["difference"], TIGHT)
    for name, key in (
        ("threshold", "threshold"),
        ("sensitivity", "sensitivity"),
        ("specificity", "specificity"),
        ("positive_value", "ppv"),
        ("negative_value", "npv"),
        ("accuracy", "accuracy"),
    ):
        expected = [np.inf if v == "Inf" else -np.inf if v == "-Inf" else v for v in values[key]]
        assert_allclose(getattr(curve, name), numbers(expected), TIGHT)
    assert curve.threshold[curve.best] == values["best"]
