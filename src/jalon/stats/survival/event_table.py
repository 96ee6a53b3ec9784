"""Who was at risk, who had an event and who was censored, at each distinct time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.survival.tally import join_ties, sum_from_end, tally

MOST_CAUSES = 64
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """The counts from which survival and incidence curves are computed.

    Tables of two sites can be merged; what is computed from the merged table equals what
    would be computed from the pooled patients.

    Attributes:
        time: shape (m,), distinct times, ascending, entries included.
        at_risk: shape (m,), (weighted) number under observation just before each time.
        events: shape (m, k), (weighted) events of cause 1 to k at each time.
        censored: shape (m,), (weighted) number censored at each time, after its events.
        entered: shape (m,), (weighted) number that comes under observation just after each
            time; patients seen from time zero are not in it.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    entered: Floats

    @property
    def ended(self) -> Floats:
        """Shape (m,), everyone whose follow-up ends at each time."""
        return self.every + self.censored

    @property
    def every(self) -> Floats:
        """Shape (m,), events of any cause at each time."""
        total: Floats = self.events.sum(axis=1)
        return total


def count_events(data: SurvivalData) -> EventTable:
    """Count patients at risk, events of each cause and censorings at each distinct time.

    Args:
        data: n patients; ``weight`` and ``entry`` are honoured, ``stratum`` is not looked at.

    Returns:
        The table, with as many causes as the largest event code (at least one).

    Raises:
        UnsuitableDataError: no patient, or an event code above 64.

    Example:
        >>> table = count_events(SurvivalData(time=[5, 8, 8], event=[1, 0, 2]))
        >>> table.at_risk.tolist(), table.events.tolist()
        ([3.0, 2.0], [[1.0, 0.0], [0.0, 1.0]])
    """
    causes = max(1, int(data.event.max(initial=0)))
    if causes > MOST_CAUSES:
        raise UnsuitableDataError(
            f"event has codes up to {causes}; number the causes 1, 2, … up to {MOST_CAUSES}"
        )
    late = np.full(len(data), causes + 1)
    time, counts = tally(data, data.event, late, causes + 2)
    return _build(time, counts[:, 1 : causes + 1], counts[:, 0], counts[:, causes + 1])


def merge_tables(first: EventTable, second: EventTable) -> EventTable:
    """Merge the counts of two groups of patients, for example of two centres.

    Args:
        first: counts of some patients.
        second: counts of other patients, in the same unit of time.

    Returns:
        The table of all of them.

    Example:
        >>> one = count_events(SurvivalData(time=[5, 8], event=[1, 0]))
        >>> two = count_events(SurvivalData(time=[8], event=[1]))
        >>> merge_tables(one, two).at_risk.tolist()
        [3.0, 2.0]
    """
    time = np.concatenate([first.time, second.time])
    order = np.argsort(time, kind="stable")
    starts = join_ties(time[order])
    causes = max(first.events.shape[1], second.events.shape[1])
    flows = np.vstack([_flows(first, causes), _flows(second, causes)])[order]
    sums = np.add.reduceat(flows, starts, axis=0)
    return _build(time[order][starts], sums[:, :causes], sums[:, causes], sums[:, causes + 1])


def _flows(table: EventTable, causes: int) -> Floats:
    missing = np.zeros((len(table.time), causes - table.events.shape[1]))
    return np.column_stack([table.events, missing, table.censored, table.entered])


def _build(time: Floats, events: Floats, censored: Floats, entered: Floats) -> EventTable:
    # Who ends at this time or later is at risk now, except those still to enter.
    ended = events.sum(axis=1) + censored
    at_risk = sum_from_end(ended - entered)
    # Sums of weights leave a rest of rounding; where all at risk end, none must seem to stay.
    all_end = np.abs(at_risk - ended) <= ROUNDING * ended.sum()
    at_risk = np.where(all_end, ended, at_risk)
    return EventTable(time, at_risk, np.ascontiguousarray(events), censored.copy(), entered.copy())
