import numpy as np
import pytest
from matplotlib.patches import PathPatch
from tests.unit.report.drawing import text_boxes
from tests.unit.report.example_validation import INSTABILITY, NAN

from jalon.core import UnsuitableDataError
from jalon.report import InstabilityPicture, LabelledLine, instability_figure
from jalon.report.figures.instability import draw_instability
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording


def draw(picture, width=180):
    with house_settings():
        return draw_instability(picture, "", width, Wording())


def test_only_what_is_given_has_a_panel():
    assert len(draw(INSTABILITY["many"]).figure.axes) == 4
    assert len(draw(INSTABILITY["two panels"]).figure.axes) == 2


def test_shades_cover_exactly_where_predictions_lie():
    risk = np.array([0.2, 0.2, 0.8])
    resampled = np.array([[0.2, 0.2, 0.8], [0.21, NAN, 0.4]])
    axes = draw(InstabilityPicture(60, risk, resampled)).figure.axes[0]
    shapes = [part for part in axes.patches if isinstance(part, PathPatch)]
    assert shapes
    inside = [
        any(shape.get_path().contains_point(point) for shape in shapes)
        for point in ((0.2, 0.2), (0.8, 0.8), (0.8, 0.4), (0.5, 0.5), (0.2, 0.6))
    ]
    assert inside == [True, True, True, False, False]


def test_limits_of_many_patients_are_calm_and_of_few_as_they_are():
    risk = np.linspace(0.1, 0.9, 600)
    noise = 0.05 * (-1.0) ** np.arange(600)
    for count in (40, 600):
        x, swing = risk[:count], noise[:count]
        limits = LabelledLine("", x, x, x - 0.05 + swing, x + 0.05 + swing)
        axes = draw(InstabilityPicture(60, x, envelope=limits)).figure.axes[0]
        upper = axes.lines[-1].get_ydata()
        assert len(upper) == min(count, 60)
        assert np.all(np.diff(upper) > 0) == (count == 600)


def test_dots_stand_at_the_patients():
    picture = INSTABILITY["two panels"]
    dots = draw(picture).figure.axes[0].lines[0]
    x = np.nanmean(dots.get_xdata().reshape(-1, 3)[:, :2], axis=1)
    np.testing.assert_allclose(np.sort(x), picture.predicted, atol=0.004)


def test_mean_error_and_threshold_are_written():
    words = [box.words for box in text_boxes(draw(INSTABILITY["ten patients"]))]
    mean = 100 * INSTABILITY["ten patients"].mean_error
    assert f"Error of prediction, mean {mean:.1f} % points" in words
    assert "Classification at 30 %" in words
    assert "10 patients, 20 resamples." in instability_figure(INSTABILITY["ten patients"])


def test_many_calibration_curves_are_thinned_and_said_so():
    line = LabelledLine("", [0.1, 0.5, 0.9], [0.1, 0.5, 0.9])
    sheet = draw(InstabilityPicture(60, [0.5], resampled_calibration=(line,) * 400))
    assert len(sheet.figure.axes[0].lines) == 134 + 1
    assert "models of 134 / 400 resamples" in [box.words for box in text_boxes(sheet)]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (([],), "no predicted risk"),
        (([0.1, NAN],), "missing or outside"),
        (([0.1, 10],), "missing or outside"),
        (([0.1, 0.2],), "nothing but the model"),
        (([0.1, 0.2], [[0.1], [0.2]]), "resampled has shape"),
        (([0.1, 0.2], None, None, [0.1]), "error has shape"),
    ],
)
def test_what_is_refused(parts, words):
    with pytest.raises(UnsuitableDataError, match=words):
        InstabilityPicture(60, *parts)
