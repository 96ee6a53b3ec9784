import pytest
from tests.unit.report.example_curves import HIGH, LOW

from jalon.report.figures.month_axis import choose_horizon, place_ticks


@pytest.mark.parametrize(
    ("horizon", "width", "step"),
    [
        (6, 140, 1),
        (12, 50, 3),
        (24, 140, 6),
        (60, 140, 6),
        (60, 50, 12),
        (120, 140, 12),
        (240, 140, 24),
        (240, 50, 48),
    ],
)
def test_ticks_keep_to_the_calendar(horizon, width, step):
    ticks = place_ticks(horizon, width, 9.0)
    assert ticks[:2] == (0, step)
    assert ticks[-1] <= horizon
    assert horizon - ticks[-1] < step


def test_default_horizon_shows_every_curve():
    assert choose_horizon([LOW, HIGH]) == 120
