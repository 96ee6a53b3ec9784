"""Validation of a whole procedure: all corrections at once, and what holds whatever the data."""

import numpy as np
import pytest

from jalon.core import Estimate, SurvivalData, UnsuitableDataError
from jalon.stats import concordance, concordance_value, fit_cox
from jalon.validate import (
    Measure,
    Procedure,
    Running,
    calibration_slope,
    draw_bootstrap,
    draw_folds,
    use_rows,
    validate_model,
    validate_procedure,
)

RANK = Measure("C", "risk", concordance_value, lambda x, data: concordance(x, data).estimate)
ERROR = Measure("error", "risk", lambda x, data: float(np.mean((x - data.time) ** 2)))


def simulate(n=100, p=3, effect=0.8, seed=4):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    time = rng.exponential(np.exp(-effect * x[:, 0]))
    return x, SurvivalData(time, (rng.random(n) < 0.7).astype(int))


def cox(x, data, watch=""):
    def learn(rows, rng):
        return fit_cox(x[rows], data.take(rows)).coefficients

    def choose(beta):
        return [f"x{k}" for k in np.flatnonzero(np.abs(beta) > 0.3)]

    return Procedure(learn, lambda beta, rows, rng: {"risk": x[rows] @ beta}, choose, watch)


def constant(data):
    return Procedure(lambda rows, rng: 1.0, lambda model, rows, rng: {"risk": np.ones(len(rows))})


def test_the_corrections_are_made_of_the_same_resamples():
    x, data = simulate()
    plan = draw_bootstrap(100, 15, np.random.default_rng(1))
    figure = validate_procedure(cox(x, data), [RANK], data, plan).figures["C"]
    everyone, inside, whole, left = np.arange(100), [], [], []
    for rows, _ in plan.splits:
        risk = x @ fit_cox(x[rows], data.take(rows)).coefficients
        out = np.setdiff1d(everyone, rows)
        for found, part in ((inside, rows), (whole, everyone), (left, out)):
            found.append(concordance_value(risk[part], data.take(part)))
    apparent = concordance_value(x @ fit_cox(x, data).coefficients, data)
    made = {kind: one.value for kind, one in figure.corrections.items()}
    assert figure.apparent.value == pytest.approx(apparent)
    assert made["optimism"] == pytest.approx(apparent - np.mean(inside) + np.mean(whole))
    assert made["0.632"] == pytest.approx(0.368 * apparent + 0.632 * np.mean(left))
    assert [made["left out"], figure.left_out] == pytest.approx([np.mean(left)] * 2)
    overfit = (apparent - np.mean(left)) / (apparent - figure.no_information)
    weight = 0.632 / (1 - 0.368 * overfit)
    assert made["0.632+"] == pytest.approx((1 - weight) * apparent + weight * np.mean(left))
    assert figure.no_information == pytest.approx(0.5, abs=0.01)


def test_the_same_numbers_as_validate_model():
    x, data = simulate()

    def learn(rows):
        return fit_cox(x[rows], data.take(rows)).coefficients

    def judge(beta, rows):
        return {"C": concordance_value(x[rows] @ beta, data.take(rows))}

    for kind, word in (("bootstrap", "optimism"), ("0.632", "0.632"), ("left out", "left out")):
        plan = draw_bootstrap(100, 10, np.random.default_rng(3), kind)
        other = validate_model(learn, judge, plan).figures["C"]
        found = validate_procedure(cox(x, data), [RANK], data, plan).figures["C"]
        assert found.corrections[word].value == pytest.approx(other.corrected.value, rel=1e-12)
    plan = draw_folds(100, 5, np.random.default_rng(3), repeats=3)
    other = validate_model(learn, judge, plan).figures["C"]
    found = validate_procedure(cox(x, data), [RANK], data, plan).figures["C"]
    assert found.test == pytest.approx(other.test, rel=1e-12)


def refuse_strata(values, data):
    if data.stratum is not None:
        raise UnsuitableDataError("strata")
    return concordance_value(values, data)


