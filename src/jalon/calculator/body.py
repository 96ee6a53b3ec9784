"""Reading the JSON of a request: bounded, and without the traps of JSON."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from fastapi import Request

from jalon.calculator.problem import refuse

MAX_DEPTH = 40
"""How deeply lists and objects may be nested; FHIR needs about 10."""


async def read_json(request: Request, most: int) -> Any:
    """Read the body of a request as JSON.

    Args:
        request: the request.
        most: bytes it may have.

    Returns:
        The value. All its numbers are finite and every text can be written as UTF-8.

    Raises:
        Problem: another content type, too large, or not JSON.
    """
    if request.url.query:
        raise refuse(400, "this address takes no query; give every value in the JSON body")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/json", "application/fhir+json"}:
        raise refuse(415, "send JSON, with the header content-type: application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise refuse(415, "send the JSON without compression")
    return parse_json(await _read_bytes(request, most))


async def _read_bytes(request: Request, most: int) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise refuse(413, f"the body has more than {most:,} bytes; send less at a time")
    return bytes(content)


def parse_json(content: bytes) -> Any:
    """Parse JSON and refuse what only looks like it.

    Args:
        content: the bytes.

    Returns:
        The value.

    Raises:
        Problem: not UTF-8, not JSON, NaN, a number that is too large, a name given twice, a
            lone surrogate, or nesting that is too deep.
    """
    try:
        value = json.loads(
            content.decode("utf-8"), parse_constant=_refuse_constant, parse_int=_read_number,
            parse_float=_read_number, object_pairs_hook=_read_object,
        )  # fmt: skip
    except UnicodeDecodeError:
        raise refuse(400, "the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise refuse(
            400, f"the body is not JSON: line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise refuse(400, "the JSON is nested too deeply") from None
    _check_texts(value)
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise refuse(400, f"{text} is no number in JSON; give null for a value that is not known")


def _read_number(text: str) -> float | int:
    number = float(text) if len(text) < 400 else math.inf
    if not math.isfinite(number):
        raise refuse(400, "a number of the body is too large")
    return int(text) if text.lstrip("-").isdigit() and len(text) < 16 else number


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise refuse(400, "the JSON gives a name twice in one object; give it once")
    return found


def _check_texts(value: Any) -> None:
    """Refuse what could not be sent back; without recursion, however deep it is."""
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                below += each
            elif isinstance(each, str) and any("\ud800" <= c <= "\udfff" for c in each):
                raise refuse(400, "a text of the body has half a character (a lone surrogate)")
        if not below:
            return
        level = below
    raise refuse(400, f"the JSON is nested deeper than {MAX_DEPTH} levels")
