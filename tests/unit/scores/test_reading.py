"""What is given about a patient: units, ranges, judgements, levels, and what is refused."""

import math

import pytest

from jalon.core import DefinitionError, Quantity
from jalon.scores import Between, assess, find_definition

HT = find_definition("car_hematotox")
KNOWN = {"platelets": 200, "anc": 2000, "hemoglobin": 12, "crp": 1, "ferritin": 100}


def remarks(answer, kind):
    return [remark for remark in answer.remarks if remark.kind == kind]


@pytest.mark.parametrize(
    ("slug", "inputs", "message"),
    [
        ("ipi", {"weight": 70}, "ipi has no item weight; it asks for"),
        ("ipi", {"age": 130}, "age: 130 years is outside 0 to 120"),
        ("ipi", {"age": math.inf}, "age: inf years is outside"),
        ("ipi", {"ecog": 5}, "ecog: 5 is outside 0 to 4"),
        ("ipi", {"ecog": 1.5}, "ecog: 1.5 is not a whole number"),
        ("ipi", {"age": Quantity(60, "months")}, "age is given in years, not in months"),
        ("ipi", {"age": "old"}, "age: 'old' is not a number"),
        ("ipi", {"age_over_60": 2}, "age_over_60: 2 is neither 0 nor 1"),
        ("ipi", {"age": 70, "age_over_60": 0}, "age and age_over_60 contradict each other"),
        ("ipi", {"ldh_ratio": 2, "ldh": 300, "ldh_uln": 250}, "differs from ldh over ldh_uln"),
        ("ipi", {"ldh": 90000, "ldh_uln": 50}, "ldh_ratio: 1800 x ULN is outside"),
        ("ipi", {"ldh": Quantity(4, "mmol/L")}, "mmol/L is not a unit of ldh; use U/L or ukat/L"),
        ("ipi", {"age": Between(70, 60)}, "a range runs from its low to its high"),
        ("car_hematotox", {"hemoglobin": 120}, "if it is in g/L, say so (12 g/dL)"),
        ("car_hematotox", {"crp": Quantity(5000, "mg/L")}, "crp: 500 mg/dL is outside 0 to 100"),
        ("nccn_ipi", {"extranodal_major": "maybe"}, "'maybe' is not one of no, yes"),
        ("nccn_ipi", {"extranodal_major": 2}, "extranodal_major: 2 is outside 0 to 1"),
        ("easix", {"ldh": 250, "creatinine": 1, "platelets": 0}, "platelets must be > 0"),
        ("impi", {"stage": 2.5, "mtv": 10, "age": 50}, "stage: 2.5 is not a whole number"),
        ("deauville", {"lesion_suv": 3, "liver_suv": 0}, "liver_suv must be above 0"),
    ],
)
def test_refused_with_advice(slug, inputs, message):
    with pytest.raises(DefinitionError) as caught:
        assess(find_definition(slug), inputs)
    assert message in str(caught.value)


@pytest.mark.parametrize("unknown", [None, math.nan, ""])
def test_not_known_is_never_zero(unknown):
    answer = assess(HT, KNOWN | {"ferritin": unknown})
    assert (answer.points_low, answer.points_high) == (0, 2)
    assert answer.missing == answer.deciding == ("ferritin",)
    assert answer.state == "undetermined"


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (Between(0, 2.9), (0, 0)),
        (Between(0, 3.0), (0, 1)),
        (Between(0, 29, "mg/L"), (0, 0)),
        (Between(5, 100), (1, 1)),
    ],
)
def test_value_below_or_above_a_detection_limit(value, points):
    answer = assess(HT, KNOWN | {"crp": value})
    assert (answer.points_low, answer.points_high) == points
    assert answer.missing == ()
    assert ("crp" in answer.deciding) == (points == (0, 1) and len(answer.possible) > 1)


def test_range_that_spans_a_group_names_what_would_decide():
    answer = assess(HT, KNOWN | {"ferritin": Between(2500, 9000), "anc": 300})
    assert answer.group.slug == "high"
    answer = assess(HT, KNOWN | {"ferritin": Between(600, 3000)})
    assert answer.deciding == ("ferritin",)
    assert answer.missing == ()


