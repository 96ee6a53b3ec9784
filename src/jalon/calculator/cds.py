"""CDS Hooks 2.0: scores shown when a patient's record is opened, from what the record holds.

The record sends what is asked for beforehand (prefetch); nothing is fetched from it, and nothing
is kept. Values that are missing give a range, old ones are named with their dates.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from jalon.calculator.api import METHODS, NO_STORE, Scores, refuse_method
from jalon.calculator.body import read_json
from jalon.calculator.card import write_card
from jalon.calculator.given import list_sources
from jalon.calculator.observation import AGE, Chart, read_chart
from jalon.calculator.problem import Fault, Problem, ProblemRoute, refusals, refuse
from jalon.calculator.rate import Gate, Limits
from jalon.core.errors import DefinitionError
from jalon.scores import ScoreDefinition, assess
from jalon.scores.codes import LOINC, list_loinc

STALE_DAYS = 30
Today = Callable[[], date]


def create_cds_router(
    scores: Scores,
    limits: Limits | None = None,
    stale: int = STALE_DAYS,
    today: Today | None = None,
) -> APIRouter:
    """Make the routes of a CDS Hooks service.

    Args:
        scores: the scores by slug; those with a code of LOINC are offered.
        limits: bounds on size and rate.
        stale: days after which a value is called old.
        today: gives the day of the question; None for the clock.

    Returns:
        Routes below ``/cds-services``, to be included in an application.

    Reference:
        HL7 CDS Hooks 2.0.
    """
    gate = Gate(limits or Limits())
    offered = {slug: each for slug, each in scores.items() if list_prefetch(each)}
    router = APIRouter(route_class=ProblemRoute, tags=["cds-hooks"])
    listed = [_describe(each) for each in offered.values()]

    @router.get("/cds-services", summary="Discover the services", responses=refusals(429),
                response_model=dict[str, Any])  # fmt: skip
    async def discover(request: Request) -> Response:
        gate.let_in(request)
        return JSONResponse({"services": listed})

    for definition in offered.values():
        _add_service(router, definition, gate, (stale, today or _today))

    async def refuse_rest(request: Request) -> Response:
        gate.let_in(request)
        parts = request.url.path.removeprefix("/cds-services").strip("/").split("/")
        if parts == [""]:
            raise refuse_method(request, "GET")
        if parts[0] in offered and parts[1:] in ([], ["feedback"]):
            raise refuse_method(request, "POST")
        raise refuse(404, "no such service; GET /cds-services lists them")

    for path in ("/cds-services", "/cds-services/{rest:path}"):
        router.api_route(path, methods=METHODS, include_in_schema=False)(refuse_rest)
    return router


def _today() -> date:
    return datetime.now(UTC).date()


def list_prefetch(definition: ScoreDefinition) -> list[str]:
    """Return the LOINC codes a score asks for.

    Args:
        definition: the score.

    Returns:
        The codes without age, each once; none when the score has none or cannot be computed.
    """
    bottoms = {item.over[1] for item in definition.items if item.over}
    sources = [s for s in list_sources(definition) if s.id not in bottoms]
    codes = dict.fromkeys(code for source in sources for code in list_loinc(source))
    return [code for code in codes if code != AGE] if definition.computes else []


def _describe(definition: ScoreDefinition) -> dict[str, Any]:
    codes = ",".join(f"{LOINC}|{code}" for code in list_prefetch(definition))
    query = f"Observation?patient={{{{context.patientId}}}}&code={codes}&_sort=-date&_count=200"
    return {
        "id": definition.slug,
        "hook": "patient-view",
        "title": definition.short,
        "description": f"{definition.name['en']}. {definition.outcome}. Research use only.",
        "usageRequirements": "Values that the record does not hold give a range of points.",
        "prefetch": {"patient": "Patient/{{context.patientId}}", "observations": query},
    }


def _add_service(
    router: APIRouter, definition: ScoreDefinition, gate: Gate, when: tuple[int, Today]
) -> None:
    path, limits = f"/cds-services/{definition.slug}", gate.limits

    @router.post(
        path, summary=f"Show {definition.short} when a record is opened",
        operation_id=f"cds_{definition.slug}", response_model=dict[str, Any],
        responses=refusals(400, 409, 412, 413, 415, 422, 429),
        openapi_extra={"requestBody": _body(CALL)},
    )  # fmt: skip
    async def call(request: Request) -> Response:
        gate.let_in(request)
        body = await read_json(request, limits.batch)
        hook, prefetch = _read_call(body)
        stale, today = when
        cards = [_answer(definition, prefetch, today(), stale, hook)]
        return JSONResponse({"cards": cards}, headers=NO_STORE)

    @router.post(
        f"{path}/feedback", summary="What became of the cards; nothing is kept",
        operation_id=f"cds_feedback_{definition.slug}", response_model=dict[str, Any],
        responses=refusals(400, 413, 415, 422, 429),
        openapi_extra={"requestBody": _body(FEEDBACK)},
    )  # fmt: skip
    async def feedback(request: Request) -> Response:
        gate.let_in(request)
        _check_feedback(await read_json(request, limits.body))
        return JSONResponse({})


def _answer(
    definition: ScoreDefinition, prefetch: dict[str, Any], today: date, stale: int, hook: str
) -> dict[str, Any]:
    chart = read_chart(definition, prefetch.get("patient"), prefetch.get("observations"), today)
    try:
        return write_card(assess(definition, chart.inputs), chart, today, stale, hook)
    except DefinitionError as error:
        # Values that contradict each other are no answer, and no reason to hide the score.
        empty = Chart(notes=[*chart.notes, str(error)])
        return write_card(assess(definition, {}), empty, today, stale, hook)


def _read_call(body: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(body, dict):
        raise refuse(422, "give a request of CDS Hooks, a JSON object")
    if body.get("hook") != "patient-view":
        raise refuse(422, "the hook is patient-view", "/hook")
    if not isinstance(body.get("hookInstance"), str) or not body["hookInstance"]:
        raise refuse(422, "hookInstance is missing", "/hookInstance")
    context = body.get("context")
    if not isinstance(context, dict) or not isinstance(context.get("patientId"), str):
        raise refuse(422, "context.patientId is missing", "/context/patientId")
    prefetch = body.get("prefetch")
    if prefetch is None:
        raise refuse(412, "send the prefetch named by GET /cds-services", "/prefetch")
    if not isinstance(prefetch, dict):
        raise refuse(422, "prefetch is an object", "/prefetch")
    return body["hookInstance"], prefetch


def _check_feedback(body: Any) -> None:
    listed = body.get("feedback") if isinstance(body, dict) else None
    if not isinstance(listed, list) or not listed:
        raise refuse(422, "feedback is a list of what became of cards", "/feedback")
    faults = [
        Fault(f"/feedback/{k}/{key}", f"{key} is missing or not known")
        for k, each in enumerate(listed)
        for key, fine in _judge(each)
        if not fine
    ]
    if faults:
        raise Problem(422, tuple(faults[:20]))


def _judge(each: Any) -> list[tuple[str, bool]]:
    entry = each if isinstance(each, dict) else {}
    return [
        ("card", isinstance(entry.get("card"), str)),
        ("outcome", entry.get("outcome") in ("accepted", "overridden")),
        ("outcomeTimestamp", isinstance(entry.get("outcomeTimestamp"), str)),
    ]


CALL: dict[str, Any] = {
    "type": "object",
    "required": ["hook", "hookInstance", "context", "prefetch"],
    "properties": {
        "hook": {"const": "patient-view"},
        "hookInstance": {"type": "string", "minLength": 1},
        "context": {
            "type": "object",
            "required": ["patientId"],
            "properties": {"patientId": {"type": "string"}, "userId": {"type": "string"}},
        },
        "prefetch": {
            "type": "object",
            "properties": {
                "patient": {"type": ["object", "null"]},
                "observations": {"type": ["object", "null"], "description": "a FHIR R4 Bundle"},
            },
        },
    },
}
FEEDBACK: dict[str, Any] = {
    "type": "object",
    "required": ["feedback"],
    "properties": {
        "feedback": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["card", "outcome", "outcomeTimestamp"],
                "properties": {
                    "card": {"type": "string"},
                    "outcome": {"enum": ["accepted", "overridden"]},
                    "outcomeTimestamp": {"type": "string"},
                },
            },
        }
    },
}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
