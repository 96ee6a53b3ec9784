"""A snapshot leaves out exactly those who object, and is the same bytes every time."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.registry_world import (
    AT,
    CENTRES,
    TODAY,
    deliver,
    fill,
    find_number,
    invent,
    make_key,
    make_part,
    make_parts,
)

from jalon.core.errors import DataFileError, UserError
from jalon.registry.ledger import Output, check_current, record_run
from jalon.registry.manifest import read_manifest
from jalon.registry.objection_record import record_objection
from jalon.registry.pseudonym import name_patient
from jalon.registry.snapshot import take_snapshot
from jalon.registry.statement import trace_objection
from jalon.registry.store.store import create_store
from jalon.registry.store.verify import verify_audit

TABLES = invent(12)
DAY = date(2026, 3, 10)


@pytest.fixture
def world(store):
    for centre in CENTRES:
        deliver(store, centre, make_parts(TABLES, centre))
    return store


def say(store, which, project, on, *, withdraw=False, at=AT):
    """Let one of S01's patients object, or take it back; return the pseudonym."""
    number = find_number(TABLES, "S01", which)
    with store.write("tester", at) as writing:
        record_objection(writing, make_key("S01"), number, project, on, withdraw)
    return name_patient(make_key("S01"), number)


def list_patients(folder, table="patient"):
    return set(pl.read_parquet(folder / f"{table}.parquet")["patient"])


def everyone():
    return {
        name_patient(make_key(centre), number)
        for centre, number in TABLES["patient"].select("centre", "patient").iter_rows()
    }


def freeze(store, folder, name, project="score", on=TODAY, hands=None):
    return take_snapshot(store, project, folder / name, on, "tester", hands)


def test_exactly_those_who_object_are_left_out(world, tmp_path):
    all_ = say(world, 0, "*", DAY)
    mine = say(world, 1, "score", DAY)
    say(world, 2, "another project", DAY)
    spelt = say(world, 3, "SCORE ", DAY)
    taken = freeze(world, tmp_path, "s")
    expected = everyone() - {all_, mine, spelt}
    assert list_patients(taken.folder) == expected
    assert (taken.manifest.patients, taken.manifest.left_out) == (len(expected), 3)
    for table in ("disease", "prior_line", "infusion", "assessment", "response", "event"):
        assert list_patients(taken.folder, table) <= expected, table
    assert not (taken.folder / "objection.parquet").exists()
    assert "score" in taken.manifest.text
    assert all_ not in taken.manifest.text


@pytest.mark.parametrize(("days", "left_out"), [(-1, 0), (0, 1), (1, 1), (19, 1), (20, 0), (21, 0)])
def test_an_objection_counts_from_its_day_until_it_is_withdrawn(world, tmp_path, days, left_out):
    say(world, 0, "score", DAY)
    say(world, 0, "score", DAY + timedelta(days=20), withdraw=True)
    taken = freeze(world, tmp_path, "s", on=DAY + timedelta(days=days))
    assert taken.manifest.left_out == left_out


def test_withdrawing_one_project_leaves_the_objection_to_all(world, tmp_path):
    say(world, 0, "*", DAY)
    say(world, 0, "score", DAY)
    say(world, 0, "score", DAY, withdraw=True)
    assert freeze(world, tmp_path, "s").manifest.left_out == 1
    say(world, 0, "*", DAY, withdraw=True)
    assert freeze(world, tmp_path, "t").manifest.left_out == 0


def test_what_makes_no_sense_is_refused(world):
    with pytest.raises(UserError, match="in the future"):
        say(world, 0, "score", TODAY + timedelta(days=1))
    with pytest.raises(UserError, match="no objection"):
        say(world, 0, "score", DAY, withdraw=True)
    say(world, 0, "score", DAY)
    with pytest.raises(UserError, match="objects to project score since"):
        say(world, 0, "score", TODAY)


def test_a_patient_may_object_before_any_data_come(store, tmp_path):
    lost = say(store, 0, "score", DAY)
    for centre in CENTRES:
        deliver(store, centre, make_parts(TABLES, centre))
    assert lost not in list_patients(freeze(store, tmp_path, "s").folder)


def test_the_same_state_gives_the_same_bytes_for_any_number_of_hands(world, tmp_path):
    say(world, 0, "score", DAY)
    made = [freeze(world, tmp_path, f"s{i}", hands=hands) for i, hands in enumerate((1, 1, 2, 5))]
    assert len({one.manifest.snapshot_id for one in made}) == 1
    for file in sorted(made[0].folder.iterdir()):
        contents = {(one.folder / file.name).read_bytes() for one in made}
        assert len(contents) == 1, file.name
    assert verify_audit(world) == []


