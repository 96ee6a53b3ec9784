"""Comparison scores: Cox models behind them, points by the recipe, bad data refused."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import Candidate, SearchSettings, build_terms, learn_score
from jalon.learn.baselines import (
    BaselineSettings,
    autoscore,
    compare_baselines,
    cox_ceiling,
    lasso_score,
    ready_score,
    ridge_ceiling,
    stepwise_score,
    sullivan_score,
)
from jalon.learn.baselines.autoscore import FULL
from jalon.learn.baselines.cox import fit_terms, sort_terms, sum_slopes
from jalon.learn.baselines.forest import rank_variables
from jalon.learn.baselines.lasso import _solve
from jalon.stats import concordance, fit_cox

TWO = BaselineSettings(max_variables=2, trees=20)
RECIPES = [sullivan_score, stepwise_score, lasso_score, autoscore]


def simulate(seed=1, n=500, weighted=False, strata=False):
    rng = np.random.default_rng(seed)
    columns = {name: np.round(rng.normal(size=n), 1) for name in "abcde"}
    hazard = np.exp(0.9 * (columns["a"] > 0) + 0.7 * (columns["b"] > 0.5) - 0.4 * columns["c"])
    time = np.ceil(60 * rng.exponential(1 / hazard))
    weight = rng.choice([0.0, 1.0, 2.0], n) if weighted else None
    stratum = rng.integers(0, 3, n) if strata else None
    data = SurvivalData(time, (rng.random(n) < 0.7).astype(int), None, weight, stratum)
    return build_terms([Candidate(name, (-0.5, 0, 0.5)) for name in columns], columns), data


@pytest.mark.parametrize("kind", [{}, {"weighted": True}, {"strata": True}])
def test_small_fits_are_cox_regressions(kind):
    terms, data = simulate(**kind)
    columns = [0, 4, 7]
    beta, loss = fit_terms(sort_terms(terms, data), columns)
    theirs = fit_cox(terms.bits[columns].T, data, ties="breslow")
    assert beta == pytest.approx(theirs.coefficients, rel=1e-6)
    assert loss == pytest.approx(-theirs.log_likelihood, rel=1e-11)
    ceiling = cox_ceiling(terms, data)
    whole = fit_cox(terms.bits.T, data, ties="breslow")
    assert ceiling.loss == pytest.approx(-whole.log_likelihood, rel=1e-10)
    assert ceiling.null_loss == pytest.approx(-whole.log_likelihood_null, rel=1e-11)


@pytest.mark.parametrize("make", RECIPES)
@pytest.mark.parametrize("kind", [{}, {"weighted": True}, {"strata": True}])
def test_loss_and_scale_are_those_of_the_totals(make, kind):
    terms, data = simulate(**kind)
    score = make(terms, data, TWO)
    fit = fit_cox(score.total(terms.bits)[:, None], data, ties="breslow")
    assert score.scale == pytest.approx(fit.coefficients[0], rel=1e-9)
    assert score.loss == pytest.approx(-fit.log_likelihood, rel=1e-11)
    assert cox_ceiling(terms, data).loss < score.loss < score.null_loss
    used = np.flatnonzero(score.points)
    assert score.variables == len(set(terms.variable[used])) <= 2
    assert score.terms == len(used)
    assert all(point == round(point) for point in score.points)


@pytest.mark.parametrize("make", [sullivan_score, stepwise_score])
def test_limits_of_variables_terms_and_points_are_kept(make):
    terms, data = simulate(3)
    for variables, most in ((1, 1), (3, 2), (5, 3)):
        score = make(terms, data, BaselineSettings(variables, most, 4))
        used = np.flatnonzero(score.points)
        assert score.variables <= variables
        assert np.bincount(terms.variable[used]).max() <= most
        assert np.abs(score.points).max() <= 4


def test_first_term_of_the_forward_selection_is_the_best_of_all():
    terms, data = simulate(4)
    score = sullivan_score(terms, data, BaselineSettings(1, 1))
    losses = [-fit_cox(row[:, None], data, ties="breslow").log_likelihood for row in terms.bits]
    assert np.flatnonzero(score.points).tolist() == [int(np.argmin(losses))]
    assert score.loss == pytest.approx(min(losses), rel=1e-11)


def test_sullivan_divides_by_the_smallest_coefficient_of_the_given_variables():
    terms, data = simulate(5)
    score = sullivan_score(terms, data, BaselineSettings(max_points=10**6), variables=["a", "b"])
    beta = fit_cox(terms.bits[:6].T, data, ties="breslow").coefficients
    assert score.points[:6] == pytest.approx(np.round(beta / np.abs(beta).min()))
    assert not any(score.points[6:])


@pytest.mark.parametrize("make", [stepwise_score, lasso_score])
def test_largest_coefficient_gets_the_most_points(make):
    terms, data = simulate(6)
    assert np.abs(make(terms, data, BaselineSettings(max_points=7)).points).max() == 7


def test_lasso_meets_its_optimality_conditions():
    terms, data = simulate(7)
    sheet = sort_terms(terms, data)
    penalty = np.full(15, 8.0)
    beta = _solve(sheet, np.zeros(15), penalty)
    every = np.arange(15)
    _, slope, _ = sum_slopes(sheet.bits, every, beta, sheet.weight, sheet.event, sheet.close)
    chosen = beta != 0
    assert 0 < chosen.sum() < 15
    assert slope[chosen] == pytest.approx(-8.0 * np.sign(beta[chosen]), abs=1e-3)
    assert np.all(np.abs(slope[~chosen]) <= 8.0)


def test_autoscore_gives_100_points_to_the_worst_category_of_every_variable():
    terms, data = simulate(8)
    score = autoscore(terms, data, TWO)
    points = np.array(score.points)
    heights = [np.append(0, np.cumsum(points[terms.variable == v])) for v in range(5)]
    assert sum(np.ptp(height) for height in heights) == pytest.approx(FULL, abs=2)
    assert score == autoscore(terms, data, TWO)


def test_forest_ranks_what_matters_first_and_needs_no_luck():
    terms, data = simulate(9, n=800)
    for seed in (0, 1):
        importance = rank_variables(terms, data, np.random.default_rng(seed), 60)
        assert set(np.argsort(-importance)[:3]) == {0, 1, 2}
        assert np.abs(importance[3:]).max() < 0.02


def test_ridge_is_between_nothing_and_the_full_model():
    terms, data = simulate(10)
    ridge, full = ridge_ceiling(terms, data), cox_ceiling(terms, data)
    assert full.loss < ridge.loss < full.null_loss
    assert np.linalg.norm(ridge.points) < np.linalg.norm(full.points)


def test_terms_that_repeat_another_are_left_out_of_the_ceiling():
    rng = np.random.default_rng(0)
    value = rng.normal(size=200)
    columns = {"a": value, "again": value, "mirrored": -value, "other": rng.normal(size=200)}
    terms = build_terms([Candidate(name, (0,)) for name in columns], columns)
    data = SurvivalData(rng.exponential(np.where(value > 0, 0.4, 1)), np.ones(200))
    assert cox_ceiling(terms, data).points[1:3] == (0, 0)
    assert sullivan_score(terms, data).variables <= 2


def test_no_signal_gives_no_points():
    terms, data = simulate(11)
    for make in (sullivan_score, stepwise_score):
        score = make(terms, data, BaselineSettings(price=1000))
        assert (score.variables, score.terms, score.scale) == (0, 0, 0.0)
        assert score.loss == score.null_loss


def test_comparison_has_a_line_for_each_with_its_concordance():
    terms, data = simulate(12)
    learned = learn_score(terms, data, SearchSettings(max_variables=2))
    ipi = terms.bits[[0, 3]].sum(axis=0)
    rows = compare_baselines(terms, data, TWO, learned, {"IPI": ipi})
    assert [row.name for row in rows] == [
        "learned score",
        "Sullivan rounding",
        "stepwise, rounded",
        "lasso, rounded",
        "AutoScore-Survival's recipe",
        "IPI",
        "ridge Cox on all terms",
        "Cox on all terms",
    ]
    fit = fit_cox(learned.total(terms.bits)[:, None], data, ties="breslow")
    assert rows[0].loss == pytest.approx(-fit.log_likelihood, rel=1e-11)
    assert rows[-1].loss == min(row.loss for row in rows)
    assert rows[5].concordance == concordance(ipi, data).estimate
    for row in rows:
        assert row.concordance.low < row.concordance.value < row.concordance.high
        assert row.gained == pytest.approx(-fit.log_likelihood_null - row.loss)


def test_a_recipe_that_refuses_keeps_its_line_with_the_reason():
    terms, data = simulate(13, n=120)
    leak = (data.event == 1) & (data.time <= np.median(data.time))
    columns = {"leak": leak.astype(float), "a": terms.bits[0].astype(float)}
    sharp = build_terms([Candidate(name, (0.5,)) for name in columns], columns)
    time = np.where(leak, 1.0, data.time + 5)
    rows = compare_baselines(sharp, SurvivalData(time, leak), BaselineSettings(2, trees=5))
    refused = [row for row in rows if row.score is None]
    assert refused
    assert all(row.note.startswith("refused: ") and np.isnan(row.loss) for row in refused)
    assert "Cox on all terms" in {row.name for row in refused}


@pytest.mark.parametrize("make", [*RECIPES, cox_ceiling, ridge_ceiling, compare_baselines])
def test_outcomes_that_cannot_be_used_are_refused(make):
    terms, data = simulate(14, n=60)
    n = len(data)
    for bad, said in (
        (SurvivalData(data.time, np.zeros(n)), "no event"),
        (SurvivalData(data.time, np.full(n, 2)), "several causes"),
        (SurvivalData(data.time, data.event, entry=data.time / 2), "late entry"),
        (SurvivalData(data.time, data.event, weight=np.zeros(n)), "no event"),
        (data.take(np.arange(n - 1)), "60 patients but the outcomes of 59"),
    ):
        with pytest.raises(UnsuitableDataError, match=said):
            make(terms, bad)


def test_published_totals_must_be_known_for_everyone():
    _, data = simulate(15)
    total = np.zeros(500)
    total[3] = np.nan
    with pytest.raises(UnsuitableDataError, match="IPI is missing for 1 of 500"):
        ready_score("IPI", total, data)
    with pytest.raises(UnsuitableDataError, match="one total"):
        ready_score("IPI", total[:5], data)
    ready = ready_score("IPI", np.ones(500), data, variables=5)
    assert (ready.scale, ready.loss, ready.variables) == (0.0, ready.null_loss, 5)
    with pytest.raises(UnsuitableDataError, match="0 terms, but 15"):
        ready.total(np.zeros((15, 500), dtype=np.uint8))


def test_unknown_variables_and_limits_that_make_no_sense_are_refused():
    terms, data = simulate(16)
    with pytest.raises(UnsuitableDataError, match="ldh is not among"):
        sullivan_score(terms, data, variables=["a", "ldh"])
    for change, said in (
        ({"max_variables": 0}, "max_variables is 0"),
        ({"trees": 0}, "trees is 0"),
        ({"price": float("nan")}, "price is nan"),
    ):
        with pytest.raises(UnsuitableDataError, match=said):
            BaselineSettings(**change)
