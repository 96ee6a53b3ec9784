"""Compiled search for the nearest control that is still free."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


class Line(NamedTuple):
    """Patients lined up by stratum, then score, then row; controls are numbered along it from 1.

    Attributes:
        control: shape (n0 + 2,), score of each control; places 0 and n0 + 1 are nobody's.
        treated: shape (n1,), score of each treated patient, in the order of their rows.
        before: shape (n1,), the last control before each treated patient.
        first: shape (n1,), the first control of the same stratum.
        last: shape (n1,), the last control of the same stratum.
    """

    control: Floats
    treated: Floats
    before: Integers
    first: Integers
    last: Integers


class Reach(NamedTuple):
    """How distances are judged.

    Attributes:
        width: greatest distance allowed.
        whole: whether distances are cut to whole numbers first.
    """

    width: float
    whole: bool


@njit(cache=True, nogil=True)
def _find(link: Integers, start: int) -> int:
    """Follow links to the next free control, halving the path for who comes later."""
    j = start
    while link[j] != j:
        link[j] = link[link[j]]
        j = link[j]
    return j


@njit(cache=True, nogil=True)
def _choose(line: Line, i: int, a: int, b: int, reach: Reach) -> int:
    """Return the nearer of two controls, the lower when equally near; 0 when none is allowed."""
    far_a = line.treated[i] - line.control[a] if a >= line.first[i] else np.inf
    far_b = line.control[b] - line.treated[i] if b <= line.last[i] else np.inf
    if reach.whole:
        far_a, far_b = np.floor(far_a), np.floor(far_b)
    if min(far_a, far_b) > reach.width or min(far_a, far_b) == np.inf:
        return 0
    return a if far_a <= far_b else b


@njit(cache=True, nogil=True)
def match_free(line: Line, queue: Integers, rounds: int, reach: Reach) -> Integers:
    """Give each treated patient in turn the nearest control that nobody has taken.

    Args:
        line: the patients.
        queue: shape (n1,), the order in which the treated choose.
        rounds: how many controls each may take, one in each round.
        reach: greatest distance allowed.

    Returns:
        Shape (n1, rounds), numbers of controls, 0 where there is none.
    """
    n0 = len(line.control) - 2
    left, right = np.arange(n0 + 2), np.arange(n0 + 2)
    taken = np.zeros((len(queue), rounds), np.int64)
    for r in range(rounds):
        for i in queue:
            a, b = _find(left, line.before[i]), _find(right, line.before[i] + 1)
            j = _choose(line, i, a, b, reach)
            if j > 0:
                taken[i, r] = j
                left[j], right[j] = j - 1, j + 1
    return taken


@njit(cache=True, nogil=True)
def match_again(line: Line, rounds: int, reach: Reach) -> Integers:
    """Give each treated patient the nearest controls, whoever else has them.

    Args:
        line: the patients.
        rounds: how many controls each may take.
        reach: greatest distance allowed.

    Returns:
        Shape (n1, rounds), numbers of controls, 0 where there is none.
    """
    n1 = len(line.treated)
    taken = np.zeros((n1, rounds), np.int64)
    for i in range(n1):
        a, b = line.before[i], line.before[i] + 1
        for r in range(rounds):
            j = _choose(line, i, a, b, reach)
            if j == 0:
                break
            taken[i, r] = j
            if j == a:
                a -= 1
            else:
                b += 1
    return taken
