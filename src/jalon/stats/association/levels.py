"""The levels of a variable: their names, their order, and each patient's place among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from jalon.core import Integers, UnsuitableDataError

Level = int | float | str | bool


def code_levels(
    values: npt.ArrayLike, name: str, order: Sequence[Level] | None = None
) -> tuple[tuple[Level, ...], Integers]:
    """Number the levels of a variable.

    Args:
        values: shape (n,), one level per patient: numbers, text or booleans.
        name: what the variable is called in messages.
        order: the levels in their order, those without a patient included; ascending when
            None.

    Returns:
        The levels, and shape (n,) the index of each patient's level.

    Raises:
        UnsuitableDataError: no patient, a missing value, a value that is none of the levels,
            or text mixed with numbers.

    Example:
        >>> code_levels(["low", "high", "low"], "grade", order=["low", "high"])
        (('low', 'high'), array([0, 1, 0]))
    """
    array = np.asarray(values)
    if array.ndim != 1 or array.size == 0:
        raise UnsuitableDataError(
            f"{name} has shape {array.shape}; give one value per patient, for at least one patient"
        )
    missing = count_missing(array)
    if missing:
        raise UnsuitableDataError(
            f"{name} is missing for {missing} of {array.size} patients; leave them out or make "
            "them a level of their own"
        )
    if order is None:
        return _sort(array, name)
    levels = tuple(order)
    place = {level: index for index, level in enumerate(levels)}
    code = np.array([place.get(value, -1) for value in array.tolist()], dtype=np.int64)
    if len(place) < len(levels) or np.any(code < 0):
        raise UnsuitableDataError(
            f"{name}: {int(np.sum(code < 0))} patients have none of the {len(levels)} levels "
            "given, or a level is given twice; list every level once"
        )
    return levels, code


def count_missing(array: npt.NDArray[Any]) -> int:
    """Count missing values: NaN, or None among text.

    Args:
        array: any values.

    Returns:
        How many are missing.
    """
    if array.dtype.kind == "f":
        return int(np.count_nonzero(np.isnan(array)))
    if array.dtype.kind != "O":
        return 0
    return sum(value is None or value != value for value in array.ravel().tolist())  # noqa: PLR0124


def _sort(array: npt.NDArray[Any], name: str) -> tuple[tuple[Level, ...], Integers]:
    try:
        levels, code = np.unique(array, return_inverse=True)
    except TypeError as error:
        raise UnsuitableDataError(
            f"{name} mixes text and numbers, which have no common order; write all of them as text"
        ) from error
    return tuple(levels.tolist()), code.astype(np.int64)
