"""Imputation that agrees with Cox models: pooled coefficients beside those of R's smcfcs.

Both are means over completed tables drawn by chance, so they are compared within the error of that
chance: four standard errors of the difference of the means.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import fit_cox
from jalon.stats.missing import ImputationPlan, IncompleteTable, impute

KINDS = ("number", "number", "number", "number", "binary", "ordered")
NAMES = ("age", "lbili", "albumin", "lchol", "hepato", "stage")
TABLES = 30


def read_patients():
    """The table as the script makes it: stages 1 and 2 joined, every fifth hidden."""
    pbc = load_table("pbc")
    stage = np.maximum(pbc["stage"], 2)
    stage[4::5] = np.nan
    values = (
        pbc["age"] / 10, np.log(pbc["bili"]), pbc["albumin"], np.log(pbc["chol"]), pbc["hepato"],
        stage,
    )  # fmt: skip
    return np.column_stack(values), SurvivalData(pbc["time"], pbc["status"])


def fit(values, data):
    """Fit the Cox model with an indicator of each stage above the lowest."""
    levels = [values[:, 5] == level for level in (3, 4)] if values.shape[1] > 5 else []
    return fit_cox(np.column_stack((values[:, :5], *levels)), data)


def compare(tables, data, record):
    """Compare means within their chance, and variances of both kinds."""
    fits = [fit(values, data) for values in tables]
    estimates = np.array([one.coefficients for one in fits])
    between, within = estimates.var(axis=0, ddof=1), [one.standard_errors**2 for one in fits]
    theirs = numbers(record["between"])
    chance = np.sqrt(theirs / record["tables"] + between / len(tables))
    apart = (estimates.mean(axis=0) - numbers(record["mean"])) / chance
    assert np.abs(apart).max() < 4
    assert_allclose(np.mean(within, axis=0), numbers(record["within"]), rtol=0.06)
    total = np.mean(within, axis=0) + between
    assert_allclose(total, numbers(record["within"]) + theirs, rtol=0.15)


def test_one_cox_model():
    values, data = read_patients()
    plan = ImputationPlan(TABLES, 10, outcome_as="cox model")
    dead = data.cause(2)
    made = impute(IncompleteTable(values, KINDS, NAMES), np.random.default_rng(1), plan, dead)
    compare(made.values, dead, load_record("smcfcs", "smcfcs.cox"))


@pytest.fixture(scope="module")
def by_cause():
    values, data = read_patients()
    plan = ImputationPlan(TABLES, 10, outcome_as="cox model")
    table = IncompleteTable(values[:, :5], KINDS[:5], NAMES[:5])
    return impute(table, np.random.default_rng(2), plan, data).values, data


@pytest.mark.parametrize(("cause", "name"), [(1, "transplant"), (2, "death")])
def test_competing_causes(by_cause, cause, name):
    tables, data = by_cause
    compare(tables, data.cause(cause), load_record("smcfcs", "smcfcs.causes")[name])
