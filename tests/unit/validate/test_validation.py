"""Resampling plans, and validation of any model: what is computed, refused and counted."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import fit_cox, fit_logistic
from jalon.validate import (
    describe_cox,
    draw_bootstrap,
    draw_folds,
    gini_difference,
    heuristic_shrinkage,
    largest_error,
    use_rows,
    validate_cox,
    validate_cox_groups,
    validate_logistic,
    validate_model,
)

Y = np.array([1.0, 2, 4, 8, 16, 32])


def learn(rows):
    return Y[rows].mean()


def judge(mean, rows):
    return {"error": float(np.mean((Y[rows] - mean) ** 2)), "size": float(len(rows))}


def simulate(seed=1, n=90):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    time = rng.exponential(np.exp(-x[:, 0]))
    return x, SurvivalData(np.minimum(time, 2), (time < 2).astype(int))


def test_corrected_is_apparent_less_the_mean_drop():
    plan = draw_bootstrap(6, 25, np.random.default_rng(1))
    found = validate_model(learn, judge, plan)
    drops = []
    for rows, everyone in plan.splits:
        mean = Y[rows].mean()
        drops.append(np.mean((Y[rows] - mean) ** 2) - np.mean((Y[everyone] - mean) ** 2))
    figure = found.figures["error"]
    assert figure.apparent == pytest.approx(np.var(Y))
    assert figure.optimism == pytest.approx(np.mean(drops))
    assert figure.corrected.value == pytest.approx(np.var(Y) - np.mean(drops))
    # Three errors that add up: of the figure, of this cohort's own optimism, of the mean drop.
    errors = [np.std(found.training[:, 0], ddof=1), figure.optimism / 2]
    errors.append(np.std(drops, ddof=1) / 5)
    reach = 1.959963984540054 * np.hypot(np.hypot(*errors[:2]), errors[2])
    limits = np.array([figure.corrected.low, figure.corrected.high])
    assert limits - figure.corrected.value == pytest.approx([-reach, reach])
    # A figure that is fixed in training has no such interval.
    assert np.isnan(found.figures["size"].corrected.low)


def test_patients_not_drawn():
    plan = use_rows([np.array([0, 0, 1, 2, 3, 4])], 6, "0.632")
    figure = validate_model(learn, judge, plan).figures["error"]
    out = (32 - Y[plan.splits[0][0]].mean()) ** 2
    assert figure.test == pytest.approx(out)
    assert figure.corrected.value == pytest.approx(0.368 * np.var(Y) + 0.632 * out)
    assert np.isnan(figure.corrected.low)


def test_each_left_out_in_turn():
    found = validate_model(learn, judge, draw_folds(6, 6, np.random.default_rng(0), repeats=2))
    others = [(Y[i] - np.delete(Y, i).mean()) ** 2 for i in range(6)]
    assert found.figures["error"].test == pytest.approx(np.mean(others))
    assert found.figures["error"].resamples == 12


def test_folds_cover_everyone_once_and_are_even():
    plan = draw_folds(11, 4, np.random.default_rng(3), repeats=3)
    for start in (0, 4, 8):
        judged = [rows for _, rows in plan.splits[start : start + 4]]
        assert sorted(np.concatenate(judged).tolist()) == list(range(11))
        assert {len(rows) for rows in judged} == {2, 3}
    for learned, judged in plan.splits:
        assert not set(learned) & set(judged)


def test_the_first_resamples_do_not_depend_on_their_number():
    few = draw_bootstrap(20, 3, np.random.default_rng(5)).splits
    many = draw_bootstrap(20, 9, np.random.default_rng(5)).splits
    for one, two in zip(few, many, strict=False):
        assert one[0].tolist() == two[0].tolist()


def test_workers_change_nothing():
    x, data = simulate()
    plan = draw_bootstrap(90, 12, np.random.default_rng(2))
    one, two = (validate_cox(x, data, plan, workers=workers) for workers in (1, 2))
    assert one.test.tobytes() == two.test.tobytes()
    assert one.figures == two.figures or np.isnan(one.figures["slope"].corrected.low)


def test_failed_resamples_are_counted_and_too_many_refused():
    def fragile(rows):
        if len(rows) == 6 and len(set(rows)) < limit:
            raise UnsuitableDataError("too alike")
        return Y[rows].mean()

    plan = draw_bootstrap(6, 60, np.random.default_rng(1))
    alike = [len(set(rows)) for rows, _ in plan.splits]
    limit = 3
    found = validate_model(fragile, judge, plan)
    assert found.failed == sum(size < 3 for size in alike)
    assert found.figures["error"].resamples == 60 - found.failed
    limit = 6
    with pytest.raises(UnsuitableDataError, match="too alike"):
        validate_model(fragile, judge, plan)


def test_figures_that_some_resample_cannot_give():
    def sometimes(mean, rows):
        return {"always": 1.0, "sometimes": np.nan if 5 not in rows else mean, "never": np.nan}

    found = validate_model(learn, sometimes, draw_bootstrap(6, 40, np.random.default_rng(1)))
    drawn = int(np.sum(~np.isnan(found.training[:, 1])))
    assert found.figures["sometimes"].resamples == drawn < 40
    assert found.figures["never"].resamples == 0
    assert np.isnan(found.figures["never"].corrected.value)


def test_other_names_are_a_mistake_of_the_caller():
    names = iter("abc")
    with pytest.raises(ValueError, match="judge gave b where it gave a"):
        validate_model(
            learn,
            lambda mean, rows: {next(names): 1.0},
            draw_bootstrap(6, 1, np.random.default_rng(0)),
        )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda rng: draw_bootstrap(1, 5, rng), "at least 2 patients"),
        (lambda rng: draw_bootstrap(5, 0, rng), "at least 1"),
        (lambda rng: draw_folds(5, 6, rng), "2 to 5 groups"),
        (lambda rng: draw_folds(5, 1, rng), "2 to 5 groups"),
        (lambda rng: use_rows([], 5), "no resample"),
        (lambda rng: use_rows([np.array([5])], 5), "outside 0 to 4"),
        (lambda rng: use_rows([np.arange(5)], 5, "0.632"), "leaves nobody out"),
    ],
)
def test_plans_that_are_none(make, words):
    with pytest.raises(UnsuitableDataError, match=words):
        make(np.random.default_rng(0))


def test_refusals_of_models():
    x, data = simulate()
    plan = draw_bootstrap(90, 2, np.random.default_rng(0))
    with pytest.raises(UnsuitableDataError, match="one row per patient"):
        validate_cox(x[:5], data, plan)
    with pytest.raises(UnsuitableDataError, match="one row per patient"):
        validate_logistic(x[:, 0], data.event, plan)
    with pytest.raises(UnsuitableDataError, match="rising order"):
        validate_cox_groups(x, data, 1, [0.5, 0.5], plan)
    with pytest.raises(UnsuitableDataError, match="between 0 and 1"):
        validate_cox(x, data, plan, level=2)
    with pytest.raises(UnsuitableDataError, match="finite"):
        largest_error(np.nan, 1)
    with pytest.raises(UnsuitableDataError, match="at least two"):
        gini_difference([1])
    weighted = fit_cox(x, SurvivalData(data.time, data.event, weight=np.full(90, 2.0)))
    with pytest.raises(UnsuitableDataError, match="repeat the rows"):
        describe_cox(weighted)
    with pytest.raises(UnsuitableDataError, match="no covariate"):
        heuristic_shrinkage(fit_logistic(None, data.event))


def test_chance_alone_shrinks_to_0():
    rng = np.random.default_rng(11)
    fits = [fit_logistic(rng.normal(size=(40, 4)), rng.random(40) < 0.5) for _ in range(8)]
    found = [heuristic_shrinkage(fit) for fit in fits]
    assert min(found) == 0
    assert all(0 <= value < 1 for value in found)


def test_offset_counts_in_the_indexes():
    x, data = simulate()
    fit = fit_cox(x[:, 1:], data, offset=x[:, 0])
    whole = fit.patients.log_hazard(fit.coefficients)
    assert describe_cox(fit).g == pytest.approx(gini_difference(whole))
