"""Sorting by counting and by comparison give one order, ties included."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.stats.order import sort_rows


@pytest.mark.parametrize("most", [1, 7, 60_000, 70_000])
@pytest.mark.parametrize("low", [-40_000.0, 0.0, 0.5])
@pytest.mark.parametrize("n", [1, 300])
def test_rows_of_equal_value_keep_their_order(n, low, most):
    values = low + np.random.default_rng(n).integers(0, most, n)
    assert sort_rows(values).tolist() == sorted(range(n), key=values.__getitem__)


def test_fractions_are_not_cut():
    assert sort_rows(np.array([0.9, 0.1, 0.5, 0.1])).tolist() == [1, 3, 2, 0]


def test_no_row():
    assert sort_rows(np.array([])).tolist() == []


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(1).normal(size=5000),
        np.exp(9 * np.random.default_rng(2).normal(size=5000)),  # bunched: one box holds most
        np.repeat(np.random.default_rng(3).normal(size=100), 50),
        np.array([-1e308, 1e308, 0.5, 0.25, 0.5]),  # their distance overflows
        np.array([5e-324, 0.0, -0.0, 5e-324, 1e-323]),
        np.full(40, 0.3),
    ],
)
def test_numbers_of_any_spread_are_sorted(values):
    with np.errstate(over="ignore"):
        assert sort_rows(values).tolist() == sorted(range(len(values)), key=values.__getitem__)
