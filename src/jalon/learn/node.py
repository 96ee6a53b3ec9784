"""A part of the search, and what opening it brings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.found import Found

NOTHING = np.zeros(0, np.int64)
UNKNOWN = np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A part of the search: supports that hold some terms and any of some others.

    Attributes:
        bound: no score of this part costs less.
        chosen: shape (s,), terms in.
        further: shape (c,), terms that may join.
        start: shape (s,), coefficients to start from.
        inside: variables that the part is to use, while its variables are being settled.
        warm: shape (c,), coefficients of the further terms to start from; empty for none.
    """

    bound: float
    chosen: Integers
    further: Integers
    start: Floats
    inside: Integers = field(default_factory=lambda: NOTHING)
    warm: Floats = field(default_factory=lambda: UNKNOWN)


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a node brought.

    Attributes:
        children: parts still to be searched.
        found: vectors within the limit.
        supports: how many supports were fitted.
        vectors: how many vectors of whole points were fitted.
        left: bound of the cost of vectors that were too many to try; infinite when none.
    """

    children: tuple[Node, ...]
    found: tuple[Found, ...]
    supports: int
    vectors: int
    left: float
