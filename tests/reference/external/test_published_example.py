"""What the other tests of the published worked example (McLernon 2023) leave out.

The pairs behind each concordance and their variance by chance, and the percentiles at which the
predictors are cut.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.cox_cases import prepare_mclernon
from tests.reference.external.records import load_record, load_table

from jalon.stats import concordance, concordance_null_variance, fit_cox, predict_log_hazard

RTOL = 1e-8


@pytest.mark.parametrize(
    ("record", "part", "patients", "weight"),
    [
        ("mclernon.develop", "harrell_dev", "rotterdam", "n"),
        ("mclernon.validate", "harrell", "gbsg", "n"),
        ("mclernon.validate", "uno", "gbsg", "n/G2"),
    ],
)
def test_pairs_and_their_variance_by_chance(record, part, patients, weight):
    values = load_record("published_rotterdam_gbsg", record)[part]
    fit = fit_cox(*prepare_mclernon("rotterdam"))
    x, data = prepare_mclernon(patients)
    index = predict_log_hazard(fit, x)
    found = concordance(index, data, time_weight=weight)
    counts = [found.concordant, found.discordant, found.tied_risk, found.tied_time, found.tied_both]
    assert_allclose(counts, values["counts"], RTOL)
    chance = concordance_null_variance(index, data, time_weight=weight)
    assert_allclose(chance, values["cvar"], RTOL)


def test_percentiles_at_which_predictors_are_cut():
    values, table = (
        load_record("published_rotterdam_gbsg", "mclernon.develop"),
        load_table("rotterdam"),
    )
    for name, key in (("nodes", "nodes99"), ("pgr", "pgr99")):
        assert np.quantile(table[name], 0.99, method="inverted_cdf") == values[key]
