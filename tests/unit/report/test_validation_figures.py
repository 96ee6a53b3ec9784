"""What holds of every figure of a validation, in each language and at each width."""

import hashlib
import re

import pytest
from tests.unit.report import example_validation as example
from tests.unit.report.drawing import cut_off, overlaps, text_boxes

from jalon import report
from jalon.report.figures.auc import draw_auc
from jalon.report.figures.calibration import draw_calibration
from jalon.report.figures.comparison import turn_to_forest
from jalon.report.figures.decision import draw_decision
from jalon.report.figures.forest import draw_forest
from jalon.report.figures.frequency import draw_frequency
from jalon.report.figures.instability import draw_instability
from jalon.report.figures.roc import draw_roc
from jalon.report.figures.sheet import house_settings
from jalon.report.wording import Wording


def draw_comparison(picture, note, width, wording):
    return draw_forest(turn_to_forest(picture, wording), note, width, wording)


DRAWN = {
    "auc": (report.auc_figure, draw_auc, example.AUC),
    "roc": (report.roc_figure, draw_roc, example.ROC),
    "calibration": (report.calibration_figure, draw_calibration, example.CALIBRATION),
    "decision": (report.decision_figure, draw_decision, example.DECISION),
    "forest": (report.forest_figure, draw_forest, example.FOREST),
    "comparison": (report.comparison_figure, draw_comparison, example.COMPARISON),
    "instability": (report.instability_figure, draw_instability, example.INSTABILITY),
    "frequency": (report.frequency_figure, draw_frequency, example.FREQUENCY),
}
CASES = [
    pytest.param(draw, case, id=f"{name}: {label}")
    for name, (_, draw, cases) in DRAWN.items()
    for label, case in cases.items()
]
FIRST = [
    pytest.param(write, next(iter(cases.values())), id=name)
    for name, (write, _, cases) in DRAWN.items()
]
ENGLISH = re.compile(
    r"\b(interval|months?|risk|treat|observed|predicted|patients at|specificity|by)\b", re.I
)


@pytest.mark.parametrize(("language", "width"), [("en", 85), ("fr", 85), ("fr", 180)])
@pytest.mark.parametrize(("draw", "case"), CASES)
def test_nothing_overlaps_and_nothing_is_cut(draw, case, language, width):
    with house_settings():
        sheet = draw(case, "DONNÉES SYNTHÉTIQUES", width, Wording(language))
    boxes = text_boxes(sheet)
    assert len(boxes) > 4
    assert overlaps(boxes) == []
    assert cut_off(sheet, boxes) == []


@pytest.mark.parametrize(("write", "case"), FIRST)
def test_same_bytes_twice_and_a_name_for_those_who_cannot_see(write, case):
    first = write(case, "NOTE", 85, "fr")
    same = hashlib.sha256(write(case, "NOTE", 85, "fr").encode()).hexdigest()
    assert hashlib.sha256(first.encode()).hexdigest() == same
    assert first.startswith("<svg ")
    assert 'width="85mm"' in first
    assert len(first) < 330_000
    title, description = re.findall(r"<(?:title|desc)[^>]*>([^<]*)<", first)
    assert len(title) > 3
    assert description.startswith("NOTE. ")
    assert "nan" not in description.lower().split()
    with pytest.raises(ValueError, match="take en or fr"):
        write(case, "", 180, "de")


@pytest.mark.parametrize("name", ["auc", "roc", "decision", "frequency", "instability"])
def test_french_figures_hold_no_english(name):
    _, draw, cases = DRAWN[name]
    with house_settings():
        sheet = draw(next(iter(cases.values())), "", 180, Wording("fr"))
    own = {name.lower() for name in example.NAMES} | {"nodes involved"}
    words = [box.words for box in text_boxes(sheet) if box.words.lower() not in own]
    assert [text for text in words if ENGLISH.search(text)] == []
