"""FHIR R4 in and out: the Questionnaire of a score, and its answer as a RiskAssessment."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from jalon.calculator.api import NO_STORE, PREFIX, Scores, read_keys
from jalon.calculator.body import read_json
from jalon.calculator.given import assess_given
from jalon.calculator.problem import ProblemRoute, refusals, refuse
from jalon.calculator.rate import Gate, Limits
from jalon.calculator.request_schema import describe_request
from jalon.calculator.risk_assessment import read_response, write_risk_assessment
from jalon.scores import ScoreDefinition
from jalon.scores.export_fhir import write_questionnaire

FHIR = "application/fhir+json"
SUBJECT = re.compile(r"(?:[A-Z][A-Za-z]{0,63}/)[A-Za-z0-9\-.]{1,64}")


def create_fhir_router(scores: Scores, limits: Limits | None = None) -> APIRouter:
    """Make the routes that speak FHIR R4.

    Args:
        scores: the scores by slug.
        limits: bounds on size and rate.

    Returns:
        Routes below each score's address, to be included before the other routes.
    """
    gate = Gate(limits or Limits())
    router = APIRouter(route_class=ProblemRoute, tags=["fhir"])
    for definition in scores.values():
        if definition.computes:
            _add_questionnaire(router, definition, gate)
            _add_assessment(router, definition, gate)
    return router


def _add_questionnaire(router: APIRouter, definition: ScoreDefinition, gate: Gate) -> None:
    content = json.loads(write_questionnaire(definition))

    @router.get(
        f"{PREFIX}/{definition.slug}/questionnaire", operation_id=f"ask_{definition.slug}",
        summary=f"{definition.short} as a FHIR R4 Questionnaire",
        responses={200: _shape("Questionnaire"), **refusals(429)},
    )  # fmt: skip
    async def ask(request: Request) -> Response:
        gate.let_in(request)
        return JSONResponse(content, media_type=FHIR)


def _shape(kind: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"const": kind}},
    }
    return {"description": f"a FHIR R4 {kind}", "content": {FHIR: {"schema": schema}}}


def _add_assessment(router: APIRouter, definition: ScoreDefinition, gate: Gate) -> None:
    asked = describe_request(definition)
    schema = asked["content"]["application/json"]["schema"]
    schema["properties"]["subject"] = {
        "type": "string", "pattern": f"^{SUBJECT.pattern}$", "description": "Patient/1",
    }  # fmt: skip

    @router.post(
        f"{PREFIX}/{definition.slug}/risk-assessment", operation_id=f"risk_{definition.slug}",
        summary=f"{definition.short} as a FHIR R4 RiskAssessment, from values or from a "
        "QuestionnaireResponse",
        responses={
            200: _shape("RiskAssessment"),
            **refusals(400, 409, 413, 415, 422, 429),
        },
        openapi_extra={"requestBody": asked},
    )  # fmt: skip
    async def judge(request: Request) -> Response:
        gate.let_in(request)
        body = await read_json(request, gate.limits.body)
        values, subject, language, place = _read_body(body, definition.slug)
        answer = assess_given(definition, values, place)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        written = write_risk_assessment(answer, at, subject, language)
        return JSONResponse(written, headers=NO_STORE, media_type=FHIR)


def _read_body(body: Any, slug: str) -> tuple[Any, str, str, str]:
    """Values, subject, language and where the values stand in the request."""
    if isinstance(body, dict) and body.get("resourceType") == "QuestionnaireResponse":
        subject = body.get("subject")
        reference = subject.get("reference", "") if isinstance(subject, dict) else ""
        language = "fr" if body.get("language") == "fr" else "en"
        named = _check_subject(reference) if reference else ""
        return read_response(body, slug), named, language, "/item"
    language = read_keys(body, "values", ("subject",))
    subject = _check_subject(body["subject"]) if "subject" in body else ""
    return body["values"], subject, language, "/values"


def _check_subject(reference: Any) -> str:
    if not isinstance(reference, str) or not SUBJECT.fullmatch(reference):
        raise refuse(422, "subject is a reference such as Patient/1", "/subject")
    return reference
