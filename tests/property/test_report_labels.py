"""Labels at the ends of curves never touch each other or another curve."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.core import Estimate
from jalon.report import ForestMeasure, Wording
from jalon.report.figures.end_labels import Frame, place_end_labels
from jalon.report.figures.forest_scale import plan_scale
from jalon.report.figures.plot import number_scale
from jalon.report.figures.side_labels import spread
from jalon.report.figures.steps import Steps
from jalon.report.figures.typeface import measure_width

FRAME = Frame(horizon=60, width=100, height=50)
ends = st.lists(
    st.tuples(st.floats(6, 60), st.floats(0, 100), st.floats(2, 30)), min_size=1, max_size=6
)


def line(month, value):
    months, values = np.array([0.0, month / 2, month]), np.array([100.0, value, value])
    none = np.zeros(0)
    return Steps(months, values, values, values, none, none)


@settings(max_examples=200, deadline=None)
@given(ends=ends)
def test_placed_labels_touch_nothing(ends):
    steps = [line(month, value) for month, value, _ in ends]
    sizes = [(width, 3.3) for _, _, width in ends]
    places = place_end_labels(steps, sizes, FRAME)
    if places is None:
        assert len(ends) > 1
        return
    for i, place in enumerate(places):
        assert place.y - 1.65 >= 0
        for j in range(i):
            apart = abs(place.y - places[j].y) >= 3.3 - 1e-6
            beside = place.x >= places[j].x + sizes[j][0] or places[j].x >= place.x + sizes[i][0]
            assert apart or beside
        for j, (month, value, _) in enumerate(ends):
            if j != i and FRAME.x(month / 2) < place.x < FRAME.x(month):
                assert abs(FRAME.y(value) - place.y) > 1.65


@settings(max_examples=200, deadline=None)
@given(
    wanted=st.lists(st.floats(0, 50), min_size=1, max_size=8),
    heights=st.lists(st.floats(1, 6), min_size=8, max_size=8),
)
def test_names_beside_lines_stand_apart_and_inside(wanted, heights):
    heights = heights[: len(wanted)]
    levels = spread(wanted, heights, (0.0, 50.0))
    edges = sorted((y - h / 2, y + h / 2) for y, h in zip(levels, heights, strict=True))
    assert edges[0][0] >= -1e-6
    assert edges[-1][1] <= 50 + 1e-6
    assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(edges))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert all(levels[i] <= levels[j] + 1e-6 for i, j in pairwise(order))


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.floats(0.02, 50), min_size=1, max_size=12),
    half=st.floats(0.001, 5),
    room=st.floats(19, 90),
    log=st.booleans(),
)
def test_forest_scale_shows_every_estimate_and_its_numbers_stand_apart(values, half, room, log):
    estimates = [Estimate(v, v / (1 + half), v * (1 + half)) for v in values]
    scale = plan_scale(ForestMeasure("O/E", log=log), estimates, (0.0, room), Wording("fr"))
    assert not any(scale.beyond(value) for value in values)
    places = [scale.x(tick) for tick in scale.ticks]
    widths = [measure_width(label, 7) for label in scale.labels]
    for (a, b), (wide, next_wide) in zip(pairwise(places), pairwise(widths), strict=True):
        assert b - a >= (wide + next_wide) / 2 + 0.5
    assert all(0 <= place <= room for place in places)


@settings(max_examples=100, deadline=None)
@given(low=st.floats(-100, 100), span=st.floats(1e-3, 1e6), most=st.integers(1, 12))
def test_numbers_of_a_scale_are_round_and_not_too_many(low, span, most):
    scale = number_scale(low, low + span, most, Wording())
    assert len(scale.ticks) <= most + 1
    assert len(set(scale.labels)) == len(scale.labels)
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in scale.ticks)
