import numpy as np
import pytest
from tests.unit.report.drawing import text_boxes
from tests.unit.report.example_validation import DECISION, NAN

from jalon.core import UnsuitableDataError
from jalon.report import DecisionLine, DecisionPicture, LabelledLine, decision_figure
from jalon.report.figures.decision import draw_decision
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording


def draw(picture, width=180, language="en"):
    with house_settings():
        return draw_decision(picture, "", width, Wording(language))


def test_thresholds_stand_above_the_odds_that_they_mean():
    sheet = draw(DECISION["three"])
    texts = {text.get_text(): text.get_position() for text in sheet.figure.texts}
    for percent, odds in (("10", "1:9"), ("20", "1:4"), ("50", "1:1"), ("60", "1.5:1")):
        assert texts[percent][0] == pytest.approx(texts[odds][0])
        assert texts[percent][1] > texts[odds][1]


def test_treating_everyone_is_cut_where_it_does_harm():
    low, high = draw(DECISION["three"]).figure.axes[0].get_ylim()
    assert -0.12 <= low < 0
    assert 0.3 <= high <= 0.4


def test_shares_treated_stand_below_on_the_same_thresholds():
    benefit, treated = draw(DECISION["six"]).figure.axes
    assert benefit.get_xlim() == treated.get_xlim()
    assert len(treated.lines) == 6
    assert len(draw(DECISION["one threshold"]).figure.axes) == 1


def test_treat_all_and_treat_none_are_named_in_both_languages():
    words = {box.words for box in text_boxes(draw(DECISION["one"]))}
    assert {"treat all", "treat none"} <= words
    mots = {box.words for box in text_boxes(draw(DECISION["one"], language="fr"))}
    assert {"traiter tous", "ne traiter personne"} <= mots


def test_standardised_benefit_is_named_so():
    assert any("perfect" in b.words for b in text_boxes(draw(DECISION["holes, standardised"])))
    assert not any("perfect" in box.words for box in text_boxes(draw(DECISION["one"])))


def test_description_says_the_net_benefit_at_a_threshold():
    line = DecisionLine(LabelledLine("IPI", [0.1, 0.2, 0.3], [0.3, 0.205, 0.1]))
    svg = decision_figure(DecisionPicture(60, (line,)))
    assert "IPI: net benefit 20.5 at a threshold of 20 %." in svg


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((LabelledLine("IPI", [0.1, 20], [0.3, 0.2]),), "outside 0 to 1"),
        ((LabelledLine("IPI", [0.1, 0.2], [0.3, 0.2]), np.ones(3)), "2 thresholds"),
    ],
)
def test_lines_that_are_refused(parts, words):
    with pytest.raises(UnsuitableDataError, match=words):
        DecisionLine(*parts)


def test_pictures_that_are_refused():
    unseen = DecisionLine(LabelledLine("IPI", [0.1], [NAN]))
    with pytest.raises(UnsuitableDataError, match="no net benefit"):
        DecisionPicture(60, (unseen,))
    with pytest.raises(UnsuitableDataError, match="7 decision curves"):
        DecisionPicture(60, DECISION["six"].scores + DECISION["one"].scores)
