"""Forest plots: marks where the numbers say, arrows where the scale ends."""

import math

import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from tests.unit.report.drawing import text_boxes
from tests.unit.report.example_validation import NOTHING, centres, near

from jalon.core import Estimate, UnsuitableDataError
from jalon.report import ForestMeasure, ForestPicture, ForestRow, ForestSection, forest_figure
from jalon.report.figures.forest import draw_forest
from jalon.report.figures.forest_layout import lay_out_forest, short_number
from jalon.report.figures.forest_scale import plan_scale
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording

EN = Wording("en")
RATIO = ForestMeasure("O/E", log=True, reference=1)


def picture(*estimates, measure=RATIO):
    rows = tuple(ForestRow(f"{i}", (estimate,), 100, 40) for i, estimate in enumerate(estimates))
    return ForestPicture("Centre", (measure,), (ForestSection(rows),))


def draw(case, width=180):
    with house_settings():
        return draw_forest(case, "", width, EN)


def test_ratios_stand_in_proportion_to_their_logarithm():
    estimates = [near(value, 0.1, "log") for value in (0.5, 1.0, 2.0)]
    scale = plan_scale(RATIO, estimates, (0.0, 60.0), EN)
    places = [scale.x(value) for value in (0.5, 1.0, 2.0)]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1])
    assert 1 in scale.ticks
    assert [scale.beyond(n) for n in (0.001, 1.0, 1000.0, 0.0)] == [-1, 0, 1, -1]


def test_an_outlying_limit_is_cut_with_an_arrow_and_said_so():
    wild = [near(1.0, 0.1, "log")] * 4 + [Estimate(1.0, 0.001, 1000.0)]
    marks = [
        part for part in draw(picture(*wild)).figure.get_children() if isinstance(part, Line2D)
    ]
    assert [mark.get_marker() for mark in marks if mark.get_marker() in "<>"] == ["<", ">"]
    words = [box.words for box in text_boxes(draw(picture(*wild)))]
    assert any("arrow" in text for text in words)
    calm = [box.words for box in text_boxes(draw(picture(*wild[:4])))]
    assert not any("arrow" in text for text in calm)


def test_squares_grow_with_the_root_of_patients():
    rows = tuple(ForestRow(f"{n}", (near(1, 0.1, "log"),), n, 5) for n in (25, 100))
    sheet = draw(ForestPicture("Centre", (RATIO,), (ForestSection(rows),)))
    squares = [part for part in sheet.figure.artists if type(part) is Rectangle]
    small, large = [square.get_height() * sheet.height for square in squares]
    assert small == pytest.approx(2 * (0.5 + 0.7 * 0.5))
    assert large == pytest.approx(2 * (0.5 + 0.7))


def test_pooled_diamond_spans_its_interval():
    measure = ForestMeasure("C", pooled=near(0.7, 0.05), prediction=near(0.7, 0.1))
    case = picture(near(0.68, 0.1), near(0.72, 0.1), measure=measure)
    with house_settings():
        (column,) = lay_out_forest(case, "", 180, EN).blocks[0].columns
    (diamond,) = [part for part in draw(case).figure.get_children() if type(part) is Polygon]
    x = diamond.get_xy()[:, 0] * 180
    assert x.min() == pytest.approx(column.scale.x(0.65))
    assert x.max() == pytest.approx(column.scale.x(0.75))


def test_measures_stand_below_each_other_in_a_column():
    three = tuple(ForestMeasure(name) for name in "abc")
    case = ForestPicture("Centre", three, (ForestSection(centres(3)),))
    with house_settings():
        blocks = {width: len(lay_out_forest(case, "", width, EN).blocks) for width in (85, 180)}
    assert blocks == {85: 3, 180: 2}


def test_missing_numbers_are_dashes_and_not_marks():
    words = [box.words for box in text_boxes(draw(picture(near(1, 0.1, "log"), NOTHING)))]
    assert words.count("–") == 1


def test_the_row_of_the_prediction_may_be_named():
    measure = ForestMeasure("C", pooled=near(0.7, 0.05), prediction=near(0.7, 0.1))
    section = ForestSection((ForestRow("1981", (near(0.68, 0.1),)),))
    named = ForestPicture("Year", (measure,), (section,), new_label="A year not seen")
    assert "A year not seen" in [box.words for box in text_boxes(draw(named))]


def test_heterogeneity_is_written_with_sensible_digits():
    found = [short_number(value, EN) for value in (0.0, 0.00042, 0.051, 0.3, 1.234, 1e-9)]
    assert found == ["0", "0.00042", "0.051", "0.30", "1.23", "< 0.0001"]
    measure = ForestMeasure("C", pooled=near(0.7, 0.05), i2=0.34, tau2=0.0042, p=0.012)
    words = [box.words for box in text_boxes(draw(picture(near(0.7, 0.1), measure=measure)))]
    assert "I² 34 %, τ² 0.0042" in words
    assert "heterogeneity p = .012" in words


def test_description_holds_every_row_and_the_pooled_number():
    measure = ForestMeasure("C", pooled=near(0.7, 0.05))
    svg = forest_figure(picture(near(0.68, 0.1), measure=measure))
    assert "0: C 0.68 (0.58-0.78)." in svg
    assert "Pooled, random effects: C 0.70 (0.65-0.75)." in svg


@pytest.mark.parametrize(
    ("measures", "estimates", "words"),
    [
        ((), (), "no estimate"),
        ((RATIO,), (NOTHING,), "no estimate"),
        ((RATIO,), (near(1, 1), near(1, 1)), "2 numbers for 1 measures"),
        ((RATIO,), (Estimate(-1, -2, 0),), "no place on a log scale"),
    ],
)
def test_what_is_refused(measures, estimates, words):
    with pytest.raises(UnsuitableDataError, match=words):
        ForestPicture("Centre", measures, (ForestSection((ForestRow("A", estimates),)),))


def test_p_values_of_a_section_must_match_the_measures():
    section = ForestSection((ForestRow("A", (near(1, 0.1),)),), "Sex", (0.1, math.nan))
    with pytest.raises(UnsuitableDataError, match="2 numbers for 1 measures"):
        ForestPicture("Patients", (RATIO,), (section,))
