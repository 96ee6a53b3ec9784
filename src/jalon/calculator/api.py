"""The interface for programs: scores listed, described and computed as JSON.

Values of a patient are read from the body alone, never from an address, so that no log of a
server or a proxy holds them; nothing here logs or keeps anything.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from jalon.calculator.answers import Answer, Answers, Catalogue
from jalon.calculator.body import read_json
from jalon.calculator.counts import FIELDS, describe_counts, grade_counts
from jalon.calculator.forms import hash_definition
from jalon.calculator.given import assess_given
from jalon.calculator.problem import Fault, Problem, ProblemRoute, refusals, refuse
from jalon.calculator.rate import Gate, Limits
from jalon.calculator.request_schema import describe_request
from jalon.scores import Assessment, ScoreDefinition, write_answer, write_json

PREFIX = "/api/v1/scores"
NO_STORE = {"cache-control": "no-store"}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "QUERY"]
BELOW = {"batch": "POST", "questionnaire": "GET", "risk-assessment": "POST", "series": "POST"}
"""Addresses below that of a score, and their method."""
Scores = Mapping[str, ScoreDefinition]


def create_router(scores: Scores, limits: Limits | None = None) -> APIRouter:
    """Make the routes of the interface for programs.

    Args:
        scores: the scores by slug, published and learned.
        limits: bounds on size and rate.

    Returns:
        Routes below ``/api/v1/scores``, to be included in an application.
    """
    gate = Gate(limits or Limits())
    router = APIRouter(route_class=ProblemRoute, tags=["scores"])
    _add_list(router, scores, gate)
    for definition in scores.values():
        _add_description(router, definition, gate)
        if definition.computes:
            _add_one(router, definition, gate)
            _add_batch(router, definition, gate)
        if definition.series:
            _add_series(router, definition, gate)
    _add_rest(router, scores, gate)
    return router


def _add_list(router: APIRouter, scores: Scores, gate: Gate) -> None:
    listed = [
        {
            "slug": each.slug, "short": each.short, "name": each.name, "version": each.version,
            "sha256": hash_definition(each), "status": each.status,
            "availability": each.availability, "reason": each.reason, "doi": each.doi,
        }
        for each in scores.values()
    ]  # fmt: skip

    @router.get(
        PREFIX, response_model=Catalogue, responses=refusals(429), summary="List the scores"
    )
    async def list_scores(request: Request) -> Response:
        gate.let_in(request)
        return JSONResponse({"scores": listed})


def _add_description(router: APIRouter, definition: ScoreDefinition, gate: Gate) -> None:
    fields = json.loads(write_json(definition))
    content = {"sha256": hash_definition(definition), "definition": fields}

    @router.get(
        f"{PREFIX}/{definition.slug}", responses=refusals(429), response_model=dict[str, Any],
        operation_id=f"describe_{definition.slug}", summary=f"Describe {definition.short}",
    )  # fmt: skip
    async def describe(request: Request) -> Response:
        gate.let_in(request)
        return JSONResponse(content)


def _add_one(router: APIRouter, definition: ScoreDefinition, gate: Gate) -> None:
    slug, sha256 = definition.slug, hash_definition(definition)

    @router.post(
        f"{PREFIX}/{slug}", response_model=Answer,
        responses=refusals(400, 409, 413, 415, 422, 429),
        operation_id=f"assess_{slug}", summary=f"Compute {definition.short} for one patient",
        openapi_extra={"requestBody": describe_request(definition)},
    )  # fmt: skip
    async def assess_one(request: Request) -> Response:
        gate.let_in(request)
        body = await read_json(request, gate.limits.body)
        language = read_keys(body, "values")
        answer = assess_given(definition, body["values"], "/values")
        return JSONResponse(_write(answer, language, sha256), headers=NO_STORE)


def _add_batch(router: APIRouter, definition: ScoreDefinition, gate: Gate) -> None:
    slug, sha256, limits = definition.slug, hash_definition(definition), gate.limits

    @router.post(
        f"{PREFIX}/{slug}/batch", response_model=Answers,
        responses=refusals(400, 409, 413, 415, 422, 429),
        operation_id=f"assess_batch_{slug}",
        summary=f"Compute {definition.short} for at most {limits.patients} patients",
        openapi_extra={"requestBody": describe_request(definition, limits.patients)},
    )  # fmt: skip
    async def assess_batch(request: Request) -> Response:
        gate.let_in(request)
        body = await read_json(request, limits.batch)
        language = read_keys(body, "patients")
        answers = await run_in_threadpool(
            _assess_all, definition, body["patients"], limits.patients
        )
        written = [_write(each, language, sha256) for each in answers]
        return JSONResponse({"answers": written}, headers=NO_STORE)


def _add_series(router: APIRouter, definition: ScoreDefinition, gate: Gate) -> None:
    slug, sha256 = definition.slug, hash_definition(definition)

    @router.post(
        f"{PREFIX}/{slug}/series", response_model=Answer,
        responses=refusals(400, 413, 415, 422, 429), operation_id=f"assess_series_{slug}",
        summary=f"Compute {definition.short} from counts on several days",
        openapi_extra={"requestBody": describe_counts(definition)},
    )  # fmt: skip
    async def grade_series(request: Request) -> Response:
        gate.let_in(request)
        body = await read_json(request, gate.limits.batch)
        language = read_keys(body, "counts", FIELDS)
        answer = await run_in_threadpool(grade_counts, definition, body)
        return JSONResponse(_write(answer, language, sha256), headers=NO_STORE)


def _write(answer: Assessment, language: str, sha256: str) -> dict[str, Any]:
    """The answer with its fingerprint; JSON has no infinity, so a logarithm of one is null."""
    found = write_answer(answer, language) | {"sha256": sha256}
    if found["log2"] is not None and not math.isfinite(found["log2"]):
        found["log2"] = None
    return found


def read_keys(body: Any, wanted: str, more: tuple[str, ...] = ()) -> str:
    """Refuse a body without its key, or with one that is not known.

    Args:
        body: the body.
        wanted: the key it must have.
        more: keys it may have beside the language.

    Returns:
        The language of the answer.

    Raises:
        Problem: the key that is missing or not known.
    """
    if not isinstance(body, dict):
        raise refuse(422, f"give a JSON object with {wanted}")
    known = (wanted, "language", *more)
    for name in body:
        if name not in known:
            token = name[:60].replace("~", "~0").replace("/", "~1")
            raise refuse(422, f"the body has {', '.join(known)}, nothing else", f"/{token}")
    if wanted not in body:
        raise refuse(422, f"{wanted} is missing", f"/{wanted}")
    language = body.get("language", "en")
    if language not in ("en", "fr"):
        raise refuse(422, "language is en or fr", "/language")
    return str(language)


def _assess_all(definition: ScoreDefinition, patients: Any, most: int) -> list[Assessment]:
    """Every patient, or every mistake: half a batch is never answered."""
    if not isinstance(patients, list):
        raise refuse(422, "patients is a list of objects with values", "/patients")
    if len(patients) > most:
        raise refuse(422, f"{len(patients)} patients; send at most {most} at a time", "/patients")
    answers: list[Assessment] = []
    faults: list[Fault] = []
    status = 409
    for k, patient in enumerate(patients):
        place = f"/patients/{k}"
        try:
            if not isinstance(patient, dict) or set(patient) != {"values"}:
                raise refuse(422, "a patient is an object with values, nothing else", place)
            answers.append(assess_given(definition, patient["values"], f"{place}/values"))
        except Problem as problem:
            faults += problem.faults
            status = max(status, problem.status)
    if faults:
        raise Problem(status, tuple(faults[:20]))
    return answers


def _add_rest(router: APIRouter, scores: Scores, gate: Gate) -> None:
    """What is left below the address: methods and scores that are not there."""

    @router.api_route("/api/{rest:path}", methods=METHODS, include_in_schema=False)
    async def refuse_rest(rest: str, request: Request) -> Response:
        gate.let_in(request)
        parts = rest.split("/")
        found = scores.get(parts[2]) if parts[:2] == ["v1", "scores"] and len(parts) > 2 else None
        if rest == "v1/scores":
            raise refuse_method(request, "GET")
        below = {name for name in BELOW if name != "series" or (found and found.series)}
        if found is None or len(parts) > 4 or (len(parts) == 4 and parts[3] not in below):
            raise refuse(404, "no such address; GET /api/v1/scores lists the scores")
        if request.method == "POST" and not found.computes:
            raise refuse(422, f"{found.short} cannot be computed: {found.reason['en']}")
        posts = BELOW[parts[3]] if len(parts) == 4 else "GET, POST"
        raise refuse_method(request, posts if found.computes else "GET")


def refuse_method(request: Request, allowed: str) -> Problem:
    """Make the refusal of a method.

    Args:
        request: the request.
        allowed: methods that are taken.

    Returns:
        The problem, to be raised.
    """
    return Problem(405, (Fault("", f"{request.method} is not taken here"),), {"allow": allowed})
