"""Labels at the ends of curves never touch each other or another curve."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.report.figures.end_labels import Frame, place_end_labels
from jalon.report.figures.steps import Steps

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