def test_ratio_and_its_measures_agree_within_a_percent():
    ipi = find_definition("ipi")
    answer = assess(ipi, {"ldh_ratio": 1.2, "ldh": 301, "ldh_uln": 250})
    assert answer.contributions[1].low == 1
    assert assess(ipi, {"ldh": 301}).missing.count("ldh_ratio") == 1


@pytest.mark.parametrize(
    ("slug", "inputs", "item", "words"),
    [
        ("car_hematotox", KNOWN | {"crp": 45}, "crp", "if it is in mg/L, say so (4.5 mg/dL)"),
        ("car_hematotox", KNOWN | {"anc": 2.5}, "anc", "if it is in 10^9/L, say so (2500 /uL)"),
        ("easix", {"ldh": 250, "creatinine": 8, "platelets": 20}, "creatinine",
         "if it is in mg/L"),
        ("ipi", {"ldh": 20, "ldh_uln": 250}, "ldh", "LDH: 20 U/L is unusual"),
    ],
)  # fmt: skip
def test_tenfold_error_is_doubted(slug, inputs, item, words):
    found = remarks(assess(find_definition(slug), inputs), "plausibility")
    assert any(remark.item == item and words in remark.text["en"] for remark in found)
    assert all("inhabituel" in r.text["fr"] or "hors des valeurs" in r.text["fr"] for r in found)


def test_formula_out_of_its_band_is_doubted():
    answer = assess(find_definition("easix"), {"ldh": 5000, "creatinine": 2, "platelets": 20})
    assert [remark.item for remark in remarks(answer, "plausibility")] == [""]
    assert answer.points_low == 500
    assert answer.log2 == pytest.approx(math.log2(500))


def test_what_is_assumed_is_said():
    answer = assess(find_definition("astct_icans"), {"ice": 10, "consciousness": "awake"})
    assert {remark.item for remark in remarks(answer, "assumed")} == {
        "seizure", "seizure_minutes", "motor", "edema",
    }  # fmt: skip
    assert answer.contributions[2].source == "assumed"
    assert answer.missing == ()


def test_other_reading_is_told_and_flips():
    answer = assess(HT, KNOWN | {"crp": 3.0, "hemoglobin": 9.0})
    assert (answer.points_low, answer.group.slug) == (1, "low")
    other = answer.alternative
    assert (other.points_low, other.points_high) == (0, 2)
    assert [group.slug for group in other.groups] == ["low", "high"]
    assert answer.flips
    assert len(remarks(answer, "boundary")) == 2
    assert assess(HT, KNOWN).alternative is None
    assert not assess(HT, KNOWN).flips


def test_range_over_a_disputed_limit_is_told_too():
    answer = assess(HT, KNOWN | {"crp": Between(3.0, 4.0)})
    assert answer.alternative.items == ("crp",)
    assert (answer.points_low, answer.alternative.points_low) == (1, 0)


def test_disputed_total_without_groups_flips():
    answer = assess(find_definition("hct_ci"), {"lung_function": 65})
    assert answer.alternative.items == ("lung_function",)


def test_settled_items_add_nothing():
    answer = assess(find_definition("hct_ci"), {"obesity": "no", "pulmonary": "severe"})
    by_item = {part.item: part for part in answer.contributions}
    assert (by_item["bmi"].source, by_item["bmi"].high) == ("settled", 0)
    assert by_item["lung_function"].source == "settled"
    # Creatinine does not answer for dialysis: the judgement is still asked.
    answer = assess(find_definition("hct_ci"), {"creatinine": 1.0})
    assert "renal" in answer.missing


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_answer_has_sentences(language):
    for slug, inputs in (
        ("car_hematotox", KNOWN | {"ferritin": None, "crp": Between(0, 5)}),
        ("ipi", {"age_over_60": 1, "stage": 3}),
        ("hct_ci", {"obesity": "no"}),
        ("impi", {"mtv": 400, "age": Between(50, 60), "stage": 2}),
        ("hr_balancer", {"nonresponse": "yes", "ferritin_ratio": 2}),
        ("easix", {"ldh": 250, "creatinine": 1, "platelets": 100}),
    ):
        answer = assess(find_definition(slug), inputs)
        for part in answer.contributions:
            assert part.why[language]
    french = assess(HT, KNOWN | {"hemoglobin": 9.5}).contributions[2].why["fr"]
    assert french == "Hémoglobine : 9,5 g/dL (au moins 9), 0 point"
