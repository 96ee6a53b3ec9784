"""Pooled effects as R's metafor has them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_records, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import fit_cox, leave_one_out, pool_effects

RTOL = 1e-8
# metafor stops its iterations at 1e-5 of the variance; meta_more.R asked for rounding, which its
# Fisher scoring reaches but for the last digits.
ITERATED = 1e-7

METHODS = ["FE", "DL", "REML", "ML", "PM", "EB", "HE", "SJ", "HS"]
OTHERS = {
    "KH90": ("REML", "knapp-hartung", 0.90),
    "t99": ("PM", "t", 0.99),
    "adhoc": ("DL", "knapp-hartung, widened", 0.95),
}
OUR_NAME = {"FE": "fixed", "EB": "PM"}


def _compare(found, values, rtol):
    low, high = found.estimate.low, found.estimate.high
    assert_allclose([found.estimate.value, found.std_error], [values["beta"], values["se"]], rtol)
    assert_allclose([low, high], values["ci"], rtol, atol=1e-12)
    assert_allclose(found.p, values["p"], 1e-6)
    assert_allclose(found.tau2.value, values["tau2"], rtol, atol=1e-12)
    assert_allclose(100 * found.i_squared.value, values["I2"], rtol, atol=1e-10)
    test = found.heterogeneity
    assert_allclose([test.statistic, test.p], [values["Q"], values["Qp"]], RTOL)


def test_centres_pooled():
    values, table = load_record("meta", "meta.centres"), load_table("lung")
    known = table["inst"][~np.isnan(table["inst"])]
    centres = [centre for centre in np.unique(known) if np.sum(known == centre) >= 12]
    # R orders the names of a table as text only when they are text; here as numbers.
    data = SurvivalData(table["time"], table["status"] == 2)
    fits = [
        fit_cox(table["sex"][rows, None], data.take(rows))
        for rows in (table["inst"] == centre for centre in centres)
    ]
    effect = [fit.coefficients[0] for fit in fits]
    variance = [fit.covariance[0, 0] for fit in fits]
    assert len(effect) == values["k"]
    assert_allclose(effect, values["yi"], 1e-6)
    assert_allclose(variance, values["vi"], 1e-6)
    for name in ("REML", "DL", "FE"):
        found = pool_effects(values["yi"], values["vi"], OUR_NAME.get(name, name))
        _compare(found, values[name], RTOL)
    wide = pool_effects(values["yi"], values["vi"], interval="knapp-hartung")
    _compare(wide, values["REML_HK"], RTOL)
    new = pool_effects(values["yi"], values["vi"]).prediction
    assert_allclose([new.low, new.high], values["pred_int"], RTOL)


@pytest.mark.parametrize("record", load_records("meta_more"), ids=lambda record: record["id"])
def test_every_estimator(record):
    values = record["values"]
    cases = {name: (OUR_NAME.get(name, name), "normal", 0.95) for name in METHODS} | OTHERS
    for name, (method, interval, level) in cases.items():
        found, expected = (
            pool_effects(values["y"], values["v"], method, interval, level),
            values[name],
        )
        rtol = ITERATED if method in ("REML", "ML", "PM", "SJ") else RTOL
        _compare(found, expected, rtol)
        assert_allclose(found.h_squared.value, expected["H2"], rtol)
        assert_allclose(found.statistic, expected["z"], rtol)
        # metafor makes no prediction interval for effects that are all the same.
        new = [found.prediction.low, found.prediction.high]
        assert_allclose(new, expected["pi"] or expected["ci"], rtol, atol=1e-12)
        assert_allclose(100 * found.weight, expected["weight"], rtol)
        if "confint" in expected:
            rows = numbers(expected["confint"])
            limits = [
                [part.low, part.high] for part in (found.tau2, found.i_squared, found.h_squared)
            ]
            assert_allclose(limits, rows[[0, 2, 3], 1:] / [[1], [100], [1]], 1e-6, atol=1e-9)


@pytest.mark.parametrize("record", load_records("meta_more"), ids=lambda record: record["id"])
def test_one_study_left_out(record):
    values = record["values"]
    found, expected = leave_one_out(values["y"], values["v"], "DL"), values["leave"]
    assert_allclose([one.estimate.value for one in found], expected["estimate"], RTOL)
    assert_allclose([one.std_error for one in found], expected["se"], RTOL)
    assert_allclose([one.tau2.value for one in found], expected["tau2"], RTOL, atol=1e-12)
    assert_allclose([one.heterogeneity.statistic for one in found], expected["Q"], RTOL)
