"""Computing a score for a whole registry; equal to the engine on every patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jalon.core.errors import DefinitionError
from jalon.scores.definition import ScoreDefinition
from jalon.scores.engine import refuse_blocked
from jalon.scores.reading import refuse_unknown

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class AssessedColumns:
    """The answers for n patients.

    Attributes:
        points_low: shape (n,), fewest points given what is known; whole numbers, but for a
            formula its lowest value.
        points_high: shape (n,), most points.
        group: shape (n,), index of the risk group, -1 while it is undetermined or where no
            groups are known.
        doubtful: shape (n,), whether a value lies where the sources disagree.
        other_low: shape (n,), fewest points by any reading.
        other_high: shape (n,), most points by any reading.
        flips: shape (n,), whether another reading could give another group.
    """

    points_low: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    points_high: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    group: npt.NDArray[np.int64]
    doubtful: npt.NDArray[np.bool_]
    other_low: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    other_high: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    flips: npt.NDArray[np.bool_]


def assess_many(
    definition: ScoreDefinition,
    columns: Mapping[str, npt.ArrayLike],
    units: Mapping[str, str] | None = None,
) -> AssessedColumns:
    """Compute a score for n patients at once; equal to ``assess`` on each of them.

    Args:
        definition: the score.
        columns: shape (n,) values by item id, by measure or by an item's flag, NaN when not
            known.
        units: unit of a column by its name, where it is not that of the item.

    Returns:
        Points and groups of all patients.

    Raises:
        DefinitionError: as ``assess``, naming rows but no values; or columns of different
            lengths.
    """
    import numpy as np  # noqa: PLC0415 - the bedside assesses one patient and needs no arrays

    from jalon.scores import column, table  # noqa: PLC0415 - they need numpy

    refuse_blocked(definition)
    refuse_unknown(definition, columns)
    refuse_unknown(definition, units or {})
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    sizes = {len(values) for values in arrays.values()}
    if len(sizes) != 1:
        raise DefinitionError(f"{definition.slug}: give columns of one length; seen {sizes}")
    n = sizes.pop()
    items, faults = column.read_columns(definition, arrays, units or {}, n)
    if faults:
        column.raise_fault(faults[0], n)
    if definition.rule == "formula":
        return _assess_values(definition, *table.evaluate_columns(definition, items, n))
    choices = [table.choose(each) for each in table.settle_sets(items)]
    solve = table.look_up if definition.rule == "table" else table.add_up
    low, high, first, last = solve(definition, choices, n)
    doubtful = np.any([each.doubtful for each in choices], axis=0)
    other_low, other_high, flips = low, high, np.zeros(n, dtype=bool)
    if doubtful.any():
        other_low, other_high, other_first, other_last = solve(
            definition, [each.widen() for each in choices], n
        )
        if definition.groups:
            flips = (other_first != first) | (other_last != last)
        else:
            flips = (other_low != low) | (other_high != high)
        flips &= doubtful
    group = np.where(first == last, first, -1).astype(np.int64)
    return AssessedColumns(low, high, group, doubtful, other_low, other_high, flips)


def _assess_values(
    definition: ScoreDefinition, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> AssessedColumns:
    import numpy as np  # noqa: PLC0415 - as above

    from jalon.scores.column import snap_column  # noqa: PLC0415 - it needs numpy

    never = np.zeros(len(low), dtype=bool)
    group = np.full(len(low), -1, dtype=np.int64)
    if definition.formula is not None and definition.groups:
        limits = definition.formula.limits
        first, last = (np.searchsorted(limits, snap_column(end, limits)) for end in (low, high))
        group = np.where(first == last, first, -1).astype(np.int64)
    return AssessedColumns(low, high, group, never, low, high, never)
