"""Rows become versions: nothing is overwritten, and nothing is written twice."""

from datetime import date

import polars as pl
import pytest
import sqlalchemy as sa
from tests.registry_world import AT, deliver, make_key, make_part

from jalon.core.errors import UserError
from jalon.dictionary import find_table
from jalon.registry.delivery import take_delivery
from jalon.registry.pseudonym import name_patient
from jalon.registry.rejected import RejectedError
from jalon.registry.store.current import read_current, read_history
from jalon.registry.store.schema import audit, data_table, import_batch
from jalon.registry.store.verify import verify_audit

FIRST = {"patient": "1", "sex": "female", "birth_year": 1950, "birth_month": 3}
SECOND = {"patient": "2", "sex": "male", "birth_year": 1960, "birth_month": 4}


def current(store, name="patient"):
    with store.read() as connection:
        return read_current(connection, find_table(name), extra=("version",))


def count(store, table):
    with store.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def figures(receipt):
    (taken,) = receipt.taken
    return taken.added, taken.changed, taken.unchanged, taken.before


def test_new_rows_are_added(store):
    receipt = deliver(store, "S01", [make_part("patient", [FIRST, SECOND])])
    assert figures(receipt) == (2, 0, 0, False)
    rows = current(store).sort("birth_year")
    assert rows["birth_year"].to_list() == [1950, 1960]
    assert rows["version"].to_list() == [1, 1]
    assert rows["patient"][0] == name_patient(make_key("S01"), "1")
    assert verify_audit(store) == []


def test_the_same_file_twice_changes_nothing(store):
    deliver(store, "S01", [make_part("patient", [FIRST, SECOND])])
    before = count(store, audit), count(store, import_batch)
    receipt = deliver(store, "S01", [make_part("patient", [FIRST, SECOND])])
    assert figures(receipt) == (0, 0, 2, True)
    assert (count(store, audit), count(store, import_batch)) == before


def test_the_same_rows_in_another_file_change_no_row(store):
    deliver(store, "S01", [make_part("patient", [FIRST, SECOND])])
    receipt = deliver(store, "S01", [make_part("patient", [SECOND, FIRST])])
    assert figures(receipt) == (0, 0, 2, False)
    assert count(store, data_table("patient")) == 2
    assert verify_audit(store) == []


def test_a_correction_keeps_the_old_version(store):
    deliver(store, "S01", [make_part("patient", [FIRST, SECOND])])
    receipt = deliver(store, "S01", [make_part("patient", [FIRST | {"birth_year": 1951}, SECOND])])
    assert figures(receipt) == (0, 1, 1, False)
    name = name_patient(make_key("S01"), "1")
    with store.read() as connection:
        history = read_history(connection, find_table("patient"), "S01", name)
    assert history["birth_year"].to_list() == [1950, 1951]
    assert history["version"].to_list() == [1, 2]
    assert history["by"].to_list() == ["tester", "tester"]
    rows = current(store).filter(pl.col("patient") == name)
    assert (rows["birth_year"].to_list(), rows["version"].to_list()) == ([1951], [2])
    assert verify_audit(store) == []


def test_going_back_to_the_first_value_is_a_third_version(store):
    for year in (1950, 1951, 1950):
        part = make_part("patient", [FIRST | {"birth_year": year}], mapping=f"{year}")
        # The third file is the first again: it was taken before, so it changes nothing.
        deliver(store, "S01", [part])
    assert current(store)["birth_year"].to_list() == [1951]
    deliver(store, "S01", [make_part("patient", [FIRST, SECOND])])
    rows = current(store).filter(pl.col("birth_year") == 1950)
    assert rows["version"].to_list() == [3]
    assert verify_audit(store) == []


def test_columns_that_a_file_lacks_keep_their_values(store):
    deliver(store, "S01", [make_part("patient", [FIRST])])
    receipt = deliver(store, "S01", [make_part("patient", [{"patient": "1", "birth_month": 5}])])
    assert figures(receipt) == (0, 1, 0, False)
    row = current(store).row(0, named=True)
    assert (row["sex"], row["birth_year"], row["birth_month"]) == ("female", 1950, 5)


def test_an_empty_cell_of_a_column_that_is_given_empties_the_value(store):
    deliver(store, "S01", [make_part("patient", [FIRST])])
    deliver(store, "S01", [make_part("patient", [FIRST | {"birth_month": None}])])
    row = current(store).row(0, named=True)
    assert (row["birth_year"], row["birth_month"]) == (1950, None)


