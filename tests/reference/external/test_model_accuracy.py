"""Uno's and Gönen-Heller's concordance, Royston's D and Nagelkerke's R squared as R has them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import cox_cases
from tests.reference.external.records import load_record, load_table

from jalon.core import SurvivalData
from jalon.stats import (
    concordance,
    fit_cox,
    gonen_heller,
    nagelkerke,
    predict_log_hazard,
    royston_d,
    uno_concordance,
)

RTOL, STOP = 1e-8, 1e-6


def _compare(found, values):
    counts = [found.concordant, found.discordant, found.tied_risk, found.tied_time, found.tied_both]
    assert_allclose(found.estimate.value, values["C"], RTOL)
    assert_allclose(found.std_error, values["se"], RTOL)
    assert_allclose(counts, values["counts"], RTOL)
    if "dfbeta" in values:
        assert_allclose(found.influence[:12], values["dfbeta"], RTOL, atol=1e-16)


@pytest.mark.parametrize(
    ("name", "weight"),
    [("harrell", "n"), ("uno_nG2", "n/G2"), ("S", "S"), ("SG", "S/G"), ("I", "I")],
)
def test_weights_of_time(name, weight):
    table = load_table("veteran")
    cells = cox_cases.dummies(table["celltype"], "large", "smallcell", "squamous")
    x = np.column_stack([table["karno"], cells, table["age"]])
    data = SurvivalData(table["time"], table["status"])
    risk = predict_log_hazard(fit_cox(x, data), x)
    values = load_record("concordance", "conc.veteran")[name]
    _compare(concordance(risk, data, time_weight=weight), values)


@pytest.mark.parametrize("weight", ["n", "S", "S/G", "n/G2", "I"])
def test_weights_of_time_and_of_patients_ties_strata_and_horizon(weight):
    values = load_record("prediction_more", f"more.conc.{weight}")
    table, (_, months, _) = load_table("gbsg"), cox_cases.gbsg_months()
    pooled = SurvivalData(months.time, months.event, weight=months.weight)
    found = concordance(table["nodes"], pooled, horizon=48, time_weight=weight)
    _compare(found, values["points"])
    _compare(concordance(table["age"], months, time_weight=weight), values["strata"])
    score = table["nodes"] / 7 - np.log(table["pgr"] + 1) / 3
    years = SurvivalData(table["rfstime"] / 365.25, table["status"])
    # R was given the score turned round, as for a prediction of survival, and its influence too.
    found = concordance(-score, years, time_weight=weight)
    real = values["real"] | {"C": 1 - values["real"]["C"]}
    real["counts"] = [real["counts"][i] for i in (1, 0, 2, 3, 4)]
    real["dfbeta"] = [-part for part in real["dfbeta"]]
    _compare(found, real)


def test_uno_in_the_published_worked_example():
    values = load_record("published_rotterdam_gbsg", "mclernon.validate")["uno"]
    fit = fit_cox(*cox_cases.prepare_mclernon("rotterdam"))
    x, data = cox_cases.prepare_mclernon("gbsg")
    found = uno_concordance(predict_log_hazard(fit, x), data)
    _compare(found, values)
    assert round(found.estimate.value, 2) == 0.64


def _survc1(risk, data, horizon):
    """Uno's C by the conventions of survC1, each pair looked at.

    Its Fortran compares risks cut after the fifth decimal, and divides in single precision.
    """
    risk = np.trunc(risk * 1e5)
    time, event = data.time, data.event
    days = np.unique(time)
    at_risk = np.array([np.sum(time >= day) for day in days])
    lost = np.array([np.sum((time == day) & (event == 0)) for day in days])
    before = np.concatenate(([1.0], np.cumprod(1 - lost / at_risk)[:-1]))
    met = won = 0.0
    for i in np.flatnonzero((event == 1) & (time < horizon)):
        weight = before[np.searchsorted(days, time[i])] ** -2.0
        later = time > time[i]
        met += weight * later.sum()
        won += weight * (later & (risk < risk[i])).sum()
        won += weight * (later & (risk == risk[i])).sum() / 2
    return np.float32(won) / met


def test_what_sets_us_apart_from_survc1():
    values = load_record("concordance", "conc.uno.survC1")
    table = load_table("gbsg")
    x = cox_cases.columns(table, "nodes", "grade", "age")
    days = SurvivalData(table["rfstime"], table["status"])
    risk = predict_log_hazard(fit_cox(x, days), x, centred=True)
    years = SurvivalData(table["rfstime"] / 365.25, table["status"])
    _compare(uno_concordance(risk, years, horizon=5), values["survival_nG2_ymax5"])
    assert_allclose(_survc1(risk, years, 5), values["Dhat"], RTOL)


def _pbc():
    table = load_table("pbc")
    columns = ["time", "status", "trt", "age", "bili", "edema", "albumin", "stage", "copper"]
    keep = ~np.isnan(cox_cases.columns(table, *(c for c in columns if c != "trt"))).any(axis=1)
    x = np.column_stack(
        [np.log(table[name]) if name == "bili" else table[name] for name in columns[3:]]
    )
    return x[keep], SurvivalData(table["time"][keep], table["status"][keep] == 2)


def test_royston_of_the_model_itself():
    values = load_record("royston_d", "royston.pbc")
    x, data = _pbc()
    fit = fit_cox(x, data, ties="breslow")
    found = royston_d(predict_log_hazard(fit, x), data)
    assert len(data) == values["n"]
    assert_allclose(found.separation.value, values["D"], STOP)
    assert_allclose(found.std_error, values["se(D)"], STOP)
    assert_allclose(found.explained.value, values["R.D"], STOP)
    assert_allclose(found.model_based, values["R.KO"], STOP)
    assert_allclose(nagelkerke(fit), values["R.N"], RTOL)
    assert_allclose(gonen_heller(fit, x).estimate.value, values["C.GH"], STOP)


def test_royston_with_tied_scores():
    values = load_record("prediction_more", "more.royston.lung")
    x, data, _ = cox_cases.lung("ph.ecog", "sex")
    fit = fit_cox(x, data)
    # R's linear predictor splits ties that differ in the last digit; rounding joins them, as
    # R's own do here.
    index = np.round(predict_log_hazard(fit, x), 12)
    found = royston_d(index, data)
    assert_allclose(found.separation.value, values["D"], STOP)
    assert_allclose(found.std_error, values["se(D)"], STOP)
    assert_allclose(found.explained.value, values["R.D"], STOP)
    assert_allclose(gonen_heller(fit, x).estimate.value, values["C.GH"], RTOL)


def test_royston_in_development_and_validation():
    values = load_record("royston_d", "royston.gbsg")
    x, data = cox_cases.prepare_mclernon("rotterdam")
    fit = fit_cox(x, data)
    index = predict_log_hazard(fit, x)
    found = royston_d(index, data)
    assert_allclose(found.separation.value, values["dev"]["D"], STOP)
    assert_allclose(found.std_error, values["dev"]["se(D)"], STOP)
    assert_allclose(found.explained.value, values["dev"]["R.D"], STOP)
    assert_allclose(found.model_based, values["dev"]["R.KO"], STOP)
    assert_allclose(nagelkerke(fit), values["dev"]["R.N"], RTOL)
    assert_allclose(gonen_heller(fit, x).estimate.value, values["dev"]["C.GH"], STOP)
    z, other = cox_cases.prepare_mclernon("gbsg")
    found = royston_d(predict_log_hazard(fit, z), other, equal="ranks")
    assert_allclose(found.separation.value, values["val_D"], STOP)
    assert_allclose(found.std_error, values["val_D_se"], STOP)
    assert_allclose(found.explained.value, values["val_R2D"], STOP)
