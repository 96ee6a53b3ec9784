import pytest
from matplotlib.patches import Rectangle
from tests.unit.report.drawing import text_boxes
from tests.unit.report.example_validation import FREQUENCY, NAN

from jalon.core import UnsuitableDataError
from jalon.report import FrequencyBar, frequency_figure
from jalon.report.figures.frequency import draw_frequency
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording


def draw(bars):
    with house_settings():
        return draw_frequency(bars, "", 85, Wording())


def test_bars_are_as_long_as_their_shares():
    sheet = draw([FrequencyBar("a", 1.0), FrequencyBar("b", 0.25), FrequencyBar("c", NAN)])
    lengths = [p.get_width() for p in sheet.figure.artists if type(p) is Rectangle]
    assert lengths[1] / lengths[0] == pytest.approx(0.25)
    assert len(lengths) == 2


def test_sections_are_headed_once_and_a_rare_choice_is_not_never():
    words = [box.words for box in text_boxes(draw(FREQUENCY["sections"]))]
    assert words.count("Variables") == 1
    assert "< 1 %" in words
    assert "–" in words
    assert {"in the final model", "not in it"} <= set(words)
    assert "not in it" not in [box.words for box in text_boxes(draw(FREQUENCY["one"]))]


def test_description_says_each_share():
    assert "LDH: 50 %, in the final model." in frequency_figure(FREQUENCY["one"])


@pytest.mark.parametrize(
    ("bars", "words"),
    [
        ([], "no share"),
        ([FrequencyBar("a", NAN)], "no share"),
        ([FrequencyBar("a", 61.0)], "not per cent"),
    ],
)
def test_what_is_refused(bars, words):
    with pytest.raises(UnsuitableDataError, match=words):
        frequency_figure(bars)
