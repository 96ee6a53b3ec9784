from pathlib import Path

import pytest

from jalon.core.errors import StudyFileError
from jalon.dictionary import list_tables
from jalon.exchange import RowPlan, hash_reading, load_redcap_mapping
from jalon.exchange.redcap_mapping import split_place

GOOD = """
[columns]
left = "alone"

[redcap]
missing_codes = ["-9"]

[[redcap.rows]]
table = "infusion"
columns = { infusion_date = "day0", product = "[baseline_arm_1][drug]" }
instance_to = "infusion_number"
"""


def load(tmp_path, text):
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    return load_redcap_mapping(path, list_tables())


def test_mapping_is_read_and_other_headings_are_left_alone(tmp_path):
    found = load(tmp_path, GOOD)
    assert found.missing_codes == ("-9",)
    assert found.rows == (
        RowPlan(
            "infusion",
            {"infusion_date": "day0", "product": "[baseline_arm_1][drug]"},
            instance_to="infusion_number",
        ),
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("age", ("", "age")),
        ("[age]", ("", "age")),
        ("[a_1][ill___2]", ("a_1", "ill___2")),
        ("[a_1]age", ("a_1", "age")),
        ("Age", None),
        ("[a][b][c]", None),
        ("[a]b]", None),
        ("", None),
    ],
)
def test_names_of_fields(text, place):
    assert split_place(text) == place


@pytest.mark.parametrize(
    ("before", "after", "key", "words"),
    [
        ("redcap", "redcaps", "redcap", "no heading"),
        ("missing_codes = [", "missing_cods = [", "redcap.missing_cods", "did you mean missing_co"),
        ('["-9"]', "[-9]", "redcap.missing_codes.1", "in quotes"),
        ('"infusion"', '"infusions"', "redcap.rows.1.table", "did you mean infusion"),
        ('"infusion"', '"centre"', "redcap.rows.1.table", "no table centre of patients"),
        ("infusion_date =", "infusion_day =", "redcap.rows.1.columns", "infusion_da"),
        ("infusion_date =", "patient =", "redcap.rows.1.columns", "redcap.patient"),
        ('"day0"', '"Day 0"', "redcap.rows.1.columns.infusion_date", "expected a field"),
        ('"day0"', '"[b_arm_1][day0]"', "redcap.rows.1.columns", "of the rows themselves"),
        ("instance_to =", "event_to =", None, ""),
        ('instance_to = "infusion_number"', "", "redcap.rows.1.columns", "told apart"),
        ('"infusion_number"', '"product"', "redcap.rows.1.instance_to", "already filled"),
        ("instance_to", "instance", "redcap.rows.1.instance", "did you mean instance_to"),
        ("[redcap]", '[redcap]\npatient = "My number"', "redcap.patient", "expected a field"),
        ("[redcap]", "[redcap", None, "not valid TOML"),
        ('columns = { infusion_date = "day0", product = "[baseline_arm_1][drug]" }',
         "columns = {}", "redcap.rows.1.columns", "at least one field"),
        ('columns = { infusion_date = "day0", product = "[baseline_arm_1][drug]" }',
         "", "redcap.rows.1.columns", "needed"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_key(tmp_path, before, after, key, words):
    text = GOOD.replace(before, after)
    assert text != GOOD
    if not words:
        load(tmp_path, text)
        return
    with pytest.raises(StudyFileError, match=words) as caught:
        load(tmp_path, text)
    assert caught.value.key == key


def test_example_of_the_manual_can_be_read(tmp_path):
    page = Path(__file__).parents[3] / "docs" / "how-to" / "redcap.md"
    block = page.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    found = load(tmp_path, block)
    assert [plan.table for plan in found.rows] == ["patient", "infusion", "assessment"]
    assert found.centres == {"lyon": "LYS"}


def test_absent_file(tmp_path):
    with pytest.raises(StudyFileError, match="no such mapping"):
        load_redcap_mapping(tmp_path / "m.toml", list_tables())


def test_another_reading_has_another_hash(tmp_path):
    first, second = load(tmp_path, GOOD), load(tmp_path, GOOD.replace("day0", "day_0"))
    hashes = {hash_reading(None), hash_reading(first), hash_reading(second),
              hash_reading(first, ("NI",))}  # fmt: skip
    assert len(hashes) == 4
    assert hash_reading(load(tmp_path, GOOD)) == hash_reading(first)
