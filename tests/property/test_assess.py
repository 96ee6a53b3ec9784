"""One patient at a time or all at once: the same answer."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.core import DefinitionError
from jalon.scores import assess, assess_many, find_definition

IPI = find_definition("ipi")
VALUES = {
    "age": st.floats(18, 100),
    "ldh_ratio": st.sampled_from([0.5, 1.0, math.nextafter(1.0, 2.0), 3.0]),
    "stage": st.integers(1, 4).map(float),
    "ecog": st.integers(0, 4).map(float),
    "extranodal_sites": st.integers(0, 6).map(float),
}
MISSING = st.just(math.nan)
PATIENT = st.fixed_dictionaries({name: values | MISSING for name, values in VALUES.items()})
FLAGGED = st.fixed_dictionaries(
    {item.flag: st.sampled_from([0.0, 1.0, math.nan]) for item in IPI.items}
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["ipi", "r_ipi"]), st.lists(PATIENT, min_size=1, max_size=30))
def test_many_equals_one_by_one(slug, patients):
    check(slug, patients)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["ipi", "r_ipi"]), st.lists(FLAGGED, min_size=1, max_size=30))
def test_many_equals_one_by_one_from_judgements(slug, patients):
    check(slug, patients)


def check(slug, patients):
    definition = find_definition(slug)
    columns = {name: [patient[name] for patient in patients] for name in patients[0]}
    answer = assess_many(definition, columns)
    for row, patient in enumerate(patients):
        one = assess(definition, patient)
        assert answer.points_low[row] == one.points_low
        assert answer.points_high[row] == one.points_high
        group = definition.groups.index(one.group) if one.group else -1
        assert answer.group[row] == group


@settings(max_examples=60, deadline=None)
@given(PATIENT, st.sampled_from(sorted(VALUES)))
def test_learning_a_value_only_narrows_the_range(patient, item):
    before = assess(IPI, patient | {item: math.nan})
    after = assess(IPI, patient)
    assert before.points_low <= after.points_low <= after.points_high <= before.points_high
    assert all(group in before.possible for group in after.possible)


def test_contradicting_value_and_flag_are_refused_by_both():
    with pytest.raises(DefinitionError, match="age and age_over_60 contradict"):
        assess(IPI, {"age": 70, "age_over_60": 0})
    with pytest.raises(DefinitionError, match="contradict each other for 1 of 3 patients"):
        assess_many(IPI, {"age": [70, 50, np.nan], "age_over_60": [0, 0, 1]})


def test_value_and_flag_complete_each_other():
    answer = assess_many(IPI, {"age": [70, np.nan, np.nan], "age_over_60": [np.nan, 1, np.nan]})
    assert answer.points_low.tolist() == [1, 1, 0]
    assert answer.points_high.tolist() == [5, 5, 5]
