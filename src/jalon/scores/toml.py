"""Score definitions as TOML files: read with every mistake named, written back the same."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

from jalon.core.errors import DefinitionError
from jalon.scores.definition import Group, Item, Risk, ScoreDefinition, Step

_TEXTS = (
    "slug", "short", "status", "version", "citation", "doi", "population", "outcome", "time_point",
)  # fmt: skip


def parse_definition(text: str, source: str = "score") -> ScoreDefinition:
    """Read a score definition from TOML text.

    Args:
        text: the content of the file.
        source: its name, for messages.

    Returns:
        The definition.

    Raises:
        DefinitionError: not TOML, or a key that is missing, unknown or of the wrong kind.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{source} is not TOML: {error}") from None
    table.pop("example", None)  # worked examples are read by the tests
    try:
        return _definition(table)
    except KeyError as error:
        raise DefinitionError(f"{source}: {error.args[0]} is missing; add it") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise DefinitionError(f"{source}: {error}") from None


def load_definition(path: Path) -> ScoreDefinition:
    """Read a score definition from a TOML file.

    Args:
        path: the file.

    Returns:
        The definition.

    Raises:
        DefinitionError: the file is absent, not UTF-8, not TOML, or not a score.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name} cannot be read: {error}") from None
    return parse_definition(text, path.name)


def _definition(table: dict[str, Any]) -> ScoreDefinition:
    return ScoreDefinition(
        **{key: str(table[key]) for key in _TEXTS},
        name=dict(table["name"]),
        items=_items(table),
        groups=tuple(
            Group(g["slug"], dict(g["label"]), int(g["low"]), int(g["high"]))
            for g in table["group"]
        ),
        ranks_by=table.get("ranks_by", "points"),
        risks=tuple(_risk(risk) for risk in table.get("risk", ())),
        pitfalls=tuple(table.get("pitfalls", ())),
        learning=dict(table.get("learning", {})),
    )


def _items(table: dict[str, Any]) -> tuple[Item, ...]:
    """Read the items, or take those of another published score (each number appears once)."""
    if "items_of" in table:
        from jalon.scores.catalogue import find_definition  # noqa: PLC0415 - it reads by this file

        return find_definition(table["items_of"]).items
    return tuple(_item(item) for item in table["item"])


def _item(table: dict[str, Any]) -> Item:
    return Item(
        id=table["id"],
        label=dict(table["label"]),
        unit=table["unit"],
        steps=tuple(Step(**step) for step in table["steps"]),
        flag=table.get("flag"),
        levels=tuple(table.get("levels", ())),
    )


def _risk(table: dict[str, Any]) -> Risk:
    return Risk(
        group=table["group"],
        months=float(table["months"]),
        value=float(table["value"]),
        low=float(table.get("low", math.nan)),
        high=float(table.get("high", math.nan)),
        n=int(table["n"]),
        cohort=table["cohort"],
    )


def write_definition(definition: ScoreDefinition) -> str:
    """Write a score definition as TOML that ``parse_definition`` reads back unchanged.

    Args:
        definition: the score.

    Returns:
        The text of the file.
    """
    import tomli_w  # noqa: PLC0415 - only writing needs it; the bedside reads

    table: dict[str, Any] = {key: getattr(definition, key) for key in _TEXTS}
    table["ranks_by"] = definition.ranks_by
    table["pitfalls"] = list(definition.pitfalls)
    table["name"] = definition.name
    table["item"] = [_item_table(item) for item in definition.items]
    table["group"] = [
        {"slug": g.slug, "low": g.low, "high": g.high, "label": g.label} for g in definition.groups
    ]
    table["risk"] = [_risk_table(risk) for risk in definition.risks]
    if definition.learning:
        table["learning"] = definition.learning
    return tomli_w.dumps(table)


def _item_table(item: Item) -> dict[str, Any]:
    table: dict[str, Any] = {"id": item.id, "unit": item.unit}
    if item.flag:
        table["flag"] = item.flag
    if item.levels:
        table["levels"] = list(item.levels)
    table["steps"] = [
        {
            key: value
            for key, value in (
                ("above", step.above), ("at_least", step.at_least), ("points", step.points),
            )
            if value is not None
        }
        for step in item.steps
    ]  # fmt: skip
    table["label"] = item.label
    return table


def _risk_table(risk: Risk) -> dict[str, Any]:
    table: dict[str, Any] = {"group": risk.group, "months": risk.months, "value": risk.value}
    if not math.isnan(risk.low):
        table["low"] = risk.low
    if not math.isnan(risk.high):
        table["high"] = risk.high
    return table | {"n": risk.n, "cohort": risk.cohort}
