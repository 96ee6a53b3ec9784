"""The server of the calculator: pages that are computed once, and no value of a patient."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.requests import ClientDisconnect

import jalon
from jalon.calculator.api import create_router
from jalon.calculator.cds import create_cds_router
from jalon.calculator.fhir import create_fhir_router
from jalon.calculator.pages import (
    name_asset,
    read_script,
    read_style,
    write_index,
    write_missing,
    write_offline,
    write_page,
    write_trajectory,
)
from jalon.core.errors import DefinitionError
from jalon.scores import ScoreDefinition, find_definition, list_slugs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors "
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "x-robots-tag": "noindex",
}


class SecurityHeaders:
    """Adds the headers that keep a page to itself to every answer.

    Args:
        app: the application behind it.
        embedders: origins of pages that may show the calculator in a frame.
    """

    def __init__(self, app: Any, embedders: tuple[str, ...] = ()) -> None:
        self.app = app
        frames = " ".join(embedders) or "'none'"
        headers = {**HEADERS, "content-security-policy": POLICY + frames}
        if not embedders:
            headers["x-frame-options"] = "DENY"
        self.headers = [(key.encode(), value.encode()) for key, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = {key.lower() for key, _ in message["headers"]}
                added = [(key, value) for key, value in self.headers if key not in own]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, send_with)


class Library:
    """The scores that are served, and their pages, each written once.

    Args:
        learned: scores beside the published ones.
    """

    def __init__(self, learned: Iterable[ScoreDefinition] = ()) -> None:
        self.scores = {slug: find_definition(slug) for slug in list_slugs()}
        for each in learned:
            if each.slug in self.scores:
                raise DefinitionError(
                    f"two scores are called {each.slug}; change the slug in the score's file"
                )
            self.scores[each.slug] = each
        self._pages: dict[tuple[str, ...], bytes] = {}

    def page(self, key: tuple[str, ...], write: Callable[[], str]) -> bytes:
        """Return a page, written when it is asked for the first time."""
        if key not in self._pages:
            self._pages[key] = write().encode()
        return self._pages[key]


def create_app(learned: Iterable[ScoreDefinition] = (), embedders: Iterable[str] = ()) -> FastAPI:
    """Make the calculator's web application.

    Args:
        learned: scores to serve beside the published ones.
        embedders: origins of pages that may show it in a frame, for example
            ``https://intranet.example.org``.

    Returns:
        The application, for a server of ASGI.

    Raises:
        DefinitionError: two scores of one name.

    Example:
        >>> create_app().title
        'jalon calculator'
    """
    app = FastAPI(
        title="jalon calculator", version=jalon.__version__, docs_url=None, redoc_url=None,
        summary="Published and learned prognostic scores. Research use only.",
    )  # fmt: skip
    app.state.library = Library(learned)
    app.add_middleware(SecurityHeaders, embedders=tuple(embedders))
    app.add_exception_handler(ClientDisconnect, _forget)
    _add_pages(app, app.state.library)
    _add_assets(app)
    scores = app.state.library.scores
    for make in (create_cds_router, create_fhir_router, create_router):  # the last takes the rest
        app.include_router(make(scores))
    return app


async def _forget(request: Request, error: Exception) -> Response:
    """Nobody waits for the answer to a request that was broken off; nothing is logged."""
    del request, error
    return Response(status_code=400)


def _language(request: Request) -> str:
    asked = request.query_params.get("lang")
    if asked in {"en", "fr"}:
        return str(asked)
    accepted = request.headers.get("accept-language", "").lower()
    return "fr" if accepted.startswith("fr") else "en"


def _html(content: bytes, status: int = 200) -> HTMLResponse:
    headers = {"cache-control": "no-cache", "vary": "accept-language"}
    return HTMLResponse(content, status_code=status, headers=headers)


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _add_pages(app: FastAPI, library: Library) -> None:
    @app.get("/", include_in_schema=False)
    async def index(request: Request) -> Response:
        language, root = _language(request), _root(request)
        write = lambda: write_index(library.scores.values(), language, root)  # noqa: E731
        return _html(library.page(("index", language, root), write))

    @app.get("/trajectory", include_in_schema=False)
    async def trajectory(request: Request) -> Response:
        language, root = _language(request), _root(request)
        write = lambda: write_trajectory(library.scores, language, root)  # noqa: E731
        return _html(library.page(("trajectory", language, root), write))

    @app.get("/scores/{slug}", include_in_schema=False)
    async def score(slug: str, request: Request) -> Response:
        language, root = _language(request), _root(request)
        if slug not in library.scores:
            return _html(write_missing(language, root).encode(), 404)
        write = lambda: write_page(library.scores[slug], language, root)  # noqa: E731
        return _html(library.page(("score", slug, language, root), write))

    @app.get("/scores/{slug}/offline.html", include_in_schema=False)
    async def offline(slug: str, request: Request) -> Response:
        language, root = _language(request), _root(request)
        if slug not in library.scores:
            return _html(write_missing(language, root).encode(), 404)
        write = lambda: write_offline(library.scores[slug], language)  # noqa: E731
        answer = _html(library.page(("offline", slug, language), write))
        answer.headers["content-disposition"] = f'attachment; filename="{slug}.html"'
        return answer


def _add_assets(app: FastAPI) -> None:
    kinds = ((read_style(), "css", "text/css"), (read_script(), "js", "text/javascript"))
    files = {name_asset(text, ending): (text.encode(), kind) for text, ending, kind in kinds}

    @app.get("/static/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:
        if name not in files:
            return Response("no such file\n", status_code=404, media_type="text/plain")
        content, kind = files[name]
        # The name changes with the content, so a browser may keep it.
        keep = {"cache-control": "public, max-age=31536000, immutable"}
        return Response(content, media_type=kind, headers=keep)
