"""Time-to-event outcomes as arrays with names, never positions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from jalon.core.errors import UnsuitableDataError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

NO_NUMBERS = "cmMV"
"""Kinds of arrays that numpy would turn into numbers without a word: complex, spans, dates."""

LARGEST = 1e15
"""Codes up to this are exact in floating point."""


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalData:
    """When each patient was last seen, and whether the event had happened by then.

    Attributes:
        time: shape (n,), follow-up from time zero, finite and >= 0, in any one unit.
        event: shape (n,), the event indicator: 0 censored, k an event of cause k >= 1.
        entry: shape (n,), time from which the patient was under observation (left
            truncation), strictly below ``time``; None when everyone was seen from zero.
        weight: shape (n,), case weights, finite and >= 0; None for one each.
        stratum: shape (n,), integer code of the group with its own baseline hazard
            (usually the centre); None for one stratum.

    Raises:
        UnsuitableDataError: arrays of different lengths, text or dates, missing or infinite
            values, negative times or weights, events that are not whole numbers >= 0, or an
            entry that is not before its time.

    Example:
        >>> data = SurvivalData(time=[5, 8, 8], event=[1, 0, 1])
        >>> len(data), data.event.tolist()
        (3, [1, 0, 1])
    """

    time: Floats
    event: Integers
    entry: Floats | None = None
    weight: Floats | None = None
    stratum: Integers | None = None

    def __post_init__(self) -> None:
        _set(self, "time", _floats(self.time, "time"))
        _set(self, "event", _whole(self.event, "event"))
        if self.entry is not None:
            _set(self, "entry", _floats(self.entry, "entry"))
        if self.weight is not None:
            _set(self, "weight", _floats(self.weight, "weight"))
        if self.stratum is not None:
            _set(self, "stratum", _whole(self.stratum, "stratum"))
        _check(self)

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: npt.ArrayLike) -> SurvivalData:
        """Return the patients at ``rows`` (indices, repeats allowed, or a boolean mask)."""
        index = np.asarray(rows)
        parts: dict[str, Any] = {}
        for field in fields(self):
            column = getattr(self, field.name)
            parts[field.name] = None if column is None else column[index]
        return SurvivalData(**parts)

    def cause(self, k: int) -> SurvivalData:
        """Return the same patients with cause ``k`` as the event, others censored."""
        event = (self.event == k).astype(np.int64)
        return SurvivalData(self.time, event, self.entry, self.weight, self.stratum)


def _set(data: SurvivalData, name: str, value: Any) -> None:
    value.setflags(write=False)
    object.__setattr__(data, name, value)


def _floats(values: npt.ArrayLike, name: str) -> Floats:
    try:
        kind = np.asarray(values).dtype.kind
        array = None if kind in NO_NUMBERS else np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        array = None
    if array is None:
        raise UnsuitableDataError(
            f"{name} is not a list of numbers; turn text, dates and categories into numbers first, "
            "one for each patient"
        )
    if array.ndim != 1:
        raise UnsuitableDataError(f"{name} has {array.ndim} dimensions; give one value per patient")
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if bad:
        raise UnsuitableDataError(
            f"{name} is missing or infinite for {bad} of {array.size} patients; leave them out or "
            "complete them first"
        )
    return array


def _whole(values: npt.ArrayLike, name: str) -> Integers:
    array = _floats(values, name)
    if np.any(array != np.round(array)):
        raise UnsuitableDataError(
            f"{name} holds values that are not whole numbers; code it 0, 1, …"
        )
    if np.any(np.abs(array) > LARGEST):
        raise UnsuitableDataError(
            f"{name} holds a number beyond {LARGEST:.0e}; it is a code, use 0, 1, …"
        )
    return array.astype(np.int64)


def _check(data: SurvivalData) -> None:
    for field in fields(data):
        column = getattr(data, field.name)
        if column is not None and len(column) != len(data.time):
            raise UnsuitableDataError(
                f"{field.name} has {len(column)} values but time has {len(data.time)}; "
                "give one per patient"
            )
    if np.any(data.time < 0):
        raise UnsuitableDataError(
            f"time is negative for {int(np.sum(data.time < 0))} patients; count from time zero"
        )
    if np.any(data.event < 0):
        raise UnsuitableDataError(
            "event is negative; code it 0 censored, 1 event, 2 other cause, …"
        )
    if data.weight is not None and np.any(data.weight < 0):
        raise UnsuitableDataError("weight is negative for some patients; weights are >= 0")
    if data.entry is not None and np.any(data.entry >= data.time):
        late = int(np.sum(data.entry >= data.time))
        raise UnsuitableDataError(
            f"entry is not before time for {late} patients; each must be observed for some time"
        )
