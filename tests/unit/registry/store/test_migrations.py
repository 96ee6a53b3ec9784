"""A store follows its dictionary: what is new is added, nothing is lost."""

import pytest
import sqlalchemy as sa
from tests.registry_world import Maker

from jalon.core.errors import UserError
from jalon.dictionary import find_table
from jalon.registry.store.current import read_current
from jalon.registry.store.migrate import is_current
from jalon.registry.store.store import create_store, open_store
from jalon.registry.store.verify import verify_audit

GONE = ("weight", "ldh_uln", "crp")


def age(maker: Maker):
    """Return the address of a filled store as an older dictionary would have left it."""
    store = maker.make("old", filled=True)
    with store.write("x") as writing:
        drop = "DROP TRIGGER keep_assessment_update"
        writing.connection.exec_driver_sql(
            drop + ("" if maker.server is None else " ON assessment")
        )
        for name in GONE:
            writing.connection.exec_driver_sql(f"ALTER TABLE assessment DROP COLUMN {name}")
    store.close()
    return store.engine.url.render_as_string(hide_password=False)


def test_a_new_store_is_made_once(maker):
    store = maker.make("s")
    url = store.engine.url.render_as_string(hide_password=False)
    store.close()
    again, made = create_store(url, "synthetic", "tester")
    assert made == []
    assert verify_audit(again) == []
    again.close()


def test_columns_are_added_and_nothing_is_lost(maker):
    url = age(maker)
    with pytest.raises(UserError, match="jalon registry init"):
        open_store(url)
    store, made = create_store(url, "synthetic", "tester")
    assert made == [f"column assessment.{name}" for name in GONE]
    with store.read() as connection:
        assert is_current(connection)
        rows = read_current(connection, find_table("assessment"))
        triggers = (
            "SELECT count(*) FROM sqlite_master WHERE name = 'keep_assessment_update'"
            if maker.server is None
            else "SELECT count(*) FROM pg_trigger WHERE tgname = 'keep_assessment_update'"
        )
        assert connection.exec_driver_sql(triggers).scalar_one() == 1
    assert rows.height > 0
    assert rows["crp"].null_count() == rows.height
    assert rows["ldh"].null_count() < rows.height
    store.close()


def test_a_column_of_another_kind_is_refused(maker):
    store = maker.make("s")
    url = store.engine.url.render_as_string(hide_password=False)
    with store.write("x") as writing:
        drop = "DROP TRIGGER keep_assessment_update"
        writing.connection.exec_driver_sql(
            drop + ("" if maker.server is None else " ON assessment")
        )
        writing.connection.exec_driver_sql("ALTER TABLE assessment DROP COLUMN crp")
        writing.connection.exec_driver_sql("ALTER TABLE assessment DROP COLUMN weight")
        writing.connection.exec_driver_sql("ALTER TABLE assessment ADD COLUMN crp text")
    store.close()
    with pytest.raises(UserError, match="give the new meaning a new column name"):
        create_store(url, "synthetic", "tester")


def test_a_store_never_changes_between_real_and_synthetic(maker):
    store = maker.make("s")
    url = store.engine.url.render_as_string(hide_password=False)
    store.close()
    with pytest.raises(UserError, match="holds synthetic patients"):
        create_store(url, "real", "tester")


def test_a_database_without_a_store_says_so(postgresql, tmp_path):
    with pytest.raises(UserError, match="no store yet"):
        open_store(postgresql.name_store(postgresql.make_database()))
    with pytest.raises(UserError, match="there is no folder"):
        create_store(f"sqlite:///{tmp_path}/none/s.db")
    sa.create_engine(f"sqlite:///{tmp_path}/empty.db").connect().close()
