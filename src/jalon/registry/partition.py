"""A table in parts that are read one after the other and together are the whole, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
"""The first letters of pseudonyms, in the order of their bytes."""

PART_ROWS = 100_000
"""About how many rows a part has at most."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Some neighbouring rows of a table.

    Attributes:
        first: the first centre.
        last: the last centre.
        prefix: what the pseudonyms of its patients begin with; empty for all.
    """

    first: str
    last: str
    prefix: str = ""


def split_table(counts: Mapping[str, int], by_patient: bool = True) -> Iterator[Partition]:
    """Cut a table into parts, the same for the same counts.

    Args:
        counts: how many rows each centre has.
        by_patient: whether a large centre can be cut between its patients.

    Yields:
        The parts in order: small centres together, large ones by their patients.

    Example:
        >>> [part.last for part in split_table({"A": 10, "B": 20, "C": 90_000, "D": 40_000})]
        ['C', 'D']
        >>> len(list(split_table({"A": 3_000_000})))
        32
    """
    waiting: list[str] = []
    rows = 0
    for centre in sorted(counts, key=str.encode):
        if waiting and rows + counts[centre] > PART_ROWS:
            yield Partition(waiting[0], waiting[-1])
            waiting, rows = [], 0
        if counts[centre] > PART_ROWS and by_patient:
            yield from _split_centre(centre, counts[centre])
        else:
            waiting.append(centre)
            rows += counts[centre]
    if waiting:
        yield Partition(waiting[0], waiting[-1])


def _split_centre(centre: str, rows: int) -> Iterator[Partition]:
    prefixes = list(LETTERS)
    while rows > PART_ROWS * len(prefixes):
        prefixes = [prefix + letter for prefix in prefixes for letter in LETTERS]
    for prefix in prefixes:
        yield Partition(centre, centre, prefix)
