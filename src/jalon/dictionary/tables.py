"""The tables of the registry: found by name, read once from ``variables/<table>.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jalon.core.errors import UserError
from jalon.dictionary.load import load_table
from jalon.dictionary.nearest import suggest
from jalon.dictionary.table import Table

FOLDER = Path(__file__).parent / "variables"

TABLES = (
    "centre",
    "patient",
    "disease",
    "prior_line",
    "infusion",
    "assessment",
    "response",
    "toxicity",
    "treatment_after",
    "event",
    "objection",
)
"""Names of the registry's tables; a table stands after the one that its rows belong to."""


@cache
def find_table(name: str) -> Table:
    """Return what a table of the registry means.

    Args:
        name: the table's name, for example "infusion".

    Returns:
        The table.

    Raises:
        UserError: no such table.

    Example:
        >>> find_table("infusion").parent
        'patient'
    """
    if name not in TABLES:
        known = ", ".join(TABLES)
        raise UserError(f"the registry has no table {name}{suggest(name, TABLES)}; it has {known}")
    return load_table(FOLDER / f"{name}.toml")


def list_tables() -> tuple[Table, ...]:
    """Return every table of the registry, a table after the one that its rows belong to.

    Example:
        >>> len(list_tables())
        11
    """
    return tuple(find_table(name) for name in TABLES)


def registry_files() -> tuple[Path, ...]:
    """Return every file of the registry's dictionary, in one order."""
    rules = (FOLDER.parent / "rules.toml", FOLDER.parent / "visits.toml")
    return (*(FOLDER / f"{name}.toml" for name in TABLES), *rules)
