"""Two studies pooled on paper."""

from math import sqrt

import pytest

from jalon.stats import pool_effects

EXACT = {"rel": 1e-12}


def test_two_studies_of_equal_precision():
    # Effects 0 and 2 with variance 1/2 each: weights 2 and 2, mean 1, Q = 2 + 2 = 4.
    found = pool_effects([0, 2], [0.5, 0.5], "fixed")
    assert found.estimate.value == pytest.approx(1, **EXACT)
    assert found.std_error == pytest.approx(1 / 2, **EXACT)
    assert found.heterogeneity.statistic == pytest.approx(4, **EXACT)
    assert found.i_squared.value == pytest.approx(3 / 4, **EXACT)
    assert found.h_squared.value == pytest.approx(4, **EXACT)


@pytest.mark.parametrize(
    ("method", "tau2"),
    [
        ("REML", 3 / 2),  # sample variance 2 less 1/2
        ("DL", 3 / 2),  # (4 - 1) / (4 - 8/4)
        ("HE", 3 / 2),
        ("PM", 3 / 2),  # Q(tau2) = 2 / (1/2 + tau2) = 1
        ("ML", 1 / 2),  # mean squared distance 1 less 1/2
        ("HS", 1 / 2),  # (4 - 2) / 4
        ("SJ", 4 / 3),  # start 1; Q = 2 / (1/2 + 1) = 4/3
    ],
)
def test_variance_between_two_studies(method, tau2):
    found = pool_effects([0, 2], [0.5, 0.5], method)
    assert found.tau2.value == pytest.approx(tau2, **EXACT)
    assert found.std_error == pytest.approx(sqrt((tau2 + 0.5) / 2), **EXACT)
    assert found.i_squared.value == pytest.approx(tau2 / (tau2 + 0.5), **EXACT)


def test_error_from_the_scatter_of_two_studies():
    # With equal variances the scatter gives sqrt(sample variance / 2) = 1, whatever tau2 is.
    for method in ("fixed", "DL", "ML"):
        found = pool_effects([0, 2], [0.5, 0.5], method, "knapp-hartung")
        assert found.std_error == pytest.approx(1, **EXACT)
        # The t distribution with one degree of freedom has quantile 1 at 3/4.
        half = pool_effects([0, 2], [0.5, 0.5], method, "knapp-hartung", level=0.5).estimate
        assert (half.low, half.high) == pytest.approx((0, 2), rel=1e-12, abs=1e-12)


def test_unequal_precision():
    # Weights 1 and 3: mean (0 + 3 * 4) / 4 = 3, Q = 9 + 3 = 12, DL (12 - 1) / (4 - 10/4) = 22/3.
    found = pool_effects([0, 4], [1, 1 / 3], "DL")
    assert found.heterogeneity.statistic == pytest.approx(12, **EXACT)
    assert found.tau2.value == pytest.approx(22 / 3, **EXACT)
    # Weights 3/25 and 3/23, so 23/48 and 25/48.
    assert found.weight == pytest.approx([23 / 48, 25 / 48], **EXACT)
    assert found.estimate.value == pytest.approx(25 / 12, **EXACT)
