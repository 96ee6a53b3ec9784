"""The worked examples inside each score's file: the answer must be what the file says."""

import re

import pytest

from jalon.core import DefinitionError
from jalon.scores import assess, assess_series, find_definition, list_examples, list_slugs

CASES = [
    pytest.param(slug, example, id=f"{slug}-{number}")
    for slug in list_slugs()
    for number, example in enumerate(list_examples(slug), start=1)
]


def answer_to(slug, example):
    definition, expected = find_definition(slug), example.expected
    if "series" in expected:
        return assess_series(
            definition,
            expected["series"],
            expected["days"],
            expected["counts"],
            unit=expected.get("unit", ""),
            until=expected.get("until"),
        )
    return assess(definition, example.inputs)


@pytest.mark.parametrize(("slug", "example"), CASES)
def test_worked_example(slug, example):
    expected = example.expected
    if "error" in expected:
        with pytest.raises(DefinitionError, match=re.escape(expected["error"])):
            answer_to(slug, example)
        return
    answer = answer_to(slug, example)
    seen = {
        "points": [answer.points_low, answer.points_high],
        "group": answer.group.slug if answer.group else "undetermined",
        "possible": [group.slug for group in answer.possible],
        "state": answer.state,
        "deciding": list(answer.deciding),
        "missing": list(answer.missing),
        "items": [part.low for part in answer.contributions],
        "flips": answer.flips,
    }
    other = answer.alternative
    if other is not None:
        seen["boundary"] = list(other.items)
        seen["other_points"] = [other.points_low, other.points_high]
        seen["other_groups"] = [group.slug for group in other.groups]
    for key in seen.keys() & expected.keys():
        assert seen[key] == expected[key], key
    if "value" in expected:
        # Printed to 6 decimals in the source; a range gives both ends.
        low, high = answer.points_low, answer.points_high
        assert low == pytest.approx(expected["value"], rel=1e-12, abs=5e-7)
        assert high == low
    if "log2" in expected:
        assert answer.log2 == pytest.approx(expected["log2"], abs=1e-12)
    for slug_of_cut, yes in expected.get("cuts", {}).items():
        assert answer.cuts[slug_of_cut] is (None if yes == "undetermined" else yes)
    if "remark" in expected:
        assert any(expected["remark"] in remark.text["en"] for remark in answer.remarks)
    told = seen.keys() | {"value", "log2", "cuts", "remark", "series", "days", "counts"}
    assert expected.keys() <= told | {"unit", "until"}, "an expectation that nobody checks"
    assert expected.keys() & {"points", "value", "group"}


@pytest.mark.parametrize("slug", list_slugs())
def test_every_score_has_examples_or_refuses(slug):
    definition = find_definition(slug)
    if definition.computes:
        assert len(list_examples(slug)) >= 3
        return
    with pytest.raises(DefinitionError, match="cannot be computed"):
        assess(definition, {})
