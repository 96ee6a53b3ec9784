"""Refusals of the interface for programs, as problem details (RFC 9457) that name the field."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from jalon.core.errors import JalonError

TITLES = {
    400: "The request cannot be read",
    404: "Nothing is here",
    405: "This address does not take the method",
    409: "Values contradict each other",
    412: "Prefetched data are needed",
    413: "The request is too large",
    415: "The request must be JSON",
    422: "A value cannot be used",
    429: "Too many requests",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request.

    Attributes:
        pointer: where, as a JSON pointer such as ``/values/crp``.
        detail: what was seen and what to do.
    """

    pointer: str
    detail: str


class Problem(JalonError):  # noqa: N818 - the word of RFC 9457
    """A request that is refused.

    Args:
        status: status of HTTP, 400 to 499.
        faults: what is wrong, each with its place.
        headers: further headers of the answer.
    """

    def __init__(
        self, status: int, faults: tuple[Fault, ...], headers: dict[str, str] | None = None
    ) -> None:
        self.status, self.faults, self.headers = status, faults, headers or {}
        super().__init__("; ".join(fault.detail for fault in faults))

    def write(self) -> Response:
        """Return the answer to send."""
        body = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": str(self),
            "errors": [{"pointer": f.pointer, "detail": f.detail} for f in self.faults],
        }
        headers = {"cache-control": "no-store", **self.headers}
        return JSONResponse(
            body, self.status, headers=headers, media_type="application/problem+json"
        )


def refuse(status: int, detail: str, pointer: str = "") -> Problem:
    """Make the refusal of a request for one reason.

    Args:
        status: status of HTTP.
        detail: what was seen and what to do.
        pointer: where; empty for the whole request.

    Returns:
        The problem, to be raised.
    """
    return Problem(status, (Fault(pointer, detail),))


class ProblemRoute(APIRoute):
    """A route of which every refusal is sent as problem details."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return problem.write()

        return answer


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the refusals of an address for OpenAPI.

    Args:
        statuses: statuses of HTTP.

    Returns:
        The responses by status.
    """
    fault = _object({"pointer": {"type": "string"}, "detail": {"type": "string"}})
    schema = _object(
        {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": fault},
        }
    )
    return {
        status: {
            "description": TITLES[status],
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status in statuses
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}
