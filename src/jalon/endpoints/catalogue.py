"""Every endpoint, found by listing this folder: a file with an ``ENDPOINT`` is one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from jalon.core.errors import DefinitionError
from jalon.dictionary import suggest
from jalon.endpoints.endpoint import Endpoint


def list_endpoints() -> tuple[Endpoint, ...]:
    """Return every endpoint, by slug.

    Example:
        >>> [endpoint.slug for endpoint in list_endpoints()][:2]
        ['overall_survival', 'progression_free_survival']
    """
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    modules = [import_module(f"jalon.endpoints.{name}") for name in names if name != "catalogue"]
    return tuple(module.ENDPOINT for module in modules if hasattr(module, "ENDPOINT"))


def find_endpoint(slug: str) -> Endpoint:
    """Return the endpoint with this name.

    Args:
        slug: its name in study files, for example "overall_survival".

    Raises:
        DefinitionError: there is no such endpoint.
    """
    known = {endpoint.slug: endpoint for endpoint in list_endpoints()}
    if slug not in known:
        raise DefinitionError(
            f"no endpoint {slug!r}{suggest(slug, known)}; there are {', '.join(known)}"
        )
    return known[slug]
