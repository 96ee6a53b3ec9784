"""Dated facts become a time and an event, with the reason for every patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jalon.core import Floats, SurvivalData
from jalon.core.errors import DefinitionError, UnsuitableDataError
from jalon.core.units import DAYS_PER, TimeUnit
from jalon.dictionary import suggest
from jalon.endpoints.endpoint import Endpoint
from jalon.endpoints.fact import Fact

CENSORED = "censored: last seen"


@dataclass(frozen=True, slots=True, eq=False)
class DerivedEndpoint:
    """An endpoint for every patient of a cohort.

    Attributes:
        endpoint: which one.
        data: time in days and event indicator.
        reason: why each patient's follow-up ends there: the event's name, or
            "censored: last seen".
        causes: label of each cause code, in English.
    """

    endpoint: Endpoint
    data: SurvivalData
    reason: tuple[str, ...]
    causes: Mapping[int, str]


def derive(
    endpoint: Endpoint,
    frame: pl.DataFrame,
    facts: Sequence[Fact],
    last_seen: str,
    unit: TimeUnit,
) -> DerivedEndpoint:
    """Find, for every patient, the first event that happened, else the last contact.

    Follow-up for one event may end before the patient was last seen, so only events that
    happened compete for being first: in the Rotterdam data 43 patients died without
    recurrence after the search for recurrences had ended. When two happened on the same
    day, the event of interest counts: a relapse recorded on the day of death came before it.

    Args:
        endpoint: what counts as an event.
        frame: one row per patient.
        facts: where the file holds the events; events that the endpoint does not use are
            passed over.
        last_seen: the column with the time of last contact.
        unit: the unit of all time columns.

    Returns:
        Time in days, event indicator and reason, in the order of the rows.

    Raises:
        DefinitionError: facts that do not suffice for the endpoint, or a column that is not
            there.
        UnsuitableDataError: patients whose time or event is missing.

    Example:
        >>> from jalon.endpoints import find_endpoint
        >>> frame = pl.DataFrame({"months": [12.0, 30.0], "dead": [1, 0]})
        >>> facts = [Fact("death", "months", "dead")]
        >>> derived = derive(find_endpoint("overall_survival"), frame, facts, "months", "months")
        >>> derived.data.time.tolist(), derived.reason
        ([365.25, 913.125], ('death', 'censored: last seen'))
    """
    used = _choose(endpoint, facts)
    _check_columns(frame, used, last_seen)
    happened = np.column_stack([_happened(frame, fact) for fact in used])
    times = np.column_stack([_times(frame, fact.time) for fact in used])
    seen = _times(frame, last_seen)
    _check_known(endpoint, frame, used, (happened, times, seen))
    times = np.where(happened == 1, times, np.inf)
    first = np.argmin(times, axis=1)
    ended = happened.max(axis=1) == 1
    days = np.where(ended, times.min(axis=1), seen) * DAYS_PER[unit]
    codes = np.array([endpoint.codes[fact.event] for fact in used])
    names = [fact.event for fact in used]
    reason = tuple(names[k] if event else CENSORED for k, event in zip(first, ended, strict=True))
    data = SurvivalData(time=days, event=np.where(ended, codes[first], 0))
    causes = {cause.code: cause.label_en for cause in endpoint.causes}
    return DerivedEndpoint(endpoint, data, reason, causes)


def _choose(endpoint: Endpoint, facts: Sequence[Fact]) -> list[Fact]:
    """Keep the facts that count, in the endpoint's order of precedence."""
    names = {fact.event for fact in facts}
    if not any(set(enough) <= names for enough in endpoint.sufficient):
        ways = " or ".join(" and ".join(enough) for enough in endpoint.sufficient)
        raise DefinitionError(
            f"{endpoint.label_en} needs to know {ways}; the file's facts are "
            f"{', '.join(sorted(names)) or 'none'}"
        )
    order = list(endpoint.codes)
    return sorted(
        (fact for fact in facts if fact.event in order), key=lambda fact: order.index(fact.event)
    )


def _check_columns(frame: pl.DataFrame, facts: Sequence[Fact], last_seen: str) -> None:
    for name in (last_seen, *(name for fact in facts for name in (fact.time, fact.column))):
        if name not in frame.columns:
            raise DefinitionError(
                f"there is no column {name}{suggest(name, frame.columns)} to derive from"
            )


def _happened(frame: pl.DataFrame, fact: Fact) -> Floats:
    values = frame[fact.column]
    if values.dtype == pl.String:
        return (values == str(fact.equals)).cast(pl.Float64).to_numpy()
    try:
        equals = float(fact.equals)
    except ValueError as error:
        raise DefinitionError(
            f"{fact.event} happened when {fact.column} equals a text, but it holds numbers"
        ) from error
    return (values == equals).cast(pl.Float64).to_numpy()


def _times(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].cast(pl.Float64).to_numpy()


def _check_known(
    endpoint: Endpoint,
    frame: pl.DataFrame,
    facts: Sequence[Fact],
    found: tuple[Floats, Floats, Floats],
) -> None:
    happened, times, seen = found
    undated = (happened == 1) & np.isnan(times)
    unknown: npt.NDArray[np.bool_] = np.isnan(happened).any(axis=1) | undated.any(axis=1)
    unknown |= (happened == 0).all(axis=1) & np.isnan(seen)
    if unknown.any():
        columns = list(dict.fromkeys(n for fact in facts for n in (fact.time, fact.column)))
        raise UnsuitableDataError(
            f"{endpoint.label_en} is unknown for {int(unknown.sum()):,} of {frame.height:,} "
            "patients, whose time or event is missing; leave them out with a criterion "
            f"known = {columns}"
        )
