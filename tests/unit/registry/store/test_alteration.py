"""Whatever is altered behind the program's back is found: bytes of a file, rows of a server."""

import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.registry_world import Maker, list_values

from jalon.core.errors import UserError
from jalon.registry.store.schema import BOOKS, data_tables
from jalon.registry.store.store import open_store
from jalon.registry.store.verify import verify_audit


def find(store):
    try:
        return verify_audit(store)
    except UserError as error:
        return [str(error)]
    finally:
        store.close()


def list_rows(connection, table):
    quoted = f'"{table}"'
    cursor = connection.execute(f"SELECT * FROM {quoted}")
    names = [part[0] for part in cursor.description]
    keys = [r[1] for r in connection.execute(f"PRAGMA table_info({quoted})") if r[5]]
    return names, keys, cursor.fetchall()


def alter(value):
    """Return a value of the same kind that differs by as little as one can."""
    if value is None:
        return 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, str):
        last = chr(ord(value[-1]) ^ 1) if value else "x"
        return value[:-1] + last
    return value + 1000


def unlock(path):
    """Open the file as somebody would who does not want to be stopped by triggers."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'")
    triggers = triggers.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return connection, [sql for _, sql in triggers]


def select_columns(table, names):
    """Four columns of each table, drawn by its name; one value of a table of patients."""
    rng = random.Random(table)
    if table == "assessment":
        return [name for name in names if name not in list_values(table)]
    if table in {book.name for book in BOOKS}:
        return rng.sample(names, min(4, len(names)))
    return rng.sample(list_values(table), 1)


@pytest.mark.parametrize("table", [table.name for table in (*BOOKS, *data_tables())])
def test_any_altered_value_of_a_file_is_found(sqlite_maker, table):
    store = sqlite_maker.make(f"v_{table}", filled=True)
    path, url = store.engine.url.database, store.engine.url.render_as_string()
    store.close()
    connection, triggers = unlock(path)
    names, keys, rows = list_rows(connection, table)
    assert rows, f"the pattern has no row of {table}"
    unnoticed = []
    for column in select_columns(table, names):
        at = names.index(column)
        row = random.Random(column).choice([r for r in rows if r[at] is not None] or rows)
        where = " AND ".join(f'"{key}" = ?' for key in keys)
        sql = f'UPDATE "{table}" SET "{column}" = ? WHERE {where}'
        changed = alter(row[at])
        connection.execute(sql, [changed, *(row[names.index(key)] for key in keys)])
        for trigger in triggers:
            connection.execute(trigger)
        if not find(open_store(url)):
            unnoticed.append(column)
        for trigger in triggers:
            connection.execute(f"DROP TRIGGER {trigger.split()[2]}")
        back = [changed if key == column else row[names.index(key)] for key in keys]
        connection.execute(sql, [row[at], *back])
    for trigger in triggers:
        connection.execute(trigger)
    connection.close()
    assert unnoticed == []
    assert find(open_store(url)) == []


@pytest.mark.parametrize("table", [table.name for table in (*BOOKS, *data_tables())])
def test_a_row_that_is_taken_out_of_a_file_is_found(sqlite_maker, table):
    store = sqlite_maker.make(f"d_{table}", filled=True)
    path, url = store.engine.url.database, store.engine.url.render_as_string()
    store.close()
    connection, triggers = unlock(path)
    _, keys, rows = list_rows(connection, table)
    where = " AND ".join(f'"{key}" = (SELECT "{key}" FROM one)' for key in keys)
    middle = len(rows) // 2
    one = f'WITH one AS (SELECT * FROM "{table}" LIMIT 1 OFFSET {middle}) '
    connection.execute(f'{one} DELETE FROM "{table}" WHERE {where}')
    assert len(list_rows(connection, table)[2]) == len(rows) - 1
    for trigger in triggers:
        connection.execute(trigger)
    connection.close()
    assert find(open_store(url))


def dump(path):
    """Return every value of a file, or None when SQLite cannot read it."""
    connection = sqlite3.connect(path)
    try:
        tables = [table.name for table in (*BOOKS, *data_tables())]
        return [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables]
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    finally:
        connection.close()


def test_any_altered_byte_of_a_file_that_means_something_is_found(sqlite_maker, tmp_path):
    store = sqlite_maker.make("bytes", filled=True)
    path = store.engine.url.database
    store.close()
    was = Path(path).read_bytes()
    content, whole = bytearray(was), dump(path)
    rng = random.Random(11)
    altered = tmp_path / "altered.db"
    meant = 0
    for _ in range(40):
        place = rng.randrange(len(content))
        content[place] ^= 1 << rng.randrange(8)
        altered.write_bytes(content)
        content[place] = was[place]
        if dump(altered) != whole:
            meant += 1
            assert find_in_file(altered), place
    assert meant > 5


def find_in_file(path):
    try:
        return find(open_store(f"sqlite:///{path}"))
    except UserError as error:
        return [str(error)]


@pytest.fixture(scope="module")
def served(pattern_folder, postgresql):
    store = Maker("postgresql", pattern_folder, postgresql).make("served", filled=True)
    yield store
    store.close()


def unguarded(store, sql, *values):
    """Send SQL as a superuser whom no trigger stops."""
    with store.write("superuser") as writing:
        writing.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        return writing.connection.exec_driver_sql(sql, tuple(values)).rowcount


@pytest.mark.parametrize("table", [*BOOKS, *data_tables()], ids=str)
def test_an_altered_row_in_postgresql_is_found(served, table):
    with served.read() as connection:
        row = connection.execute(sa.select(table).limit(1)).mappings().one()
    # A value that is there, and the last of them: no key where there is another.
    column = [name for name, value in row.items() if value is not None][-1]
    keys = [key.name for key in table.primary_key]
    where = " AND ".join(f'"{key}" = %s' for key in keys)
    sql = f'UPDATE "{table.name}" SET "{column}" = %s WHERE {where}'
    changed = alter(row[column])
    assert unguarded(served, sql, changed, *(row[key] for key in keys)) == 1
    assert verify_audit(served)
    back = [changed if key == column else row[key] for key in keys]
    assert unguarded(served, sql, row[column], *back) == 1
    assert verify_audit(served) == []


@pytest.mark.parametrize("table", [*BOOKS, *data_tables()], ids=str)
def test_a_row_that_is_taken_out_of_postgresql_is_found(postgresql_maker, table):
    store = postgresql_maker.make("t", filled=True)
    name = f'"{table.name}"'
    sql = f"DELETE FROM {name} WHERE ctid = (SELECT ctid FROM {name} LIMIT 1)"
    assert unguarded(store, sql) == 1
    assert find(store)
