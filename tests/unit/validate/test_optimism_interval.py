"""The corrected interval: by hand, at its limits, and where nothing is known."""

import numpy as np
import pytest

from jalon.core import Estimate
from jalon.validate.optimism_interval import correct_estimate

Z = 1.959963984540054


def test_the_wider_of_two_and_the_error_of_the_mean_by_hand():
    # Resamples 0.6 and 0.8 have variance 0.02; drops 0.0 and 0.2 as well, so their mean 0.01.
    inside, drops = np.array([0.6, 0.8]), np.array([0.0, 0.2])
    found = correct_estimate(Estimate(0.7, 0.6, 1.7, method="jackknife"), inside, drops)
    assert found.value == pytest.approx(0.7 - 0.1)
    # Below, the resamples reach farther than 0.1; above, the apparent limit does.
    assert found.low == pytest.approx(0.6 - Z * np.sqrt(0.02 + 0.01))
    assert found.high == pytest.approx(0.6 + np.sqrt(1 + Z**2 * 0.01))
    assert found.method == "jackknife, shifted by the optimism and widened"


def test_never_narrower_than_the_apparent_interval():
    rng = np.random.default_rng(3)
    apparent = Estimate(0.7, 0.64, 0.75, level=0.9)
    for _ in range(20):
        inside, drops = rng.normal(0.7, rng.uniform(0, 0.06), 30), rng.normal(0.02, 0.02, 30)
        found = correct_estimate(apparent, inside, drops)
        assert found.value - found.low >= 0.06
        assert found.high - found.value >= 0.05
        assert found.level == 0.9


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_resamples_only_shift(count):
    found = correct_estimate(Estimate(0.7, 0.6, 0.8), np.full(count, 0.72), np.full(count, 0.02))
    assert found.low == pytest.approx(0.6 - 0.02 * count)
    assert found.high == pytest.approx(0.8 - 0.02 * count)


def test_a_figure_without_interval_stays_without():
    apparent = Estimate(1.0, np.nan, np.nan)
    found = correct_estimate(apparent, np.array([1.0, 1.0]), np.array([0.1, 0.3]))
    assert found.value == pytest.approx(0.8)
    assert np.isnan([found.low, found.high]).all()
