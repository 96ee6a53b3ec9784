"""Patients counted by their total points: all that groups of totals are judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class TotalTable:
    """How many patients of each total are at risk, and have the event, at each time of an event.

    Sums over the totals below a limit are kept, so that any run of neighbouring totals is one
    subtraction.

    Attributes:
        levels: shape (j,), distinct totals, rising.
        size: shape (j,), (weighted) patients of each total.
        at_risk: shape (j + 1, t), row i counts the patients at risk among the first i totals.
        deaths: shape (j + 1, t), the same for events.
        died: shape (t,), all events at each time.
        stratum: shape (t,), stratum of each time; times fall within a stratum.
    """

    levels: Integers
    size: Floats
    at_risk: Floats
    deaths: Floats
    died: Floats
    stratum: Integers

    @property
    def events(self) -> Floats:
        """Shape (j,), (weighted) events of each total."""
        return np.diff(self.deaths.sum(axis=1))


def count_totals(total: npt.ArrayLike, data: SurvivalData) -> TotalTable:
    """Count patients by total and time of event, stratum by stratum.

    Args:
        total: shape (n,), whole points of each patient.
        data: outcomes of the same patients, event 1 being the event; ``weight``, ``entry`` and
            ``stratum`` are honoured, and patients of weight 0 are left out.

    Returns:
        The counts.

    Raises:
        UnsuitableDataError: totals that are not whole, or not one per patient.
    """
    points = read_totals(total, data)
    weight = np.ones(len(data)) if data.weight is None else data.weight
    stratum = np.zeros(len(data), dtype=np.int64) if data.stratum is None else data.stratum
    held = np.flatnonzero(weight > 0)
    levels, code = np.unique(points[held], return_inverse=True)
    time, entered = merge_ties(data.time, data.entry)
    order = held[np.lexsort((-time[held], stratum[held]))]
    where = np.empty(len(data), dtype=np.int64)
    where[held] = code
    late = np.empty(0, dtype=np.int64)
    entry = time if entered is None else entered
    if entered is not None:
        late = held[np.lexsort((-entry[held], stratum[held]))]
    event = weight * (data.event == 1)
    at_risk, deaths, strata = _tally(
        where, time, entry, stratum, weight, event, order, late, len(levels)
    )
    return TotalTable(
        levels=levels.astype(np.int64),
        size=np.bincount(code, weights=weight[held]).astype(np.float64),
        at_risk=_stack(at_risk),
        deaths=_stack(deaths),
        died=deaths.sum(axis=1),
        stratum=strata,
    )


def read_totals(total: npt.ArrayLike, data: SurvivalData) -> Integers:
    """Return totals as whole numbers, one per patient.

    Args:
        total: shape (n,), total points.
        data: outcomes of the same patients.

    Returns:
        Shape (n,).

    Raises:
        UnsuitableDataError: missing or broken totals, or another number of them.
    """
    given = np.asarray(total)
    if given.shape != (len(data),):
        raise UnsuitableDataError(
            f"total has shape {given.shape} but there are {len(data)} patients; give one total "
            "per patient"
        )
    values = given.astype(np.float64)
    bad = int(np.sum(~np.isfinite(values)))
    if bad:
        raise UnsuitableDataError(
            f"total is missing or infinite for {bad} of {len(data)} patients; leave out patients "
            "with an unknown item"
        )
    if np.any(values != np.round(values)):
        raise UnsuitableDataError("total holds values that are not whole; give points, not risks")
    return values.astype(np.int64)


def _stack(rows: Floats) -> Floats:
    """Sums over the first i totals, one row per i, times side by side."""
    stacked = np.zeros((rows.shape[1] + 1, rows.shape[0]))
    np.cumsum(rows.T, axis=0, out=stacked[1:])
    return stacked


@njit(cache=True, nogil=True)
def _tally(  # noqa: PLR0913, PLR0917 # pragma: no cover - compiled, takes plain arrays
    code: Integers,
    time: Floats,
    entry: Floats,
    stratum: Integers,
    weight: Floats,
    event: Floats,
    order: Integers,
    late: Integers,
    levels: int,
) -> tuple[Floats, Floats, Integers]:
    rows = 0
    for step in range(2):  # count the rows, then fill them
        at_risk = np.zeros((rows, levels))
        deaths = np.zeros((rows, levels))
        strata = np.zeros(rows, dtype=np.int64)
        running, row, i, k = np.zeros(levels), 0, 0, 0
        while i < order.size:
            first = order[i]
            last, died = i, 0.0
            while last < order.size and (
                time[order[last]] == time[first] and stratum[order[last]] == stratum[first]
            ):
                running[code[order[last]]] += weight[order[last]]
                died += event[order[last]]
                last += 1
            # Who entered at this time or later is not yet under observation.
            while k < late.size and (
                stratum[late[k]] == stratum[first] and entry[late[k]] >= time[first]
            ):
                running[code[late[k]]] -= weight[late[k]]
                k += 1
            if died > 0:
                if step == 1:
                    at_risk[row] = running
                    strata[row] = stratum[first]
                    for j in range(i, last):
                        deaths[row, code[order[j]]] += event[order[j]]
                row += 1
            if last < order.size and stratum[order[last]] != stratum[first]:
                running[:] = 0.0
                while k < late.size and stratum[late[k]] == stratum[first]:
                    k += 1
            i = last
        rows = row
    return at_risk, deaths, strata
