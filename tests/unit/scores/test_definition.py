"""A definition that contradicts itself is refused, with the place and what to do."""

from dataclasses import replace

import pytest

from jalon.core import DefinitionError
from jalon.scores import (
    Group,
    assess,
    assess_many,
    find_definition,
    list_examples,
    list_slugs,
    parse_definition,
    write_card,
    write_definition,
    write_markdown,
)
from jalon.scores.card import write_equation
from jalon.scores.combine import find_group
from jalon.scores.definition import list_totals

SOURCES = {
    slug: write_definition(find_definition(slug))
    for slug in ("ipi", "mgps", "easix", "cirs", "hct_ci", "car_ipi", "car_hematotox",
                 "icaht_neutropenia", "nccn_ipi", "impi")
}  # fmt: skip


def edit(slug, old, new):
    text = SOURCES[slug]
    assert old in text, old
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("slug", "old", "new", "message"),
    [
        ("ipi", 'unit = "years"', "", "item 1 (age): unit is missing; add it"),
        ("ipi", 'unit = "years"', "unit = 3", "item 1 (age), unit: give text in quotes, not 3"),
        ("ipi", "points = 1", "points = 1.5", "give a whole number, not 1.5"),
        ("ipi", "points = 1", "points = true", "give a whole number, not True"),
        ("ipi", "above = 60.0", 'above = "60"', "above: give a number, not '60'"),
        ("ipi", "whole = true", "whole = 1", "whole: give true or false, not 1"),
        ("ipi", 'slug = "ipi"', 'slug = "ipi"\nrule = "magic"', "rule: 'magic' is not one of sum"),
        ("ipi", 'slug = "ipi"', 'slug = "ipi"\npitfal = []', "pitfal is not a known key"),
        ("ipi", 'slug = "ipi"', 'slug = "ipi"\nzzz = 1', "zzz is not a known key; known are"),
        ("ipi", 'en = "Age"', 'xx = "Age"', "label: give { en"),
        ("ipi", 'fr = "Âge"', 'de = "Alter"', "label: de is not a language known here"),
        ("ipi", 'ranks_by = "points"', 'ranks_by = "height"', "either points or groups"),
        ("ipi", 'slug = "ipi"', 'slug = "ipi"\navailability = "maybe"', "ready, partial or"),
        ("ipi", 'slug = "ipi"', 'slug = "ipi"\navailability = "partial"', "needs a reason"),
        ("ipi", 'id = "ldh_uln"', 'id = "ldh_limit"', "no measure is called ldh_uln"),
        ("ipi", 'id = "ecog"', 'id = "age"', "age is named twice; rename one"),
        ("ipi", "[fr]", "[french]", "french is not a known key; known are slug"),
        ("ipi", "[fr]\n", "[fr]\ncity = 'Lyon'\n", "fr: city is not a known key"),
        ("car_hematotox", "low = 75.0", "low = 75.0\nhigh = 80.0", "high is not a known key"),
        ("mgps", "totals = [\n    0,\n]", "totals = [0.5]", "give a whole number"),
        ("mgps", "crp = [\n    0,\n]", "crp = [7]", "crp = [7] is nothing an item gives"),
        ("mgps", "crp = [\n    0,\n]", "pct = [0]", "pct = [0] is nothing an item gives"),
        ("easix", "limits = [\n    4.67,\n]", "limits = []", "0 limits of a formula make 1 groups"),
        ("easix", 'item = "ldh"', 'item = "lhd"', "terms and items differ in ldh, lhd"),
        ("easix", 'link = "power"', 'link = "eval"', "'eval' is not one of linear, log2"),
        ("impi", "possible = [", "possible = [\n    1.0,", "give two entries, not 3"),
        ("ipi", "over = [", "over = 'ldh'\nlevels = [", "over: give a list, not 'ldh'"),
    ],
)  # fmt: skip
def test_mistake_in_a_file_is_named_with_its_place(slug, old, new, message):
    with pytest.raises(DefinitionError) as caught:
        parse_definition(edit(slug, old, new), "mine.toml")
    assert message in str(caught.value)
    assert "mine.toml" in str(caught.value)


