"""Judging given predictions as R's pec, prodlim, geepack, riskRegression and metafor do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import (
    fit_cox,
    incidence_concordance,
    predict_survival,
    pseudo_values,
    uno_concordance,
)
from jalon.stats.kernels.local_lines import fit_local_lines
from jalon.validate import (
    Aim,
    CentreRule,
    Contest,
    Predicted,
    calibrate_weakly,
    compare_scores,
    compare_subgroups,
    leave_centres_out,
)
from jalon.validate.pseudo_regression import cloglog

RTOL = 1e-8
STOP = 1e-5
"""geese and loess stop, or approximate, earlier than these."""


def record(name):
    return load_record("judging_more", name)


def follic_risk(table):
    age, stage, hgb = table["age"], table["clinstg"], table["hgb"]
    return expit((age - 60) / 15 + (stage - 1.5) - (hgb > 140) / 2) * 0.8 + 0.05


def gbsg_risk(table):
    return expit(-1.2 + np.minimum(table["nodes"], 20) / 8 + (table["age"] - 50) / 40)


def apart(time):
    return time + np.arange(1, len(time) + 1) / 1e5


CINDEX = [
    ("melanoma1", "melanoma", "thick", (1000, 2500), 1),
    ("melanoma2", "melanoma", "age", (1500, 3000), 2),
    ("follic1", "follic", "risk", (2, 5, 15), 1),
    ("follic2", "follic", "age", (5, 15), 2),
]


@pytest.mark.parametrize(("part", "name", "column", "times", "cause"), CINDEX)
def test_concordance_with_competing_causes(part, name, column, times, cause):
    values, table = record("judge.cindex.cr")[part], load_table(name)
    risk = follic_risk(table) if column == "risk" else table[column]
    data = SurvivalData(apart(table["time"]), table["status"])
    found = [incidence_concordance(risk, data, cause, time) for time in times]
    assert_allclose([one.estimate.value for one in found], values["C"], RTOL)


def test_uno_without_competing_causes():
    values, table = record("judge.cindex.surv")["nodes"], load_table("gbsg")
    data = SurvivalData(apart(table["rfstime"]), table["status"])
    # pec takes predictions as survival where there is one cause.
    found = [uno_concordance(-table["nodes"], data, time).estimate.value for time in (700, 1200)]
    assert_allclose(found, values["C"], RTOL)


def test_pseudo_values():
    values, follic, gbsg = record("judge.pseudo"), load_table("follic"), load_table("gbsg")
    data = SurvivalData(np.ceil(follic["time"] * 12), follic["status"])
    for cause, part in ((1, "one"), (2, "two")):
        found = pseudo_values(data, [24, 60], cause)[:60]
        assert_allclose(found, numbers(values[part]), rtol=RTOL, atol=1e-10)
    months = SurvivalData(np.ceil(gbsg["rfstime"] / 30), gbsg["status"])
    found = 1 - pseudo_values(months, [24, 48])[:60]
    assert_allclose(found, numbers(values["gbsg"]), rtol=RTOL, atol=1e-10)


@pytest.mark.parametrize("name", ["follic", "gbsg"])
def test_weak_calibration(name):
    values, table = record("judge.weak")[name], load_table(name)
    if name == "follic":
        data, risk, time = SurvivalData(table["time"], table["status"]), follic_risk(table), 5
    else:
        data, risk, time = SurvivalData(table["rfstime"], table["status"]), gbsg_risk(table), 1500
    found = calibrate_weakly(risk, data, time)
    assert_allclose(found.intercept.value, values["large"], STOP)
    assert_allclose(
        [found.together.value, found.slope.value - 1], numbers(values["both"]), STOP, STOP
    )
    errors = [values["large_se"], numbers(values["both_se"])[1]]
    assert_allclose(found.std_errors, errors, STOP)
    assert_allclose(found.test.statistic, values["wald"], 10 * STOP)


def test_local_lines():
    values, table = record("judge.loess"), load_table("follic")
    risk = follic_risk(table)
    y = pseudo_values(SurvivalData(table["time"], table["status"]), 5)[:, 0]
    order, at = np.argsort(risk, kind="stable"), numbers(values["places"])
    for part, span in (("third", 0.33), ("half", 0.5)):
        width = int(span * len(risk) + 1e-5)
        found = fit_local_lines(risk[order], y[order], at, width)
        assert_allclose(found, numbers(values[part]), STOP)


def test_three_predictions_with_competing_causes():
    values, table = record("judge.compare"), load_table("follic")
    data = SurvivalData(np.ceil(table["time"] * 12), table["status"])
    x, y = follic_risk(table), expit((table["age"] - 60) / 15) * 0.7
    z = x.mean() + table["hgb"] / 1e4
    scores = {
        name: Predicted(risk, np.column_stack([risk * 0.8, risk]))
        for name, risk in (("x", x), ("y", y), ("z", z))
    }
    found = compare_scores(scores, data, Contest((24.5, 60.5)))
    contenders = list(found.contenders.values())
    part = values["auc"]
    assert_allclose(np.ravel([one.auc.auc.value for one in contenders]), numbers(part["AUC"]), RTOL)
    assert_allclose(np.ravel([c.auc.auc.std_error for c in contenders]), numbers(part["se"]), RTOL)
    part, own = values["brier"], 2
    for measure, column in (("error", "Brier"), ("accuracy", "IPA")):
        seen = np.ravel([getattr(one.brier, measure).value for one in contenders])
        assert_allclose(seen, numbers(part[column])[own:], RTOL)
    table = values["auc_contrast"]
    chosen = [k for k, name in enumerate(table["reference"]) if name == "x"]
    gains = [found.contenders[name].auc_gain for name in ("y", "z")]
    for column, value in (
        ("delta.AUC", [[e.value for e in one.estimates] for one in gains]),
        ("se", [one.std_error for one in gains]),
        ("lower", [[e.low for e in one.estimates] for one in gains]),
        ("p", [one.p for one in gains]),
    ):
        # R lists by time, then by model.
        assert_allclose(np.ravel(np.transpose(value)), numbers(table[column])[chosen], RTOL)


def test_paired_concordance():
    values, table = record("judge.paired"), load_table("gbsg")
    data = SurvivalData(table["rfstime"], table["status"])
    scores = {"nodes": Predicted(table["nodes"]), "size": Predicted(table["size"])}
    found = compare_scores(scores, data, Contest((1500.0,))).contenders
    for part, gain in (("harrell", found["size"].harrell_gain), ("uno", found["size"].uno_gain)):
        own = values[part]
        assert_allclose([getattr(one, part).value for one in found.values()], own["C"], RTOL)
        assert_allclose(
            [gain.estimate.value, gain.std_error, gain.p],
            [own["difference"], own["se"], own["p"]],
            RTOL,
        )


def test_periods_left_out():
    values, table = record("judge.iecv"), load_table("rotterdam")
    time = np.minimum(np.maximum(table["rtime"], 1), 1826) / 365.25
    data = SurvivalData(time, table["recur"] * (table["rtime"] <= 1826))
    x = np.column_stack([np.minimum(table["nodes"], 20), table["grade"], table["age"] / 10])
    period = np.searchsorted([1983, 1985, 1987, 1989], table["year"], side="left")

    def predict(fit, rows):
        index = x[rows] @ fit.coefficients
        return Predicted(index, 1 - predict_survival(fit, x[rows], 4.0).value[:, 0], index)

    found = leave_centres_out(
        lambda rows: fit_cox(x[rows], data.take(rows)),
        predict, data, period, Aim(4.0), CentreRule(20, 10),
    )  # fmt: skip
    expected = numbers(values["centres"])
    for one in found.centres:
        row = expected[int(one.name)]
        assert [one.merits.patients, one.merits.events] == row[:2].tolist()
        figures = [one.merits.figures[name] for name in ("concordance", "slope", "ratio")]
        seen = np.ravel([(part.effect, part.std_error) for part in figures])
        assert_allclose(seen, row[2:], 1e-6)
    for name, part in found.pooled.items():
        own = values[name]
        back = {"concordance": expit, "slope": np.asarray, "ratio": np.exp}[name]
        ends = [part.estimate.value, part.estimate.low, part.estimate.high]
        assert_allclose(ends, back([own["beta"], own["low"], own["high"]]), 1e-6)
        reach = [part.higgins.low, part.higgins.high]
        assert_allclose(reach, back([own["plow"], own["phigh"]]), 1e-6)
        assert part.prediction.low < part.estimate.value < part.prediction.high
        assert_allclose(part.tau**2, own["tau2"], 1e-5, 1e-12)
        test = [part.heterogeneity.statistic, part.heterogeneity.p]
        assert_allclose(test, [own["Q"], own["Qp"]], 1e-5)


def test_parts_of_the_patients():
    values, table = record("judge.fairness"), load_table("gbsg")
    risk = expit(-1.2 + np.minimum(table["nodes"], 20) / 8)
    data = SurvivalData(table["rfstime"], table["status"])
    found = compare_subgroups(Predicted(risk, risk), data, table["grade"], Aim(1000.0))
    for row, one in zip(numbers(values["figures"]), found.levels.values(), strict=True):
        figures = [one.figures[name] for name in ("concordance", "ratio")]
        assert_allclose(np.ravel([(p.effect, p.std_error) for p in figures]), row, RTOL)
    for name in ("concordance", "ratio"):
        test = found.tests[name]
        assert_allclose([test.statistic, test.p], [values[name]["Q"], values[name]["p"]], RTOL)


def test_the_scale():
    assert_allclose(cloglog(np.array([1 - np.exp(-1)])), 0, atol=1e-15)
