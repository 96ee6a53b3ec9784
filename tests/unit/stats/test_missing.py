"""What imputation and pooling refuse, and what they do at their limits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from jalon.core import ConvergenceError, SurvivalData, UnsuitableDataError
from jalon.stats import missing
from jalon.stats.missing import (
    ImputationPlan,
    IncompleteTable,
    impute,
    outcome_columns,
    pool_chi_square,
    pool_estimates,
    pool_likelihood_ratio,
    pool_probability,
    pool_wald,
)
from jalon.stats.missing import agreement as agreement_module
from jalon.stats.missing import target as target_module

NAN = np.nan
NUMBERS = ("number", "number", "number")


def _table(first=None, kinds=NUMBERS, names=("ldh", "crp", "age")):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(30, 3))
    values[:4, 1] = NAN
    if first is not None:
        values[:, 0] = first
    return IncompleteTable(values, kinds, names)


def _impute(table, outcome=None, **plan):
    return impute(table, np.random.default_rng(1), ImputationPlan(**plan), outcome)


def _first(*values):
    column = np.full(30, NAN)
    column[: len(values)] = values
    return column


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (lambda: _table(NAN), "ldh is missing for every patient"),
        (lambda: _table(_first(2, 2, 2, 2, 2, 2, 2)), "ldh has one value only"),
        (lambda: _table(_first(1, 2, 3, 4)), "known for 4 patients, fewer than its 5 donors"),
        (lambda: _table(0.1), "ldh is the same for every patient"),
    ],
)
def test_refused_columns(table, message):
    with pytest.raises(UnsuitableDataError, match=message):
        _impute(table())


def test_too_few_known_for_the_predictors():
    values = np.random.default_rng(0).normal(size=(30, 8))
    values[:22, 0] = NAN
    with pytest.raises(UnsuitableDataError, match="too few for 7 predictors"):
        _impute(IncompleteTable(values, ["number"] * 8))


def test_refused_predictors():
    age = _table().values[:, 2]
    with pytest.raises(UnsuitableDataError, match="ldh and age say the same"):
        _impute(_table(3 * age + 1))
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 30))
    c = a.copy()
    c[3] = NAN
    values = np.column_stack((a, b, a + b, np.where(np.arange(30) < 3, NAN, rng.normal(size=30))))
    with pytest.raises(UnsuitableDataError, match="column 2 is a combination"):
        _impute(IncompleteTable(values, ["number"] * 4))
    apart = np.column_stack(
        (np.where(np.arange(30) < 15, NAN, a), np.where(np.arange(30) < 15, b, NAN), c)
    )
    with pytest.raises(UnsuitableDataError, match="never both known"):
        _impute(IncompleteTable(apart, NUMBERS))
    kept = ~np.eye(3, dtype=bool)
    kept[2] = kept[0, 1] = kept[1, 0] = False
    kept[2, 0] = True
    made = _impute(IncompleteTable(apart, NUMBERS), predictors=kept)
    assert not np.isnan(made.values).any()


def test_unusable_columns_can_be_left_out():
    table = _table(0.1)
    made = _impute(table, unusable="leave out")
    assert_array_equal(made.left_out, [[False] * 3, [True, False, False], [False] * 3])
    only = _impute(_table(_first(2, 2, 2, 2, 2, 2, 2)), unusable="leave out")
    assert_array_equal(only.values[:, :, 0], 2)
    copied = _impute(_table(3 * _table().values[:, 2] + 1), unusable="leave out")
    assert copied.left_out[1].tolist() == [False, False, True]


def test_constant_levels_can_be_left_out():
    values = _table().values.copy()
    values[:, 0] = 2
    table = IncompleteTable(values, ["ordered", "number", "number"])
    with pytest.raises(UnsuitableDataError, match="column 0 is the same"):
        _impute(table)
    assert _impute(table, unusable="leave out").left_out[1].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("values", "kinds", "message"),
    [
        ([1, 2, 3], ["number"], "1 dimensions"),
        ([[1.0]], ["number"], "too few to impute"),
        ([[1, 2], [3, 4]], ["number"], "1 kinds"),
        ([[1], [np.inf]], ["number"], "infinite"),
        ([[1], [2]], ["binary"], "not coded 0 and 1"),
        ([[1], [2.5]], ["ordered"], "whole numbers"),
        ([[1], [2]], ["nominal"], "kind 'nominal' is not known"),
        (np.arange(30.0)[:, None], ["ordered"], "more than 20 levels"),
    ],
)
def test_refused_tables(values, kinds, message):
    with pytest.raises(UnsuitableDataError, match=message):
        IncompleteTable(values, kinds)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"tables": 0}, "tables is 0"),
        ({"iterations": 0}, "iterations is 0"),
        ({"donors": 0}, "donors is 0"),
        ({"unusable": "drop"}, "unusable 'drop' is not known"),
        ({"outcome_as": "weibull"}, "outcome_as 'weibull' is not known"),
        ({"outcome_as": "cox model"}, "needs the outcome"),
        ({"methods": ("matching",)}, "1 methods for 3 columns"),
        ({"methods": ("matching", "logistic", "matching")}, "crp: method 'logistic'"),
        ({"predictors": np.ones((3, 3))}, "ldh cannot be its own predictor"),
        ({"predictors": np.ones((2, 3))}, r"shape \(2, 3\)"),
        ({"order": (0, 2)}, "order must name each incomplete column once"),
        ({"order": (1, 1)}, "order must name each incomplete column once"),
        ({"order": (7,)}, "order names columns outside"),
    ],
)
def test_refused_plans(plan, message):
    with pytest.raises(UnsuitableDataError, match=message):
        _impute(_table(), **plan)


def test_outcome_of_other_patients():
    with pytest.raises(UnsuitableDataError, match="30 rows but the outcome 2"):
        _impute(_table(), SurvivalData([1, 2], [1, 0]))


def _follow(n=30, **fields):
    rng = np.random.default_rng(6)
    return SurvivalData(rng.exponential(size=n), rng.random(n) < 0.7, **fields)


@pytest.mark.parametrize(
    ("plan", "outcome", "message"),
    [
        ({"methods": ("normal", "matching", "normal")}, _follow(), "crp: method 'matching'"),
        ({"model_columns": (0, 3)}, _follow(), "model_columns names columns outside 0 to 2"),
        ({"model_columns": ()}, _follow(), "no covariate that varies"),
        ({}, SurvivalData(np.ones(30), np.zeros(30)), "there is no event"),
        ({}, _follow(weight=np.full(30, 2.0)), "takes no case weights"),
        ({}, _follow(n=20), "30 rows but the outcome 20"),
    ],
)
def test_refused_cox_models(plan, outcome, message):
    with pytest.raises(UnsuitableDataError, match=message):
        _impute(_table(), outcome, outcome_as="cox model", **plan)


def test_a_cox_model_without_answer_names_its_column():
    data = _follow()
    values = _table().values.copy()
    values[:, 2] = (data.event == 1) & (data.time < np.median(data.time))
    table = IncompleteTable(values, ["number", "number", "binary"], ["ldh", "crp", "early"])
    with pytest.raises(
        UnsuitableDataError, match="early in the Cox model of the outcome separates"
    ):
        _impute(table, data, outcome_as="cox model", tables=1)
    made = _impute(table, data, outcome_as="cox model", tables=1, model_columns=(0, 1))
    assert np.isfinite(made.values).all()


def test_a_cox_model_leaves_constant_columns_out():
    made = _impute(_table(0.1), _follow(), outcome_as="cox model", unusable="leave out")
    assert np.isfinite(made.values).all()
    only = _table(_first(2, 2, 2, 2, 2, 2, 2))
    made = _impute(only, _follow(), outcome_as="cox model", unusable="leave out", tables=2)
    assert_array_equal(made.values[:, :, 0], 2)


def test_nothing_missing_needs_no_cox_model():
    values = np.random.default_rng(0).normal(size=(30, 2))
    table = IncompleteTable(values, ["number", "number"])
    made = _impute(table, SurvivalData(np.ones(30), np.zeros(30)), outcome_as="cox model")
    assert_array_equal(made.values[0], values)


def test_draws_that_cannot_be_had_are_said(monkeypatch):
    def fail(*_arguments):
        return np.full(4, NAN)

    monkeypatch.setattr(agreement_module, "draw_agreeing", fail)
    with pytest.raises(ConvergenceError, match="no value of crp agrees"):
        _impute(_table(), _follow(), outcome_as="cox model", tables=1)


def test_no_predictors_is_sampling():
    made = _impute(_table(), predictors=np.zeros((3, 3)), tables=50)
    assert np.isin(made.values[:, :4, 1], _table().values[4:, 1]).all()
    assert len(np.unique(made.values[:, :4, 1])) > 20


def test_perfect_prediction_stays_finite():
    rng = np.random.default_rng(2)
    x = rng.normal(size=60)
    flag, stage = (x > 0).astype(float), np.digitize(x, [-0.5, 0.5]).astype(float)
    values = np.column_stack((x, flag, stage))
    values[::7, 1] = NAN
    values[3::7, 2] = NAN
    table = IncompleteTable(values, ["number", "binary", "ordered"])
    made = impute(table, rng, ImputationPlan(tables=20))
    assert np.mean(made.values[:, ::7, 1] == flag[::7]) > 0.9
    assert np.mean(made.values[:, 3::7, 2] == stage[3::7]) > 0.8


def test_levels_by_matching_and_numbers_by_normal():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(80, 2))
    values = np.column_stack((x, x[:, 0] > 0, np.digitize(x[:, 1], [0, 1])))
    values[:9, 0] = values[9:20, 2] = values[20:30, 3] = NAN
    table = IncompleteTable(values, ["number", "number", "binary", "ordered"])
    plan = ImputationPlan(5, 3, methods=("normal", "matching", "matching", "matching"))
    made = impute(table, rng, plan)
    assert np.isin(made.values[:, :, 2], [0, 1]).all()
    assert np.isin(made.values[:, :, 3], [0, 1, 2]).all()
    assert not np.isin(made.values[:, :9, 0], values[9:, 0]).any()


def test_order_and_traces():
    table = _table(_first(*np.random.default_rng(5).normal(size=20)))
    one = _impute(table, tables=4, iterations=6)
    two = _impute(table, tables=4, iterations=6, order=(0, 1))
    assert one.mean.shape == one.spread.shape == (4, 6, 3)
    assert np.isfinite(one.mean[:, :, :2]).all()
    assert np.isfinite(one.spread[:, :, :2]).all()
    assert not np.array_equal(one.values, two.values)
    assert_allclose(one.mean[:, -1, 0], one.values[:, 20:, 0].mean(axis=1))


def test_outcome_columns_by_cause_and_entry():
    data = SurvivalData([2, 3, 5, 7], [1, 2, 0, 1], entry=[0, 1, 1, 4])
    columns, names = outcome_columns(data)
    assert [name.split(" of ")[1] for name in names] == ["cause 1"] * 2 + ["cause 2"] * 2
    # At risk: three at 2, two at 3, one at 7. The second entered at 1, the fourth at 4.
    assert_allclose(columns[:, 1], [1 / 3, 1 / 3, 1 / 3, 1])
    assert_allclose(columns[:, 3], [0, 1 / 2, 1 / 2, 0])
    everyone = outcome_columns(SurvivalData([1, 2], [1, 1]))
    assert everyone[1] == ("cumulative hazard",)
    assert outcome_columns(SurvivalData([1, 2], [0, 0]))[0].shape == (2, 0)


def test_no_convergence_is_said(monkeypatch):
    monkeypatch.setattr(target_module, "MOST_STEPS", 1)
    values = _table().values.copy()
    values[:, 0] = values[:, 2] > 0
    values[5, 0] = NAN
    table = IncompleteTable(values, ["binary", "number", "number"], ["fever", "crp", "age"])
    with pytest.raises(ConvergenceError, match="imputes fever did not converge"):
        _impute(table)


def test_take_keeps_kinds():
    part = _table().take([0, 0, 5])
    assert part.missing.sum() == 2
    assert part.names == ("ldh", "crp", "age")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pool_estimates([1], [1]), "one completed table"),
        (lambda: pool_estimates([1, 2], [1, 2, 3]), "shape"),
        (lambda: pool_estimates([1, NAN], [1, 2]), "missing or infinite"),
        (lambda: pool_estimates([1, 2], [1, 0]), "not above 0"),
        (lambda: pool_estimates([1, 2], [1, 1], complete_df=0), "complete_df is 0"),
        (lambda: pool_estimates([1, 2], [1, 1], level=95), "level is 95"),
        (lambda: pool_probability([0.5, 1], [0.1, 0.1], "logit"), "a probability is 0, 1"),
        (lambda: pool_probability([0.5, 0.6], [0.1], "logit"), "2 probabilities but 1"),
        (lambda: pool_probability([0.5, 0.6], [0.1, 0.1], "probit"), "scale 'probit'"),
        (lambda: pool_probability([0.5, 0.6], [0.1, 0.1], "log", quantile="z"), "quantile 'z'"),
        (lambda: pool_wald([[1, 2], [2, 3]], [[1, 1], [1, 1]]), "a covariance matrix for each"),
        (lambda: pool_wald([[1, 2], [2, 3]], [np.ones((2, 2))] * 2), "determine each other"),
        (lambda: pool_wald([[1], [2]], [[[1]], [[1]]], complete_df=9), "too few for the small"),
        (lambda: pool_wald(np.eye(3), [np.eye(3)] * 3, complete_df=2), "too small for so much"),
        (lambda: pool_wald(np.eye(2), [np.eye(2)] * 2, complete_df=-1), "complete_df is -1"),
        (lambda: pool_chi_square([1], 1), "at least two tables"),
        (lambda: pool_chi_square([1, -1], 1), "negative"),
        (lambda: pool_chi_square([1, 2], 0), "df is 0"),
        (lambda: pool_chi_square([1, NAN], 1), "missing or infinite"),
        (lambda: pool_likelihood_ratio([1, 2], [1, 2, 3], 1), "2 statistics but 3"),
        (lambda: pool_likelihood_ratio([1, 2], [90, 90], 1), "exceed those"),
    ],
)
def test_refused_pooling(call, message):
    with pytest.raises(UnsuitableDataError, match=message):
        call()


def test_estimates_carry_their_intervals():
    pooled = pool_estimates([[1, 2], [2, 2]], [[1, 1], [1, 1]], level=0.9)
    assert [e.value for e in pooled.estimates] == [1.5, 2.0]
    assert pooled.estimates[0].level == 0.9
    one = pool_probability([0.5, 0.6], [0.1, 0.1], "logit").estimates[0]
    assert (one.method, one.low < one.value < one.high) == ("logit", True)


def test_public_names():
    assert sorted(missing.__all__) == missing.__all__
    assert all(hasattr(missing, name) for name in missing.__all__)
