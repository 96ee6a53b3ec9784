import numpy as np
import pytest
from tests.unit.report.drawing import text_boxes
from tests.unit.report.example_validation import NO_CURVE, near, roc_curve

from jalon.core import UnsuitableDataError
from jalon.report import RocCurve, RocPanel, roc_figure
from jalon.report.figures.roc import draw_roc
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording


def test_a_falling_curve_is_drawn_rising_from_corner_to_corner():
    curve = RocCurve("IPI", [0.9, 0.4, 0.4, 0.0], [1.0, 0.8, 0.5, 0.2], near(0.7, 0.1))
    with house_settings():
        sheet = draw_roc([RocPanel(60, (curve,))], "", 180, Wording())
    (axes,) = sheet.figure.axes
    x, y = axes.lines[-1].get_data()
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert np.all(np.diff(x) >= 0)
    assert np.all(np.diff(y) >= 0)


def test_a_score_without_a_curve_is_named_and_not_drawn():
    with house_settings():
        sheet = draw_roc([RocPanel(60, (roc_curve("IPI", 2), NO_CURVE))], "", 85, Wording())
    words = [box.words for box in text_boxes(sheet)]
    assert "No event by then" in words
    assert "no curve" in words
    assert len(sheet.figure.axes[0].lines) == 2  # the diagonal and one curve


@pytest.mark.parametrize(
    ("panels", "words"),
    [
        ([], "no ROC curve"),
        ([RocPanel(12, (NO_CURVE,))], "no ROC curve"),
        ([RocPanel(12, (roc_curve("IPI", 2),) * 7)], "at most 6"),
    ],
)
def test_what_is_refused(panels, words):
    with pytest.raises(UnsuitableDataError, match=words):
        roc_figure(panels)


def test_lengths_must_agree():
    with pytest.raises(UnsuitableDataError, match="IPI"):
        RocCurve("IPI", [0.1, 0.2], [0.1], near(0.7, 0.1))
