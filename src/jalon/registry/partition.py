"""A table in parts that are read one after the other and together are the whole, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
"""The first letters of pseudonyms, in the order of their bytes."""

PART_ROWS = 50_000
"""About how many rows a part has at most."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Some neighbouring rows of a table.

    Attributes:
        first: the first centre.
        last: the last centre.
        low: what no pseudonym of its patients comes before; empty for no limit.
        high: what every pseudonym of its patients comes before; empty for no limit.
    """

    first: str
    last: str
    low: str = ""
    high: str = ""


def split_table(counts: Mapping[str, int], by_patient: bool = True) -> Iterator[Partition]:
    """Cut a table into parts, the same for the same counts.

    Args:
        counts: how many rows each centre has.
        by_patient: whether a large centre can be cut between its patients.

    Yields:
        The parts in order: small centres together, large ones by their patients.

    Example:
        >>> [part.last for part in split_table({"A": 10, "B": 20, "C": 45_000, "D": 40_000})]
        ['C', 'D']
        >>> list(split_table({"A": 80_000}))[1]
        Partition(first='A', last='A', low='k2', high='')
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
    # Pseudonyms are spread evenly, so equal ranges of their first two letters hold as many rows.
    starts = [first + second for first in LETTERS for second in LETTERS]
    count = min(-(-rows // PART_ROWS), len(starts))
    limits = ["", *(starts[i * len(starts) // count] for i in range(1, count)), ""]
    for low, high in pairwise(limits):
        yield Partition(centre, centre, low, high)