def test_sqlite_and_postgresql_give_the_same_files(sqlite_maker, postgresql_maker, tmp_path):
    manifests = []
    for maker in (sqlite_maker, postgresql_maker):
        store = maker.make(f"same_{maker.kind}", filled=True)
        manifests.append(freeze(store, tmp_path, maker.kind).manifest)
        store.close()
    assert manifests[0].tables == manifests[1].tables
    assert manifests[0].objections == manifests[1].objections


def test_other_data_give_another_snapshot(world, tmp_path):
    first = freeze(world, tmp_path, "s1").manifest
    row = {"patient": find_number(TABLES, "S01"), "birth_year": 1944}
    deliver(world, "S01", [make_part("patient", [row])])
    second = freeze(world, tmp_path, "s2").manifest
    assert first.tables["patient"].sha256 != second.tables["patient"].sha256
    assert first.tables["disease"] == second.tables["disease"]
    assert (first.state, first.snapshot_id) != (second.state, second.snapshot_id)


def test_a_snapshot_with_a_patient_who_objects_since_is_refused(world, tmp_path):
    url = world.engine.url.render_as_string(hide_password=False)
    mine, other = (freeze(world, tmp_path, p, project=p).folder for p in ("score", "other"))
    check_current(mine, url)
    say(world, 0, "score", DAY)
    with pytest.raises(UserError, match="out of date since 2026-11-26"):
        check_current(mine, url)
    assert check_current(other, url).project == "other"
    check_current(freeze(world, tmp_path, "again").folder, url)
    say(world, 1, "*", DAY)
    with pytest.raises(UserError, match="out of date"):
        check_current(other, url)


def test_an_objection_from_tomorrow_on_is_refused(world):
    # Taken, it would come into force without anything that marks the snapshots.
    row = {
        "patient": find_number(TABLES, "S01", 0),
        "project": "score",
        "objected_on": TODAY + timedelta(days=1),
        "recorded_by": "tester",
    }
    with pytest.raises(UserError, match="1 cell was rejected"):
        deliver(world, "S01", [make_part("objection", [row])])


def test_a_snapshot_that_was_changed_or_is_unknown_is_refused(world, tmp_path):
    url = world.engine.url.render_as_string(hide_password=False)
    folder = freeze(world, tmp_path, "s").folder
    other, _ = create_store(f"sqlite:///{tmp_path}/other.db", "synthetic", "tester")
    other.close()
    with pytest.raises(UserError, match="does not know the snapshot"):
        check_current(folder, f"sqlite:///{tmp_path}/other.db")
    path = folder / "patient.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    with pytest.raises(DataFileError, match="was changed"):
        check_current(folder, url)
    with pytest.raises(UserError, match="is there already"):
        freeze(world, tmp_path, "s")


def test_the_statement_names_what_an_objection_touched(world, tmp_path):
    first = freeze(world, tmp_path, "before")
    study = Path(tmp_path) / "study.toml"
    study.write_text("study", encoding="utf-8")
    with world.write("tester", AT) as writing:
        outputs = [Output("a.json", "score", "0" * 64), Output("b.html", "report", "1" * 64)]
        record_run(writing, read_manifest(first.folder), study, outputs)
    patient = say(world, 0, "score", DAY)
    second = freeze(world, tmp_path, "after")
    with world.read() as connection:
        told = trace_objection(connection, "S01", patient)
    inside = {one.snapshot_id: one for one in told.snapshots}
    assert set(inside) == {first.manifest.snapshot_id, second.manifest.snapshot_id}
    before, after = (inside[one.manifest.snapshot_id] for one in (first, second))
    assert (before.inside, after.inside) == (True, False)
    assert (before.outdated_since != "", after.outdated_since) == (True, "")
    assert [run.scores for run in before.runs] == [(("a.json", "0" * 64),)]
    assert after.runs == ()
    assert told.objections["project"].to_list() == ["score"]


def test_a_store_that_was_used_is_whole(store):
    fill(store)
    assert verify_audit(store) == []


def test_a_cut_off_chain_is_noticed_by_whoever_noted_its_head(filled):
    assert verify_audit(filled, "f" * 64) == [
        "the noted entry is no longer in the audit: the chain was cut off or replaced"
    ]
