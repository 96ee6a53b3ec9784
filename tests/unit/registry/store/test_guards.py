"""What was written stays written, whoever asks the database to change it."""

import pytest
import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.registry.store.guards import KEPT, list_guards
from jalon.registry.store.schema import data_tables, query
from jalon.registry.store.verify import verify_audit

BOOKS = [table.name for table in KEPT]
DATA = [table.name for table in data_tables()]


def send(store, sql):
    with store.write("somebody") as writing:
        writing.connection.exec_driver_sql(sql)


def refuses(store, sql):
    with pytest.raises(UserError) as refused:
        send(store, sql)
    return "kept" in str(refused.value)


def test_no_row_is_deleted(filled):
    for name in (*BOOKS, query.name, *DATA):
        if count(filled, name):
            assert refuses(filled, f'DELETE FROM "{name}"'), name


def test_no_row_of_a_book_is_rewritten(filled):
    for table in KEPT:
        for column in table.c:
            if count(filled, table.name):
                sql = f'UPDATE "{table.name}" SET "{column.name}" = "{column.name}"'
                assert refuses(filled, sql), column


def test_no_value_of_a_row_is_rewritten(filled):
    for table in data_tables():
        for column in table.c:
            if column.name != "ended_by" and count(filled, table.name):
                sql = f'UPDATE "{table.name}" SET "{column.name}" = "{column.name}"'
                assert refuses(filled, sql), column


def test_a_row_is_replaced_once(filled):
    send(filled, "UPDATE patient SET ended_by = 7 WHERE ended_by IS NULL")
    assert refuses(filled, "UPDATE patient SET ended_by = 8")
    assert refuses(filled, "UPDATE patient SET ended_by = NULL")


def test_no_table_is_emptied_in_postgresql(postgresql_maker):
    store = postgresql_maker.make("t", filled=True)
    for name in (*BOOKS, query.name, *DATA):
        assert refuses(store, f'TRUNCATE "{name}"'), name
    store.close()


def test_a_guard_that_was_removed_is_found(filled):
    sqlite = filled.engine.dialect.name == "sqlite"
    send(filled, "DROP TRIGGER keep_patient_update" + ("" if sqlite else " ON patient"))
    assert verify_audit(filled) == [
        "the trigger keep_patient_update that keeps the past was removed"
    ]


def test_a_guard_that_was_switched_off_is_found(postgresql_maker):
    store = postgresql_maker.make("t", filled=True)
    send(store, "ALTER TABLE audit DISABLE TRIGGER keep_audit_delete")
    assert verify_audit(store) == ["the trigger keep_audit_delete that keeps the past was removed"]
    store.close()


@pytest.mark.parametrize("sqlite", [True, False])
def test_every_table_has_its_guards(sqlite):
    guards = list_guards(sqlite)
    for name in (*BOOKS, *DATA):
        assert {f"keep_{name}_delete", f"keep_{name}_update"} <= set(guards)


def count(store, name):
    with store.read() as connection:
        return connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()
