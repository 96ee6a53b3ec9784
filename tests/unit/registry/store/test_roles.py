"""Real logins on a real server: a centre sees its own patients, a statistician none."""

import os
from dataclasses import dataclass

import polars as pl
import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from tests.registry_world import CENTRES, invent, make_key
from typer.testing import CliRunner

from jalon.cli.registry import registry_app
from jalon.core.errors import UserError
from jalon.registry.ledger import Output, record_run
from jalon.registry.manifest import read_manifest
from jalon.registry.store.roles import grant_centre, grant_statistician
from jalon.registry.store.schema import data_tables
from jalon.registry.store.store import create_store, open_store
from jalon.registry.store.verify import verify_audit

PATIENT_BOOKS = (
    "import_batch",
    "raw_file",
    "query",
    "query_event",
    "centre_key",
    "snapshot_centre",
)
LOGINS = {"writer_s01": "S01", "writer_s02": "S02", "analyst": "", "nobody": ""}


@dataclass(frozen=True)
class World:
    server: object
    database: str
    folder: object

    def name_store(self, login="postgres"):
        password = "" if login == "postgres" else f"secret-{login}"
        return self.server.name_store(self.database, login, password)

    def connect(self, login):
        return psycopg.connect(self.name_store(login).replace("+psycopg", ""), autocommit=True)

    def run(self, login, *words):
        """Run a verb of jalon registry as a login."""
        keys = {f"JALON_KEY_{c}": make_key(c).secret.hex() for c in CENTRES}
        env = os.environ | keys | {"JALON_STORE": self.name_store(login), "JALON_BY": login}
        done = CliRunner().invoke(registry_app, [str(word) for word in words], env=env)
        if done.exception and not isinstance(done.exception, SystemExit | UserError):
            raise done.exception
        return done

    def files(self, centre):
        return sorted((self.folder / centre).glob("*.csv"))

    def count(self, login, table):
        with self.connect(login) as connection:
            return connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]


@pytest.fixture(scope="module")
def world(postgresql, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for name, frame in invent().items():
        for centre in CENTRES:
            (folder / centre).mkdir(exist_ok=True)
            mine = frame.filter(pl.col("centre") == centre)
            if mine.height:
                kept = mine if name == "centre" else mine.drop("centre")
                kept.write_csv(folder / centre / f"{name}.csv")
    made = World(postgresql, postgresql.make_database(), folder)
    store, _ = create_store(made.name_store(), "synthetic", "owner")
    store.close()
    for login in LOGINS:
        postgresql.send(f"CREATE ROLE {login} LOGIN PASSWORD 'secret-{login}'")
    for login, centre in LOGINS.items():
        if login != "nobody":
            what = ["--centre", centre] if centre else ["--statistician"]
            done = made.run("postgres", "role", login, *what)
            assert done.exit_code == 0, done.output
    for login, centre in LOGINS.items():
        if centre:
            done = made.run(login, "import", "--centre", centre, *made.files(centre))
            assert done.exit_code == 0, done.output
    done = made.run("postgres", "snapshot", "--project", "score", "--to", folder / "snapshot")
    assert done.exit_code == 0, done.output
    return made


def test_a_centre_sees_its_own_rows_only(world):
    for table in [*(table.name for table in data_tables()), *PATIENT_BOOKS]:
        parts = [world.count(login, table) for login in ("writer_s01", "writer_s02")]
        assert sum(parts) == world.count("postgres", table), table
    with world.connect("writer_s01") as connection:
        for table in data_tables():
            found = connection.execute(f'SELECT DISTINCT centre FROM "{table.name}"').fetchall()
            assert found in ([("S01",)], []), table.name
        assert connection.execute(
            "SELECT count(*) FROM patient WHERE centre = 'S02'"
        ).fetchone() == (0,)


def test_a_centre_works_with_the_ordinary_verbs(world, tmp_path):
    login = "writer_s01"
    for verb in (["check"], ["query", "list"], ["query", "scorecard"], ["calendar"]):
        done = world.run(login, *verb)
        assert done.exit_code == 0, (verb, done.output)
        assert "S02" not in done.output
    patients = pl.read_csv(world.folder / "S01" / "patient.csv", infer_schema_length=0)
    changed = patients.head(1).with_columns(birth_year=pl.lit("1911"))
    changed.write_csv(tmp_path / "patient.csv")
    done = world.run(login, "import", "--centre", "S01", tmp_path / "patient.csv")
    assert done.exit_code == 0, done.output
    done = world.run(
        login, "object", "--centre", "S01", "--patient", patients["patient"][0], "--all"
    )
    assert done.exit_code == 0, done.output
    assert "1 snapshot is out of date" in done.output
    done = world.run(login, "statement", "--centre", "S01", "--patient", patients["patient"][0])
    assert done.exit_code == 0, done.output
    done = world.run("postgres", "audit", "verify")
    assert done.exit_code == 0, done.output


def test_a_centre_adds_nothing_to_another(world):
    done = world.run("writer_s01", "import", "--centre", "S02", *world.files("S02"))
    assert done.exit_code != 0
    assert "this login may not do that" in str(done.exception)
    with world.connect("writer_s01") as connection:
        for sql in (
            "INSERT INTO patient (centre, patient, version, import_id) VALUES ('S02', 'x', 1, 1)",
            "INSERT INTO centre_key VALUES ('S03', 'x')",
            "INSERT INTO raw_file VALUES ('S02', 'x', 0, 'x')",
            "INSERT INTO query_event SELECT 'x', 1, '', '', '', '', '', 1, 1",
            "INSERT INTO audit SELECT 0, '', '', 'snapshot', '', '', ''",
        ):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(sql)
        assert (
            connection.execute("UPDATE patient SET ended_by = 9 WHERE centre = 'S02'").rowcount == 0
        )


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM patient",
        "TRUNCATE patient",
        "UPDATE patient SET birth_year = 1900",
        "UPDATE import_batch SET rows = 0",
        "UPDATE query SET centre = 'S02'",
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit",
        "SELECT details FROM audit",
        "SELECT * FROM audit",
        "COPY assessment FROM '/dev/null'",
        "COPY patient TO PROGRAM 'cat'",
        "INSERT INTO snapshot_centre VALUES ('x', 'S01', '', '')",
        "INSERT INTO run VALUES ('x', '', '', '', '', '', '')",
        "DROP TABLE patient",
        "ALTER TABLE patient DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE patient DISABLE TRIGGER ALL",
        "DROP POLICY jalon ON patient",
        "CREATE TABLE mine (x integer)",
        "SELECT setval('import_number', 1)",
    ],
)
def test_a_centre_cannot(world, sql):
    with world.connect("writer_s01") as connection, pytest.raises(psycopg.Error):
        connection.execute(sql)