def test_folds_are_judged_at_once_but_compared_within():
    x, data = simulate()
    plan = draw_folds(100, 6, np.random.default_rng(3), repeats=2)
    strange = Measure("strange", "risk", refuse_strata)
    slope = Measure("slope", "risk", lambda lp, data: calibration_slope(lp, data).value)

    def find(shift):
        def predict(beta, rows, rng):
            one = x[rows] @ beta + shift * beta[0]
            return {"other": x[rows, :1].T, "risk": np.array([one, one])}

        procedure = Procedure(cox(x, data).learn, predict, watch="other")
        found = validate_procedure(procedure, [RANK, slope, strange], data, plan)
        assert found.predictions.shape == (12, 100)
        return {name: figure.corrections["folds"].value for name, figure in found.figures.items()}

    values, pairs, slopes, means = find(0.0), [], [], []
    for division in (plan.splits[:6], plan.splits[6:]):
        risk, fold, parts = np.empty(100), np.empty(100, dtype=int), []
        for k, (learned, judged) in enumerate(division):
            risk[judged] = x[judged] @ fit_cox(x[learned], data.take(learned)).coefficients
            fold[judged] = k
            parts.append(concordance(risk[judged], data.take(judged)))
        good = [one.concordant + one.tied_risk / 2 for one in parts]
        every = [one.concordant + one.discordant + one.tied_risk for one in parts]
        pairs.append(sum(good) / sum(every))
        strata = SurvivalData(data.time, data.event, stratum=fold)
        slopes.append(fit_cox(risk[:, None], strata).coefficients[0])
        means.append(np.mean([one.estimate.value for one in parts]))
    assert values["C"] == pytest.approx(np.mean(pairs), rel=1e-12)
    assert values["slope"] == pytest.approx(np.mean(slopes), rel=1e-9)
    assert values["strange"] == pytest.approx(np.mean(means), rel=1e-12)
    assert find(100.0) == pytest.approx(values, rel=1e-6)


def test_folds_keep_the_strata_of_the_data():
    x, data = simulate()
    centre = np.tile([0, 1], 50)
    both = SurvivalData(data.time, data.event, stratum=centre)
    plan = draw_folds(100, 4, np.random.default_rng(3))
    found = validate_procedure(cox(x, both), [RANK], both, plan).figures["C"]
    counts = np.zeros(2)
    for learned, judged in plan.splits:
        beta = fit_cox(x[learned], both.take(learned)).coefficients
        for k in range(2):
            rows = judged[centre[judged] == k]
            one = concordance(x[rows] @ beta, data.take(rows))
            good = one.concordant + one.tied_risk / 2
            counts += good, one.concordant + one.discordant + one.tied_risk
    assert found.corrections["folds"].value == pytest.approx(counts[0] / counts[1], rel=1e-12)


def test_a_constant_has_no_optimism_and_no_interval_to_speak_of():
    data = simulate()[1]
    for plan in (
        draw_bootstrap(100, 30, np.random.default_rng(1)),
        draw_folds(100, 5, np.random.default_rng(1)),
    ):
        figure = validate_procedure(constant(data), [RANK], data, plan).figures["C"]
        for one in figure.corrections.values():
            assert one.value == pytest.approx(0.5)
            assert one.optimism == pytest.approx(0.0, abs=1e-12)
            assert np.isnan(one.percentile.low)


def test_leave_one_out_is_as_many_folds_as_patients():
    data = simulate(n=20)[1]

    def mean(rows, rng):
        return data.time[rows].mean()

    procedure = Procedure(mean, lambda model, rows, rng: {"risk": np.full(len(rows), model)})
    plan = draw_folds(20, 20, np.random.default_rng(2))
    figure = validate_procedure(procedure, [ERROR], data, plan).figures["error"]
    others = [(data.time[i] - np.delete(data.time, i).mean()) ** 2 for i in range(20)]
    assert figure.corrections["folds"].value == pytest.approx(np.mean(others))


def test_rows_may_be_weights():
    """A resample given as how often each was drawn is that of repeated rows."""
    x, data = simulate()

    def learn(rows, rng):
        drawn = np.bincount(rows, minlength=100).astype(float)
        some = SurvivalData(data.time, data.event, weight=drawn)
        return fit_cox(x, some, ties="breslow").coefficients

    def learn_rows(rows, rng):
        return fit_cox(x[rows], data.take(rows), ties="breslow").coefficients

    def predict(beta, rows, rng):
        return {"risk": x[rows] @ beta}

    plan = draw_bootstrap(100, 5, np.random.default_rng(1))
    one, two = (
        validate_procedure(Procedure(way, predict), [RANK], data, plan).figures["C"]
        for way in (learn, learn_rows)
    )
    assert one.corrections["optimism"].value == pytest.approx(two.corrections["optimism"].value)


