"""The 0.632+ rule by hand, and the figure by chance of a rule that counts wrong answers."""

import pytest

from jalon.validate import weigh_632_plus


def test_half_of_the_way_to_chance():
    # Apparent error 1/10, left out 3/10, by chance 1/2: overfitting (3/10 - 1/10) / (1/2 - 1/10).
    value, overfit = weigh_632_plus(0.1, 0.3, 0.5)
    assert overfit == pytest.approx(1 / 2)
    weight = 0.632 / (1 - 0.368 / 2)
    assert value == pytest.approx((1 - weight) * 0.1 + weight * 0.3, rel=1e-14)
    assert value == pytest.approx(52 / 204, rel=1e-14)


def test_a_merit_is_an_error_turned_round():
    value, overfit = weigh_632_plus(0.9, 0.7, 0.5)
    error = weigh_632_plus(0.1, 0.3, 0.5)
    assert (1 - value, overfit) == pytest.approx(error)


def test_nothing_but_chance():
    # One-nearest neighbour on noise: no error among its own, half among others (section 1).
    assert weigh_632_plus(0.0, 0.5, 0.5) == (0.5, 1.0)
    # Worse than chance: 0.632 of it and 0.368 of chance.
    value, overfit = weigh_632_plus(0.0, 0.6, 0.5)
    assert (value, overfit) == (pytest.approx(0.632 * 0.6 + 0.368 * 0.5), 1.0)


@pytest.mark.parametrize(("left_out", "chance"), [(0.1, 0.5), (0.05, 0.5), (0.3, 0.05)])
def test_no_overfitting_is_plain_0632(left_out, chance):
    value, overfit = weigh_632_plus(0.1, left_out, chance)
    assert overfit == 0
    assert value == pytest.approx(0.368 * 0.1 + 0.632 * left_out)
