"""Decision curves as R's dcurves has them, and from survfit on other data, times and weights."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from tests.reference.external import cox_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import fit_cox, fit_logistic, predict_outcome, predict_survival
from jalon.validate import binary_decision_curve, decision_curve

RTOL = 1e-8
# The risks come from fits that R stops at 1e-9 of the log likelihood.
STOP = 1e-6
GRID = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]


def _rows(values, name, column="net_benefit"):
    kept = [i for i, variable in enumerate(values["variable"]) if variable == name]
    return numbers(values[column])[kept]


def test_yes_or_no():
    values, table = load_record("dca", "dca.binary"), load_table("lalonde")
    race = [table["race"] == name for name in ("black", "hispan")]
    x = np.column_stack([table["age"], *race])
    risk = predict_outcome(fit_logistic(x, table["treat"]), x)
    found = binary_decision_curve(risk, table["treat"], _rows(values, "p", "threshold"))
    assert_allclose(found.net_benefit.value, _rows(values, "p"), RTOL)
    assert_allclose(found.treat_all.value, _rows(values, "all"), RTOL)
    assert_allclose(found.true_positive, _rows(values, "p", "tp_rate"), RTOL)
    assert_allclose(found.false_positive, _rows(values, "p", "fp_rate"), RTOL)
    assert not _rows(values, "none").any()


def test_published_worked_example():
    # McLernon 2023, doi:10.7326/M22-0844: at 23% treating all and by the model, 0.3615 both.
    values = load_record("published_rotterdam_gbsg", "mclernon.dca")
    fit = fit_cox(*cox_cases.prepare_mclernon("rotterdam"))
    x, data = cox_cases.prepare_mclernon("gbsg")
    risk = 1 - predict_survival(fit, x, 5.0).value[:, 0]
    found = decision_curve(risk, data, 5.0, _rows(values, "pred", "threshold"))
    assert_allclose(found.net_benefit.value, _rows(values, "pred"), STOP)
    assert_allclose(found.treat_all.value, _rows(values, "all"), RTOL)
    assert round(float(found.net_benefit.value[1]), 4) == 0.3615
    assert round(float(found.treat_all.value[1]), 4) == 0.3615


def _lung():
    table = load_table("lung")
    risk = expit((table["age"] - 62) / 8 + (table["sex"] == 1) - 0.4)
    return risk, SurvivalData(table["time"], table["status"] - 1)


def _follic():
    table = load_table("follic")
    stage = (table["age"] - 60) / 15 + (table["clinstg"] - 1.5)
    return expit(stage - (table["hgb"] > 140) / 2), SurvivalData(table["time"], table["status"])


def _gbsg(weight=None):
    table = load_table("gbsg")
    month = np.ceil(table["rfstime"] / 30)
    data = SurvivalData(month, table["status"], weight=weight)
    return np.minimum(table["nodes"], 20) / 21, data


ROW = np.arange(1, 687)
CASES = [
    ("dca.lung", "year", _lung, 1, 365, 1),
    ("dca.lung", "two", _lung, 1, 730, 1),
    ("dca.follic", "one", _follic, 1, 2, 1),
    ("dca.follic", "five", _follic, 0.9, 5, 1),
    ("dca.follic", "other", _follic, 0.5, 10, 2),
    ("dca.gbsg.ties", "plain", _gbsg, 1, 36, 1),
    ("dca.gbsg.ties", "weighted", lambda: _gbsg(0.5 + ROW % 5 / 3), 1, 36, 1),
    ("dca.gbsg.ties", "repeated", lambda: _gbsg(1.0 + ROW % 3), 1, 36, 1),
]


@pytest.mark.parametrize(("record", "part", "case", "scale", "horizon", "cause"), CASES)
def test_given_risks(record, part, case, scale, horizon, cause):
    values = load_record("validation_more", record)[part]
    risk, data = case()
    found = decision_curve(risk * scale, data, horizon, GRID, cause)
    assert_allclose(found.observed.value, values["observed"], RTOL)
    assert_allclose(found.treated, values["treated"], RTOL)
    # R carries the last height on where nobody is left; it is not known there.
    known = ~np.isnan(found.net_benefit.value)
    assert known.sum() >= 10
    for name, got in {
        "tp": found.true_positive,
        "fp": found.false_positive,
        "net_benefit": found.net_benefit.value,
        "all": found.treat_all.value,
        "standardised": found.standardised.value,
        "avoided": found.avoided.value,
    }.items():
        assert_allclose(got[known], numbers(values[name])[known], RTOL, atol=1e-12)


@pytest.mark.parametrize("part", ["plain", "weighted", "casecontrol"])
def test_yes_or_no_with_weights_and_prevalence(part):
    values, table = load_record("validation_more", "dca.binary.pbc")[part], load_table("pbc")
    keep = ~np.isnan(table["stage"])
    y = (table["stage"] == 4)[keep].astype(float)
    risk = expit(table["age"] / 20 - 3.5 + np.log(table["bili"]))[keep]
    weight = 1.0 + np.arange(1, len(y) + 1) % 3 if part == "weighted" else None
    prevalence = 0.1 if part == "casecontrol" else None
    found = binary_decision_curve(risk, y, GRID, weight, prevalence)
    assert_allclose(found.true_positive, values["tp"], RTOL)
    assert_allclose(found.false_positive, values["fp"], RTOL)
    assert_allclose(found.net_benefit.value, values["net_benefit"], RTOL, atol=1e-12)
    if part == "plain":
        assert_allclose(found.net_benefit.std_error, values["se"], RTOL)
