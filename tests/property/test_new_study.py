"""The interval for a new study: beside random draws, and by what must hold."""

import numpy as np
import pytest

from jalon.core.errors import UnsuitableDataError
from jalon.stats import predict_study


def draw(rng, k, spread):
    v = (0.13 * np.exp(0.3 * rng.normal(size=k))) ** 2
    return spread * rng.normal(size=k) + np.sqrt(v) * rng.normal(size=k), v


def simulate(y, v, rng, draws=100_000):
    """The article's own way: each step is drawn at random."""
    chance = rng.chisquare(len(y) - 1, draws)
    grid = np.concatenate(([0.0], np.geomspace(1e-8, 1e4, 6000)))
    w = 1 / (v + grid[:, None])
    mean = w @ y / w.sum(axis=1)
    scatter = (w * (y - mean[:, None]) ** 2).sum(axis=1)
    # The scatter falls as the variance rises: look each draw up between neighbours.
    tau2 = np.interp(-chance, -scatter, grid)
    tau2[chance >= scatter[0]] = 0.0
    w = 1 / (v + tau2[:, None])
    mean = w @ y / w.sum(axis=1)
    error = np.sqrt((w * (y - mean[:, None]) ** 2).sum(axis=1) / (len(y) - 1) / w.sum(axis=1))
    new = mean + np.sqrt(tau2) * rng.normal(size=draws) - error * rng.standard_t(len(y) - 1, draws)
    return np.quantile(new, [0.025, 0.975])


@pytest.mark.parametrize("k", [4, 10])
@pytest.mark.parametrize("spread", [0.0, 0.1, 0.4])
def test_drawing_at_random_gives_about_the_same(k, spread):
    rng = np.random.default_rng(10 * k + int(10 * spread))
    y, v = draw(rng, k, spread)
    found, drawn = predict_study(y, v), simulate(y, v, rng)
    width = drawn[1] - drawn[0]
    assert abs(found.low - drawn[0]) < 0.02 * width
    assert abs(found.high - drawn[1]) < 0.02 * width


def test_it_moves_and_stretches_with_the_effects():
    y, v = draw(np.random.default_rng(4), 6, 0.2)
    one, other = predict_study(y, v), predict_study(3 * y[::-1] - 1, 9 * v[::-1])
    np.testing.assert_allclose(
        [other.value, other.low, other.high],
        3 * np.array([one.value, one.low, one.high]) - 1,
        rtol=1e-6,
    )


def test_more_is_held_by_a_higher_level_and_the_same_effects_have_a_width():
    y, v = draw(np.random.default_rng(5), 5, 0.1)
    narrow, wide = predict_study(y, v, 0.5), predict_study(y, v, 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high
    same = predict_study([0.2] * 4, [0.01] * 4)
    assert same.low < 0.2 < same.high


def test_too_few_studies_are_refused():
    with pytest.raises(UnsuitableDataError, match="three"):
        predict_study([0.1, 0.2], [0.01, 0.01])
