"""Every score that computes: one patient at a time or all at once, the same answer."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.core import DefinitionError
from jalon.scores import assess, assess_many, find_definition, list_slugs

SCORES = [slug for slug in list_slugs() if find_definition(slug).computes]


def values_of(item, terms=()):
    """Values of an item: exactly on each limit, just beside it, at both ends, and between."""
    low, high = item.span or (0.0, 1000.0)
    if any(term.needs_positive for term in terms if term.item == item.id):
        low = max(low, 0.01)
    if item.levels or item.whole:
        return st.integers(int(low), int(high)).map(float) | st.just(math.nan)
    edges = [low, high]
    for limit in item.limits:
        edges += [limit, math.nextafter(limit, -math.inf), math.nextafter(limit, math.inf)]
    for term in terms:
        edges += [term.knot] if term.item == item.id and term.link == "excess" else []
    inside = st.sampled_from(sorted({edge for edge in edges if low <= edge <= high}))
    return inside | st.floats(low, high) | st.just(math.nan)


def patients_of(definition, measured):
    """Patients of a score; with ratios given as two measures where that is allowed."""
    terms = definition.formula.terms if definition.formula else ()
    columns = {}
    for item in definition.items:
        if measured and item.over:
            continue
        columns[item.id] = values_of(item, terms)
    if measured:
        for measure in definition.measures:
            low, high = measure.possible
            near = measure.plausible or measure.possible
            columns[measure.id] = st.floats(max(near[0], low), min(near[1], high)) | st.just(
                math.nan
            )
    return st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=8)


def flags_of(definition):
    flags = [item.flag for item in definition.items if item.flag]
    columns = {flag: st.sampled_from([0.0, 1.0, math.nan]) for flag in flags}
    return st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=8)


def is_refused(definition, patient):
    try:
        assess(definition, patient)
    except DefinitionError:
        return True
    return False


def check(definition, patients):
    columns = {name: [patient[name] for patient in patients] for name in patients[0]}
    try:
        many = assess_many(definition, columns)
    except DefinitionError:
        # Somebody among them is refused alone, too; the message of the column says who.
        assert any(is_refused(definition, patient) for patient in patients)
        return
    for row, patient in enumerate(patients):
        one = assess(definition, patient)
        ends = (many.points_low[row], many.points_high[row])
        assert ends == pytest.approx((one.points_low, one.points_high), rel=1e-14)
        group = definition.groups.index(one.group) if one.group else -1
        assert many.group[row] == group
        assert many.doubtful[row] == (one.alternative is not None)
        assert many.flips[row] == one.flips
        if one.alternative is not None:
            other = one.alternative
            assert (many.other_low[row], many.other_high[row]) == (
                other.points_low,
                other.points_high,
            )


@pytest.mark.parametrize("slug", SCORES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_many_equals_one_by_one(slug, data):
    definition = find_definition(slug)
    check(definition, data.draw(patients_of(definition, measured=False)))


@pytest.mark.parametrize("slug", [s for s in SCORES if find_definition(s).measures])
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_many_equals_one_by_one_from_measures(slug, data):
    definition = find_definition(slug)
    check(definition, data.draw(patients_of(definition, measured=True)))


@pytest.mark.parametrize(
    "slug", [s for s in SCORES if any(item.flag for item in find_definition(s).items)]
)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_many_equals_one_by_one_from_judgements(slug, data):
    definition = find_definition(slug)
    check(definition, data.draw(flags_of(definition)))


@pytest.mark.parametrize("slug", SCORES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_learning_a_value_only_narrows_the_answer(slug, data):
    definition = find_definition(slug)
    patient = data.draw(patients_of(definition, measured=False))[0]
    known = [name for name, value in patient.items() if not math.isnan(value)]
    optional = {item.id for item in definition.items if item.assumed is not None}
    names = [name for name in known if name not in optional]
    if not names:
        return
    hidden = data.draw(st.sampled_from(names))
    after = assess(definition, patient)
    before = assess(definition, patient | {hidden: None})
    settles = {item.id for item in definition.items if item.settles}
    if hidden not in settles:
        assert before.points_low <= after.points_low <= after.points_high <= before.points_high
        assert {g.slug for g in after.possible} <= {g.slug for g in before.possible}
    if not before.deciding and before.group is not None:
        assert after.group == before.group
    if hidden in before.missing and hidden not in before.deciding and definition.rule != "formula":
        assert [g.slug for g in after.possible] == [g.slug for g in before.possible]


@pytest.mark.parametrize(
    ("slug", "name", "unit", "factor"),
    [
        ("car_hematotox", "crp", "mg/L", 10),
        ("car_hematotox", "hemoglobin", "g/L", 10),
        ("car_hematotox", "anc", "10^9/L", 1 / 1000),
        ("easix", "creatinine", "umol/L", 88.4),
        ("mgps", "albumin", "g/L", 10),
    ],
)
def test_a_column_in_another_unit_gives_the_same_answers(slug, name, unit, factor):
    definition = find_definition(slug)
    rng = np.random.default_rng(1)
    columns = {}
    for item in definition.items:
        low, high = item.plausible
        columns[item.id] = np.round(rng.uniform(max(low, 1), high, 500), 1)
        columns[item.id][:20] = np.resize(item.limits or (low,), 20)
    same = assess_many(definition, columns | {name: columns[name] * factor}, {name: unit})
    plain = assess_many(definition, columns)
    assert same.group.tolist() == plain.group.tolist()
    assert same.points_low == pytest.approx(plain.points_low, rel=1e-12)
    assert same.doubtful.tolist() == plain.doubtful.tolist()
