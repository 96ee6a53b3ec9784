"""What the further Cox functions refuse, and what they do at the edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    Ridge,
    assess_added_terms,
    bootstrap_cox,
    count_cells,
    cox_residuals,
    fit_cox,
    fit_cox_cells,
    fit_firth_cox,
    fit_ridge_cox,
    merge_cells,
    predict_survival,
    profile_cox,
    proportional_hazards,
    robust_cox,
    schoenfeld_residuals,
    select_terms,
    split_follow_up,
)

N = 80
RNG = np.random.default_rng(3)
X = np.column_stack([RNG.normal(size=N), RNG.integers(0, 2, N)])
DATA = SurvivalData(np.ceil(RNG.exponential(20, N)), np.arange(N) % 3 > 0)
NAMES = ("age", "LDH")


@pytest.fixture
def fit():
    return fit_cox(X, DATA, names=NAMES)


def refuse(message, function, *arguments, **options):
    with pytest.raises(UnsuitableDataError, match=message):
        function(*arguments, **options)


@pytest.mark.parametrize(
    "function", [cox_residuals, schoenfeld_residuals, robust_cox, proportional_hazards]
)
def test_exact_ties_have_no_residuals(function):
    refuse("not defined for exact ties", function, fit_cox(X, DATA, "exact"))


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        (np.zeros(N), "all patients are in one cluster"),
        (np.zeros(N - 1), r"cluster has shape \(79,\)"),
        (np.append(np.arange(N - 1.0), np.nan), "cluster is missing"),
        ([None, *range(N - 1)], "cluster is missing"),
    ],
)
def test_unusable_clusters(fit, cluster, message):
    for function in (robust_cox, cox_residuals):
        refuse(message, function, fit, cluster)


def test_fewer_clusters_than_coefficients():
    x = np.column_stack([X, RNG.normal(size=N)])
    refuse("2 clusters do not tell", robust_cox, fit_cox(x, DATA), np.arange(N) % 2)


def test_clusters_may_have_names(fit):
    names = np.array([f"centre {k % 9}" for k in range(N)])
    found = robust_cox(fit, names)
    assert found.clusters == 9
    assert found.covariance == pytest.approx(robust_cox(fit, np.arange(N) % 9).covariance)


def test_robust_interval_has_its_own_level(fit):
    wide, narrow = robust_cox(fit, level=0.99), robust_cox(fit, level=0.5)
    assert wide.hazard_ratios[0].low < narrow.hazard_ratios[0].low
    assert wide.level == 0.99


def test_residuals_leave_out_patients_of_weight_zero():
    weight = (np.arange(N) % 4 > 0).astype(float)
    found = cox_residuals(fit_cox(X, replace(DATA, weight=weight)))
    rows = np.flatnonzero(weight)
    wanted = cox_residuals(fit_cox(X[rows], DATA.take(rows)))
    assert found.martingale == pytest.approx(wanted.martingale, abs=1e-11)
    assert found.dfbeta == pytest.approx(wanted.dfbeta, abs=1e-11)


def test_patients_never_at_risk_have_residuals_of_zero():
    early = SurvivalData(np.append(DATA.time + 5, [1, 2]), np.append(DATA.event, [0, 0]))
    found = cox_residuals(fit_cox(np.vstack([X, X[:2]]), early))
    assert found.martingale[-2:].tolist() == [0, 0]
    assert not found.score[-2:].any()


def test_clock_without_logarithm(fit):
    data = SurvivalData(np.floor(DATA.time / 8), DATA.event)
    refuse("times are 0, without logarithm", proportional_hazards, fit_cox(X, data), "log")
    refuse(
        "clock does not give one finite number", proportional_hazards, fit, lambda time: time[:3]
    )
    refuse("one time on this clock", proportional_hazards, fit, lambda time: 0 * time)


def test_all_events_at_once_show_no_change():
    data = SurvivalData(np.ones(N), DATA.event)
    refuse("one time on this clock", proportional_hazards, fit_cox(X, data), "identity")


def test_too_few_terms(fit):
    refuse("1 terms for 2 columns", proportional_hazards, fit, terms=["age"])
    refuse("1 terms for 2 columns", assess_added_terms, fit, ["age"])
    twins = fit_cox(X, DATA, names=("age", "age"))
    refuse("two columns have the same name", proportional_hazards, twins)


def test_selection_may_keep_nothing_or_everything(fit):
    noise = fit_cox(RNG.normal(size=(N, 1)), DATA, names=["noise"])
    nothing = select_terms(noise, criterion="bic")
    assert (nothing.terms, nothing.fit) == ((), None)
    assert nothing.criterion == pytest.approx(-2 * noise.log_likelihood_null)
    strong = fit_cox(-np.log(DATA.time)[:, None] + RNG.normal(size=(N, 1)), DATA)
    kept = select_terms(strong, direction="forward")
    assert kept.path == ("+ column 0",)
    assert kept.fit.coefficients == pytest.approx(strong.coefficients)


SPARED = np.column_stack([X[:, 0], np.where(DATA.event == 0, np.arange(N) % 2, 0)])
"""A group without any event."""


def test_firth_where_the_likelihood_has_no_top():
    refuse("fit_firth_cox", fit_cox, SPARED, DATA)
    fit = fit_firth_cox(SPARED, DATA, names=NAMES)
    assert -6 < fit.coefficients[1] < 0
    assert fit.p[1] < 0.01
    assert np.isfinite(fit.hazard_ratios[1].high)
    curve = predict_survival(fit, SPARED[:2], [5, 20])
    assert ((curve.low <= curve.value) & (curve.value <= curve.high)).all()


@pytest.mark.parametrize("fitter", [fit_firth_cox, lambda x, y: fit_ridge_cox(x, y, Ridge(1))])
def test_penalties_refuse_what_the_fit_refuses(fitter):
    refuse("is the same for all", fitter, np.ones((N, 1)), DATA)
    refuse("none of the 80 patients", fitter, X, SurvivalData(DATA.time, np.zeros(N)))
    refuse("missing or infinite", fitter, np.where(X > 2, np.nan, X), DATA)
    refuse("several|causes up to 2", fitter, X, SurvivalData(DATA.time, np.arange(N) % 3))


def test_firth_refuses_redundant_columns():
    both = np.column_stack([X, X @ [2, -1]])
    refuse("column 2 is a combination", fit_firth_cox, both, DATA)
    refuse("exact ties", fit_firth_cox, X, DATA, "exact")


def test_ridge_holds_redundant_and_separating_columns():
    many = np.column_stack([X, X @ [2, -1], SPARED[:, 1]])
    fit = fit_ridge_cox(many, DATA, Ridge(1.0))
    assert np.isfinite(fit.coefficients).all()
    assert 0 < fit.effective_df < 4
    wide = fit_ridge_cox(RNG.normal(size=(20, 30)), DATA.take(np.arange(20)), Ridge(5.0))
    assert wide.effective_df < 20
    refuse("exact ties", fit_ridge_cox, X, DATA, Ridge(1.0), "exact")
    refuse("theta is negative", fit_ridge_cox, X, DATA, Ridge(-1.0))
    refuse("theta has 3 values for 2 columns", fit_ridge_cox, X, DATA, Ridge([1, 1, 1]))


def test_profile_of_very_few_patients():
    # l = log r - log(r + 2) - log(r + 1), at its highest where r^2 = 2.
    x = np.array([[1.0], [0], [0]])
    fit = fit_cox(x, SurvivalData([2, 1, 3], [1, 1, 0]))
    ratio = profile_cox(fit, level=0.999).ratios[0]
    assert ratio.value == pytest.approx(np.sqrt(2))
    assert ratio.low * ratio.high == pytest.approx(2, rel=1e-8)


def test_cells_refuse_what_they_cannot_hold():
    x, late = np.round(X), replace(DATA, entry=np.zeros(N) - 1)
    refuse("late entry", count_cells, x, late)
    refuse("several causes", count_cells, x, SurvivalData(DATA.time, np.arange(N) % 3))
    refuse("missing", count_cells, np.where(x > 1, np.nan, x), DATA)
    refuse("nobody is left", count_cells, x[:0], DATA.take(np.arange(0)))
    wide = SurvivalData(np.arange(1.0, 8001), np.ones(8000))
    refuse("too many cells; use fit_cox", count_cells, np.arange(8000.0)[:, None], wide)


def test_cells_refuse_what_the_fit_refuses():
    x = np.round(X)
    none = count_cells(x, SurvivalData(DATA.time, np.zeros(N)))
    refuse("none of the patients has the event", fit_cox_cells, none)
    refuse("exact ties", fit_cox_cells, count_cells(x, DATA), "exact")
    halves = count_cells(x, replace(DATA, weight=np.full(N, 0.5)))
    refuse("not whole", fit_cox_cells, halves)
    refuse("is the same for all", fit_cox_cells, count_cells(np.ones((N, 1)), DATA))
    redundant = count_cells(np.column_stack([x, x.sum(axis=1)]), DATA)
    refuse("column 2 is a combination", fit_cox_cells, redundant)
    spared = count_cells(np.round(SPARED), DATA)
    refuse("column 1 separates", fit_cox_cells, spared)


def test_only_cells_of_one_kind_are_merged():
    cells = count_cells(np.round(X), DATA)
    other = count_cells(np.round(X), DATA, names=NAMES)
    refuse("all with the same covariates", merge_cells, [cells, other])
    refuse("at least one table", merge_cells, [])


def test_fits_from_counts_have_no_patients():
    fit = fit_cox_cells(count_cells(np.round(X), DATA))
    for function in (cox_residuals, robust_cox, proportional_hazards, profile_cox):
        refuse("do not tell patients apart", function, fit)
    assert predict_survival(fit, np.round(X[:2]), [5]).value.shape == (2, 1)


def test_bootstrap_counts_resamples_without_a_top():
    rare = np.zeros((N, 1))
    rare[np.flatnonzero(DATA.event == 1)[:2]] = 1
    found = bootstrap_cox(fit_cox(rare, DATA), np.random.default_rng(1), 60)
    assert 0 < found.failed < 30
    assert np.isnan(found.coefficients).sum() == found.failed
    assert np.isfinite(found.standard_errors).all()


def test_bootstrap_needs_resamples(fit):
    refuse("1 resamples", bootstrap_cox, fit, np.random.default_rng(1), 1)


def test_cuts_are_finite():
    refuse("missing or infinite", split_follow_up, DATA, [5, np.nan])


def test_death_on_day_zero_is_kept_by_a_cut():
    data = SurvivalData([0, 3], [1, 1])
    split = split_follow_up(data, [2])
    assert split.data.entry.tolist() == [-1, -1, 2]
    assert split.data.event.tolist() == [1, 0, 1]
