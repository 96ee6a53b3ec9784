import pytest
from tests.unit.report.drawing import text_boxes
from tests.unit.report.example_validation import COMPARISON, near

from jalon.core import UnsuitableDataError
from jalon.report import ComparisonMeasure, ComparisonPicture, ComparisonRow, comparison_figure
from jalon.report.figures.comparison import turn_to_forest
from jalon.report.figures.forest import draw_forest
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording


def test_better_stands_where_better_is():
    forest = turn_to_forest(COMPARISON["five scores"], Wording())
    assert forest.measures[0].sides == ("worse", "better")
    assert forest.measures[2].sides == ("better", "worse")
    assert {measure.reference for measure in forest.measures} == {0.0}
    assert turn_to_forest(COMPARISON["five scores"], Wording("fr")).head == "Comparé à IPI"


def test_patients_are_said_once():
    with house_settings():
        forest = turn_to_forest(COMPARISON["five scores"], Wording())
        words = [box.words for box in text_boxes(draw_forest(forest, "", 180, Wording()))]
    assert [text for text in words if "686 patients, 299 events" in text] == [
        "Differences on the same patients, paired 95% intervals · 686 patients, 299 events"
    ]


def test_description_holds_every_difference():
    assert "This score: Difference in concordance 0.060 (0.040-0.080)" in comparison_figure(
        COMPARISON["five scores"]
    )


def test_rows_must_match_the_measures():
    rows = (ComparisonRow("IPI", (near(0.1, 0.1),) * 2),)
    with pytest.raises(UnsuitableDataError, match="2 numbers for 1 measures"):
        comparison_figure(ComparisonPicture("LDH", (ComparisonMeasure("C"),), rows))