def test_centres_share_numbers_and_no_row(store):
    deliver(store, "S01", [make_part("patient", [FIRST])])
    receipt = deliver(store, "S02", [make_part("patient", [FIRST])])
    assert figures(receipt) == (1, 0, 0, False)
    assert current(store)["patient"].n_unique() == 2


def test_a_row_without_its_parent_is_refused_as_a_whole_file(store):
    lone = {"patient": "9", "infusion_number": 1, "infusion_date": date(2023, 5, 1)}
    good = lone | {"patient": "1"}
    deliver(store, "S01", [make_part("patient", [FIRST])])
    before = count(store, audit)
    with pytest.raises(RejectedError) as refused:
        deliver(store, "S01", [make_part("infusion", [good, lone])])
    (found,) = refused.value.rejected.values()
    assert [(one.line, one.column) for one in found] == [(3, "patient")]
    assert count(store, data_table("infusion")) == 0
    assert count(store, audit) == before


def test_a_parent_in_the_same_delivery_is_enough(store):
    infusion = {"patient": "1", "infusion_number": 1, "infusion_date": date(2023, 5, 1)}
    parts = [make_part("infusion", [infusion]), make_part("patient", [FIRST])]
    receipt = deliver(store, "S01", parts)
    assert [one.table for one in receipt.taken] == ["patient", "infusion"]


def test_the_parent_of_another_centre_does_not_count(store):
    infusion = {"patient": "1", "infusion_number": 1, "infusion_date": date(2023, 5, 1)}
    deliver(store, "S01", [make_part("patient", [FIRST])])
    with pytest.raises(RejectedError, match="1 cell was rejected in infusion"):
        deliver(store, "S02", [make_part("infusion", [infusion])])


def test_another_key_than_before_is_refused(store):
    deliver(store, "S01", [make_part("patient", [FIRST])])
    with pytest.raises(UserError, match="not the key that centre S01 used"), store.write("x") as w:
        take_delivery(w, [make_part("patient", [SECOND])], make_key("S01", seed=1))
    assert count(store, data_table("patient")) == 1


def fail_after(store, part):
    with store.write("x", AT) as writing:
        take_delivery(writing, [part], make_key("S01"))
        raise RuntimeError("the lights went out")


def test_a_transaction_that_fails_leaves_nothing(store):
    deliver(store, "S01", [make_part("patient", [FIRST])])
    before = [count(store, table) for table in (audit, import_batch, data_table("patient"))]
    with pytest.raises(RuntimeError, match="the lights went out"):
        fail_after(store, make_part("patient", [SECOND]))
    assert before == [count(store, t) for t in (audit, import_batch, data_table("patient"))]
    assert verify_audit(store) == []


def test_values_come_back_as_they_were_given(store):
    texts = [
        "a",
        "é",
        "Ω \U0001f642",
        'with "quotes", commas; and\nlines',
        "NULL",
        "\\N",
        "",
        " x ",
    ]
    numbers = [0.1, -0.0, 1e-300, 1.7976931348623157e308, 5e-324, 1 / 3, 123456789.123456789]
    patients = [{"patient": f"{i}"} for i in range(max(len(texts), len(numbers)))]
    infusions = [p | {"infusion_number": 1} for p in patients]
    assessments = [
        {"patient": f"{i}", "infusion_number": 1, "time_point": "d0", "repeat": 1, "crp": number}
        for i, number in enumerate(numbers)
    ]
    methods = [
        {"patient": f"{i}", "infusion_number": 1, "time_point": "d1", "repeat": 1, "mtv_method": t}
        for i, t in enumerate(texts)
    ]
    parts = [make_part("patient", patients), make_part("infusion", infusions)]
    deliver(store, "S01", [*parts, make_part("assessment", assessments + methods)])
    read = current(store, "assessment")
    names = {name_patient(make_key("S01"), f"{i}"): i for i in range(len(patients))}
    read = read.with_columns(i=pl.col("patient").replace_strict(names)).sort("i")
    assert read.filter(pl.col("time_point") == "d0")["crp"].to_list() == numbers
    assert read.filter(pl.col("time_point") == "d1")["mtv_method"].to_list() == texts
    assert verify_audit(store) == []
