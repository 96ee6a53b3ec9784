"""Imputing real lymphoma patients: the same answer as from mice's completed tables.

The tables may not be redistributed, so they are read from the data folder.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest

from jalon.core import SurvivalData
from jalon.stats import fit_cox
from jalon.stats.missing import ImputationPlan, IncompleteTable, impute, pool_estimates

ITEMS = ("age", "ipi_ecog", "ipi_stage", "ipi_ldh", "ipi_extranodal", "b_symptoms")
CODES = {"": np.nan, "NA": np.nan, "yes": 1.0, "no": 0.0}


def _read(path):
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = (*ITEMS, "os_years", "death", *((".imp",) if ".imp" in rows[0] else ()))
    columns = np.array([[_number(row[name]) for name in names] for row in rows])
    return columns[~np.isnan(columns[:, 6:8]).any(axis=1)]


def _number(cell):
    return CODES[cell] if cell in CODES else float(cell)


def _pool(tables, data):
    fits = [fit_cox(table, data) for table in tables]
    return pool_estimates([fit.coefficients for fit in fits], [fit.covariance for fit in fits])


@pytest.fixture(scope="module")
def patients(dlbcl_folder):
    return _read(dlbcl_folder / "dlbcl_reddy2017.csv")


def test_pooled_cox_as_from_mice(patients, dlbcl_folder):
    completed = _read(dlbcl_folder / "imputed" / "reddy_m5.csv")
    theirs = _pool(
        [completed[completed[:, 8] == i][:, :6] for i in range(1, 6)],
        SurvivalData(patients[:, 6], patients[:, 7]),
    )
    data = SurvivalData(patients[:, 6], patients[:, 7])
    table = IncompleteTable(patients[:, :6], ["number"] + ["binary"] * 5, ITEMS)
    made = impute(table, np.random.default_rng(20), ImputationPlan(tables=20), data, workers=2)
    ours = _pool(made.values, data)
    apart = np.abs(ours.value - theirs.value) / theirs.std_error
    assert apart.max() < 0.35
    np.testing.assert_allclose(ours.std_error, theirs.std_error, rtol=0.1)
    share = table.missing.mean(axis=0)
    assert (ours.missing_information < 3 * share.max() + 0.05).all()
