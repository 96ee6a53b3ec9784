"""A PMML reader gives what the engine gives: the same points and group, or nothing."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.patients import patients
from tests.property.pmml_reader import Scorecard

from jalon.core import DefinitionError
from jalon.scores import assess, find_definition, list_examples, list_slugs
from jalon.scores.export_pmml import write_pmml

COMPUTED = [slug for slug in list_slugs() if find_definition(slug).computes]
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def read_card(slug):
    return Scorecard(write_pmml(find_definition(slug)))


def expect(definition, patient):
    """Points and group by the engine: None when refused or not one number."""
    try:
        answer = assess(definition, patient)
    except DefinitionError:
        return None, None
    if answer.points_low != answer.points_high or answer.points_low == float("inf"):
        return None, None
    return answer.points_low, answer.group.slug if answer.group else None


@pytest.mark.parametrize("slug", COMPUTED)
@QUICK
@given(data=st.data())
def test_complete_patient(slug, data):
    definition = find_definition(slug)
    patient = data.draw(patients(slug, missing=False))
    seen, expected = (
        read_card(slug).evaluate(patient),
        expect(definition, patient),
    )
    # A formula's logarithm to base 2 is written as a ratio of natural logarithms.
    assert seen[0] == (pytest.approx(expected[0], rel=1e-12) if expected[0] else expected[0])
    assert seen[1] == expected[1]


@pytest.mark.parametrize("slug", COMPUTED)
@QUICK
@given(data=st.data())
def test_patient_with_gaps_gets_nothing_but_the_truth(slug, data):
    definition = find_definition(slug)
    patient = data.draw(patients(slug))
    points, group = read_card(slug).evaluate(patient)
    if points is None:
        return
    answer = assess(definition, patient)
    assert answer.points_low == answer.points_high == pytest.approx(points, rel=1e-12)
    assert group == (answer.group.slug if answer.group else None)


@pytest.mark.parametrize("slug", COMPUTED)
def test_worked_examples(slug):
    definition, card = find_definition(slug), read_card(slug)
    known = {*card.types}
    for example in list_examples(slug):
        plain = all(isinstance(v, int | float | str) for v in example.inputs.values())
        if not plain or not example.inputs or not example.inputs.keys() <= known:
            continue
        points, group = card.evaluate(example.inputs)
        if points is not None:
            low, slug_of = expect(definition, example.inputs)
            assert (points, group) == (pytest.approx(low, rel=1e-12), slug_of)


def test_a_blocked_score_is_refused_with_its_reason():
    with pytest.raises(DefinitionError, match="cannot be written as PMML"):
        write_pmml(find_definition("inflamix"))
