"""Baseline hazards and predicted survival as R's basehaz and survfit.coxph have them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import cox_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import baseline_hazard, fit_cox, predict_log_hazard, predict_survival

STOP = 1e-6
TIGHT = 1e-8


def test_predictions_on_veteran():
    values = load_record("cox_predict", "predict.veteran")
    table = load_table("veteran")
    data = SurvivalData(table["time"], table["status"])
    fit = fit_cox(cox_cases.columns(table, "karno", "age"), data)
    times, new = values["basehaz_time"], [[40, 50], [60, 60], [80, 70]]
    assert_allclose(fit.means, numbers(values["means"]), TIGHT)
    assert_allclose(baseline_hazard(fit, times), values["basehaz"], STOP)
    assert_allclose(baseline_hazard(fit, times, centred=True), values["basehaz_centered"], STOP)
    assert_allclose(predict_log_hazard(fit, new), numbers(values["lp_zero"]), STOP)
    assert_allclose(predict_log_hazard(fit, new, centred=True), values["lp_mean"], 1e-5)
    found = predict_survival(fit, new, [30, 90, 180, 365])
    for name, part in (
        ("surv", found.value),
        ("lower", found.low),
        ("upper", found.high),
        ("std_err", found.std_error),
    ):
        assert_allclose(part.T, numbers(values[name]), STOP)
    other = predict_survival(fit, new, [90], method="log-log")
    assert_allclose(np.hstack([other.low, other.high]).T, numbers(values["loglog90"]), STOP)


def test_predictions_by_stratum():
    values = load_record("cox_predict", "predict.strata")
    table = load_table("veteran")
    cells = cox_cases.codes(table["celltype"])
    data = SurvivalData(table["time"], table["status"], stratum=cells)
    fit = fit_cox(table["karno"][:, None], data)
    adeno, large = 0, 1
    found = predict_survival(fit, [[60], [60]], [30, 90, 180], stratum=[adeno, large])
    assert_allclose(found.value.ravel(), values["surv"], STOP)
    assert_allclose(found.low.ravel(), values["lower"], STOP)
    assert_allclose(found.high.ravel(), values["upper"], STOP)


def test_breslow_baseline():
    values = load_record("cox_predict", "predict.breslow")
    x, data, _ = cox_cases.lung("age", "sex")
    fit = fit_cox(x, data, ties="breslow")
    assert_allclose(baseline_hazard(fit, [30, 100, 183, 310, 500, 900]), values["H0"], STOP)
    found = predict_survival(fit, [[50, 1], [70, 2]], [180, 365, 730])
    assert_allclose(found.value.T, numbers(values["surv"]), STOP)
    assert_allclose(found.low.T, numbers(values["lower"]), STOP)
    assert_allclose(found.high.T, numbers(values["upper"]), STOP)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize(
    ("name", "method"), [("log", "log"), ("loglog", "log-log"), ("plain",) * 2]
)
def test_intervals_iterated_to_rounding(name, method, ties):
    values = load_record("cox_tight", f"tight.predict.{ties}")[name]
    x, data, _ = cox_cases.lung("age", "sex")
    fit = fit_cox(x, data, ties=ties)
    found = predict_survival(fit, [[50, 1], [70, 2]], [180, 365, 730], method=method)
    assert_allclose(found.value.T, numbers(values["surv"]), TIGHT)
    assert_allclose(found.std_error.T, numbers(values["std_err"]), TIGHT)
    assert_allclose(found.low.T, numbers(values["lower"]), TIGHT)
    assert_allclose(found.high.T, numbers(values["upper"]), TIGHT)


def _means_of_r(x, weight=None):
    """R's reference patient: the means, but 0 where a column holds only -1, 0 and 1."""
    means = np.average(x, axis=0, weights=weight)
    return np.where(np.isin(x, (-1, 0, 1)).all(axis=0), 0.0, means)[None, :]


def _compare_curve(found, hazard, error):
    assert_allclose(-np.log(found.value[0]), hazard, TIGHT, atol=1e-15)
    assert_allclose(found.std_error[0] / found.value[0], error, TIGHT, atol=1e-15)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_baseline_with_late_entry(ties):
    values = load_record("cox_tight", f"tight.heart.{ties}")
    x, data, _ = cox_cases.heart()
    found = predict_survival(fit_cox(x, data, ties=ties), _means_of_r(x), values["time"])
    _compare_curve(found, values["cumhaz"], values["std_err"])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_baseline_with_weights_and_strata(ties):
    values = load_record("cox_tight", f"tight.weights.{ties}")
    x, data, options = cox_cases.gbsg_months()
    fit = fit_cox(x, data, ties=ties, **options)
    # R's reference patient has the mean offset, too.
    offset = [np.average(options["offset"], weights=data.weight)]
    ends = np.cumsum(values["strata"])
    for grade, first, last in zip((1, 2, 3), (0, *ends[:-1]), ends, strict=True):
        times = values["time"][first:last]
        found = predict_survival(fit, _means_of_r(x, data.weight), times, [grade], offset)
        _compare_curve(found, values["cumhaz"][first:last], values["std_err"][first:last])
