"""Cox regression of each move between states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.multistate.history import StateHistory
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import CoxFit, Ties

Move = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class StackedMoves:
    """One row for each span and each move that could have ended it.

    Attributes:
        transitions: shape (k,), the moves, as pairs of states.
        row: shape (m,), the span that each row comes from.
        transition: shape (m,), index of the move it is about.
        data: entry, end and whether this very move was made; each move is a stratum.
    """

    transitions: tuple[Move, ...]
    row: Integers
    transition: Integers
    data: SurvivalData


@dataclass(frozen=True, slots=True, eq=False)
class TransitionFits:
    """A Cox regression of each move.

    Attributes:
        states: shape (s,), the states in words.
        transitions: shape (k,), the moves, as pairs of states.
        fits: one regression per move, in the same order.
    """

    states: tuple[str, ...]
    transitions: tuple[Move, ...]
    fits: tuple[CoxFit, ...]

    def of_move(self, leave: int, enter: int) -> CoxFit:
        """Return the regression of one move.

        Args:
            leave: the state that is left.
            enter: the state that is entered.

        Returns:
            The fit.

        Raises:
            UnsuitableDataError: no such move was fitted.
        """
        if (leave, enter) not in self.transitions:
            raise UnsuitableDataError(
                f"the move from {leave} to {enter} was not fitted; choose among "
                f"{list(self.transitions)}"
            )
        return self.fits[self.transitions.index((leave, enter))]


def stack_moves(history: StateHistory) -> StackedMoves:
    """Write one row for each span and each move that could have ended it.

    ``fit_cox(x, stack.data)`` then fits all moves at once, each with its own baseline hazard;
    a covariate times ``stack.transition == k`` has an effect on move k only, the covariate itself
    the same effect on all.

    Args:
        history: spans of the patients.

    Returns:
        The rows, moves in order; only moves that were seen.

    Raises:
        UnsuitableDataError: nobody moves.

    Reference:
        de Wreede LC, Fiocco M, Putter H (2011), doi:10.18637/jss.v038.i07, section 2.2, where
        these rows are called long format.

    Example:
        >>> history = StateHistory([0, 4, 0], [4, 9, 7], [0, 1, 0], [1, 2, 2], [1, 1, 2])
        >>> stack = stack_moves(history)
        >>> stack.row.tolist(), stack.transition.tolist(), stack.data.event.tolist()
        ([0, 2, 0, 2, 1], [0, 0, 1, 1, 2], [1, 0, 0, 1, 1])
    """
    pairs = history.transitions
    if not pairs:
        raise UnsuitableDataError("nobody moves from one state to another; there is nothing to fit")
    rows = [np.flatnonzero(history.state == leave) for leave, _ in pairs]
    row = np.concatenate(rows)
    transition = np.repeat(np.arange(len(pairs)), [len(some) for some in rows])
    target = np.array(pairs)[transition, 1]
    data = SurvivalData(
        history.stop[row],
        history.move[row] == target,
        history.start[row],
        None if history.weight is None else history.weight[row],
        transition,
    )
    return StackedMoves(pairs, row, transition, data)


def fit_transitions(
    x: npt.ArrayLike | Mapping[Move, npt.ArrayLike],
    history: StateHistory,
    ties: Ties = "efron",
    level: float = 0.95,
    names: Sequence[str] | Mapping[Move, Sequence[str]] | None = None,
) -> TransitionFits:
    """Estimate by how much each covariate multiplies the rate of each move between states.

    Time is counted from time zero in every state ("clock forward"). For time since the state
    was entered, give ``fit_cox`` the stacked rows with their lengths.

    Args:
        x: shape (n, p), covariates, one row per span (a patient's covariates are
            ``x[history.patient]`` where patients are numbered from 0); or one such table for
            each move, as ``{(0, 1): ...}``.
        history: spans of the patients; ``weight`` and late entry are honoured.
        ties: how moves on the same day are treated, as in ``fit_cox``.
        level: coverage of the intervals, 0 to 1.
        names: the columns in words; for each move when ``x`` is.

    Returns:
        One Cox regression for each move that was seen.

    Raises:
        UnsuitableDataError: nobody moves, no table for a move, or what ``fit_cox`` refuses; the
            message then begins with the move.
        ConvergenceError: no maximum was found.

    Reference:
        Putter H, Fiocco M, Geskus RB (2007), doi:10.1002/sim.2712, section 4.2.

    Example:
        >>> history = StateHistory([0, 4, 0, 0], [4, 9, 7, 8], [0, 1, 0, 0], [2, -1, 2, -1])
        >>> fits = fit_transitions([[0], [1], [1], [0]], history)
        >>> fits.transitions, fits.of_move(0, 2).events
        (((0, 2),), 2)
    """
    stack, fits = stack_moves(history), []
    for k, move in enumerate(stack.transitions):
        some = np.flatnonzero(stack.transition == k)
        table = read_floats(find_move(x, move), "x")
        if table.shape[:1] != (len(history),):
            raise UnsuitableDataError(
                f"x has {len(table) if table.ndim else 0} rows but the history {len(history)} "
                "spans; give one row per span, as x[history.patient]"
            )
        words = names.get(move) if isinstance(names, Mapping) else names
        try:
            fit = fit_cox(
                table[stack.row[some]],
                _drop_stratum(stack.data.take(some)),
                ties,
                level,
                None,
                words,
            )
        except UnsuitableDataError as error:
            leave, enter = (history.names[state] for state in move)
            raise UnsuitableDataError(f"move from {leave} to {enter}: {error}") from error
        fits.append(fit)
    return TransitionFits(history.names, stack.transitions, tuple(fits))


def find_move(x: npt.ArrayLike | Mapping[Move, npt.ArrayLike], move: Move) -> npt.ArrayLike:
    """Return the covariates that belong to one move.

    Args:
        x: one table for all moves, or one for each.
        move: the pair of states.

    Returns:
        The table.

    Raises:
        UnsuitableDataError: no table for this move.
    """
    if not isinstance(x, Mapping):
        return x
    if move not in x:
        raise UnsuitableDataError(
            f"x has no covariates for the move {move}; give a table for each of the moves seen"
        )
    return x[move]


def _drop_stratum(data: SurvivalData) -> SurvivalData:
    return SurvivalData(data.time, data.event, data.entry, data.weight)
