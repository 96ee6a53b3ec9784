import math

import pytest
from matplotlib.lines import Line2D
from tests.unit.report.drawing import cut_off, overlaps, text_boxes

from jalon.core import Estimate, UnsuitableDataError
from jalon.report import DiscriminationRow, Wording
from jalon.report.figures import discrimination_figure
from jalon.report.figures.discrimination import draw_discrimination
from jalon.report.figures.sheet import house_settings
from jalon.report.tables import discrimination_table, table_csv

NAN = math.nan
ROWS = (
    DiscriminationRow("This score, apparent", Estimate(0.69, 0.677, 0.703), "2,982 patients"),
    DiscriminationRow("This score, optimism-corrected by bootstrap", Estimate(0.684, NAN, NAN)),
    DiscriminationRow(
        "IPI, external", Estimate(0.45, 0.35, 0.55, method="jackknife"), "n 135", True
    ),
    DiscriminationRow("R-IPI, external", Estimate(NAN, NAN, NAN)),
)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [85, 180])
def test_nothing_overlaps_and_nothing_is_cut(width, language):
    with house_settings():
        sheet = draw_discrimination(ROWS, "SYNTHETIC DATA", width, Wording(language))
    boxes = text_boxes(sheet)
    assert overlaps(boxes) == []
    assert cut_off(sheet, boxes) == []


def test_dots_stand_at_their_concordance():
    with house_settings():
        sheet = draw_discrimination(ROWS, "", 180)
    boxes = {box.words: box for box in text_boxes(sheet)}
    lines = [part for part in sheet.figure.get_children() if isinstance(part, Line2D)]
    dots = [line.get_xdata()[0] * 180 for line in lines if line.get_marker() == "o"]
    first, last = boxes["0.4"].middle, boxes["0.6"].middle
    shares = [(x - first) / (last - first) * 0.2 + 0.4 for x in dots]
    assert shares == pytest.approx([0.69, 0.684, 0.45], abs=2e-3)


def test_figure_is_the_same_twice_and_says_its_note():
    first = discrimination_figure(ROWS, "SYNTHETIC DATA", 85)
    assert first == discrimination_figure(ROWS, "SYNTHETIC DATA", 85)
    assert "SYNTHETIC DATA. This score, apparent, 2,982 patients: 0.69 (0.68-0.70)." in first


def test_companion_table_holds_the_same_numbers():
    lines = table_csv(discrimination_table(ROWS, "C")).splitlines()
    assert lines[2] == '"This score, optimism-corrected by bootstrap",0.684,,,,none'
    assert lines[3] == '"IPI, external",0.45,0.35,0.55,n 135,"95%, jackknife"'


@pytest.mark.parametrize("rows", [(), ROWS[3:]])
def test_no_number_is_refused_in_words(rows):
    with pytest.raises(UnsuitableDataError, match="no concordance was given"):
        discrimination_figure(rows)
