import math

import pytest
from tests.unit.report.drawing import cut_off, overlaps, text_boxes

from jalon.core import Estimate
from jalon.report import CardGroup, CardItem, CardTotal, ScoreCard
from jalon.report.figures import score_card_figure
from jalon.report.figures.score_card import draw_score_card
from jalon.report.figures.sheet import house_settings
from jalon.report.tables import card_points_table, card_risk_table, table_csv

NONE = Estimate(math.nan, math.nan, math.nan)
CARD = ScoreCard(
    "Two-item score",
    "Death",
    (12, 60),
    (CardItem("LDH above normal", 2), CardItem("Albumin above 40 g/L", -1)),
    (
        CardGroup("0-1", "low", 1240, (Estimate(0.08, 0.06, 0.1), Estimate(0.23, 0.2, 0.26))),
        CardGroup("2-3", "high", 91, (Estimate(0.41, 0.3, 0.55), NONE)),
    ),
    "First search: not proven to be the best score.",
)
CROWDED = ScoreCard(
    "A very long title of a score that cannot stand on one line of a column of a journal",
    "Progression, relapse or death of any cause",
    (12, 24, 60),
    (
        CardItem(
            "Lactate dehydrogenase above the upper limit of normal of the laboratory, day 0", 10
        ),
    ),
    (CardGroup("10-12", "high intermediate", 91234, (Estimate(1, 1, 1),) * 3),),
    "Words below the card that go on and on, for longer than one line of a column can hold.",
)


LONG = "Lactate déshydrogénase (LDH), rapportée à la limite supérieure du laboratoire"
STEPS = ScoreCard(
    "Progression ou décès après CAR-T : score à cinq variables",
    "Progression ou décès",
    (3, 12, 24),
    tuple(
        CardItem(f"{name} above {k}", points, name, f"supérieure à {k}, jusqu’à {k + 1}")
        for name in (LONG, "Ferritine sérique", "Sites extraganglionnaires", "ECOG", "CRP, mg/L")
        for k, points in enumerate((-3, -1, 2, 4, 5, 12))
    ),
    (
        CardGroup("-15 to -3", "low-middle", 1240, (Estimate(0.08, 0.06, 0.1),) * 3),
        CardGroup("-2 to 60", "high-middle", 91, (Estimate(0.41, 0.3, 0.55), NONE, NONE)),
    ),
    "Optimum prouvé.",
    tuple(
        CardTotal(f"{k}", (Estimate(0.5, 0.4, 0.6), Estimate(0.6, 0.5, 0.99), NONE))
        for k in range(-15, 20)
    ),
)


@pytest.mark.parametrize("width", [85, 128, 180])
@pytest.mark.parametrize("card", [CARD, CROWDED, STEPS], ids=["usual", "crowded", "steps"])
def test_nothing_overlaps_and_nothing_is_cut(card, width):
    with house_settings():
        sheet = draw_score_card(card, "SYNTHETIC DATA", width)
    boxes = text_boxes(sheet)
    assert overlaps(boxes) == []
    assert cut_off(sheet, boxes) == []


def test_card_shows_every_number():
    with house_settings():
        words = {box.words for box in text_boxes(draw_score_card(CARD, "", 180))}
    assert {"2", "−1", "0-1", "1,240", "8 %", "(6-10)", "23 %", "(20-26)", "41 %", "–"} <= words


def test_card_is_the_same_twice_and_says_its_note():
    first = score_card_figure(CARD, "SYNTHETIC DATA")
    assert first == score_card_figure(CARD, "SYNTHETIC DATA")
    assert "SYNTHETIC DATA. Points: LDH above normal: 2;" in first
    assert "high, n 91: death 41 % (30-55) by 12 months, – by 60 months." in first


def test_companion_tables_hold_the_same_numbers():
    assert table_csv(card_points_table(CARD)).splitlines()[1:] == [
        "LDH above normal,2",
        "Albumin above 40 g/L,-1",
    ]
    assert table_csv(card_risk_table(CARD)).splitlines()[2] == "high,2-3,91,0.41,0.3,0.55,,,"


def test_a_group_without_all_risks_is_refused():
    with pytest.raises(ValueError, match="1 risks for 2 horizons"):
        ScoreCard("x", "Death", (12, 24), (), (CardGroup("0", "low", 3, (NONE,)),))


def test_steps_of_a_variable_name_it_once_and_fit_a_page():
    with house_settings():
        sheet = draw_score_card(STEPS, "", 180)
    words = [box.words for box in text_boxes(sheet)]
    assert sum("Ferritine" in one for one in words) == 1
    assert words.count("supérieure à 0, jusqu’à 1") == 5
    # A4 less margins of 15 mm.
    assert sheet.height <= 267


def test_names_of_groups_break_after_a_hyphen_only():
    with house_settings():
        words = {box.words for box in text_boxes(draw_score_card(STEPS, "", 128))}
    assert "low-middle" in words or {"low-", "middle"} <= words


def test_a_total_without_all_risks_is_refused():
    with pytest.raises(ValueError, match="total 3: 1 risks for 2 horizons"):
        ScoreCard("x", "Death", (12, 24), (), (), totals=(CardTotal("3", (NONE,)),))