def test_a_statistician_sees_snapshots_and_no_patient(world):
    for table in ("snapshot", "outdated", "run", "info"):
        world.count("analyst", table)
    with world.connect("analyst") as connection:
        for table in [*(table.name for table in data_tables()), *PATIENT_BOOKS]:
            with pytest.raises(InsufficientPrivilege):
                connection.execute(f'SELECT * FROM "{table}"')
        with pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT details FROM audit")
        with pytest.raises(InsufficientPrivilege):
            connection.execute("INSERT INTO audit SELECT 0, '', '', 'import', '', '', ''")
    for verb in (["check"], ["query", "list"], ["import", "--centre", "S01", *world.files("S01")]):
        done = world.run("analyst", *verb)
        assert done.exit_code != 0


def test_a_statistician_notes_a_run(world, tmp_path):
    study = tmp_path / "study.toml"
    study.write_text("study", encoding="utf-8")
    store = open_store(world.name_store("analyst"))
    with store.write("analyst") as writing:
        manifest = read_manifest(world.folder / "snapshot")
        record_run(writing, manifest, study, [Output("a", "score", "0" * 64)])
    store.close()
    owner = open_store(world.name_store())
    assert verify_audit(owner) == []
    owner.close()


def test_a_login_without_a_role_sees_nothing_and_is_told_why(world):
    done = world.run("nobody", "check")
    assert done.exit_code != 0
    with pytest.raises(UserError, match="this login may not do that"):
        open_store(world.name_store("nobody"))


def test_what_cannot_be_granted_is_said(world, sqlite_maker):
    owner = open_store(world.name_store())
    with owner.write("owner", keep=False) as writing:
        with pytest.raises(UserError, match="CREATE ROLE"):
            grant_centre(writing, "absent", "S01")
        with pytest.raises(UserError, match="passes by every limit"):
            grant_statistician(writing, "postgres")
        with pytest.raises(UserError, match="--centre"):
            grant_centre(writing, "analyst", " ")
    owner.close()
    file = sqlite_maker.make("roles")
    with file.write("owner", keep=False) as writing, pytest.raises(UserError, match="SQLite"):
        grant_centre(writing, "writer", "S01")
    file.close()
