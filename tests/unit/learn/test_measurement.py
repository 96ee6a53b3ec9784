"""Learning with declared measurement error."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.learn.robust_cases import PLAIN, make_columns, make_data

from jalon.core import UnsuitableDataError
from jalon.learn import Candidate, build_terms, learn_score
from jalon.learn.measurement import MeasurementSettings, learn_measured, perturb_columns

LEVELS = {name: np.exp(values) for name, values in make_columns().items()}
DATA = make_data(make_columns())
CANDIDATES = tuple(Candidate(name, (0.6, 1.65)) for name in "abcd")


def learn(error, search=PLAIN, seed=1):
    return learn_measured(CANDIDATES, LEVELS, DATA, error, search, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("target", ["events", "teacher"])
@pytest.mark.parametrize("judge", ["mean", "worst"])
def test_no_error_is_plain_learning(judge, target):
    search = replace(PLAIN, target=target)
    learned = learn(MeasurementSettings({"a": 0.0}, 3, judge), search)
    plain = learn_score(build_terms(CANDIDATES, LEVELS), DATA, search)
    assert learned.score.points == learned.plain.points == plain.points
    assert learned.score.scale == pytest.approx(plain.scale, rel=1e-4)
    assert learned.cost == pytest.approx(0.0, abs=1e-6)
    assert not any(learned.crossing)


@pytest.mark.parametrize("judge", ["mean", "worst"])
def test_error_costs_on_the_exact_values_and_is_reproducible(judge):
    error = MeasurementSettings({"a": 0.6, "b": 0.1}, 4, judge)
    learned, again = learn(error), learn(error)
    assert learned.score.points == again.score.points
    assert learned.score.loss == again.score.loss
    assert learned.score.certificate.proven
    price = PLAIN.price * 4
    assert learned.cost >= -price
    # Two limits each of a and b may be crossed; c and d are exact.
    assert learned.crossing[0] > learned.crossing[2] > 0
    assert learned.crossing[4:] == (0.0,) * 4


def test_errors_have_the_declared_variation_and_mean_one():
    exact = {"a": np.full(4000, 50.0), "b": np.zeros(4000)}
    tables = perturb_columns(exact, {"a": 0.2, "b": 0.2}, 10, np.random.default_rng(2))
    values = np.concatenate([table["a"] for table in tables])
    # 20 000 pairs: standard errors 0.04 and 0.0008.
    assert values.mean() == pytest.approx(50.0, abs=0.2)
    assert values.std() / 50.0 == pytest.approx(0.2, abs=0.004)
    assert not any(table["b"].any() for table in tables)
    # Replicates come in pairs of opposite errors: their product is the same for all.
    assert np.ptp(tables[0]["a"] * tables[1]["a"]) < 1e-9


@pytest.mark.parametrize(
    ("variation", "copies", "words"),
    [
        ({"z": 0.1}, 2, "z has a coefficient of variation but no column"),
        ({"a": 5.0}, 2, "give it as a share"),
        ({"a": 0.1}, 0, "at least one replicate"),
    ],
)
def test_what_is_refused(variation, copies, words):
    with pytest.raises(UnsuitableDataError, match=words):
        learn(MeasurementSettings(variation, copies))


def test_negative_values_have_no_coefficient_of_variation():
    with pytest.raises(UnsuitableDataError, match="values below 0"):
        perturb_columns({"a": np.array([-1.0, 1.0])}, {"a": 0.1}, 1, np.random.default_rng(1))
