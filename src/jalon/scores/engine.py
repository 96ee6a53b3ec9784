"""Computing a score for one patient or for a whole registry. Missing is never zero."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jalon.core.errors import DefinitionError
from jalon.scores.definition import Group, Item, ScoreDefinition

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one item adds: from ``low`` to ``high`` points, equal when its value is known."""

    item: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer for one patient.

    Attributes:
        points_low: fewest points the patient can have, given what is known.
        points_high: most points; equal to ``points_low`` when nothing is missing.
        group: the risk group, or None while it is undetermined.
        possible: every group that is still possible, rising.
        missing: items that are not known.
        contributions: what each item adds.
    """

    points_low: int
    points_high: int
    group: Group | None
    possible: tuple[Group, ...]
    missing: tuple[str, ...]
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AssessedColumns:
    """The answers for n patients.

    Attributes:
        points_low: shape (n,), fewest points given what is known.
        points_high: shape (n,), most points.
        group: shape (n,), index of the risk group, -1 while it is undetermined.
    """

    points_low: npt.NDArray[np.int64]
    points_high: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]


def assess(definition: ScoreDefinition, inputs: Mapping[str, float | None]) -> Assessment:
    """Compute a score for one patient.

    Args:
        definition: the score.
        inputs: values by item id, in the definition's units, or 0/1 by an item's flag;
            None, NaN or left out when not known.

    Returns:
        Points as a range when items are missing, and the group when it is already certain.

    Raises:
        DefinitionError: an input the score does not know, a flag that is not 0 or 1, or a
            value and a flag that contradict each other.
    """
    _refuse_unknown(definition, inputs)
    parts = tuple(_contribute(item, inputs) for item in definition.items)
    low, high = sum(part.low for part in parts), sum(part.high for part in parts)
    possible = tuple(g for g in definition.groups if g.low <= high and g.high >= low)
    return Assessment(
        points_low=low,
        points_high=high,
        group=possible[0] if len(possible) == 1 else None,
        possible=possible,
        missing=tuple(
            item.id
            for item in definition.items
            if _known(inputs.get(item.id)) is None and _known(inputs.get(item.flag or "")) is None
        ),
        contributions=parts,
    )


def _refuse_unknown(definition: ScoreDefinition, names: Iterable[str]) -> None:
    known = {name for item in definition.items for name in (item.id, item.flag) if name}
    unknown = sorted(set(names) - known)
    if unknown:
        raise DefinitionError(
            f"{definition.slug} has no item {', '.join(unknown)}; it asks for "
            f"{', '.join(sorted(known))}"
        )


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _contribute(item: Item, inputs: Mapping[str, float | None]) -> Contribution:
    value = _known(inputs.get(item.id))
    flag = _known(inputs.get(item.flag)) if item.flag else None
    if flag is not None and flag not in (0.0, 1.0):
        raise DefinitionError(f"{item.flag}: {flag:g} is neither 0 nor 1")
    by_value = None if value is None else item.points_for(value)
    by_flag = None if flag is None else item.steps[int(flag)].points
    if by_value is not None and by_flag is not None and by_value != by_flag:
        raise DefinitionError(
            f"{item.id} and {item.flag} contradict each other; give the value alone"
        )
    points = by_value if by_value is not None else by_flag
    if points is None:
        return Contribution(item.id, *item.range)
    return Contribution(item.id, points, points)


def assess_many(
    definition: ScoreDefinition, columns: Mapping[str, npt.ArrayLike]
) -> AssessedColumns:
    """Compute a score for n patients at once; equal to ``assess`` on each of them.

    Args:
        definition: the score.
        columns: shape (n,) values by item id or by an item's flag, NaN when not known.

    Returns:
        Points and groups of all patients.

    Raises:
        DefinitionError: as ``assess``, or columns of different lengths.
    """
    import numpy as np  # noqa: PLC0415 - the bedside assesses one patient and needs no arrays

    _refuse_unknown(definition, columns)
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    sizes = {len(values) for values in arrays.values()}
    if len(sizes) != 1:
        raise DefinitionError(f"{definition.slug}: give columns of one length; seen {sizes}")
    low = np.zeros(sizes.pop(), dtype=np.int64)
    high = low.copy()
    for item in definition.items:
        points = _points_column(item, arrays, len(low))
        fewest, most = item.range
        missing = np.isnan(points)
        low += np.where(missing, fewest, points).astype(np.int64)
        high += np.where(missing, most, points).astype(np.int64)
    tops = np.array([group.high for group in definition.groups])
    group = np.searchsorted(tops, low)
    certain = group == np.searchsorted(tops, high)
    return AssessedColumns(low, high, np.where(certain, group, -1).astype(np.int64))


def _points_column(
    item: Item, arrays: Mapping[str, npt.NDArray[np.float64]], n: int
) -> npt.NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415 - as above

    missing = np.full(n, np.nan)
    value = arrays.get(item.id, missing)
    by_value = np.full(n, float(item.steps[0].points))
    for step in item.steps[1:]:
        holds = value > step.limit if step.above is not None else value >= step.limit
        by_value = np.where(holds, step.points, by_value)
    by_value = np.where(np.isnan(value), np.nan, by_value)
    flag = arrays.get(item.flag or "", missing)
    if not np.all(np.isnan(flag) | (flag == 0) | (flag == 1)):
        raise DefinitionError(f"{item.flag}: holds values that are neither 0 nor 1")
    by_flag = np.where(flag == 1, item.steps[-1].points, item.steps[0].points)
    by_flag = np.where(np.isnan(flag), np.nan, by_flag)
    clash = int(np.sum(by_value != by_flag) - np.sum(np.isnan(by_value) | np.isnan(by_flag)))
    if clash:
        raise DefinitionError(
            f"{item.id} and {item.flag} contradict each other for {clash} of {n} patients; "
            "give the value alone"
        )
    points: npt.NDArray[np.float64] = np.where(np.isnan(by_value), by_flag, by_value)
    return points
