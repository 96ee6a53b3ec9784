"""FHIR R4 out, and a QuestionnaireResponse in. The shapes were checked once against the official
definitions (see docs/how-to/connect-a-record.md); here the structure is held without a network."""

import json
import re

import pytest
from fastapi import FastAPI
from tests.unit.calculator.browserless import Client

from jalon.calculator.fhir import create_fhir_router
from jalon.core import DefinitionError
from jalon.scores import find_definition, list_slugs
from jalon.scores.export_fhir import write_questionnaire

COMPUTED = [slug for slug in list_slugs() if find_definition(slug).computes]
SCORES = {slug: find_definition(slug) for slug in ("ipi", "car_hematotox", "easix")}
APP = FastAPI(docs_url=None, redoc_url=None)
APP.include_router(create_fhir_router(SCORES))
CLIENT = Client(APP)
URL = "/api/v1/scores/{}/risk-assessment"
TYPES = {"boolean", "decimal", "integer", "choice", "quantity"}


@pytest.mark.parametrize("slug", COMPUTED)
def test_questionnaire(slug):
    definition = find_definition(slug)
    form = json.loads(write_questionnaire(definition))
    assert (form["resourceType"], form["status"]) == ("Questionnaire", "active")
    assert re.fullmatch("[A-Z][A-Za-z0-9_]{0,254}", form["name"])  # rule que-0 of FHIR
    links = [item["linkId"] for item in form["item"]]
    assert len(links) == len(set(links))
    assert {item.id for item in definition.items} <= set(links)
    for item in form["item"]:
        assert item["type"] in TYPES
        assert item["text"]
        assert ("answerOption" in item) == (item["type"] == "choice")
        assert all(code["system"] == "http://loinc.org" for code in item.get("code", ()))


def test_a_blocked_score_is_refused_with_its_reason():
    with pytest.raises(DefinitionError, match="cannot be written as a Questionnaire"):
        write_questionnaire(find_definition("inflamix"))


def test_risk_assessment_of_a_certain_group():
    values = {"age": 70, "ldh_ratio": 2, "stage": 4, "ecog": 2, "extranodal_sites": 2}
    found = CLIENT.post(URL.format("ipi"), json={"values": values, "subject": "Patient/1"})
    assert found.headers["content-type"] == "application/fhir+json"
    resource = found.json()
    assert resource["resourceType"] == "RiskAssessment"
    assert resource["status"] == "final"
    assert resource["subject"] == {"reference": "Patient/1"}
    assert resource["method"]["coding"][0]["version"] == "1"
    first = resource["prediction"][0]
    assert first["qualitativeRisk"]["coding"][0]["code"] == "high"
    assert 1 < first["probabilityDecimal"] <= 100
    assert first["whenRange"]["high"]["code"] == "mo"


def test_risk_assessment_of_an_undetermined_group_names_no_risk():
    resource = CLIENT.post(URL.format("ipi"), json={"values": {}}).json()
    assert resource["status"] == "preliminary"
    assert "probabilityDecimal" not in resource["prediction"][0]
    assert "qualitativeRisk" not in resource["prediction"][0]


def test_questionnaire_response_is_read():
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "urn:jalon:questionnaire:car_hematotox|1",
        "status": "completed",
        "item": [
            {"linkId": "platelets", "answer": [
                {"valueQuantity": {"value": 60, "code": "10*9/L"}}]},
            {"linkId": "anc", "answer": []},
            {"linkId": "crp", "answer": [{"valueQuantity": {"value": 40, "code": "mg/L"}}]},
        ],
    }  # fmt: skip
    resource = CLIENT.post(URL.format("car_hematotox"), json=response).json()
    assert resource["prediction"][0]["qualitativeRisk"]["coding"][0]["code"] == "high"
    other = CLIENT.post(URL.format("ipi"), json=response)
    assert other.json()["errors"][0]["pointer"] == "/questionnaire"
    broken = response | {"item": [{"linkId": "platelets", "answer": [{"valueString": "60"}]}]}
    refused = CLIENT.post(URL.format("car_hematotox"), json=broken)
    assert refused.json()["errors"][0]["pointer"] == "/item/0/answer/0"


@pytest.mark.parametrize("subject", ["", 1, "../x", "Patient/1 ", "x" * 200])
def test_subject(subject):
    found = CLIENT.post(URL.format("ipi"), json={"values": {}, "subject": subject})
    assert found.status_code == 422