IPI, MGPS, HCT = (find_definition(slug) for slug in ("ipi", "mgps", "hct_ci"))
AGE = IPI.items[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": AGE.steps[:1]}, "give a first step and at least one limit"),
        ({"steps": AGE.steps[::-1]}, "the first step holds from the lowest value"),
        ({"steps": (AGE.steps[0], AGE.steps[0])}, "each later step needs either"),
        ({"steps": (*AGE.steps, AGE.steps[1])}, "limits must rise"),
        ({"settles": True}, "only within an exclusive set"),
        ({"possible": (5.0, 1.0)}, "a range runs from a low to a higher value"),
        ({"levels": ("a", "b"), "level_labels": {"fr": ("a",)}}, "2 levels have 1 labels in 'fr'"),
        ({"steps": ()}, "give its steps of points"),
    ],
)  # fmt: skip
def test_item_that_contradicts_itself(change, message):
    with pytest.raises(DefinitionError, match=message):
        replace(IPI, items=(replace(AGE, **change), *IPI.items[1:]))


def test_flag_needs_two_steps_and_disputes_known_points():
    nccn = find_definition("nccn_ipi")
    with pytest.raises(DefinitionError, match="a flag can stand only for an item with two steps"):
        replace(nccn, items=(replace(nccn.items[0], flag="old"), *nccn.items[1:]))
    crp = find_definition("car_hematotox").items[3]
    wrong = replace(crp, disputes=(replace(crp.disputes[0], points=(0, 9)),))
    with pytest.raises(DefinitionError, match="a dispute names points that no step gives"):
        replace(IPI, items=(*IPI.items, wrong), groups=())


def test_blocked_score_has_no_numbers():
    with pytest.raises(DefinitionError, match="a blocked score has no items, groups or numbers"):
        replace(IPI, availability="blocked", reason={"en": "no"})


def test_table_ends_with_a_row_for_everybody():
    with pytest.raises(DefinitionError, match="the last row of a table has no when"):
        replace(MGPS, rows=MGPS.rows[:-1])


def test_groups_of_a_published_score_may_leave_out_only_impossible_totals():
    cibmtr = find_definition("cibmtr_dlbcl")
    assert list_totals(cibmtr) == (0, 2, 4, 5, 6, 7, 9, 11)
    assert list_totals(MGPS) == (0, 1, 2)
    with pytest.raises(DefinitionError, match="without gap or overlap"):
        replace(cibmtr, groups=(*cibmtr.groups[:2], Group("high", {"en": "high"}, 7, 11)))
    with pytest.raises(DefinitionError, match="without gap or overlap"):
        replace(cibmtr, status="learned")


def test_what_is_not_there_is_said():
    with pytest.raises(DefinitionError, match="a total of 9 is in no group"):
        IPI.group_of(9)
    with pytest.raises(DefinitionError, match="has no points"):
        assert find_definition("easix").range
    with pytest.raises(DefinitionError, match="ipi has no group medium"):
        find_group(IPI, "medium")
    bare = replace(find_definition("easix"), items=(), formula=None, rule="formula", groups=())
    for compute in (lambda: assess(bare, {}), lambda: assess_many(bare, {})):
        with pytest.raises(DefinitionError):
            compute()


def test_columns_of_one_length():
    with pytest.raises(DefinitionError, match="give columns of one length"):
        assess_many(IPI, {"age": [1, 2], "ecog": [1]})
    with pytest.raises(DefinitionError, match="ipi has no item weight"):
        assess_many(IPI, {"weight": [1]})
    with pytest.raises(DefinitionError, match="CAR-IPI cannot be computed"):
        assess_many(find_definition("car_ipi"), {})


@pytest.mark.parametrize(
    ("slug", "columns", "message"),
    [
        ("ipi", {"age": [50, 130, 140]}, r"age: outside 0 to 120 years for 2 of 3 .*rows 2, 3"),
        ("ipi", {"age": [130] * 9}, r"for 9 of 9 patients \(rows 1, 2, 3, 4, 5, …\)"),
        ("ipi", {"ecog": [0.5]}, "ecog: not a whole number"),
        ("ipi", {"age_over_60": [3]}, "age_over_60: neither 0 nor 1"),
        ("ipi", {"ldh_ratio": [2], "ldh": [300], "ldh_uln": [250]}, "more than 1 % from ldh over"),
        ("deauville", {"lesion_suv": [2], "liver_suv": [0]}, "liver_suv: not above 0"),
        ("easix", {"ldh": [1e3], "creatinine": [1], "platelets": [0]}, "platelets: not > 0"),
        ("hr_balancer", {"nonresponse": [0], "ferritin_ratio": [0], "crp_ratio": [1]}, "not > 0"),
        ("easix", {"creatinine": [88, 90]}, "if it is in umol/L, say so"),
    ],
)  # fmt: skip
def test_impossible_column_is_refused_with_rows_and_no_value(slug, columns, message):
    with pytest.raises(DefinitionError, match=message) as caught:
        assess_many(find_definition(slug), columns)
    assert "130" not in str(caught.value).replace("130 ", "")


