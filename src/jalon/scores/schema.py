"""Building records from the tables of a file, with every mistake named: where and which key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields
from difflib import get_close_matches
from typing import Any, TypeVar

from jalon.core.errors import DefinitionError

T = TypeVar("T")
Reader = Callable[[Any, str], Any]
"""Turns a value of the file into one of the record; the second argument is its place."""


def build(record: type[T], table: Any, place: str, readers: Mapping[str, Reader]) -> T:
    """Build a record from a table of a file.

    Args:
        record: a dataclass.
        table: what the file has.
        place: where it stands, for messages.
        readers: how to read each key; keys that are not named here are not allowed.

    Returns:
        The record.

    Raises:
        DefinitionError: a key that is missing, unknown, or has a value of the wrong kind.
    """
    if not isinstance(table, Mapping):
        raise DefinitionError(f"{place}: give a table of keys, not {show(table)}")
    own: tuple[Field[Any], ...] = fields(record)  # type: ignore[arg-type]
    needed = [f.name for f in own if f.default is MISSING and f.default_factory is MISSING]
    for key in needed:
        if key in readers and key not in table:
            raise DefinitionError(f"{place}: {key} is missing; add it{_near(key, table)}")
    refuse_unknown_keys(table, readers, place)
    values = {key: readers[key](value, f"{place}, {key}") for key, value in table.items()}
    return record(**values)


def refuse_unknown_keys(table: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    """Refuse a table that has a key nobody reads, most often a slip of the pen.

    Args:
        table: what the file has.
        known: the keys that are read.
        place: where it stands.

    Raises:
        DefinitionError: the key, and the nearest known one.
    """
    known = tuple(known)
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise DefinitionError(f"{place}: {key} is not a known key; {hint}")


def _near(key: str, table: Mapping[str, Any]) -> str:
    near = get_close_matches(key, list(table), n=1)
    return f" (seen: {near[0]})" if near else ""


def show(value: Any) -> str:
    """Show a value of a file in a message.

    Args:
        value: the value.

    Returns:
        It, cut when long.
    """
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def text(value: Any, place: str) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise DefinitionError(f"{place}: give text in quotes, not {show(value)}")
    return value


def number(value: Any, place: str) -> Any:
    """Read a number, kept whole when it is written whole."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DefinitionError(f"{place}: give a number, not {show(value)}")
    return value


def decimal(value: Any, place: str) -> float:
    """Read a number as a decimal one."""
    return float(number(value, place))


def whole(value: Any, place: str) -> int:
    """Read a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise DefinitionError(f"{place}: give a whole number, not {show(value)}")
    return value


def truth(value: Any, place: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise DefinitionError(f"{place}: give true or false, not {show(value)}")
    return value


def words(value: Any, place: str) -> dict[str, str]:
    """Read a text by language; English is needed, French is wanted."""
    if not isinstance(value, Mapping) or "en" not in value:
        raise DefinitionError(f'{place}: give {{ en = "…", fr = "…" }}, not {show(value)}')
    odd = [key for key in value if key not in ("en", "fr")]
    if odd:
        raise DefinitionError(f"{place}: {odd[0]} is not a language known here; use en and fr")
    return {key: text(said, f"{place}.{key}") for key, said in value.items()}


def one_of(*known: str) -> Reader:
    """Return a reader of one of a few words."""

    def read(value: Any, place: str) -> str:
        if value not in known:
            raise DefinitionError(f"{place}: {show(value)} is not one of {', '.join(known)}")
        return str(value)

    return read


def many(reader: Reader) -> Reader:
    """Return a reader of a list, each entry read by another reader."""

    def read(value: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise DefinitionError(f"{place}: give a list, not {show(value)}")
        return tuple(reader(entry, f"{place} {k}") for k, entry in enumerate(value, start=1))

    return read


def one_or_many(reader: Reader) -> Reader:
    """Return a reader of a list, or of one entry alone."""

    def read(value: Any, place: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = many(reader)(
            value if isinstance(value, list | tuple) else [value], place
        )
        return found

    return read


def pair(reader: Reader) -> Reader:
    """Return a reader of two entries."""

    def read(value: Any, place: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = many(reader)(value, place)
        if len(found) != 2:
            raise DefinitionError(f"{place}: give two entries, not {len(found)}")
        return found

    return read


def mapping(reader: Reader) -> Reader:
    """Return a reader of a table whose keys are free, each value read by another reader."""

    def read(value: Any, place: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise DefinitionError(f"{place}: give a table of keys, not {show(value)}")
        return {str(key): reader(entry, f"{place}.{key}") for key, entry in value.items()}

    return read


def anything(value: Any, place: str) -> Any:
    """Read a value as it is."""
    del place
    return value
