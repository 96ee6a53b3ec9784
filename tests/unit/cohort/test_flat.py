"""One row per patient from a snapshot's tables, counted by hand."""

from datetime import date

import pytest
from tests.registry_world import deliver, make_key, make_part

from jalon.cohort import flatten_snapshot
from jalon.registry.pseudonym import name_patient
from jalon.registry.snapshot import take_snapshot
from jalon.registry.store import create_store

DAY0 = date(2022, 3, 10)
ROWS = {
    "patient": [
        {"patient": "1", "registered_on": DAY0, "sex": "female", "birth_year": 1962,
         "birth_month": 4},
        {"patient": "2", "registered_on": DAY0, "sex": "male", "birth_year": 1950},
        {"patient": "3", "registered_on": DAY0, "sex": "male", "birth_year": 1970},
    ],
    "infusion": [
        {"patient": "1", "infusion_number": 1, "product": "axi_cel", "infusion_date": DAY0},
        {"patient": "1", "infusion_number": 2, "product": "tisa_cel",
         "infusion_date": date(2023, 1, 1)},
        {"patient": "2", "infusion_number": 1, "product": "tisa_cel", "infusion_date": DAY0},
    ],
    "assessment": [
        # 60 days before counts, 61 do not; the latest of each column, and never after the infusion.
        {"patient": "1", "infusion_number": 1, "time_point": "decision", "repeat": 1,
         "date": date(2022, 1, 9), "ldh": 900.0, "ldh_uln": 250.0, "crp": 80.0, "ferritin": 5.0},
        {"patient": "1", "infusion_number": 1, "time_point": "apheresis", "repeat": 1,
         "date": date(2022, 3, 1), "ldh": 500.0, "ldh_uln": 250.0},
        {"patient": "1", "infusion_number": 1, "time_point": "d30", "repeat": 1,
         "date": date(2022, 4, 9), "ldh": 100.0, "ldh_uln": 250.0, "albumin": 30.0},
        {"patient": "2", "infusion_number": 1, "time_point": "decision", "repeat": 1,
         "date": date(2022, 1, 8), "crp": 7.0},
    ],
    "event": [
        {"patient": "1", "kind": "relapse", "event_number": 1, "date": date(2022, 5, 9)},
        {"patient": "1", "kind": "progression", "event_number": 1, "date": date(2022, 4, 9)},
        {"patient": "1", "kind": "progression", "event_number": 2, "date": date(2022, 1, 1)},
        {"patient": "1", "kind": "death", "event_number": 1, "date": date(2022, 6, 8)},
        {"patient": "2", "kind": "last_contact", "event_number": 1, "date": date(2022, 3, 20)},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def flat(tmp_path_factory):
    """The rows by the patients' order in the centre's file."""
    folder = tmp_path_factory.mktemp("flat")
    store, _ = create_store(f"sqlite:///{folder / 'registry.db'}", "synthetic", "test")
    deliver(store, "S01", [make_part(name, rows) for name, rows in ROWS.items()])
    numbers = {name_patient(make_key("S01"), number): number for number in "123"}
    taken = take_snapshot(store, "any", folder / "snapshot", date(2026, 11, 26), "test")
    batch, manifest = flatten_snapshot(taken.folder)
    assert manifest.patients == len(batch) == 3
    rows = {numbers[row["patient"]]: row for row in batch.frame.iter_rows(named=True)}
    return batch.table, rows


def test_days_are_counted_from_the_first_infusion(flat):
    _, rows = flat
    first = rows["1"]
    assert (first["death"], first["death_days"]) == (1, 90.0)
    assert (first["progression"], first["progression_days"]) == (1, 30.0)
    assert first["product"] == "axi_cel"


def test_the_latest_news_of_any_table_count(flat):
    _, rows = flat
    assert rows["1"]["last_seen_days"] == 90.0
    assert rows["2"]["last_seen_days"] == 10.0
    assert (rows["2"]["death"], rows["2"]["death_days"]) == (0, None)


def test_measurements_are_at_most_sixty_days_old_and_not_from_after(flat):
    _, rows = flat
    first = rows["1"]
    assert (first["ldh"], first["crp"], first["albumin"]) == (500.0, 80.0, None)
    assert first["ldh_ratio"] == 2.0
    assert rows["2"]["crp"] is None


def test_age_is_whole_years_at_the_infusion(flat):
    _, rows = flat
    assert rows["1"]["age"] == 59.0  # 60 a month later
    assert rows["2"]["age"] == 71.0  # July is taken where the month is not known


def test_a_patient_without_infusion_has_no_day(flat):
    _, rows = flat
    third = rows["3"]
    assert third["infusion_date"] is None
    assert third["death"] is None
    assert third["last_seen_days"] is None


def test_the_dictionary_says_that_patients_are_invented(flat):
    table, _ = flat
    assert table.data_kind == "synthetic"
    assert table.column("ldh").unit == "U/L"
    assert table.column("centre").levels[0].value == "S01"
