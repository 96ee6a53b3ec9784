"""The corrected interval: by hand, at its limits, and where nothing is known."""

import numpy as np
import pytest

from jalon.core import Estimate
from jalon.validate.optimism_interval import correct_estimate

Z = 1.959963984540054


def test_half_the_optimism_and_the_error_of_its_mean_by_hand():
    # Drops 0.0 and 0.2: mean 0.1, half of it squared 0.0025; variance 0.02, of the mean 0.01.
    found = correct_estimate(Estimate(0.7, 0.6, 1.7, method="jackknife"), np.array([0.0, 0.2]))
    assert found.value == pytest.approx(0.7 - 0.1)
    assert found.low == pytest.approx(0.6 - np.sqrt(0.01 + Z**2 * 0.0125))
    assert found.high == pytest.approx(0.6 + np.sqrt(1 + Z**2 * 0.0125))
    assert found.method == "jackknife, shifted by the optimism and widened"


def test_never_narrower_than_the_apparent_interval():
    rng = np.random.default_rng(3)
    apparent = Estimate(0.7, 0.64, 0.75, level=0.9)
    for _ in range(20):
        found = correct_estimate(apparent, rng.normal(0.0, 0.03, 30))
        assert found.value - found.low >= 0.06
        assert found.high - found.value >= 0.05
        assert found.level == 0.9


def test_no_resample_leaves_the_apparent_interval():
    apparent = Estimate(0.7, 0.6, 0.8)
    found = correct_estimate(apparent, np.empty(0))
    assert [found.value, found.low, found.high] == pytest.approx([0.7, 0.6, 0.8])


def test_one_resample_has_no_spread():
    found = correct_estimate(Estimate(0.7, 0.6, 0.8), np.array([0.02]))
    assert found.high - 0.68 == pytest.approx(np.sqrt(0.01 + Z**2 * 0.0001))


def test_a_figure_without_interval_stays_without():
    found = correct_estimate(Estimate(1.0, np.nan, np.nan), np.array([0.1, 0.3]))
    assert found.value == pytest.approx(0.8)
    assert np.isnan([found.low, found.high]).all()
