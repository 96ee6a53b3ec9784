"""Which state each patient was in, from when to when, and which state came next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.ties import merge_ties

STAYS = -1
"""The ``move`` of a span that ends without a change of state."""


@dataclass(frozen=True, slots=True, eq=False)
class StateHistory:
    """Patients in states: one row for each span that a patient spends in one state.

    Attributes:
        start: shape (n,), when the span begins (or observation of it, for late entry).
        stop: shape (n,), when it ends, above ``start``.
        state: shape (n,), the state held meanwhile, numbered from 0.
        move: shape (n,), the state entered at ``stop``; -1 when none was seen to be.
        patient: shape (n,), whole number of the patient; None for one span per patient.
        weight: shape (n,), case weights >= 0; None for one each.
        states: the states in words; None for "state 0", "state 1", ….

    Raises:
        UnsuitableDataError: missing values, spans that end before they begin, states out of
            range, a patient in two states at once, or one who is seen in another state than
            the one he moved to.

    Example:
        >>> history = StateHistory([0, 4, 0], [4, 9, 7], [0, 1, 0], [1, 2, -1], [1, 1, 2])
        >>> len(history), history.states
        (3, ('state 0', 'state 1', 'state 2'))
    """

    start: Floats
    stop: Floats
    state: Integers
    move: Integers
    patient: Integers | None = None
    weight: Floats | None = None
    states: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        following: Any = read_floats(self.move, "move") + 1
        begin, end = read_floats(self.start, "start"), read_floats(self.stop, "stop")
        spans = SurvivalData(end, following, begin, self.weight, self.patient)
        stop, start = merge_ties(spans.time, spans.entry)
        state = SurvivalData(spans.time, self.state).event
        last = max(int(state.max(initial=-1)), int(spans.event.max(initial=0)) - 1)
        if len(state) == 0:
            raise UnsuitableDataError("no span of any patient is left; widen the selection")
        names = self.states if self.states is not None else _number_states(last + 1)
        if len(names) <= last:
            raise UnsuitableDataError(
                f"states has {len(names)} names but codes go up to {last}; name each of them"
            )
        who = np.arange(len(state)) if spans.stratum is None else spans.stratum
        parts: dict[str, Any] = {
            "start": start,
            "stop": stop,
            "state": state,
            "move": np.where(spans.event - 1 == state, STAYS, spans.event - 1),
            "patient": who,
            "weight": spans.weight,
            "states": tuple(names),
        }
        for name, value in parts.items():
            object.__setattr__(self, name, value)
        _check_paths(self)

    def __len__(self) -> int:
        return len(self.stop)

    @property
    def names(self) -> tuple[str, ...]:
        """The states in words."""
        return () if self.states is None else self.states

    @property
    def who(self) -> Integers:
        """Shape (n,), patients numbered from 0."""
        codes: Integers = np.unique(np.asarray(self.patient), return_inverse=True)[1]
        return codes

    @property
    def share(self) -> Floats:
        """Shape (n,), case weights, ones where there are none."""
        return np.ones(len(self)) if self.weight is None else self.weight

    @property
    def transitions(self) -> tuple[tuple[int, int], ...]:
        """The moves that were seen, as pairs of states, ascending."""
        seen = (self.move >= 0) & (self.share > 0)
        pairs = np.unique(np.column_stack([self.state[seen], self.move[seen]]), axis=0)
        return tuple((int(one), int(other)) for one, other in pairs)

    def take(self, rows: npt.ArrayLike) -> StateHistory:
        """Return the spans at ``rows`` (indices or a boolean mask), the states as they are."""
        some = np.asarray(rows)
        who, weight = self.patient, self.weight
        return StateHistory(
            self.start[some],
            self.stop[some],
            self.state[some],
            self.move[some],
            None if who is None else who[some],
            None if weight is None else weight[some],
            self.states,
        )


def follow_states(
    entered: npt.ArrayLike,
    end: npt.ArrayLike,
    states: Sequence[str] | None = None,
    weight: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
) -> StateHistory:
    """Follow patients from state to state, given the day on which each state was entered.

    Everyone is in the first state from time zero. A patient visits the other states in the
    order of their times, and is last seen at ``end``; what is dated later was not seen.

    Args:
        entered: shape (n, s - 1), time at which each patient entered each further state; NaN
            for never.
        end: shape (n,), when each was last seen; who is last seen at time zero is left out.
        states: shape (s,), the states in words.
        weight: shape (n,), case weights.
        entry: shape (n,), time from which each was under observation; earlier spans are left
            out, and the one that holds it is cut.

    Returns:
        The spans, those of one patient together and numbered as the rows of ``entered``.

    Raises:
        UnsuitableDataError: two states entered at the same time, a state entered at time zero
            or before, or nothing left to observe.

    Reference:
        de Wreede LC, Fiocco M, Putter H (2011), doi:10.18637/jss.v038.i07, section 2.1.

    Example:
        >>> history = follow_states([[4, 9], [float("nan"), 7]], end=[9, 7])
        >>> history.state.tolist(), history.move.tolist()
        ([0, 1, 0], [1, 2, 2])
    """
    table = np.atleast_2d(read_floats(entered, "entered"))
    last = SurvivalData(_read_end(end), np.zeros(len(table), np.int64)).time
    if np.any(table <= 0) or np.any(np.isinf(table)):
        raise UnsuitableDataError(
            "a state is entered at time zero or before, or never by being infinite; everyone "
            "begins in the first state, so give times above 0, and NaN for never"
        )
    seen = np.where(table <= last[:, None], table, np.inf)
    order = np.argsort(seen, axis=1, kind="stable")
    time = np.take_along_axis(seen, order, axis=1)
    pairs = (time[:, 1:] == time[:, :-1]) & np.isfinite(time[:, 1:])
    tied = int(np.sum(pairs.any(axis=1)))
    if tied:
        raise UnsuitableDataError(
            f"{tied} patients enter two states at the same time; say which came first by moving "
            "it half a day, or merge the two states"
        )
    return _lay_out(time, order + 1, (last, entry, weight), states)


def _lay_out(
    time: Floats,
    state: Integers,
    others: tuple[Floats, npt.ArrayLike | None, npt.ArrayLike | None],
    states: Sequence[str] | None,
) -> StateHistory:
    """Turn sorted times of entering states into spans."""
    last, entry, weight = others
    n = len(last)
    edge = np.column_stack([np.zeros(n), time, np.full(n, np.inf)])
    held = np.column_stack([np.zeros(n, np.int64), state])
    stop = np.minimum(edge[:, 1:], last[:, None])
    move = np.where(edge[:, 1:] <= last[:, None], np.column_stack([state, held[:, 0]]), STAYS)
    move[:, -1] = STAYS
    begin = np.zeros(n) if entry is None else np.asarray(entry, dtype=np.float64)
    start = np.maximum(edge[:, :-1], begin[:, None])
    kept = np.isfinite(edge[:, :-1]) & (start < stop)
    row = np.nonzero(kept)[0]
    return StateHistory(
        start[kept],
        stop[kept],
        held[kept],
        move[kept],
        row,
        None if weight is None else np.asarray(weight, dtype=np.float64)[row],
        tuple(states) if states is not None else _number_states(time.shape[1] + 1),
    )


def _read_end(end: npt.ArrayLike) -> Floats:
    return read_floats(end, "end")


def _number_states(count: int) -> tuple[str, ...]:
    return tuple(f"state {k}" for k in range(count))


def _check_paths(history: StateHistory) -> None:
    who = history.who
    order = np.lexsort((history.start, who))
    before, after = order[:-1], order[1:]
    same = who[before] == who[after]
    double = int(np.sum(same & (history.start[after] < history.stop[before])))
    if double:
        raise UnsuitableDataError(
            f"{double} spans begin before the patient's last one ends; nobody is in two states at "
            "once"
        )
    left = np.where(history.move[before] >= 0, history.move[before], history.state[before])
    touching = same & (history.start[after] == history.stop[before])
    strange = int(np.sum(touching & (left != history.state[after])))
    if strange:
        raise UnsuitableDataError(
            f"{strange} spans are in another state than the one the patient just moved to; check "
            "the order of spans and their moves"
        )
