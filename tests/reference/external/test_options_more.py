"""Options beyond the usual ones, as R has them: clusters, references, limits, parts of an area."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import cox_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import (
    compare_independent_areas,
    concordance,
    concordance_null_variance,
    fit_cox,
    fit_parametric,
    kaplan_meier,
    nelson_aalen,
    partial_area,
    predict_cox_quantile,
    predict_linear,
    predict_quantile,
    predict_survival,
    robust_cox,
    roc_curve,
)

RTOL = 1e-8
SCALES = ["log", "log-log", "plain"]
WEIGHTS = ["n", "S", "S/G", "n/G2", "I"]
NEW = np.array([[1.0, 40.0], [5.0, 60.0], [20.0, 70.0]])


def _record(name):
    return load_record("options_more", name)


def _compare_curve(values, data, cluster, scale):
    curve = kaplan_meier(data, interval=scale, cluster=cluster)
    hazard = nelson_aalen(data, cluster=cluster)
    for name, part in (
        ("surv", curve.value),
        ("std_err", curve.std_error),
        ("lower", curve.low),
        ("upper", curve.high),
        ("cumhaz", hazard.value),
        ("std_chaz", hazard.std_error),
    ):
        assert_allclose(part, numbers(values[name]), RTOL, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("scale", SCALES)
def test_curve_of_patients_with_two_rows(scale):
    table = {name: column[:400] for name, column in load_table("colon").items()}
    data = SurvivalData(table["time"], table["status"])
    _compare_curve(_record(f"cluster.colon.{scale}"), data, table["id"], scale)


@pytest.mark.parametrize("scale", SCALES)
def test_curve_of_patients_followed_in_pieces(scale):
    table = load_table("heart")
    weight = 1 + table["surgery"] / 2
    data = SurvivalData(table["stop"], table["event"], table["start"], weight)
    _compare_curve(_record(f"cluster.heart.{scale}"), data, table["id"], scale)


@pytest.mark.parametrize("scale", SCALES)
def test_robust_error_where_the_curve_ends_at_0(scale):
    table = load_table("aml")
    data = SurvivalData(table["time"], table["status"], weight=np.tile([0.5, 1, 2], 8)[:23])
    _compare_curve(_record(f"end.aml.{scale}"), data, None, scale)


def _compare_concordance(values, risk, data, horizon=None, kind="n", cluster=None):
    found = concordance(risk, data, horizon=horizon, time_weight=kind, cluster=cluster)
    chance = concordance_null_variance(risk, data, horizon, kind)
    assert_allclose(
        [found.estimate.value, found.std_error, chance],
        [values["C"], values["se"], values["cvar"]],
        RTOL,
    )


@pytest.mark.parametrize("kind", WEIGHTS)
def test_chance_with_weights_and_between_two_times(kind):
    values, table = _record(f"chance.{kind}"), load_table("gbsg")
    month = np.ceil(table["rfstime"] / 30)
    weight = 0.5 + (np.arange(1, len(month) + 1) % 5) / 3
    data = SurvivalData(month, table["status"], weight=weight)
    _compare_concordance(values["weighted"], table["nodes"], data, None, kind)
    kept = (table["status"] == 1) | (month >= 12)
    # R's ymin takes earlier events for tied at that time.
    part = SurvivalData(np.maximum(month, 12), table["status"]).take(kept)
    _compare_concordance(values["part"], table["age"][kept], part, 48, kind)


def test_chance_by_stratum():
    table = load_table("gbsg")
    data = SurvivalData(table["rfstime"], table["status"], stratum=table["grade"])
    _compare_concordance(_record("chance.strata"), table["nodes"], data)


def test_chance_with_late_entry_and_rows_of_one_patient():
    values, table = _record("chance.entry"), load_table("heart")
    data = SurvivalData(table["stop"], table["event"], table["start"])
    _compare_concordance(values["alone"], table["age"], data)
    # R's variance by chance ignores the clusters.
    _compare_concordance(values["cluster"], table["age"], data, cluster=table["id"])


def _gbsg(**options):
    table = load_table("gbsg")
    data = SurvivalData(table["rfstime"], table["status"], stratum=table["grade"])
    return fit_cox(cox_cases.columns(table, "nodes", "age"), data, **options)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_linear_predictor_against_three_references(ties):
    values, fit = _record(f"linear.{ties}"), _gbsg(ties=ties)
    rows = fit.patients
    strata = np.array([rows.x[rows.data.stratum == grade].mean(axis=0) for grade in (1, 2, 3)])
    for name, reference in (("zero", None), ("sample", fit.means), ("strata", strata)):
        found = predict_linear(fit, NEW, reference=reference)
        assert_allclose(found.value, values[name]["fit"], RTOL)
        assert_allclose(found.std_error, values[name]["se"], RTOL)


@pytest.mark.parametrize(
    "distribution", ["weibull", "exponential", "rayleigh", "lognormal", "loglogistic"]
)
def test_parametric_fits(distribution):
    values = _record("linear.parametric")[distribution]
    x, data, _ = cox_cases.lung("age", "sex")
    fit, new = fit_parametric(x, data, distribution), [[50, 1], [70, 2]]
    line, times = predict_linear(fit, new), predict_quantile(fit, new, [0.1, 0.5, 0.9])
    for name, part in (
        ("coef", fit.coefficients),
        ("se", fit.standard_errors),
        ("scale", fit.scale),
        ("loglik", [fit.log_likelihood_null, fit.log_likelihood]),
        ("aic", fit.aic),
        ("bic", fit.bic),
        ("lp", line.value),
        ("lp_se", line.std_error),
        ("quantile", times.value),
        ("quantile_se", times.std_error),
    ):
        assert_allclose(part, numbers(values[name]), RTOL, err_msg=name)


@pytest.mark.parametrize("scale", [*SCALES, "logit", "arcsin"])
def test_limits_and_quantiles_of_predicted_survival(scale):
    values, fit = _record("quantile.cox"), _gbsg(level=0.9)
    method, grades = {"arcsin": "arcsine"}.get(scale, scale), [1, 2, 3]
    limits = predict_survival(fit, NEW, [900, 1500], grades, method=method)
    for row in range(3):
        expected = values[f"{scale}.{row + 1}"]
        assert_allclose([limits.low[row], limits.high[row]], numbers(expected["limits"]), RTOL)
    for place, share in enumerate((0.1, 0.25, 0.5, 0.75)):
        found = predict_cox_quantile(fit, NEW, share, grades, method=method)
        for row, estimate in enumerate(found):
            expected = values[f"{scale}.{row + 1}"]
            names = ("quantile", "lower", "upper")
            parts = [numbers(list(expected[name]))[place] for name in names]
            assert_allclose([estimate.value, estimate.low, estimate.high], parts, RTOL)


def test_prediction_of_clustered_patients():
    values, table = _record("robust.predicted"), load_table("colon")
    kept = ~np.isnan(table["nodes"])
    x = cox_cases.columns(table, "nodes", "age")[kept]
    fit = fit_cox(x, SurvivalData(table["time"], table["status"]).take(kept))
    robust = robust_cox(fit, table["id"][kept])
    fit = replace(fit, covariance=robust.covariance)
    found = predict_survival(fit, [[1, 50], [8, 70]], [500, 1500])
    for name, part in (
        ("surv", found.value),
        ("std_err", found.std_error),
        ("lower", found.low),
    ):
        assert_allclose(part.T, numbers(values[name]), RTOL)


def test_areas_of_other_patients_and_parts_of_one():
    values, table = _record("areas"), load_table("lalonde")
    black = table["race"] == "black"
    curve = roc_curve(-table["age"][black], table["treat"][black])
    other = roc_curve(table["age"][~black], table["treat"][~black])
    found = compare_independent_areas(curve, other)
    assert_allclose([found.z, found.p], [values["t"], values["p"]], RTOL)
    both = roc_curve(40 * black - table["age"], table["treat"])
    assert_allclose(partial_area(both, 0.8), values["part"], RTOL)
    assert_allclose(partial_area(both, 0.8, corrected=True), values["corrected"], RTOL)
    coarse = roc_curve(table["educ"][black] > 10, table["treat"][black])
    assert_allclose(partial_area(coarse, 0.7), values["coarse"], RTOL)
