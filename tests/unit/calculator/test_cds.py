"""CDS Hooks: what a record holds becomes a card; what it lacks, a range."""

import json
from datetime import date

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.calculator.browserless import Client

from jalon.calculator.cds import create_cds_router
from jalon.calculator.observation import parse_day, read_chart
from jalon.core.units import Quantity
from jalon.scores import Between, assess, find_definition

TODAY = date(2024, 6, 15)
SCORES = {slug: find_definition(slug) for slug in ("ipi", "car_hematotox", "easix", "inflamix")}


def make_client():
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(create_cds_router(SCORES, today=lambda: TODAY))
    return Client(app)


CLIENT = make_client()


def observe(code, value=None, unit=None, day="2024-06-10", **more):
    found = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": f"{day}T08:30:00Z",
    }
    if value is not None:
        found["valueQuantity"] = {
            "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit,
        }  # fmt: skip
    return found | more


def bundle(*observations):
    entries = [{"resource": each} for each in observations]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def call(slug, observations=None, patient=None, **more):
    body = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "1"},
        "prefetch": {"patient": patient, "observations": observations},
    }
    return CLIENT.post(f"/cds-services/{slug}", json=body | more)


HEMATOTOX = bundle(
    observe("777-3", 60, "10*9/L"),
    observe("751-8", 0.4, "10*3/uL"),
    observe("59260-0", 5.0, "mmol/L"),
    observe("1988-5", 40, "mg/L"),
    observe("2276-4", 2500, "ug/L"),
)


def test_discovery_offers_what_can_be_asked_of_a_record():
    services = CLIENT.get("/cds-services").json()["services"]
    assert [each["id"] for each in services] == ["ipi", "car_hematotox", "easix"]
    for each in services:
        assert each["hook"] == "patient-view"
        assert {"title", "description", "prefetch"} <= each.keys()
    assert "http://loinc.org|777-3" in services[1]["prefetch"]["observations"]


def test_units_of_ucum_are_converted_and_the_group_is_shown():
    card = call("car_hematotox", HEMATOTOX).json()["cards"][0]
    assert card["summary"] == "CAR-HEMATOTOX: high (7 points)"
    assert len(card["summary"]) < 140
    assert card["source"]["url"] == "https://doi.org/10.1182/blood.2020010543"
    assert "95%" not in card["detail"]
    assert "2024-06-10" in card["detail"]
    assert card["indicator"] == "info"


def test_missing_observations_give_a_range():
    card = call("car_hematotox", bundle(observe("777-3", 100, "10*9/L"))).json()["cards"][0]
    assert card["summary"].startswith("CAR-HEMATOTOX: undetermined (1 to 6 points); needs")
    assert card["indicator"] == "warning"
    assert (
        call("car_hematotox")
        .json()["cards"][0]["summary"]
        .startswith("CAR-HEMATOTOX: undetermined (0 to 7 points)")
    )


def test_old_values_are_named_with_their_dates():
    card = call("car_hematotox", bundle(observe("777-3", 60, "10*9/L", "2024-01-02"))).json()
    assert "2024-01-02, 165 days old" in card["cards"][0]["detail"]


def chart(slug, *observations, patient=None):
    return read_chart(SCORES[slug], patient, bundle(*observations), TODAY)


def test_the_last_usable_observation_counts():
    found = chart(
        "car_hematotox",
        observe("777-3", 60, "10*9/L", "2024-06-01"),
        observe("777-3", 90, "10*9/L", "2024-06-09"),
        observe("777-3", 30, "10*9/L", "2024-06-11", status="entered-in-error"),
        observe("777-3", 20, "10*9/L", "2024-06-12", status="preliminary"),
        observe("777-3", 10, "10*9/L", "2025-01-01"),
        observe("777-3", 5, "bags", "2024-06-13"),
    )
    assert found.inputs == {"platelets": Quantity(90.0, "10^9/L")}
    assert found.dates == {"platelets": date(2024, 6, 9)}
    assert any("future" in note for note in found.notes)
    assert any("bags" in note for note in found.notes)


def test_a_value_without_a_unit_or_impossible_is_not_used():
    found = chart("car_hematotox", observe("777-3", 60, None), observe("718-7", 95, "g/dL"))
    assert found.inputs == {}
    assert len(found.notes) == 2