@pytest.mark.parametrize("slug", list_slugs())
def test_every_score_has_both_languages_and_pages(slug):
    definition = find_definition(slug)
    labels = [definition.name, *(item.label for item in definition.items)]
    labels += [group.label for group in definition.groups]
    labels += [measure.label for measure in definition.measures]
    labels += [dispute.why for item in definition.items for dispute in item.disputes]
    labels += [definition.reason] if definition.reason else []
    assert all(set(label) == {"en", "fr"} for label in labels)
    for key in ("population", "outcome", "time_point"):
        assert definition.text(key, "fr") == definition.fr[key]
        assert len(definition.fr.get("pitfalls", ())) == len(definition.pitfalls)
    assert all(set(i.level_labels) == {"en", "fr"} for i in definition.items if i.levels)
    assert all(risk.event_fr and risk.cohort_fr for risk in definition.risks)
    for text in definition.fr.values():
        for words in text if isinstance(text, tuple) else (text,):
            assert " :" in words or ":" not in words  # the French space before a colon
    assert write_card(definition, "fr").startswith(definition.name["fr"][:30])
    assert definition.name["en"] in write_markdown(definition)


@pytest.mark.parametrize("slug", list_slugs())
def test_names_of_scores_are_never_matched_nearly(slug):
    for wrong in (slug.upper(), slug + "x", slug.replace("_", "-") + "_"):
        with pytest.raises(DefinitionError, match="no published score is called"):
            find_definition(wrong)


def test_pages_show_formulas_examples_and_series():
    for slug in ("easix", "impi", "icaht_neutropenia", "car_hematotox", "mgps", "cirs"):
        page = write_markdown(find_definition(slug), list_examples(slug))
        assert "## Worked examples" in page
        assert "| refused: " in page or slug not in ("easix", "car_hematotox", "mgps")
    assert "day 40: 0.5, day 50: 0.5" in write_markdown(
        find_definition("icaht_neutropenia"), list_examples("icaht_neutropenia")
    )
    with pytest.raises(DefinitionError, match="is not a formula"):
        write_equation(IPI)


def test_disputed_total_without_groups_flips_in_both_engines():
    bare = replace(HCT, groups=())
    patient = {"lung_function": 65, "pulmonary": "none", "obesity": "no"}
    answer = assess(bare, patient)
    assert (answer.alternative.points_low, answer.points_low) == (2, 3)
    assert answer.flips
    many = assess_many(bare, {"lung_function": [65, 70], "pulmonary": [0, 0], "obesity": [0, 0]})
    assert many.flips.tolist() == [True, False]
    assert many.group.tolist() == [-1, -1]


def test_item_without_a_range_takes_any_finite_value():
    free = replace(IPI, items=(replace(AGE, possible=None, plausible=None), *IPI.items[1:]))
    assert assess(free, {"age": 400}).points_low == 1
    with pytest.raises(DefinitionError, match="an infinite value cannot be used"):
        assess(free, {"age": float("inf")})
    with pytest.raises(DefinitionError, match="age: infinite for 1 of 1"):
        assess_many(free, {"age": [float("inf")]})


def test_level_that_a_formula_does_not_weigh():
    impi = find_definition("impi")
    stage = replace(impi.items[2], possible=(1.0, 9.0))
    wide = replace(impi, items=(*impi.items[:2], stage))
    patient = {"mtv": 10, "age": 60, "stage": 7}
    with pytest.raises(DefinitionError, match="stage: 7 is not one of 1, 2, 3, 4"):
        assess(wide, patient)
    with pytest.raises(DefinitionError, match="not one of the levels of the formula"):
        assess_many(wide, {name: [value] for name, value in patient.items()})


SERIES = '[[series]]\nid = "x"\nmeasure = "ldh"\nfirst = 0\nlast = 1\ngives = 3\nsummaries = []'


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("formula = 3", "formula: give a table of keys, not 3"),
        ("fr = 3", "fr: give a table"),
        (SERIES, "gives: give a table of keys, not 3"),
    ],
)
def test_part_that_is_no_table(old, message):
    lines = [line for line in SOURCES["car_ipi"].splitlines() if line.strip()]
    cut = lines.index("[fr]")
    end = next(k for k in range(cut + 1, len(lines) + 1) if k == len(lines) or lines[k][0] == "[")
    kept = lines[:cut] + lines[end:]
    text = "\n".join([old, *kept]) if not old.startswith("[[") else "\n".join([*kept, old])
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text)
    assert message in str(caught.value)
