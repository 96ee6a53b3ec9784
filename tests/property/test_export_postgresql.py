"""PostgreSQL reads the same query as SQLite and gives what the engine gives."""

import csv
import io

import pytest
from tests.property.patients import draw_patients
from tests.property.test_export_sql import expect

from jalon.scores import find_definition, list_slugs
from jalon.scores.export_sql import write_sql
from jalon.scores.sql_value import list_columns, quote

COMPUTED = [slug for slug in list_slugs() if find_definition(slug).computes]


@pytest.fixture(scope="module")
def ask(postgresql):
    """A function that sends SQL to a server and gives the rows of its last query."""
    return lambda sql: list(csv.reader(io.StringIO(postgresql.send(sql))))


def write_table(definition, rows, kind):
    texts = {item.id for item in definition.items if item.levels}
    names = [name for name, _ in list_columns(definition)]
    columns = ", ".join(f"{quote(n)} {'text' if n in texts else kind}" for n in names)
    lines = [
        "\t".join([str(k), *("\\N" if row.get(n) is None else _plain(row[n]) for n in names)])
        for k, row in enumerate(rows)
    ]
    copy = "\n".join(["COPY patients FROM STDIN;", *lines, "\\."])
    table = f"CREATE TABLE patients (patient integer, {columns});"
    table = f"CREATE TABLE patients (patient integer, {columns});"
    return f"DROP TABLE IF EXISTS patients;\n{table}\n{copy}\n"


def _plain(value):
    return value if isinstance(value, str) else repr(float(value))


@pytest.mark.parametrize("slug", COMPUTED)
def test_postgresql(ask, slug):
    definition, rows = find_definition(slug), draw_patients(slug, 60, seed=7)
    query = write_sql(definition).rstrip(";\n") + " ORDER BY patient;"
    for kind in ("double precision", "numeric"):
        found = ask(write_table(definition, rows, kind) + query)
        assert len(found) == len(rows)
        for (_, low, high, group, state, _), row in zip(found, rows, strict=True):
            expected = expect(definition, row)
            assert (group or None, state) == expected[2:]
            for seen, end in zip((low, high), expected, strict=False):
                assert (float(seen) if seen else None) == (
                    end if end is None else pytest.approx(end, rel=1e-12, abs=1e-14)
                )


def test_not_a_number_is_refused(ask):
    definition = find_definition("ipi")
    table = write_table(definition, [{"age": float("nan")}], "double precision")
    assert ask(table + write_sql(definition))[0][4:] == ["refused", "age"]