def test_workers_and_interruptions_change_nothing(tmp_path):
    x, data = simulate()
    plan = draw_bootstrap(100, 12, np.random.default_rng(2))

    def run(procedure, **how):
        found = validate_procedure(procedure, [RANK], data, plan, Running(**how))
        return found.predictions.tobytes(), repr(found.figures), found.chosen

    whole = run(cox(x, data, "risk"))
    assert run(cox(x, data, "risk"), workers=2) == whole
    fits = []

    def stop(beta):
        fits.append(1)
        if len(fits) == 5:
            raise KeyboardInterrupt
        return cox(x, data).chosen(beta)

    halting = Procedure(cox(x, data).learn, cox(x, data).predict, stop, "risk")
    with pytest.raises(KeyboardInterrupt):
        run(halting, keep=tmp_path / "kept")
    assert run(cox(x, data, "risk"), keep=tmp_path / "kept", workers=2) == whole


def test_other_data_do_not_use_what_was_kept(tmp_path):
    x, data = simulate()
    plan = draw_bootstrap(100, 3, np.random.default_rng(2))
    how = Running(keep=tmp_path / "kept", about="first")
    validate_procedure(cox(x, data), [RANK], data, plan, how)
    for other, words in ((simulate(seed=5)[1], "first"), (data, "second")):
        again = Running(keep=tmp_path / "kept", about=words)
        with pytest.raises(UnsuitableDataError.__base__, match="other data"):
            validate_procedure(cox(x, data), [RANK], other, plan, again)


def test_both_intervals():
    x, data = simulate()
    plan = draw_bootstrap(100, 60, np.random.default_rng(2))
    for one in (
        validate_procedure(cox(x, data), [RANK], data, plan).figures["C"].corrections.values()
    ):
        for estimate in (one.shifted, one.percentile):
            assert estimate.low < estimate.value == one.value < estimate.high
    folds = draw_folds(100, 5, np.random.default_rng(2), repeats=4)
    one = validate_procedure(cox(x, data), [RANK], data, folds).figures["C"].corrections["folds"]
    assert one.shifted.low < one.value < one.shifted.high
    assert np.isnan(one.percentile.low)


def test_several_completed_tables_are_averaged_and_pooled():
    x, data = simulate()

    def predict(beta, rows, rng):
        one = x[rows] @ beta
        return {"risk": np.array([one, one + 0.5 * x[rows, 1]])}

    plan = draw_bootstrap(100, 10, np.random.default_rng(2))
    procedure = Procedure(cox(x, data).learn, predict, watch="risk")
    found = validate_procedure(procedure, [RANK], data, plan)
    tables = predict(fit_cox(x, data).coefficients, np.arange(100), None)["risk"]
    each = [concordance(one, data).estimate for one in tables]
    apparent = found.figures["C"].apparent
    assert apparent.value == pytest.approx(np.mean([one.value for one in each]))
    assert apparent.high - apparent.low > np.mean([one.high - one.low for one in each])
    assert found.watched == pytest.approx(tables.mean(axis=0))
    assert found.predictions.shape == (10, 100)


def test_what_was_chosen_is_counted():
    x, data = simulate()
    plan = draw_bootstrap(100, 20, np.random.default_rng(2))
    chosen = validate_procedure(cox(x, data), [RANK], data, plan).chosen
    assert next(iter(chosen)) == "x0"
    assert chosen["x0"] > 0.8
    assert list(chosen.values()) == sorted(chosen.values(), reverse=True)


def test_failures_are_counted_with_their_reasons():
    x, data = simulate(n=30)

    def fragile(rows, rng):
        if 0 not in rows and 1 not in rows:
            raise UnsuitableDataError("neither of the first two")
        return cox(x, data).learn(rows, rng)

    plan = draw_bootstrap(30, 40, np.random.default_rng(2))
    found = validate_procedure(Procedure(fragile, cox(x, data).predict), [RANK], data, plan)
    assert found.failed == sum(rows.min() > 1 for rows, _ in plan.splits) > 0
    assert found.failures == ("neither of the first two",)
    assert found.figures["C"].corrections["optimism"].resamples == 40 - found.failed


def test_refusals():
    x, data = simulate()
    plan = draw_bootstrap(100, 3, np.random.default_rng(2))
    with pytest.raises(UnsuitableDataError, match="plan is for 50"):
        validate_procedure(cox(x, data), [RANK], data, use_rows([np.arange(50)], 50))
    with pytest.raises(UnsuitableDataError, match="at least one"):
        validate_procedure(cox(x, data), [], data, plan)
    with pytest.raises(UnsuitableDataError, match="name of its own"):
        validate_procedure(cox(x, data), [RANK, RANK], data, plan)
    with pytest.raises(UnsuitableDataError, match="gives risk"):
        validate_procedure(cox(x, data), [Measure("C", "points", concordance_value)], data, plan)
    assert isinstance(RANK.estimate(x[:, 0], data), Estimate)
