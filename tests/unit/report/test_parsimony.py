"""The figure of the number of variables."""

import math

import pytest
from matplotlib.lines import Line2D
from tests.unit.report.drawing import cut_off, overlaps, text_boxes

from jalon.core import UnsuitableDataError
from jalon.report import Wording
from jalon.report.figures import parsimony_figure
from jalon.report.figures.parsimony import ParsimonyPoint, draw_parsimony
from jalon.report.figures.sheet import house_settings

POINTS = tuple(
    ParsimonyPoint(size, value, 0.016, value + 0.002 * size)
    for size, value in enumerate((0.58, 0.63, 0.659, 0.668, 0.671, 0.67, 0.67, 0.67, 0.67, 0.66), 1)
)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [85, 180])
def test_nothing_overlaps_and_nothing_is_cut(width, language):
    with house_settings():
        sheet = draw_parsimony(POINTS, 3, "SYNTHETIC DATA", width, Wording(language))
    boxes = text_boxes(sheet)
    assert overlaps(boxes) == []
    assert cut_off(sheet, boxes) == []


def test_dots_stand_in_proportion_and_the_chosen_one_is_larger():
    with house_settings():
        sheet = draw_parsimony(POINTS[:3], 3, "", 85)
    marks = [part for part in sheet.figure.get_children() if isinstance(part, Line2D)]
    dots = [mark for mark in marks if mark.get_marker() == "o"][2:]
    heights = [dot.get_ydata()[0] for dot in dots]
    # Corrected and apparent alternate: 0.58, 0.582, 0.63, 0.634, 0.659, 0.665.
    share = (heights[2] - heights[0]) / (heights[4] - heights[0])
    assert share == pytest.approx((0.63 - 0.58) / (0.659 - 0.58))
    assert dots[4].get_markersize() > dots[2].get_markersize()


def test_figure_is_the_same_twice_and_says_what_was_chosen():
    first = parsimony_figure(POINTS, 3, "SYNTHETIC DATA")
    assert first == parsimony_figure(POINTS[::-1], 3, "SYNTHETIC DATA")
    assert "3 variables: corrected concordance 0.659." in first
    assert "Chosen: 3" in first


def test_apparent_may_be_left_out():
    bare = [ParsimonyPoint(point.size, point.corrected, point.std_error) for point in POINTS]
    assert parsimony_figure(bare, 3) != parsimony_figure(POINTS, 3)


@pytest.mark.parametrize(
    ("points", "chosen", "words"),
    [
        ((), 1, "no size was given"),
        (POINTS[:2] * 2, 1, "given twice"),
        (POINTS, 12, "size 12 was chosen"),
        ((ParsimonyPoint(1, math.nan, 0.1),), 1, "no corrected concordance"),
    ],
)
def test_what_is_refused(points, chosen, words):
    with pytest.raises(UnsuitableDataError, match=words):
        parsimony_figure(points, chosen)
