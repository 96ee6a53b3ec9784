"""Reclassification as R's Hmisc has it, by categories, and for censored outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import fit_logistic, predict_outcome
from jalon.validate import improve_discrimination, reclassify, reclassify_at

RTOL = 1e-8
# The risks come from R's glm, which stops at 1e-8 of the deviance.
STOP = 1e-6


def _compare(moves, spread, values, rtol):
    for gain, name in (
        (moves.improvement, "nri"),
        (moves.events, "nri.ev"),
        (moves.non_events, "nri.ne"),
        (spread.improvement, "idi"),
    ):
        assert_allclose(gain.estimate.value, values[name], rtol)
        if f"se.{name}" in values:
            assert_allclose(gain.std_error, values[f"se.{name}"], rtol)
            assert_allclose(gain.z, values[f"z.{name}"], rtol)


def test_a_model_with_one_more_covariate():
    values, table = load_record("reclassification", "improveprob"), load_table("lalonde")
    race = [table["race"] == name for name in ("black", "hispan")]
    y, models = table["treat"], (table["age"][:, None], np.column_stack([table["age"], *race]))
    old, new = (predict_outcome(fit_logistic(x, y), x) for x in models)
    _compare(reclassify(old, new, y), improve_discrimination(old, new, y), values, STOP)


def _pbc():
    table = load_table("pbc")
    keep = ~np.isnan(table["stage"]) & ~np.isnan(table["albumin"])
    first = table["age"] / 20 - 3.5
    second = first + np.log(table["bili"]) - (table["albumin"] - 3.5)
    old, new = (np.round(expit(part[keep]), 2) for part in (first, second))
    return old, new, (table["stage"] == 4)[keep].astype(float)


def test_given_risks():
    values, (old, new, y) = load_record("validation_more", "nri.pbc")["continuous"], _pbc()
    moves, spread = reclassify(old, new, y), improve_discrimination(old, new, y)
    _compare(moves, spread, values, RTOL)
    assert_allclose(moves.up, [values["pup.ev"], values["pup.ne"]], RTOL)
    assert_allclose(moves.down, [values["pdown.ev"], values["pdown.ne"]], RTOL)
    parts = [spread.events.estimate.value, spread.non_events.estimate.value]
    assert_allclose(parts, [values["improveSens"], values["improveSpec"]], RTOL)


def test_categories():
    values, (old, new, y) = load_record("validation_more", "nri.pbc")["categories"], _pbc()
    found = reclassify(old, new, y, cuts=[0.2, 0.5])
    assert found.table[0].tolist() == numbers(values["events"]).tolist()
    assert found.table[1].tolist() == numbers(values["others"]).tolist()
    assert_allclose(found.improvement.estimate.value, values["nri"], RTOL)
    assert_allclose(found.improvement.std_error, values["se"], RTOL)


def _gbsg(cuts):
    table = load_table("gbsg")
    new = expit(-1.2 + np.minimum(table["nodes"], 20) / 8)
    old = np.full(686, 0.4) if cuts is None else expit(-1.2 + table["size"] / 40)
    return old, new, SurvivalData(table["rfstime"], table["status"]), 1000, cuts


def _follic():
    table = load_table("follic")
    age = (table["age"] - 60) / 15
    new = expit(age + (table["clinstg"] - 1.5) - (table["hgb"] > 140) / 2) * 0.8
    return expit(age) * 0.8, new, SurvivalData(table["time"], table["status"]), 5, None


@pytest.mark.parametrize(
    ("part", "case"),
    [("gbsg", lambda: _gbsg(None)), ("cuts", lambda: _gbsg([0.3, 0.5])), ("follic", _follic)],
)
def test_censored_outcomes(part, case):
    values = load_record("validation_more", "nri.survival")[part]
    found = reclassify_at(*case())
    got = [found.events, found.non_events, found.improvement]
    assert_allclose([gain.estimate.value for gain in got], values, RTOL)