def test_below_the_detection_limit_is_a_range():
    low = observe("1988-5", 5, "mg/L")
    low["valueQuantity"]["comparator"] = "<"
    found = chart("car_hematotox", low)
    assert found.inputs == {"crp": Between(0.0, 0.5)}
    answer = assess(SCORES["car_hematotox"], found.inputs)
    assert next(part for part in answer.contributions if part.item == "crp").high == 0


def test_age_ecog_and_the_laboratorys_limit_of_ldh():
    ldh = observe("2532-0", 300, "U/L", referenceRange=[{"high": {"value": 250, "unit": "U/L"}}])
    ecog = observe("89247-1")
    ecog["valueCodeableConcept"] = {
        "coding": [{"system": "http://loinc.org", "code": "LA9624-3"}]
    }  # fmt: skip
    found = chart("ipi", ldh, ecog, patient={"birthDate": "1963-06-16"})
    assert found.inputs["age"] == 60
    assert found.inputs["ecog"] == 2
    assert found.inputs["ldh_uln"] == Quantity(250.0, "U/L")
    answer = assess(SCORES["ipi"], found.inputs)
    assert (answer.points_low, answer.points_high) == (2, 4)
    assert chart("ipi", patient={"birthDate": "1963"}).inputs["age"] == Between(60.0, 61.0)


def test_contradicting_values_are_told_and_not_used():
    observations = bundle(
        observe("2532-0", 300, "U/L", referenceRange=[{"high": {"value": 0, "unit": "U/L"}}])
    )
    card = call("ipi", observations).json()["cards"][0]
    assert "not used" in card["detail"]


@pytest.mark.parametrize(
    ("more", "status", "pointer"),
    [
        ({"prefetch": None}, 412, "/prefetch"),
        ({"prefetch": []}, 422, "/prefetch"),
        ({"hook": "order-sign"}, 422, "/hook"),
        ({"hookInstance": 1}, 422, "/hookInstance"),
        ({"context": {}}, 422, "/context/patientId"),
    ],
)
def test_refusals_name_the_field(more, status, pointer):
    found = call("ipi", **more)
    assert (found.status_code, found.json()["errors"][0]["pointer"]) == (status, pointer)


def test_feedback_is_taken_and_judged():
    good = {"card": "1", "outcome": "accepted", "outcomeTimestamp": "2024-06-15T08:00:00Z"}
    url = "/cds-services/ipi/feedback"
    assert CLIENT.post(url, json={"feedback": [good]}).status_code == 200
    refused = CLIENT.post(url, json={"feedback": [good, good | {"outcome": "lost"}]})
    assert refused.json()["errors"][0]["pointer"] == "/feedback/1/outcome"
    assert CLIENT.post(url, json=[]).status_code == 422
    assert CLIENT.get("/cds-services/nobody").status_code == 404
    assert CLIENT.get("/cds-services/ipi").status_code == 405
    assert CLIENT.request("PUT", "/cds-services").headers["allow"] == "GET"
    assert CLIENT.request("DELETE", url).headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024", date(2024, 1, 1)), ("2024-05", date(2024, 5, 1)), ("2024-05-02T23:59:59+02:00",
        date(2024, 5, 2)), ("2024-13", None), ("soon", None), (20240501, None), ("", None),
    ],
)  # fmt: skip
def test_dates_of_fhir(text, day):
    assert parse_day(text) == day


KEYS = st.sampled_from(
    ["resourceType", "status", "code", "coding", "system", "valueQuantity", "value", "unit",
     "comparator", "referenceRange", "high", "effectiveDateTime", "entry", "resource", "birthDate"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["Observation", "final", "http://loinc.org", "777-3", "2532-0", "mg/L", "<", "2024", "-1"]
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(slug=st.sampled_from(["ipi", "car_hematotox", "easix"]), odd=ODD, patient=ODD)
def test_any_record_gets_a_card_or_a_refusal(slug, odd, patient):
    known = observe("777-3", 60, "10*9/L")
    mixed = known | odd if isinstance(odd, dict) else odd
    found = call(slug, bundle(known, mixed, odd), patient)
    assert found.status_code in {200, 400}
    json.dumps(found.json())
