"""Tied deaths of Cox regression, which leave the risk set one by one or all at the end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats

BRESLOW, EFRON, EXACT, REPEATED = 0, 1, 2, 3
"""How ties are treated; REPEATED is Efron's way for whole weights that repeat a patient."""

FEW = 3
"""Tied deaths up to which each is summed by itself; more are summed together."""

LOGS = 32
"""Shares left to those at risk whose product cannot underflow: each is at least 1 / parts."""


class Tied(NamedTuple):
    """Sums over the tied deaths of one block; r is the share of those at risk still left.

    Attributes:
        logs: sum of log r.
        stay: sum of 1 / r.
        leave: sum of the share of the dying still at risk over r.
        plain: sum of 1 / r squared.
        once: the same times the share of the dying gone.
        twice: the same times the square of that share.
    """

    logs: float
    stay: float
    leave: float
    plain: float
    once: float
    twice: float


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def sum_some(first: int, last: int, parts: int, share: float) -> Tied:
    """Sum over some of the tied deaths.

    Args:
        first: the first of them.
        last: the one after the last, at most LOGS further.
        parts: how many leave in all.
        share: their share of the hazard of those at risk.

    Returns:
        Sums over them, the logarithm being taken once, of their product.
    """
    product, stay, leave, plain, once, twice = 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(first, last):
        gone = k / parts
        left = 1.0 - gone * share
        inverse = 1.0 / left
        square = inverse * inverse
        product *= left
        stay += inverse
        leave += (1.0 - gone) * inverse
        plain += square
        once += gone * square
        twice += gone * gone * square
    return Tied(np.log(product), stay, leave, plain, once, twice)


@njit(cache=True, nogil=True, error_model="numpy")
def sum_tied(parts: int, share: float) -> Tied:
    """Let tied deaths leave the risk set one by one.

    Args:
        parts: how many leave.
        share: their share of the hazard of those at risk.

    Returns:
        Sums over them.
    """
    if parts == 1:
        return Tied(0.0, 1.0, 1.0, 1.0, 0.0, 0.0)
    logs, stay, leave, plain, once, twice = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for first in range(0, parts, LOGS):
        some = sum_some(first, min(first + LOGS, parts), parts, share)
        logs += some.logs
        stay += some.stay
        leave += some.leave
        plain += some.plain
        once += some.once
        twice += some.twice
    return Tied(logs, stay, leave, plain, once, twice)


@njit(cache=True, nogil=True, error_model="numpy")
def list_products(parts: int, share: float, tied: Tied, room: Floats) -> int:
    """List the outer products that one block takes from the information.

    Args:
        parts: how many die one by one.
        share: weight of each death.
        tied: sums over the deaths.
        room: shape (2 + FEW, 1 + p): those at risk and the dying, then place for weights and
            vectors.

    Returns:
        How many.
    """
    # Loops, because array expressions would make new arrays for every block.
    p, risk = room.shape[1] - 1, room[0, 0]
    if parts <= FEW:
        for k in range(parts):
            gone = k / parts
            left = risk - gone * room[1, 0]
            room[2 + k, 0] = -share
            for j in range(1, p + 1):
                room[2 + k, j] = (room[0, j] - gone * room[1, j]) / left
        return parts
    room[2, 0], room[3, 0] = -share * (tied.plain - tied.once), -share * (tied.twice - tied.once)
    room[4, 0] = -share * tied.once
    for j in range(1, p + 1):
        room[2, j], room[3, j] = room[0, j] / risk, room[1, j] / risk
        room[4, j] = room[2, j] - room[3, j]
    return 3


@njit(cache=True, nogil=True)
def count_parts(ties: int, deaths: int, died: float) -> int:
    """Return into how many steps tied deaths are cut.

    Args:
        ties: BRESLOW, EFRON or REPEATED.
        deaths: rows that die.
        died: their weights.
    """
    if ties == EFRON:
        return deaths
    return int(died + 0.5) if ties == REPEATED else 1
