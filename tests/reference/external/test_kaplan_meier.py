"""Kaplan-Meier, quantiles, restricted means and follow-up as R's survival has them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_records, load_table, numbers

from jalon.core import Curve, SurvivalData
from jalon.stats import (
    follow_up,
    kaplan_meier,
    nelson_aalen,
    quantile,
    restricted_mean,
    value_at,
)

RTOL = 1e-8
NAMES = {"arcsin": "arcsine"}


def _lung(mask=None) -> SurvivalData:
    table = load_table("lung")
    data = SurvivalData(table["time"], table["status"] == 2)
    return data if mask is None else data.take(mask)


def _compare_rows(curve: Curve, table: dict, part: slice) -> None:
    """Compare a whole survfit object; its std_err is that of log S."""
    assert_allclose(curve.time, numbers(table["time"])[part])
    assert_allclose(curve.at_risk, numbers(table["n_risk"])[part])
    assert_allclose(curve.events, numbers(table["n_event"])[part])
    assert_allclose(curve.censored, numbers(table["n_censor"])[part])
    assert_allclose(curve.value, numbers(table["surv"])[part], rtol=RTOL, atol=1e-15)
    assert_allclose(curve.low, numbers(table["lower"])[part], rtol=RTOL)
    assert_allclose(curve.high, numbers(table["upper"])[part], rtol=RTOL)
    log_error = numbers(table["std_err"])[part]
    alive = np.isfinite(log_error)
    assert_allclose((curve.std_error / curve.value)[alive], log_error[alive], rtol=RTOL)


def _compare_summary(curve: Curve, table: dict, part=slice(None)) -> None:
    """Compare summary(times=, extend=TRUE); its std_err is that of S."""
    times = numbers(table["time"])[part]
    estimates = value_at(curve, times)
    assert_allclose([e.value for e in estimates], numbers(table["surv"])[part], RTOL, atol=1e-15)
    assert_allclose([e.low for e in estimates], numbers(table["lower"])[part], rtol=RTOL)
    assert_allclose([e.high for e in estimates], numbers(table["upper"])[part], rtol=RTOL)
    error = np.append(0.0, curve.std_error)[curve.rows_at(times) + 1]
    assert_allclose(error, numbers(table["std_err"])[part], rtol=RTOL)


@pytest.mark.parametrize("scale", ["log", "log-log", "plain", "logit", "arcsin"])
def test_every_interval_on_lung(scale):
    values = load_record("km", f"km.lung.{scale}")
    curve = kaplan_meier(_lung(), interval=NAMES.get(scale, scale))
    _compare_rows(curve, values["full"], slice(None))
    _compare_summary(curve, values["table"])
    assert_allclose(curve.at_risk_at(values["table"]["time"]), values["table"]["n_risk"])


def test_lung_by_sex():
    values = load_record("km", "km.lung.bysex")
    sex = load_table("lung")["sex"]
    for code, part in ((1, slice(0, 3)), (2, slice(3, 6))):
        _compare_summary(kaplan_meier(_lung(sex == code)), values["tab"], part)


def test_ninety_percent_plain():
    values = load_record("km", "km.lung.conf90.plain")
    _compare_summary(kaplan_meier(_lung(), level=0.90, interval="plain"), values)


def test_veteran_by_treatment_and_cell_type():
    values = load_record("km", "km.veteran.trt_cell")
    table = load_table("veteran")
    data = SurvivalData(table["time"], table["status"])
    for start in range(0, 24, 3):
        name = values["strata"][start]
        treatment, cell = (piece.split("=")[1].strip() for piece in name.split(","))
        rows = (table["trt"] == float(treatment)) & (table["celltype"] == cell)
        curve = kaplan_meier(data.take(rows), interval="log-log")
        _compare_summary(curve, values["tab"], slice(start, start + 3))


def test_aml_row_by_row():
    values = load_record("km", "km.aml.full")
    table = load_table("aml")
    data = SurvivalData(table["time"], table["status"])
    for name, part in (("Maintained", slice(0, 10)), ("Nonmaintained", slice(10, 20))):
        _compare_rows(kaplan_meier(data.take(table["x"] == name)), values["tab"], part)


@pytest.mark.parametrize(
    ("record", "variance"),
    # R's survfit turns to the robust variance by itself when weights are not whole numbers,
    # so both records hold the same errors, whatever the first one's note says.
    [("km.colon.weights", "auto"), ("km.colon.weights.robust", "robust")],
)
def test_weights_on_colon(record, variance):
    values = load_record("km", record)
    table = load_table("colon")
    death = table["etype"] == 2
    weight = np.where(table["sex"] == 1, 1.5, 0.75)
    data = SurvivalData(table["time"], table["status"], weight=weight)
    for start in range(0, 9, 3):
        arm = values["strata"][start].removeprefix("rx=").strip()
        rows = death & (table["rx"] == arm)
        curve = kaplan_meier(data.take(rows), variance=variance)
        _compare_summary(curve, values["tab"], slice(start, start + 3))


def test_left_truncation_on_heart():
    values = load_record("km", "km.heart.lefttrunc")
    table = load_table("heart")
    data = SurvivalData(table["stop"], table["event"], entry=table["start"])
    for code, part in ((0, slice(0, 4)), (1, slice(4, 8))):
        curve = kaplan_meier(data.take(table["transplant"] == code))
        _compare_summary(curve, values["tab"], part)


def test_nelson_aalen_on_lung():
    values = load_record("km", "km.na.lung")
    curve = nelson_aalen(_lung())
    row = curve.rows_at([100, 365, 730])
    assert_allclose(curve.value[row], values["cumhaz"], rtol=RTOL)
    assert_allclose(np.exp(-curve.value[row]), values["surv"], rtol=RTOL)
    # survfit(stype = 2) gives the error of exp(-H), by the delta method.
    assert_allclose(np.exp(-curve.value[row]) * curve.std_error[row], values["std_err"], rtol=RTOL)


@pytest.mark.parametrize("scale", ["log", "log-log", "plain"])
def test_quantiles_on_lung(scale):
    values = load_record("km_quantile", f"km_median.lung.{scale}")
    sex = load_table("lung")["sex"]
    curves = [kaplan_meier(_lung(sex == code), interval=scale) for code in (1, 2)]
    found = [quantile(curve, p) for p in (0.25, 0.5, 0.75) for curve in curves]
    assert_allclose([e.value for e in found], numbers(values["quantile"]))
    assert_allclose([e.low for e in found], numbers(values["lower"]))
    assert_allclose([e.high for e in found], numbers(values["upper"]))


def test_quantiles_on_flat_steps():
    values = load_record("km_quantile", "km_median.flat")
    table = load_table("ovarian")
    data = SurvivalData(table["futime"], table["fustat"])
    curves = [kaplan_meier(data.take(table["rx"] == arm)) for arm in (1, 2)]
    found = [quantile(curve, p) for p in (0.1, 0.25, 0.5) for curve in curves]
    assert_allclose([e.value for e in found], numbers(values["q"]))
    assert_allclose([e.low for e in found], numbers(values["lo"]))
    assert_allclose([e.high for e in found], numbers(values["hi"]))


def test_median_and_common_restricted_mean_on_aml():
    values = load_record("km_quantile", "km_median.aml")
    table = load_table("aml")
    data = SurvivalData(table["time"], table["status"])
    for i, name in enumerate(("Maintained", "Nonmaintained")):
        curve = kaplan_meier(data.take(table["x"] == name))
        median = quantile(curve)
        assert_allclose(
            [median.value, median.low, median.high],
            numbers([values[key][i] for key in ("median", "0.95LCL", "0.95UCL")]),
        )
        # R's "common" horizon is the longest follow-up of all groups.
        _compare_mean(restricted_mean(curve, 161.0), values["rmean"][i], values["se(rmean)"][i])


def _compare_mean(mean, value, error) -> None:
    assert_allclose(mean.value, value, rtol=RTOL)
    assert_allclose((mean.high - mean.low) / (2 * 1.959963984540054), error, rtol=RTOL)


@pytest.mark.parametrize("tau", [365, 730])
def test_restricted_mean_on_lung(tau):
    values = load_record("rmst", "rmst.lung.365_730")
    sex = load_table("lung")["sex"]
    for code in (1, 2):
        mean = restricted_mean(kaplan_meier(_lung(sex == code)), tau)
        name = f"sex={code}"
        _compare_mean(mean, values[f"rmean{tau}"][name], values[f"se{tau}"][name])


def test_restricted_mean_as_survrm2_on_veteran():
    values = load_record("rmst", "rmst2.veteran")
    table = load_table("veteran")
    data = SurvivalData(table["time"], table["status"])
    for arm in (0, 1):
        mean = restricted_mean(kaplan_meier(data.take(table["trt"] == arm + 1)), 240)
        expected = values[f"arm{arm}"]["values"][0]
        found = [mean.value, mean.low, mean.high]
        assert_allclose(found, [expected[0], expected[2], expected[3]], rtol=RTOL)


def test_difference_at_one_year_on_lung():
    values = load_record("km_diff", "kmdiff.lung")
    sex = load_table("lung")["sex"]
    found = [value_at(kaplan_meier(_lung(sex == code)), 365)[0].value for code in (1, 2)]
    assert_allclose(found, values["surv"], rtol=RTOL)


def test_follow_up_on_gbsg():
    values = load_record("reverse_km", "revkm.gbsg")
    table = load_table("gbsg")
    curve = follow_up(SurvivalData(table["rfstime"], table["status"]))
    found = [quantile(curve, p) for p in (0.25, 0.5, 0.75)]
    assert_allclose([e.value for e in found], values["quantile"])
    assert_allclose([e.low for e in found], values["lower"])
    assert_allclose([e.high for e in found], values["upper"])
    assert curve.events.sum() == values["table"]["events"]
    mean = restricted_mean(curve, float(table["rfstime"].max()))
    _compare_mean(mean, values["table"]["rmean"], values["table"]["se(rmean)"])


@pytest.mark.parametrize(("name", "interval"), [("log", "log"), ("loglog", "log-log")])
def test_follow_up_on_rotterdam(name, interval):
    values = load_record("reverse_km", "revkm.rotterdam")[name]
    table = load_table("rotterdam")
    median = quantile(follow_up(SurvivalData(table["dtime"], table["death"]), interval=interval))
    assert [median.value, median.low, median.high] == [
        values["median"],
        values["lower"],
        values["upper"],
    ]


def _weighed_cases():
    follic, heart = load_table("follic"), load_table("heart")
    weight = np.where(follic["ch"] == "Y", 0.6, 1.3)
    late = follic["time"] / 3 * (follic["clinstg"] - 1)
    parts = (follic["time"], follic["status"] > 0)
    late_heart = (heart["stop"], heart["event"], heart["start"])
    return {
        "weights.follic": SurvivalData(*parts, weight=weight),
        "late_weights.follic": SurvivalData(*parts, late, weight),
        "late_weights.heart": SurvivalData(*late_heart, 1 + heart["surgery"] * 0.5),
        "late.heart": SurvivalData(*late_heart),
    }


@pytest.mark.parametrize("record", sorted(_weighed_cases()))
def test_weights_and_late_entry(record):
    data, values = _weighed_cases()[record], load_record("survival_more", record)
    hazard = nelson_aalen(data)
    row = hazard.rows_at(values["times"])
    assert_allclose(hazard.value[row], values["cumhaz"], rtol=RTOL)
    assert_allclose(hazard.std_error[row], values["se"], rtol=RTOL)
    for scale, expected in values["quantiles"].items():
        curve = kaplan_meier(data, interval=NAMES.get(scale, scale))
        found = [quantile(curve, p) for p in (0.1, 0.25, 0.5, 0.75)]
        assert_allclose([e.value for e in found], numbers(expected["quantile"]), rtol=RTOL)
        assert_allclose([e.low for e in found], numbers(expected["lower"]), rtol=RTOL)
        assert_allclose([e.high for e in found], numbers(expected["upper"]), rtol=RTOL)


def test_weighted_follow_up():
    values = load_record("survival_more", "reverse.follic")
    curve = follow_up(_weighed_cases()["weights.follic"])
    found = [quantile(curve, p) for p in (0.1, 0.25, 0.5, 0.75)]
    assert_allclose([e.value for e in found], values["quantile"], rtol=RTOL)
    assert_allclose([e.low for e in found], values["lower"], rtol=RTOL)
    assert_allclose([e.high for e in found], values["upper"], rtol=RTOL)


def test_no_record_is_left_untested():
    families = ("km", "km_quantile", "rmst", "km_diff", "reverse_km", "survival_more")
    assert {family: len(load_records(family)) for family in families} == {
        "km": 13,
        "km_quantile": 5,
        "rmst": 3,
        "km_diff": 1,
        "reverse_km": 2,
        "survival_more": 5,
    }
