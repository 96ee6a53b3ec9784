"""How numbers are written."""

import math

import pytest

from jalon.core import Estimate
from jalon.core.numbers import write_count, write_estimate, write_number, write_p, write_share


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "< .001"),
        (0.00099, "< .001"),
        (0.001, ".001"),
        (0.0123, ".012"),
        (0.0499, ".050"),
        (0.21, ".21"),
        (0.989, ".99"),
        (0.995, "> .99"),
        (1.0, "> .99"),
        (math.nan, "-"),
    ],
)
def test_p(p, text):
    assert write_p(p) == text


def test_estimates():
    assert write_estimate(Estimate(0.668, 0.637, 0.699)) == "0.67 (0.64-0.70)"
    assert write_estimate(Estimate(-0.05, -0.11, 0.02)) == "-0.05 (-0.11 to 0.02)"
    assert write_estimate(Estimate(0.5, 0.4, math.nan)) == "0.50 (0.40 to not reached)"
    assert write_estimate(Estimate(0.1234, 0.1, 0.2), 0, 100) == "12 (10-20)"


def test_no_minus_zero():
    assert write_number(-0.001) == "0.00"


def test_counts():
    assert write_count(2982) == "2,982"
    assert write_share(188, 448) == "188 (42)"
    assert write_share(0, 0) == "0 (-)"
