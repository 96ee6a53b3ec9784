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
