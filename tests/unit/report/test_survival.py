import re

import matplotlib as mpl
import numpy as np
import pytest
from tests.unit.report.drawing import cut_off, overlaps, text_boxes
from tests.unit.report.example_curves import HIGH, LOW, fall, steady

from jalon.core import Estimate, UnsuitableDataError
from jalon.report import LabelledCurve
from jalon.report.figures import survival_figure
from jalon.report.figures.sheet import house_settings
from jalon.report.figures.survival import draw_survival
from jalon.report.figures.survival_header import plan_header
from jalon.report.figures.survival_layout import lay_out, write_median
from jalon.report.wording import Wording

LONG = "Four or more involved axillary lymph nodes at surgery, any tumour size"
CASES = {
    "one, no label": ([LabelledCurve("", LOW.curve)], 60, ""),
    "two": ([LOW, HIGH], 60, "Log-rank p < .001"),
    "two, 24 months": ([LOW, HIGH], 24, "Log-rank p < .001"),
    "four": (
        [steady(name, 240, share=s) for name, s in zip("abcd", (0.2, 0.4, 0.7, 0.95), strict=True)],
        240,
        "",
    ),
    "names beside numbers": ([steady("intermediate", 1500, 0.05), HIGH], 60, ""),
    "same ends": ([steady(name, 50, share=0.5) for name in ("one", "two", "three")], 40, ""),
    "long labels": ([steady(LONG, 90), steady(LONG + ", again", 2000, 0.1)], 72, LONG),
    "three patients": ([LOW, steady("tiny", 3, every=9.0, share=1.0)], 60, "p = .21"),
    "to the end": ([LOW, HIGH], None, ""),
}


def draw(curves, horizon, result, width, note=""):
    end = horizon or 120.0
    with house_settings():
        layout = lay_out(curves, "Recurrence-free survival", end, width)
        return layout, draw_survival(layout, plan_header(result, note, layout))


@pytest.mark.parametrize("width", [85, 180])
@pytest.mark.parametrize("name", CASES)
def test_nothing_overlaps_and_nothing_is_cut(name, width):
    curves, horizon, result = CASES[name]
    _, sheet = draw(curves, horizon, result, width, note="SYNTHETIC DATA")
    boxes = text_boxes(sheet)
    assert len(boxes) > 10
    # The two zeros at the corner of the axes are neighbours, never one over the other.
    assert overlaps(boxes) == []
    assert cut_off(sheet, boxes) == []


@pytest.mark.parametrize("width", [85, 180])
def test_numbers_at_risk_stand_centred_under_their_ticks(width):
    layout, sheet = draw([LOW, HIGH], 60, "", width)
    (axes,) = sheet.figure.axes
    to_mm = 25.4 / sheet.figure.dpi
    ticks = [axes.transData.transform((tick, 0))[0] * to_mm for tick in axes.get_xticks()]
    numbers = [text for text in sheet.figure.texts if text.get_label() == "at risk"]
    places = [text.get_position()[0] * sheet.width for text in numbers]
    assert {text.get_ha() for text in numbers} == {"center"}
    np.testing.assert_allclose(places, ticks * 2, atol=1e-6)
    assert len(ticks) == len(layout.ticks) >= 4


def test_numbers_at_risk_are_those_of_the_curve():
    layout, _ = draw([LOW, HIGH], 48, "", 180)
    # One patient leaves each month: at month t, those who leave at t or later are at risk.
    assert layout.ticks[:3] == (0, 6, 12)
    assert layout.at_risk[0][:3] == ("120", "115", "109")
    assert layout.at_risk[1][:3] == ("100", "95", "89")


def test_figure_is_the_same_twice():
    first = survival_figure([LOW, HIGH], "Overall survival", 60, "Log-rank p < .001")
    assert first == survival_figure([LOW, HIGH], "Overall survival", 60, "Log-rank p < .001")


def test_figure_does_not_depend_on_the_readers_settings():
    expected = survival_figure([LOW, HIGH], "Overall survival", 60)
    with mpl.rc_context({"lines.linewidth": 9, "svg.fonttype": "none", "axes.grid": True}):
        before = dict(mpl.rcParams)
        assert survival_figure([LOW, HIGH], "Overall survival", 60) == expected
        assert dict(mpl.rcParams) == before


def test_print_size_and_accessible_name():
    svg = survival_figure([LOW, HIGH], "Overall survival", 60, note="SYNTHETIC DATA", width_mm=85)
    assert svg.startswith("<svg ")
    assert 'width="85mm"' in svg
    title, description = re.findall(r"<(?:title|desc)[^>]*>([^<]*)<", svg)
    assert title == "Overall survival by month: low, high"
    assert description.startswith("SYNTHETIC DATA. low: 120 at risk at the start, ")
    assert "<text" not in svg


