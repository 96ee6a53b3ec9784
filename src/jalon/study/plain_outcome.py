"""Times, events, entries, weights and centres of a CSV file without a dictionary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData
from jalon.core.errors import DataFileError
from jalon.study.plain_table import PlainTable

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OutcomeColumns:
    """Which columns say what happened, and when.

    Attributes:
        time: follow-up from time zero.
        event: 0 censored, 1 event, or one number per cause; or yes and no.
        entry: time from which a patient was observed; None for time zero.
        weight: case weights; None for one each.
        stratum: centres, each with its own baseline hazard; None for one.
        cause: which cause is awaited, where there are several; 0 where there is one.
        incidence: learn for the cumulative incidence of the cause instead of its hazard.
    """

    time: str
    event: str
    entry: str | None = None
    weight: str | None = None
    stratum: str | None = None
    cause: int = 0
    incidence: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are named."""
        every = (self.time, self.event, self.entry, self.weight, self.stratum)
        return tuple(name for name in every if name)


@dataclass(frozen=True, slots=True, eq=False)
class PlainOutcome:
    """What happened to the patients of a file.

    Attributes:
        known: shape (n,), rows of the file with all of it known.
        data: outcomes of these rows, 1 the awaited cause and 2 any other.
    """

    known: Mask
    data: SurvivalData


def read_outcome(table: PlainTable, columns: OutcomeColumns) -> PlainOutcome:
    """Read what happened to each patient.

    Args:
        table: the file.
        columns: which columns say so.

    Returns:
        Outcomes of the patients for whom all of it is known.

    Raises:
        DataFileError: an unknown column, or cells that cannot be meant, with their lines.
    """
    time = table.numbers(columns.time, "--time")
    table.refuse_rows(
        time < 0, columns.time, "this time is negative; count from time zero, never before"
    )
    event = _read_event(table, columns)
    known = ~np.isnan(time) & ~np.isnan(event)
    entry = weight = None
    if columns.entry:
        entry = table.numbers(columns.entry, "--entry")
        table.refuse_rows(
            entry >= time, columns.entry, f"this entry is not before {columns.time}; each patient "
            "must be observed for some time",
        )  # fmt: skip
        known &= ~np.isnan(entry)
    if columns.weight:
        weight = _read_weight(table, columns.weight)
        known &= ~np.isnan(weight)
    stratum = None
    if columns.stratum:
        stratum, named = _read_stratum(table, columns)
        known &= named
    if not known.any():
        raise DataFileError(
            table.path, f"no row has all of {', '.join(columns.names)}; is one of them empty?"
        )
    whole = SurvivalData(
        time[known],
        event[known].astype(np.int64),
        None if entry is None else entry[known],
        None if weight is None else weight[known],
        None if stratum is None else stratum[known],
    )
    return PlainOutcome(known, whole)


def _read_event(table: PlainTable, columns: OutcomeColumns) -> Floats:
    """Return 1 for the awaited event, 2 for another one, 0 for none, NaN where not known."""
    name = columns.event
    table.text(name, "--event")
    flags = table.flags(name)
    if flags is not None:
        return flags
    if not table.is_number(name):
        table.refuse_rows(
            table.text(name).is_not_null().to_numpy(), name,
            "expected 0 for censored and 1 for the event (or no and yes), found other text",
        )  # fmt: skip
    values = table.numbers(name)
    table.refuse_rows(
        (values < 0) | (values != np.round(values)) & ~np.isnan(values), name,
        "expected 0 for censored, 1 for the event, 2, … for other causes",
    )  # fmt: skip
    seen = np.unique(values[~np.isnan(values)]).astype(np.int64).tolist()
    codes = [code for code in seen if code]
    if columns.cause:
        if columns.cause not in codes:
            raise DataFileError(
                table.path, f"nobody has event {columns.cause}; the causes are "
                f"{', '.join(map(str, codes)) or 'none'}", column=name,
            )  # fmt: skip
        recoded = np.where(values == columns.cause, 1.0, np.where(values > 0, 2.0, values))
        return recoded.astype(np.float64)
    if len(codes) > 1:
        hint = "code censored as 0" if 0 not in seen else "say which one with --cause"
        raise DataFileError(
            table.path, f"holds {', '.join(map(str, seen))}: several kinds of event; {hint}",
            column=name,
        )  # fmt: skip
    if codes and codes != [1]:
        raise DataFileError(
            table.path, f"holds no 1; if {codes[0]} is the event add --cause {codes[0]}",
            column=name,
        )  # fmt: skip
    return values


def _read_weight(table: PlainTable, name: str) -> Floats:
    weight = table.numbers(name, "--weight")
    table.refuse_rows(weight < 0, name, "this weight is negative; weights are 0 or more")
    if not np.nansum(weight):
        raise DataFileError(table.path, "every weight is 0, so no patient counts", column=name)
    return weight


def name_strata(table: PlainTable, columns: OutcomeColumns) -> tuple[str, ...]:
    """Return the names of the strata, by their code; none where there are no strata."""
    if not columns.stratum:
        return ()
    return tuple(sorted(table.text(columns.stratum, "--stratum").drop_nulls().unique().to_list()))


def _read_stratum(table: PlainTable, columns: OutcomeColumns) -> tuple[Integers, Mask]:
    texts = table.text(columns.stratum or "", "--stratum")
    code = {text: k for k, text in enumerate(name_strata(table, columns))}
    filled = [code.get(text, 0) for text in texts.to_list()]
    return np.array(filled, dtype=np.int64), texts.is_not_null().to_numpy()
