import numpy as np
import pytest
from tests.unit.report.drawing import text_boxes
from tests.unit.report.example_validation import CALIBRATION, NAN, NOTHING, near, smooth

from jalon.core import Estimate, UnsuitableDataError
from jalon.report import (
    CalibrationFigures,
    CalibrationGroup,
    CalibrationPicture,
    LabelledLine,
    calibration_figure,
)
from jalon.report.figures.calibration import draw_calibration
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording


def draw(picture, width=180, language="en"):
    with house_settings():
        return draw_calibration(picture, "", width, Wording(language))


def words_of(sheet):
    return [box.words for box in text_boxes(sheet)]


@pytest.mark.parametrize("name", CALIBRATION)
def test_both_scales_are_one_so_that_the_diagonal_is(name):
    axes = draw(CALIBRATION[name]).figure.axes[0]
    assert axes.get_xlim() == axes.get_ylim()
    box = axes.get_window_extent()
    assert box.width == pytest.approx(box.height)


def test_histogram_counts_patients_up_and_down():
    picture = CalibrationPicture(
        60, "death", (smooth("", 1),), (), np.full(7, 0.31), np.array([0.3, 0.6, 0.61, NAN])
    )
    sheet = draw(picture)
    heights = np.array([bar.get_height() for bar in sheet.figure.axes[1].patches])
    assert heights[heights > 0].sum() == 7
    assert heights[heights < 0].sum() == -3
    assert {"event seen by then (7)", "no event seen by then (3)"} <= set(words_of(sheet))


def test_figures_are_written_in_their_units():
    figures = CalibrationFigures(near(0.94, 0.1), near(0.9, 0.2), Estimate(0.031, NAN, NAN))
    words = words_of(draw(CalibrationPicture(60, "death", (smooth("", 1),), figures=figures)))
    assert {"0.94 (0.84-1.04)", "0.90 (0.70-1.10)", "3.1"} <= set(words)


def test_competing_causes_are_said():
    picture = CALIBRATION["three curves, competing"]
    assert "Observed: cumulative incidence, other causes compete" in words_of(draw(picture))
    assert any("concurrentes" in text for text in words_of(draw(picture, language="fr")))


def test_group_without_an_interval_is_a_dot_alone_and_an_unknown_one_nothing():
    groups = (CalibrationGroup(0.1, Estimate(0.2, NAN, NAN)), CalibrationGroup(0.3, NOTHING))
    axes = draw(CalibrationPicture(12, "relapse", groups=groups)).figure.axes[0]
    assert len(axes.lines) == 2  # the diagonal and one dot


def test_description_says_how_far_prediction_and_observation_lie_apart():
    svg = calibration_figure(CALIBRATION["one curve"])
    assert "Observed / expected: 0.94 (0.84-1.04)." in svg
    assert "smooth curve: where 46 % is predicted, 44 % is observed." in svg


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "neither a curve nor a group"),
        ({"curves": (LabelledLine("", [0.1], [NAN]),)}, "neither a curve nor a group"),
        ({"curves": (smooth("", 1),) * 4}, "4 curves"),
    ],
)
def test_what_is_refused(parts, words):
    with pytest.raises(UnsuitableDataError, match=words):
        CalibrationPicture(60, "death", **parts)
