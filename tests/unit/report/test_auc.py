import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from tests.unit.report.drawing import text_boxes
from tests.unit.report.example_validation import AUC, NAN, auc_lines

from jalon.core import UnsuitableDataError
from jalon.report import LabelledLine, auc_figure
from jalon.report.figures.auc import draw_auc
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording


def draw(lines, width=180):
    with house_settings():
        return draw_auc(lines, "", width, Wording())


def bands(sheet):
    return [c for c in sheet.figure.axes[0].collections if isinstance(c, PolyCollection)]


def test_lines_stand_at_their_months_and_chance_is_in_sight():
    (axes,) = draw(auc_lines(1)).figure.axes
    month, value = axes.lines[-1].get_data()
    np.testing.assert_array_equal(month, auc_lines(1)[0].x)
    np.testing.assert_array_equal(value, auc_lines(1)[0].y)
    assert axes.get_ylim()[0] <= 0.5
    assert axes.get_ylim()[1] <= 1


def test_three_bands_are_drawn_and_of_more_the_first_alone():
    assert len(bands(draw(auc_lines(3)))) == 3
    six = draw(auc_lines(6))
    assert len(bands(six)) == 1
    assert "band: 95% interval (This score)" in [box.words for box in text_boxes(six)]


def test_no_interval_leaves_no_key():
    bare = draw([LabelledLine("IPI", [6, 12], [0.6, 0.7])])
    assert not any("interval" in box.words for box in text_boxes(bare))
    assert bands(bare) == []


def test_a_point_between_holes_is_a_dot_with_its_interval():
    lines = draw(AUC["holes"]).figure.axes[0].lines
    assert "o" in [line.get_marker() for line in lines]
    # The limits at 24 months have no neighbour either: an upright bar instead of a band.
    assert [0.0, 1.0] in [list(line.get_ydata()) for line in lines if line.get_xdata()[0] == 24]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "no AUC"),
        ([LabelledLine("IPI", [12], [NAN])], "no AUC"),
        (auc_lines(6) + auc_lines(1), "7 lines"),
    ],
)
def test_what_is_refused(lines, words):
    with pytest.raises(UnsuitableDataError, match=words):
        auc_figure(lines)
