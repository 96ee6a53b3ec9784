"""The teacher: a ridge Cox model, its penalty, and what following it means."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.learn.kernels.model import model_node
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.objective import lay_ground
from jalon.learn.teacher import PENALTIES, fit_ridge, fit_teacher, teach


def simulate(n=300, p=6, strength=0.6, seed=4):
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (p, n)).astype(np.uint8)
    risk = strength * (bits[0].astype(float) - bits[1])
    time = np.ceil(200 * rng.exponential(np.exp(-risk)))
    return bits, SurvivalData(time, (rng.random(n) < 0.8).astype(int))


@pytest.mark.parametrize("penalty", [0.3, 10.0, 1000.0])
def test_ridge_fit_is_stationary(penalty):
    bits, data = simulate()
    ground = lay_ground(bits, data)
    beta = fit_ridge(ground, penalty, np.zeros(6))
    _, risk = weigh_loss(ground, np.arange(6), beta)
    slope, _ = model_node(ground, risk, np.arange(6), beta)
    assert_allclose(slope + penalty * beta, 0.0, atol=1e-9)


def test_stronger_penalties_give_smaller_coefficients():
    bits, data = simulate()
    ground = lay_ground(bits, data)
    sizes = [np.abs(fit_ridge(ground, float(one), np.zeros(6))).sum() for one in PENALTIES]
    assert sizes == sorted(sizes)


def test_the_target_of_a_teacher_is_lowest_at_the_teacher():
    bits, data = simulate()
    ground = lay_ground(bits, data)
    teacher = fit_teacher(bits, data, np.random.default_rng(1))
    taught = teach(ground, teacher)
    least, risk = weigh_loss(taught, np.arange(6), teacher.beta)
    slope, _ = model_node(taught, risk, np.arange(6), teacher.beta)
    assert_allclose(slope, 0.0, atol=1e-9)
    rng = np.random.default_rng(2)
    for _ in range(50):
        other = teacher.beta + rng.normal(0, 0.3, 6)
        assert weigh_loss(taught, np.arange(6), other)[0] > least


def test_the_penalty_is_strong_where_nothing_is_to_be_learned():
    noise = fit_teacher(*simulate(strength=0.0), np.random.default_rng(1))
    signal = fit_teacher(*simulate(strength=1.2), np.random.default_rng(1))
    assert noise.penalty > signal.penalty
    assert noise.penalty in PENALTIES


def test_the_same_seed_gives_the_same_teacher():
    bits, data = simulate()
    one, two = (fit_teacher(bits, data, np.random.default_rng(7)) for _ in range(2))
    assert one.penalty == two.penalty
    assert np.array_equal(one.beta, two.beta)
