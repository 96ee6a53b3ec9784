"""Published scores: one TOML file each, found by listing the folder."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from jalon.core.errors import DefinitionError
from jalon.scores.definition import ScoreDefinition
from jalon.scores.toml import parse_definition

_FOLDER = files("jalon.scores") / "published"


def list_slugs() -> tuple[str, ...]:
    """Return the slug of every published score, in alphabetical order.

    Returns:
        The slugs.

    Example:
        >>> "ipi" in list_slugs()
        True
    """
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def find_definition(slug: str) -> ScoreDefinition:
    """Return a published score by its exact slug; near names are named, never guessed.

    Args:
        slug: for example ``ipi`` or ``r_ipi``.

    Returns:
        The definition.

    Raises:
        DefinitionError: no such score.

    Example:
        >>> find_definition("ipi").range
        (0, 5)
    """
    return _load(slug)


@cache
def _load(slug: str) -> ScoreDefinition:
    """Read once: a definition never changes while the program runs."""
    return parse_definition(read_file(slug), f"{slug}.toml")


def read_file(slug: str) -> str:
    """Return the text of a published score's file.

    Args:
        slug: the score.

    Returns:
        The TOML text.

    Raises:
        DefinitionError: no such score.
    """
    if slug not in list_slugs():
        near = get_close_matches(slug, list_slugs(), n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise DefinitionError(f"no published score is called {slug!r}.{hint}")
    return (_FOLDER / f"{slug}.toml").read_text(encoding="utf-8")
