"""How many patients moved from each state to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, Integers
from jalon.stats.multistate.history import StateHistory


@dataclass(frozen=True, slots=True, eq=False)
class MoveTable:
    """The moves between s states.

    Attributes:
        states: shape (s,), the states in words.
        moves: shape (s, s), (weighted) moves from the states of the rows to those of the columns.
        stayed: shape (s,), (weighted) patients last seen in each state.
        entered: shape (s,), (weighted) patients ever seen in each state, again at each return.
    """

    states: tuple[str, ...]
    moves: Floats
    stayed: Floats
    entered: Floats


def count_moves(history: StateHistory) -> MoveTable:
    """Count how many patients moved from each state to each other, and how many stayed.

    Patients who reach a state that nobody leaves are counted as having stayed there.

    Args:
        history: spans of the patients; a move in the last span of a patient ends his history.

    Returns:
        The counts.

    Reference:
        de Wreede LC, Fiocco M, Putter H (2011), doi:10.18637/jss.v038.i07, section 2.2; as
        ``events`` of the R package mstate.

    Example:
        >>> history = StateHistory([0, 4, 0], [4, 9, 7], [0, 1, 0], [1, 2, -1], [1, 1, 2])
        >>> count_moves(history).moves[0].tolist(), count_moves(history).stayed.tolist()
        ([0.0, 1.0, 0.0], [1.0, 0.0, 1.0])
    """
    size = len(history.names)
    moves, stayed = np.zeros((size, size)), np.zeros(size)
    moved = history.move >= 0
    np.add.at(moves, (history.state[moved], history.move[moved]), history.share[moved])
    final = _find_last(history)
    reached = np.where(moved, history.move, history.state)[final]
    np.add.at(stayed, reached, history.share[final])
    return MoveTable(history.names, moves, stayed, moves.sum(axis=1) + stayed)


def _find_last(history: StateHistory) -> Integers:
    """Return the last span of each patient."""
    who = history.who
    order = np.lexsort((history.stop, who))
    last: Integers = order[np.append(np.flatnonzero(np.diff(who[order])), len(order) - 1)]
    return last
