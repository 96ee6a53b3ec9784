"""A database gives what the engine gives, missing values included."""

import math
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.patients import patients

from jalon.core import DefinitionError
from jalon.scores import assess, find_definition, list_examples, list_slugs
from jalon.scores.export_sql import write_sql
from jalon.scores.sql_value import list_columns

COMPUTED = [slug for slug in list_slugs() if find_definition(slug).computes]
QUICK = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def expect(definition, patient):
    """Points, group and state by the engine, as the query gives them."""
    try:
        answer = assess(definition, patient)
    except DefinitionError:
        return None, None, None, "refused"
    low, high = (None if math.isinf(x) else x for x in (answer.points_low, answer.points_high))
    return low, high, answer.group.slug if answer.group else None, answer.state


def load(cursor, definition, rows, quote="REAL"):
    texts = {item.id for item in definition.items if item.levels}
    names = [name for name, _ in list_columns(definition)]
    columns = ", ".join(f'"{n}" {"TEXT" if n in texts else quote}' for n in names)
    cursor.execute(f"CREATE TABLE patients (patient INTEGER, {columns})")
    marks = ", ".join("?" for _ in range(len(names) + 1))
    cursor.executemany(
        f"INSERT INTO patients VALUES ({marks})",
        [(k, *(row.get(name) for name in names)) for k, row in enumerate(rows)],
    )


def ask_sqlite(definition, rows, kind="REAL"):
    base = sqlite3.connect(":memory:")
    load(base.cursor(), definition, rows, kind)
    found = base.execute(write_sql(definition).rstrip(";\n") + " ORDER BY patient").fetchall()
    base.close()
    return [row[1:5] for row in found]


@pytest.mark.parametrize("slug", COMPUTED)
@QUICK
@given(data=st.data())
def test_sqlite(slug, data):
    definition = find_definition(slug)
    rows = data.draw(st.lists(patients(slug), min_size=1, max_size=12))
    rows += data.draw(st.lists(patients(slug, missing=False), min_size=1, max_size=12))
    for seen, row in zip(ask_sqlite(definition, rows), rows, strict=True):
        low, high, *rest = expect(definition, row)
        # Equal but for the rounding of a logarithm and of sums in another order.
        assert seen[:2] == (
            low if low is None else pytest.approx(low, rel=1e-12, abs=1e-14),
            high if high is None else pytest.approx(high, rel=1e-12, abs=1e-14),
        )
        assert list(seen[2:]) == rest


@pytest.mark.parametrize("slug", COMPUTED)
def test_worked_examples(slug):
    definition = find_definition(slug)
    names = {name for name, _ in list_columns(definition)}
    rows = [
        example.inputs
        for example in list_examples(slug)
        if example.inputs
        and example.inputs.keys() <= names
        and all(isinstance(v, int | float | str) for v in example.inputs.values())
        and not any(isinstance(example.inputs.get(item.id), int | float)
                    for item in definition.items if item.levels)
    ]  # fmt: skip
    for seen, row in zip(ask_sqlite(definition, rows), rows, strict=True):
        low, high, *rest = expect(definition, row)
        assert seen[2:] == tuple(rest)
        if low is not None and high is not None:
            assert seen[:2] == pytest.approx((low, high), rel=1e-12)


def test_a_text_among_numbers_is_refused_and_never_zero():
    definition = find_definition("ipi")
    rows = [{"age": text} for text in ("", "old", "70")]
    assert [row[3] for row in ask_sqlite(definition, rows, "REAL")] == ["refused", "refused",
                                                                      "undetermined"]  # fmt: skip
    assert [row[3] for row in ask_sqlite(definition, rows, "TEXT")][:2] == ["refused", "refused"]
    assert ask_sqlite(definition, [{"age": 100}], "")[0][:2] == (1, 5)


def test_an_absent_column_is_an_error_and_not_a_text():
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE patients (patient INTEGER, age REAL)")
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        base.execute(write_sql(find_definition("ipi")))
    base.close()


def test_a_blocked_score_is_refused_with_its_reason():
    with pytest.raises(DefinitionError, match="cannot be written as SQL"):
        write_sql(find_definition("inflamix"))
