"""Pooling over completed tables as R's mice, mitools and mitml have it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_records, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import concordance, fit_cox, kaplan_meier
from jalon.stats.missing import (
    pool_chi_square,
    pool_estimates,
    pool_likelihood_ratio,
    pool_probability,
    pool_wald,
)
from jalon.stats.regression.logistic import fit_logistic

RTOL = 1e-8
FITTED = 1e-6
TESTS = [f"more.D.m{m}" for m in (2, 3, 4, 5)]


def _tables():
    """The five completed tables of 312 patients."""
    table = load_table("pbc_m5")
    rows = [table[".imp"] == i for i in range(1, 6)]
    return [{name: column[row] for name, column in table.items()} for row in rows]


def _columns(table, *names):
    return np.column_stack([table[name] for name in names]).astype(float)


def _survival(table):
    return SurvivalData(table["time"], table["status"] == 2)


def _as_row(test):
    return [test.statistic, test.df1, test.df2, test.p, test.relative_increase]


def _scalars():
    cases = load_record("mi_pool_more", "more.scalar")
    return [(case["e"], case["u"], row) for case in cases for row in case["by_n"]]


def test_cox_over_five_tables():
    values = load_record("mi_pool", "mi.cox.pbc")
    fits = []
    for table in _tables():
        x = _columns(table, "age", "bili", "albumin", "chol", "copper")
        x[:, 1] = np.log(x[:, 1])
        fits.append(fit_cox(x, _survival(table)))
    each = np.array([fit.coefficients for fit in fits])
    assert_allclose(each, numbers(values["per_imp"]), rtol=FITTED)
    spread = np.array([fit.covariance for fit in fits])
    pooled = pool_estimates(each, spread, complete_df=125 - 5)
    for name, found in {
        "estimate": pooled.value,
        "se": pooled.std_error,
        "statistic": pooled.statistic,
        "df": pooled.df,
        "p": pooled.p,
        "riv": pooled.relative_increase,
        "lambda": pooled.share,
        "fmi": pooled.missing_information,
        "mitools_se": np.sqrt(np.diag(pooled.covariance)),
    }.items():
        # Small differences between tables keep fewer digits than the fits themselves.
        assert_allclose(found, numbers(values[name]), rtol=2e-5, err_msg=name)
    large = pool_estimates(each, spread)
    assert_allclose(large.df, numbers(values["mitools_df"]), rtol=2e-5)


def test_cox_pools_as_mice_from_its_own_numbers():
    values = load_record("mi_pool", "mi.cox.pbc")
    variances = numbers(values["per_imp_se"]) ** 2
    pooled = pool_estimates(numbers(values["per_imp"]), variances, complete_df=120)
    found = (pooled.value, pooled.std_error, pooled.df, pooled.p, pooled.missing_information)
    for name, part in zip(("estimate", "se", "df", "p", "fmi"), found, strict=True):
        assert_allclose(part, numbers(values[name]), rtol=RTOL, err_msg=name)


def test_scalar():
    values = load_record("mi_pool", "mi.scalar")
    e, u = [0.42, 0.55, 0.38, 0.61, 0.47], [0.040, 0.050, 0.045, 0.038, 0.052]
    small, large = pool_estimates(e, u, complete_df=120 - 3), pool_estimates(e, u)
    found = [small.value, small.within, small.between, small.covariance.ravel()]
    found += [small.relative_increase, small.df, small.missing_information]
    found += [large.df, large.missing_information]
    assert_allclose(np.concatenate(found), [values[k] for k in values], rtol=RTOL)


@pytest.mark.parametrize(("estimates", "variances", "row"), _scalars())
def test_scalar_at_the_edges(estimates, variances, row):
    pooled = pool_estimates(estimates, variances, complete_df=float(row["n"]) - 2)
    found = [pooled.value, pooled.std_error**2, pooled.relative_increase, pooled.df]
    found.append(pooled.missing_information)
    expected = [row[name] for name in ("qbar", "t", "r", "df", "fmi")]
    assert_allclose(np.concatenate(found), expected, rtol=RTOL)


@pytest.mark.parametrize(("size", "complete_df"), [("large", np.inf), ("small", 307)])
def test_mitml_estimates(size, complete_df):
    values = load_record("mi_pool_more", "more.mitml")
    pooled = pool_estimates(
        values["estimate"],
        [numbers(part) for part in values["covariance"]],
        complete_df,
        smallest_share=0,
    )
    expected = values[size]
    for name, found in {
        "estimate": pooled.value,
        "se": pooled.std_error,
        "t": pooled.statistic,
        "df": pooled.df,
        "riv": pooled.relative_increase,
        "fmi": pooled.missing_information,
        "total": pooled.covariance.ravel(),
    }.items():
        assert_allclose(found, expected[name], rtol=RTOL, err_msg=name)
    # mitml takes 1 - pt(), which cancels: sixteen digits after the point, not significant ones.
    assert_allclose(pooled.p, expected["p"], rtol=RTOL, atol=1e-15)


def test_logistic_tests_from_refits():
    values = load_record("mi_pool", "mi.D1")
    tight = load_record("mi_pool_more", "more.D.tight")
    fits, ratios = [], []
    for table in _tables():
        x = _columns(table, "age", "bili", "albumin", "chol")
        x[:, 1] = np.log(x[:, 1])
        y = (table["status"] == 2).astype(float)
        fits.append(fit_logistic(x, y))
        smaller = fit_logistic(x[:, :2], y)
        ratios.append(2 * (fits[-1].log_likelihood - smaller.log_likelihood))
    each = np.array([fit.coefficients[3:] for fit in fits])
    spread = np.array([fit.covariance[3:, 3:] for fit in fits])
    wald = [b @ np.linalg.solve(v, b) for b, v in zip(each, spread, strict=True)]
    for name, test in {
        "D1": pool_wald(each, spread),
        "D1_df307": pool_wald(each, spread, complete_df=307),
        "D2_wald": pool_chi_square(wald, 2),
        "D2_lr": pool_chi_square(ratios, 2),
    }.items():
        # glm stops at 1e-8 of the deviance and takes the covariance of the step before, which
        # is 4e-4 away from the maximum here; iterated to rounding it agrees.
        assert_allclose(_as_row(test), values[name], rtol=1e-3, err_msg=name)
        assert_allclose(_as_row(test), tight[name], rtol=FITTED, err_msg=name)


@pytest.mark.parametrize("name", TESTS)
def test_joint_tests_with_few_and_many_tables(name):
    values = load_record("mi_pool_more", name)
    spread = [numbers(part) for part in values["covariance"]]
    tests = {
        "D1": pool_wald(values["estimate"], spread),
        "D2_wald": pool_chi_square(values["wald"], 3),
        "D2_lr": pool_chi_square(values["lr"], 3),
    }
    deviance = values["D3"]
    d3 = pool_likelihood_ratio(deviance["own"], deviance["pooled"], 3)
    assert_allclose(_as_row(d3), deviance["test"], rtol=RTOL)
    if values["D1_small"] is not None:
        tests["D1_small"] = pool_wald(values["estimate"], spread, complete_df=40)
    for kind, test in tests.items():
        assert_allclose(_as_row(test), values[kind], rtol=RTOL, err_msg=kind)


def test_joint_test_of_one_coefficient():
    values = load_record("mi_pool_more", "more.D.one")
    spread = np.reshape(values["covariance"], (5, 1, 1))
    estimate = np.reshape(values["estimate"], (5, 1))
    assert_allclose(_as_row(pool_wald(estimate, spread)), values["D1"], rtol=RTOL)
    small = pool_wald(estimate, spread, complete_df=40)
    assert_allclose(_as_row(small), values["D1_small"], rtol=RTOL)


@pytest.mark.parametrize(("name", "keep"), [("D3", True), ("D3_positive", False)])
def test_likelihood_ratio_of_linear_models(name, keep):
    values = load_record("mi_pool_more", "more.D3.lm")
    test = pool_likelihood_ratio(values["lr"], values["lr_pooled"], 2, keep)
    assert_allclose(_as_row(test), values[name], rtol=RTOL)


def test_survival_on_the_log_log_scale():
    values = load_record("mi_pool", "mi.km.cloglog")
    heights, errors = [], []
    for table in _tables():
        curve = kaplan_meier(_survival(table).take(table["chol"] > 310))
        row = curve.rows_at([1825])[0]
        heights.append(curve.value[row])
        errors.append(curve.std_error[row])
    assert_allclose(heights, values["surv"], rtol=RTOL)
    assert_allclose(errors, values["se"], rtol=RTOL)
    pooled = pool_probability(heights, errors, "log-log", quantile="normal")
    assert_allclose(pooled.value, values["pooled"], rtol=RTOL)
    assert_allclose([pooled.low[0], pooled.high[0]], values["ci"], rtol=RTOL)


def test_concordance_on_the_logit_scale():
    values = load_record("mi_pool", "mi.cindex")
    found = []
    for table in _tables():
        x = _columns(table, "age", "chol", "platelet")
        data = _survival(table)
        found.append(concordance(x @ fit_cox(x, data).coefficients, data))
    c, errors = [one.estimate.value for one in found], [one.std_error for one in found]
    assert_allclose(c, values["C"], rtol=RTOL)
    assert_allclose(errors, values["se"], rtol=FITTED)
    pooled = pool_probability(c, errors, "logit", quantile="normal")
    assert_allclose(pooled.value, values["pooled_logit"], rtol=RTOL)
    assert_allclose([pooled.low[0], pooled.high[0]], values["ci"], rtol=FITTED)
    plain = pool_probability(c, errors, "plain")
    assert_allclose(plain.value, values["pooled_mean"], rtol=RTOL)


def test_every_record_is_tested():
    names = {record["id"] for record in load_records("mi_pool")}
    assert names == {"mi.cox.pbc", "mi.scalar", "mi.D1", "mi.km.cloglog", "mi.cindex"}
