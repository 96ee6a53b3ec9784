"""What a page is told about a score."""

import hashlib
from pathlib import Path

from typer.testing import CliRunner

from jalon.calculator.forms import describe_form, describe_rule, hash_definition, list_fields
from jalon.calculator.pages import embed_json, spell, typeset, write_page
from jalon.calculator.trajectory import describe_trajectory, read_moments
from jalon.cli.main import app
from jalon.scores import find_definition, list_slugs, load_definition

LEARNED = Path(__file__).parents[2] / "browser" / "learned.toml"


def test_fingerprint_is_that_of_the_exported_json():
    done = CliRunner().invoke(app, ["score", "export", "ipi", "--json"])
    found = hash_definition(find_definition("ipi"))
    assert found == hashlib.sha256(done.stdout.encode()).hexdigest()


def test_every_item_of_every_score_can_be_entered():
    for definition in [*map(find_definition, list_slugs()), load_definition(LEARNED)]:
        asked = {field["id"] for item in list_fields(definition) for field in item["inputs"]}
        counted = {series.measure for series in definition.series}  # read off several days
        single = {each.id for each in (*definition.items, *definition.measures)} - counted
        assert asked == single
        for item in definition.items:
            assert len(describe_form(definition)["form"]["steps"][item.id]) == len(item.steps)


def test_units_are_offered_as_the_table_of_units_has_them():
    units = describe_form(find_definition("easix"))["form"]["units"]["creatinine"]
    assert [(each["unit"], each["times"], each["over"]) for each in units] == [
        ("mg/dL", 1, 1), ("umol/L", 1, 88.4), ("mg/L", 1, 10),
    ]  # fmt: skip


def test_groups_of_a_formula_are_said_by_their_limits():
    groups = describe_rule(find_definition("easix"))["groups"]
    assert [group["totals"]["en"] for group in groups] == ["at most 4.67", "above 4.67"]
    assert groups[1]["totals"]["fr"] == "au-dessus de 4,67"


def test_a_blocked_score_has_no_form_and_no_number():
    page = write_page(find_definition("simple_ht"))
    assert 'id="score"' not in page
    assert "cannot be computed" in page


def test_moments_name_scores_that_can_be_computed_and_the_case_only_what_is_asked():
    scores = {slug: find_definition(slug) for slug in list_slugs()}
    table, told = read_moments(), describe_trajectory(scores)
    fields = {moment["id"]: {f["id"] for f in moment["fields"]} for moment in told["moments"]}
    assert all(scores[slug].computes for m in table["moment"] for slug in m["scores"])
    for moment, values in table["case"]["values"].items():
        assert set(values) <= fields[moment]
    assert set(table["case"]["notes"]) <= set(fields)


def test_text_is_set_as_its_language_wants():
    assert typeset("Raison : « oui » ?") == "Raison\u202f: «\u202foui\u202f»\u202f?"
    assert spell("umol/L") == "µmol/L"
    assert "<" not in embed_json({"a": "</script>"})
