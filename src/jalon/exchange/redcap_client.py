"""Calls of REDCap's API; whatever goes wrong becomes advice, without token or patient."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from jalon.core.errors import UserError
from jalon.exchange.redcap_access import RedcapAccess

T = TypeVar("T")

CONNECT = 15.0
"""Seconds that a server has to answer the telephone."""

PAUSES = (1.0, 4.0)
"""Seconds before a call that failed by the server's fault is tried again."""

ADVICE = {
    400: "REDCap refused the request; check that the token's user may export data",
    401: "the token is missing or wrong; ask for a new one on the project's API page",
    403: "the token is wrong, or its user has no right to use the API of this project",
    404: "there is no REDCap API at this address",
    406: "REDCap refused the format of the request; it may be too old a version",
    429: "REDCap asks for fewer requests; try later",
    501: "this REDCap does not know the request; it may be too old a version",
}


class CallError(UserError):
    """A call of REDCap's API failed.

    Args:
        problem: what happened and what to do.
        status: the HTTP status; 0 when there was none.
    """

    def __init__(self, problem: str, status: int = 0) -> None:
        self.status = status
        super().__init__(problem)


def connect(access: RedcapAccess) -> Any:
    """Return PyCap's project; nothing is sent yet.

    Args:
        access: where the project is.

    Raises:
        UserError: PyCap is not installed.
    """
    try:
        from redcap.project import Project  # noqa: PLC0415 - an extra, slow to import
    except ImportError:
        raise UserError(
            "reading from REDCap's API needs PyCap: pip install 'jalon[redcap]'; or export the "
            "project by hand and import the file"
        ) from None
    return Project(
        access.url,
        access.token,
        timeout=(CONNECT, access.timeout),
        # A redirected request would lose its content, or send the token elsewhere.
        allow_redirects=False,
        hooks={"response": _check},
    )


def call(what: str, ask: Callable[[], T]) -> T:
    """Ask the server, again when it failed by its own fault.

    Args:
        what: what is asked for, for messages.
        ask: sends the request.

    Returns:
        What ``ask`` returns.

    Raises:
        CallError: no answer, an answer that is not REDCap's, or a refusal.
    """
    for pause in (*PAUSES, None):
        try:
            return ask()
        except CallError as error:
            if error.status < 500 or error.status == 501 or pause is None:
                raise CallError(f"{what}: {error}", error.status) from None
        except Exception as error:
            if pause is None or not _is_passing(error):
                raise CallError(f"{what}: {_explain(error)}") from None
        time.sleep(pause)
    raise CallError(what)  # pragma: no cover - the last attempt returns or raises


def _check(response: Any, *_: Any, **__: Any) -> Any:
    """Judge an answer by its status before PyCap looks at it, which does not."""
    response.encoding = "utf-8"
    status = int(response.status_code)
    if status >= 300:
        response.close()
    if 300 <= status < 400:
        raise CallError("this address leads to another one; give the address that works", status)
    if status >= 400:
        advice = ADVICE.get(status, "REDCap's server failed; try later, or with smaller batches")
        raise CallError(f"{advice} (HTTP {status})", status)
    if response.content.lstrip()[:1] == b"<":
        raise CallError("the answer is a web page, not data; is this the address of the API?")
    return response


def _is_passing(error: Exception) -> bool:
    import requests  # noqa: PLC0415 - comes with PyCap

    passing = (requests.Timeout, requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, passing) and not isinstance(error, requests.exceptions.SSLError)


def _explain(error: Exception) -> str:
    import requests  # noqa: PLC0415 - comes with PyCap

    known: tuple[tuple[type[Exception], str], ...] = (
        (requests.exceptions.SSLError, "the server's certificate is not trusted; tell whoever "
         "runs it, and do not switch the check off"),
        (requests.Timeout, "no answer in time; try later, or with smaller batches"),
        (requests.exceptions.JSONDecodeError, "the answer is broken (not JSON); try again, and "
         "look whether the server's log tells of an error"),
        (requests.exceptions.ChunkedEncodingError, "the answer broke off; try again"),
        (requests.ConnectionError, "the server cannot be reached; check the address and the "
         "network"),
        (requests.RequestException, "REDCap refused the request; check that the token's user "
         "may export data"),
        (ValueError, "the answer is broken; try again"),
    )  # fmt: skip
    return next(
        (text for kind, text in known if isinstance(error, kind)),
        "the answer is not what REDCap sends; try again",
    )
