"""Worked examples: what a score must answer for a patient, kept in the score's own file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jalon.core.units import Quantity
from jalon.scores.catalogue import read_file
from jalon.scores.reading import Between, Value


@dataclass(frozen=True, slots=True)
class Example:
    """A patient and what is expected of the answer.

    Attributes:
        inputs: what is known, as ``assess`` takes it.
        expected: what the answer must be: points, group, and so on, by the key in the file.
        why: what the example shows; empty when it needs no word.
    """

    inputs: dict[str, Value]
    expected: dict[str, Any]
    why: str = ""


def list_examples(slug: str) -> tuple[Example, ...]:
    """Return the worked examples of a published score.

    Args:
        slug: the score.

    Returns:
        Its examples, in the order of its file.

    Raises:
        DefinitionError: no such score.

    Example:
        >>> list_examples("ipi")[0].expected["group"]
        'low'
    """
    found = []
    for table in tomllib.loads(read_file(slug)).get("example", ()):
        rest = {key: value for key, value in table.items() if key not in ("inputs", "why")}
        inputs = {name: _read_value(value) for name, value in table.get("inputs", {}).items()}
        found.append(Example(inputs, rest, table.get("why", "")))
    return tuple(found)


def _read_value(value: Any) -> Value:
    """A number or a level is itself; a table is a quantity or a range."""
    if not isinstance(value, Mapping):
        known: Value = value
        return known
    if "value" in value:
        return Quantity(float(value["value"]), value["unit"])
    return Between(float(value["low"]), float(value["high"]), value.get("unit", ""))
