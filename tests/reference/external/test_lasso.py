"""Lasso and elastic net Cox paths as R's glmnet has them.

With strata or start-stop times glmnet 4.1-6 stops short of the minimum (its own conditions do not
hold there): the penalised likelihood found here must be better.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.glmnet_ties import find_left_out
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import ElasticNet, cross_validate_lasso, fit_lasso_cox

COLUMNS = ("age", "sex", "ph.ecog", "ph.karno", "pat.karno", "wt.loss")


def lung():
    table = load_table("lung")
    known = np.all([np.isfinite(table[key]) for key in (*COLUMNS, "inst")], axis=0)
    table = {key: column[known] for key, column in table.items()}
    dead = table["status"] == 2
    x = np.column_stack([table[key] for key in COLUMNS])
    return x, table["time"] + 0.5 * ~dead, dead, table


def rotterdam():
    table = load_table("rotterdam")
    x = [table[key] for key in ("age", "meno", "nodes", "grade", "hormon", "chemo")]
    return np.column_stack([*x, np.log1p(table["pgr"]), np.log1p(table["er"])]), table


NETS = {
    "1": ElasticNet(),
    "0.5": ElasticNet(0.5),
    "0.1": ElasticNet(0.1),
    "0": ElasticNet(0.0),
    "weights": ElasticNet(),
    "factors": ElasticNet(factors=(0, 1, 1, 2, 1, 0.5)),
    "raw": ElasticNet(standardise=False, strengths=(0.5, 0.1, 0.05, 0.01, 0)),
    "offset": ElasticNet(0.8, count=20, ratio=0.05),
    "months": ElasticNet(),
}


@pytest.mark.parametrize("name", NETS)
def test_paths(name):
    values, (x, time, dead, table) = load_record("lasso_more", f"path.{name}"), lung()
    weight = 0.5 + (np.arange(1, len(x) + 1) % 4) / 3 if name == "weights" else None
    if name == "months":
        time = np.ceil(np.floor(time) / 30) + 0.5 * ~dead
    offset = 0.02 * table["age"] if name == "offset" else None
    path = fit_lasso_cox(x, SurvivalData(time, dead, weight=weight), NETS[name], offset)
    assert len(path.strengths) == values["k"]
    # Of pure ridge glmnet's first fit is that of an infinite penalty.
    some = slice(1 if name == "0" else 0, None)
    row = np.array(values["at"])[some] - 1
    values = {key: part[some] if isinstance(part, list) else part for key, part in values.items()}
    assert_allclose(path.strengths[row], values["lambda"], 1e-7)
    assert_allclose(path.coefficients[row], numbers(values["beta"])[some], 1e-6, atol=1e-9)
    assert_allclose(path.deviance_ratio[row], values["dev_ratio"], 1e-7, atol=1e-12)
    assert_allclose(path.null_deviance, values["nulldev"], 1e-10)
    assert path.nonzero[row].tolist() == values["df"]


@pytest.mark.parametrize("name", ["strata", "entry"])
def test_strata_and_late_entry(name):
    values, (x, time, dead, table) = load_record("lasso_more", name), lung()
    data = SurvivalData(time, dead, stratum=table["inst"].astype(int) % 4)
    if name == "entry":
        data = SurvivalData(time, dead, np.minimum(50, np.floor(time) / 2))
    net = ElasticNet(0.7 if name == "entry" else 1.0, strengths=values["lambda"])
    path = fit_lasso_cox(x, data, net)
    theirs = numbers(values["beta"])
    assert_allclose(path.null_deviance, values["nulldev"], 1e-10)

    def lose(coefficients, ratio):
        size = coefficients * x.std(axis=0)
        penalty = net.alpha * np.abs(size) + (1 - net.alpha) / 2 * size**2
        unexplained = values["nulldev"] * (1 - np.array(ratio)) / 2 / len(x)
        return unexplained + np.array(values["lambda"]) * penalty.sum(axis=1)

    gain = lose(theirs, values["dev_ratio"]) - lose(path.coefficients, path.deviance_ratio)
    assert np.all((gain > 0) & (gain < 2e-3))


STRENGTHS = (0.2, 0.1, 0.05, 0.02, 0.01, 0.001)


def test_rotterdam():
    values, (x, table) = load_record("lasso_more", "path.rotterdam"), rotterdam()
    data = SurvivalData(table["dtime"], table["death"])
    path = fit_lasso_cox(x, data, ElasticNet(strengths=STRENGTHS))
    assert_allclose(path.coefficients, numbers(values["beta"]), 1e-6, atol=1e-9)
    assert_allclose(path.deviance_ratio, values["dev_ratio"], 1e-8)
    assert path.nonzero.tolist() == values["df"]


def test_open_record_of_rotterdam():
    values, (x, table) = load_record("lasso", "glmnet.cox"), rotterdam()
    data = SurvivalData(table["dtime"], table["death"])
    path = fit_lasso_cox(x, data, ElasticNet(strengths=values["lambda"]))
    assert_allclose(path.coefficients.T, numbers(values["beta"]), 3e-3, atol=1e-5)
    assert_allclose(path.deviance_ratio, values["dev_ratio"], 1e-4)
    assert path.nonzero.tolist() == values["df"]
    # With the risk sets that glmnet has by accident (see glmnet_ties.py) the record is met.
    time = table["dtime"].copy()
    time[find_left_out(time, table["death"] == 1)] -= 0.25
    same = fit_lasso_cox(
        x, SurvivalData(time, table["death"]), ElasticNet(strengths=values["lambda"])
    )
    assert_allclose(same.coefficients.T, numbers(values["beta"]), 1e-5, atol=1e-9)
    assert_allclose(same.deviance_ratio, values["dev_ratio"], 1e-7)


@pytest.mark.parametrize("name", ["lasso", "net", "repeated"])
def test_cross_validation(name):
    values, (x, time, dead, _) = load_record("lasso_more", f"cv.{name}"), lung()
    number = np.arange(1, len(x) + 1)
    weight = 1 + number % 3 if name == "repeated" else None
    net = ElasticNet(0.3, count=30) if name == "net" else ElasticNet()
    data = SurvivalData(time, dead, weight=weight)
    choice = cross_validate_lasso(x, data, 1 + number % 5, net)
    assert_allclose(choice.deviance, values["cvm"], 1e-7)
    assert_allclose(choice.std_error, values["cvsd"], 1e-6)
    assert_allclose([choice.best, choice.sparse], [values["min"], values["one_se"]], 1e-7)