def test_hostile_label_is_only_text():
    curve = LabelledCurve('<script>alert("1")</script> $\\frac{x}$ --> & end', LOW.curve)
    svg = survival_figure([curve, HIGH], "Survival </title><b>", 60)
    assert "<script" not in svg
    assert "</title><b>" not in svg
    assert "&lt;script&gt;" in svg


def test_close_ends_give_a_legend_and_clear_ends_do_not():
    apart, _ = draw([LOW, HIGH], 60, "", 180)
    same, _ = draw([steady(name, 50) for name in ("one", "two", "three")], 40, "", 180)
    assert apart.end_labels is not None
    assert apart.legend_rows == ()
    assert same.end_labels is None
    assert sorted(i for row in same.legend_rows for i in row) == [0, 1, 2]


NAN = float("nan")


@pytest.mark.parametrize(
    ("median", "english", "french"),
    [
        (None, "", ""),
        (Estimate(NAN, NAN, NAN), "median not reached", "médiane non atteinte"),
        (Estimate(8.25, 6.1, 11.2), "median 8.2 (6.1-11.2) months", "médiane 8,2 (6,1-11,2) mois"),
        (
            Estimate(62.4, 50, NAN),
            "median 62 (50 to not reached) months",
            "médiane 62 (50 à non atteinte) mois",
        ),
        (Estimate(62.4, NAN, NAN), "median 62 months", "médiane 62 mois"),
    ],
)
def test_medians_in_two_languages(median, english, french):
    assert write_median(median, Wording("en")) == english
    assert write_median(median, Wording("fr")) == french


@pytest.mark.parametrize("width", [85, 180])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_medians_stand_with_their_names_and_overlap_nothing(width, language):
    medians = (Estimate(62, 50, NAN), Estimate(14, 11.2, 18), Estimate(NAN, NAN, NAN))
    shares = zip(("low", LONG, "high"), medians, (0.2, 0.5, 0.9), strict=True)
    curves = [
        LabelledCurve(name, steady(name, 2400, every=0.03, share=share).curve, median)
        for name, median, share in shares
    ]
    with house_settings():
        layout = lay_out(curves, "Survie globale", 60, width, Wording(language))
        sheet = draw_survival(layout, plan_header("Log-rank", "NOTE", layout))
    boxes = text_boxes(sheet)
    assert overlaps(boxes) == []
    assert cut_off(sheet, boxes) == []
    words = " ".join(box.words for box in boxes)
    assert {"en": "median", "fr": "médiane"}[language] in words
    assert ("Nombre à risque" in words) == (language == "fr")
    assert ("2,400" in words) == (language == "en")


def test_french_description_and_title():
    svg = survival_figure([LOW, HIGH], "Survie globale", 60, language="fr")
    assert "Survie globale selon le mois : low, high" in svg
    assert "low : 120 à risque au début" in svg


def test_incidence_rises_from_zero():
    curve = steady("relapse", 60, share=0.5, kind="incidence")
    layout, _ = draw([curve], 48, "", 180)
    (steps,) = layout.steps
    assert steps.value[0] == 0
    assert np.all(np.diff(steps.value) >= 0)
    assert "100 % at month" not in survival_figure([curve], "Cumulative incidence of relapse", 48)


def test_steps_stop_where_follow_up_stops():
    layout, _ = draw([steady("tiny", 3, every=9.0)], 60, "", 180)
    (steps,) = layout.steps
    assert steps.month[-1] == pytest.approx(27)


def test_missing_interval_draws_no_band():
    curve = fall([1, 2, 3, 4], [4, 3, 2, 1], [1, 1, 1, 0])
    hole = np.array([np.nan, np.nan, 0.1, 0.1])
    bare = type(curve)(
        curve.time, curve.value, hole, hole, hole, curve.at_risk, curve.events, curve.censored
    )
    assert survival_figure([LabelledCurve("", bare)], "Survival", 4) != survival_figure(
        [LabelledCurve("", curve)], "Survival", 4
    )


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ([], "no curve was given"),
        ([LOW] * 7, "7 curves cannot be told apart"),
        ([LOW, steady("x", 9, kind="incidence")], "incidence and survival do not share a scale"),
        ([LabelledCurve("x", fall([0], [3], [0]))], "no curve has any follow-up"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(curves, words):
    with pytest.raises(UnsuitableDataError, match=words):
        survival_figure(curves, "Survival")
