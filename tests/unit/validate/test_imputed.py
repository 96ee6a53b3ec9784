"""Imputation inside the resampling: who is completed with whom, stacked or each, and when not."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    ImputationPlan,
    IncompleteTable,
    concordance,
    concordance_value,
    fit_cox,
    impute,
    stack_outcomes,
)
from jalon.validate import (
    Completion,
    Measure,
    Procedure,
    Running,
    draw_bootstrap,
    draw_folds,
    impute_inside,
    validate_procedure,
)

RANK = Measure("C", "risk", concordance_value, lambda x, data: concordance(x, data).estimate)
PLAN = ImputationPlan(tables=3, iterations=2)


def simulate(n=120, missing=0.25, seed=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    x[:, 2] = rng.random(n) < 0.4
    time = rng.exponential(np.exp(-x @ [0.8, 0.4, 0.0]))
    data = SurvivalData(time, (rng.random(n) < 0.8).astype(int))
    x[rng.random((n, 3)) < [missing, 0, missing / 2]] = np.nan
    return IncompleteTable(x, ["number", "number", "binary"], "abc"), data


def learn(values, data):
    return fit_cox(values, data).coefficients


def predict(beta, values):
    return {"risk": values @ beta}


def choose(beta):
    return [name for name, effect in zip("abc", beta, strict=True) if abs(effect) > 0.3]


def make(table, data, join="stacked", plan=PLAN, learn=learn):
    completion = Completion(table, plan, join)
    return impute_inside(learn, predict, completion, data, np.random.default_rng(5), chosen=choose)


@pytest.mark.parametrize("join", ["stacked", "each"])
def test_with_nothing_missing_it_is_the_plain_procedure(join):
    table, data = simulate(missing=0)
    x = table.values
    plain = Procedure(
        lambda rows, rng: learn(x[rows], data.take(rows)),
        lambda beta, rows, rng: predict(beta, x[rows]),
    )
    plan = draw_bootstrap(120, 6, np.random.default_rng(1))
    one, two = (
        validate_procedure(part, [RANK], data, plan).figures["C"]
        for part in (plain, make(table, data, join))
    )
    for kind, found in one.corrections.items():
        other = two.corrections[kind]
        assert other.value == pytest.approx(found.value, rel=1e-6)
        assert other.shifted.low == pytest.approx(found.shifted.low, rel=1e-3)


def test_every_resample_completes_its_own_patients():
    table, data = simulate()
    seen = []

    def watch(values, outcomes):
        seen.append(values)
        return learn(values, outcomes)

    plan = draw_bootstrap(120, 3, np.random.default_rng(1))
    validate_procedure(make(table, data, "each", learn=watch), [RANK], data, plan)
    assert len(seen) == 3 * 4
    whole = impute(table, np.random.default_rng(5), PLAN, data).values
    assert np.array_equal(seen[:3], whole)
    for number, (rows, _) in enumerate(plan.splits):
        tables = np.array(seen[3 + 3 * number : 6 + 3 * number])
        known = ~np.isnan(table.values[rows])
        assert np.array_equal(tables[0][known], table.values[rows][known])
        # The same patient drawn twice is completed twice, from this resample's own chance.
        assert not np.array_equal(tables, whole[:, rows])


def test_left_out_patients_are_completed_by_themselves():
    table, data = simulate()
    procedure = make(table, data)
    rng = np.random.default_rng(3)
    rows = np.arange(80)
    model = procedure.learn(rows, rng)
    left = np.arange(80, 120)
    expected = impute(table.take(left), np.random.default_rng(9), _lenient(), data.take(left))
    found = procedure.predict(model, left, np.random.default_rng(9))["risk"]
    assert found == pytest.approx(expected.values @ model.models[0])


def _lenient():
    return ImputationPlan(tables=3, iterations=2, unusable="leave out")


def test_stacked_and_each_are_near_and_not_the_same():
    table, data = simulate()
    plan = draw_bootstrap(120, 8, np.random.default_rng(1))
    one, two = (
        validate_procedure(make(table, data, join), [RANK], data, plan).figures["C"]
        for join in ("stacked", "each")
    )
    first, second = (part.corrections["optimism"].value for part in (one, two))
    assert first == pytest.approx(second, abs=0.02)
    assert first != second
    assert one.apparent.method.endswith("pooled over 3 tables")


def test_workers_and_resuming_change_nothing(tmp_path):
    table, data = simulate()
    plan = draw_bootstrap(120, 6, np.random.default_rng(1))

    def run(**how):
        found = validate_procedure(make(table, data), [RANK], data, plan, Running(**how))
        return repr(found.figures), found.chosen

    whole = run()
    assert run(workers=2, keep=tmp_path / "kept") == whole
    assert run(keep=tmp_path / "kept") == whole
    assert 0 < whole[1]["a"] <= 1


def test_folds_complete_each_part_apart():
    table, data = simulate(n=200)
    plan = draw_folds(200, 4, np.random.default_rng(1), repeats=2)
    found = validate_procedure(make(table, data), [RANK], data, plan).figures["C"]
    assert found.corrections["folds"].resamples == 2
    assert 0.55 < found.corrections["folds"].value < found.apparent.value + 0.02


def test_stacked_outcomes():
    data = SurvivalData([3, 1, 2], [1, 0, 2], weight=[2, 1, 1], stratum=[7, 7, 9])
    both = stack_outcomes(data, 2)
    assert both.weight.sum() == data.weight.sum()
    assert both.stratum.tolist() == [0, 0, 1, 2, 2, 3]
    with pytest.raises(UnsuitableDataError, match="at least 1"):
        stack_outcomes(data, 0)
    x = np.random.default_rng(1).normal(size=(40, 2))
    data = SurvivalData(np.arange(1, 41), np.tile([1, 0], 20))
    one, two = fit_cox(x, data), fit_cox(np.tile(x, (3, 1)), stack_outcomes(data, 3))
    assert two.coefficients == pytest.approx(one.coefficients, rel=1e-7)
    assert two.log_likelihood - two.log_likelihood_null == pytest.approx(
        one.log_likelihood - one.log_likelihood_null, rel=1e-7
    )


def test_a_model_that_is_known_already_is_not_learned_again():
    table, data = simulate()
    beta = np.array([1.0, 0.0, 0.0])
    completion = Completion(table, PLAN)
    rng = np.random.default_rng(5)
    procedure = impute_inside(learn, predict, completion, data, rng, own=beta)
    plan = draw_bootstrap(120, 3, np.random.default_rng(1))
    apparent = validate_procedure(procedure, [RANK], data, plan).figures["C"].apparent
    whole = impute(table, np.random.default_rng(5), PLAN, data).values
    expected = [concordance_value(values[:, 0], data) for values in whole]
    assert apparent.value == pytest.approx(np.mean(expected))


def test_a_slope_that_is_1_but_for_the_tables_has_no_percentiles():
    def slope(index, data):
        return float(fit_cox(index[:, None], data, ties="breslow").coefficients[0])

    table, data = simulate()
    plan = draw_bootstrap(120, 12, np.random.default_rng(1))
    measures = [RANK, Measure("slope", "risk", slope)]
    figures = validate_procedure(make(table, data), measures, data, plan).figures
    for kind, one in figures["slope"].corrections.items():
        assert np.isnan([one.percentile.low, one.shifted.low]).all(), kind
        assert not np.isnan(figures["C"].corrections[kind].percentile.low)


def test_refusals():
    table, data = simulate()
    with pytest.raises(UnsuitableDataError, match="120 rows but there are 60"):
        make(table, data.take(np.arange(60)))
