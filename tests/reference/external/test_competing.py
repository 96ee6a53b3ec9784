"""Cumulative incidence and Gray's test as R's survival, cmprsk, prodlim and etm have them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import Curve, SurvivalData
from jalon.stats import aalen_johansen, gray_test, kaplan_meier, value_at

RTOL = 1e-8


def _follic(rows=None) -> SurvivalData:
    table = load_table("follic")
    data = SurvivalData(table["time"], table["status"])
    return data if rows is None else data.take(rows)


def _compare(curve: Curve, times, value, error=None, low=None, high=None) -> None:
    found = value_at(curve, times)
    assert_allclose([e.value for e in found], value, rtol=RTOL)
    if error is not None:
        assert_allclose(curve.std_error[curve.rows_at(times)], error, rtol=RTOL)
    if low is not None:
        assert_allclose([e.low for e in found], low, rtol=RTOL)
        assert_allclose([e.high for e in found], high, rtol=RTOL)


def _compare_states(data: SurvivalData, values: dict, rows: slice, interval: str) -> None:
    times = numbers(values["time"])[rows]
    columns = [numbers(values[key])[rows] for key in ("pstate", "std_err", "lower", "upper")]
    _compare(kaplan_meier(data, interval=interval), times, *(c[:, 0] for c in columns))
    for cause in (1, 2):
        for variance in ("greenwood", "robust"):
            curve = aalen_johansen(data, cause, interval=interval, variance=variance)
            _compare(curve, times, *(column[:, cause] for column in columns))


@pytest.mark.parametrize("interval", ["log", "log-log", "plain", "logit"])
def test_survfit_states_on_follic(interval):
    values = load_record("cif", f"aj.follic.{interval}")
    _compare_states(_follic(), values, slice(None), interval)


def test_survfit_states_by_stage():
    values = load_record("cif", "aj.follic.bystage")
    stage = load_table("follic")["clinstg"]
    for code, rows in ((1, slice(0, 3)), (2, slice(3, 6))):
        _compare_states(_follic(stage == code), values, rows, "log")


def test_counts_on_follic():
    values = load_record("cif", "aj.follic.counts")
    data = _follic()
    curves = [aalen_johansen(data, cause) for cause in (1, 2)]
    found = [curves[0].censored.sum(), *(curve.events.sum() for curve in curves)]
    assert found == values["status"]


def test_cuminc_by_stage():
    values = load_record("cif", "cuminc.follic.stage")
    stage = load_table("follic")["clinstg"]
    times = [float(name) for name in values["est"]["cols"]]
    for i, name in enumerate(values["est"]["rows"]):
        code, cause = (int(part) for part in name.split())
        curve = aalen_johansen(_follic(stage == code), cause)
        error = np.sqrt(values["var"]["values"][i])
        _compare(curve, times, values["est"]["values"][i], error)


def test_cuminc_with_log_log_interval():
    values = load_record("cif", "cuminc.follic.all")
    times = [float(name) for name in values["est"]["cols"]]
    for i, cause in enumerate((1, 2)):
        est, var, low, high = (
            numbers(values[key])[i] for key in ("est", "var", "ci_loglog_lower", "ci_loglog_upper")
        )
        _compare(aalen_johansen(_follic(), cause), times, est, np.sqrt(var), low, high)


def test_prodlim():
    values = load_record("cif", "prodlim.follic")
    for cause in (1, 2):
        table = numbers(values[f"cause{cause}"][str(cause)])
        curve = aalen_johansen(_follic(), cause, interval="plain", variance="greenwood")
        # prodlim prints 15 digits, and its summary() is read at 1, 5, 10 and 15 years.
        _compare(curve, table[:, 0], table[:, 4], table[:, 5], table[:, 6], table[:, 7])


def test_etm():
    values = load_record("cif", "etm.follic")
    curve = aalen_johansen(_follic(), 1, variance="greenwood")
    # etm's "cloglog" is symmetric in log(-log(1 - F)), so its limits are not compared.
    _compare(curve, values["time"], values["P"], np.sqrt(values["var"]))


def test_one_minus_kaplan_meier_overstates():
    values = load_record("cif", "naive.1-km.follic")
    curve = kaplan_meier(_follic().cause(1))
    naive = 1 - np.array([estimate.value for estimate in value_at(curve, [5, 10, 15])])
    assert_allclose(naive, values["one_minus_km"], rtol=RTOL)
    assert_allclose(curve.std_error[curve.rows_at([5, 10, 15])], values["se"], rtol=RTOL)
    honest = [estimate.value for estimate in value_at(aalen_johansen(_follic()), [5, 10, 15])]
    assert np.all(naive > honest)


def _compare_gray(data: SurvivalData, group, expected: dict, rho: float = 0.0) -> None:
    for i, name in enumerate(expected["rows"]):
        test = gray_test(data, group, int(name), rho)
        assert_allclose([test.chi2, test.p, test.df], expected["values"][i], rtol=RTOL)


def test_gray_on_follic():
    values = load_record("gray", "gray.follic.stage")
    table = load_table("follic")
    data, stage = _follic(), table["clinstg"]
    _compare_gray(data, stage, values["rho0"])
    _compare_gray(data, stage, values["rho1"], rho=1.0)
    stratified = SurvivalData(data.time, data.event, stratum=table["ch"] == "Y")
    _compare_gray(stratified, stage, values["stratified_ch"])


def test_gray_on_bmt35():
    values = load_record("gray", "gray.bmt35.dis")
    table = load_table("scrucca_bmt35")
    data = SurvivalData(table["ftime"], table["status"])
    _compare_gray(data, table["dis"], values["tests"])
    for i, name in enumerate(values["est"]["rows"]):
        group, cause = (int(part) for part in name.split())
        curve = aalen_johansen(data.take(table["dis"] == group), cause)
        times = [20, 40, 60]
        est, var = (numbers(values[key])[i] for key in ("est", "var"))
        # cmprsk gives NA once follow-up has ended; the curve carries its last height on.
        seen = np.isfinite(est)
        _compare(curve, np.array(times)[seen], est[seen], np.sqrt(var[seen]))


def test_gray_on_melanoma():
    values = load_record("gray", "gray.melanoma.ulcer")
    table = load_table("melanoma")
    _compare_gray(SurvivalData(table["time"], table["status"]), table["ulcer"], values)
