"""The two arms of a comparison: who received the treatment, and numbers beside each patient."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.arguments import read_floats

Flags = npt.NDArray[np.bool_]


def read_arms(treated: npt.ArrayLike) -> Flags:
    """Read who received the treatment.

    Args:
        treated: shape (n,), 1 or True for the treated, 0 or False for the controls.

    Returns:
        Shape (n,), True for the treated.

    Raises:
        UnsuitableDataError: another shape, a missing value, a code that is neither 0 nor 1,
            or an arm without patients.

    Example:
        >>> read_arms([1, 0, 1]).tolist()
        [True, False, True]
    """
    try:
        values = np.asarray(treated, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UnsuitableDataError(
            "treated is not a number; code it 1 treated, 0 control"
        ) from error
    if values.ndim != 1:
        raise UnsuitableDataError(
            f"treated has {values.ndim} dimensions; give one value per patient"
        )
    missing = int(np.count_nonzero(np.isnan(values)))
    if missing:
        raise UnsuitableDataError(
            f"treated is missing for {missing} of {values.size} patients; leave them out"
        )
    if not np.all((values == 0) | (values == 1)):
        raise UnsuitableDataError(
            "treated has codes other than 0 and 1; code it 1 treated, 0 control"
        )
    arms: Flags = values == 1
    count = int(arms.sum())
    if count in (0, arms.size):
        raise UnsuitableDataError(
            f"{count} of {arms.size} patients are treated; a comparison needs both arms"
        )
    return arms


def read_column(values: npt.ArrayLike, n: int, name: str) -> Floats:
    """Read one finite number for each patient.

    Args:
        values: shape (n,), the numbers.
        n: how many patients there are.
        name: what the numbers are, for messages.

    Returns:
        The numbers.

    Raises:
        UnsuitableDataError: another number of values, or some missing or infinite.
    """
    column = read_floats(values, name)
    if column.shape != (n,):
        raise UnsuitableDataError(
            f"{name} has shape {column.shape} but there are {n} patients; give one per patient"
        )
    bad = int(np.count_nonzero(~np.isfinite(column)))
    if bad:
        raise UnsuitableDataError(
            f"{name} is missing or infinite for {bad} of {n} patients; leave them out or complete "
            "them first"
        )
    return column


def read_weight(weight: npt.ArrayLike | None, arms: Flags) -> Floats:
    """Read weights that leave somebody in each arm.

    Args:
        weight: shape (n,), weights >= 0, 0 for a patient who is left out; None for one each.
        arms: shape (n,), True for the treated.

    Returns:
        Shape (n,), the weights.

    Raises:
        UnsuitableDataError: negative or missing weights, or all of one arm 0.
    """
    if weight is None:
        return np.ones(arms.size)
    column = read_column(weight, arms.size, "weight")
    if np.any(column < 0):
        raise UnsuitableDataError("weight is negative for some patients; weights are >= 0")
    for arm, word in ((arms, "treated"), (~arms, "control")):
        if not np.any(column[arm] > 0):
            raise UnsuitableDataError(
                f"every {word} patient has weight 0; nobody is left to compare"
            )
    return column


def code_strata(strata: npt.ArrayLike | None, n: int) -> Integers:
    """Number the strata within which patients are matched.

    Args:
        strata: shape (n,), or (n, v) when patients must agree on v variables: numbers, text
            or booleans; None for one stratum.
        n: how many patients there are.

    Returns:
        Shape (n,), codes from 0.

    Raises:
        UnsuitableDataError: another number of rows, or a missing value.

    Example:
        >>> code_strata(["b", "a", "b"], 3).tolist()
        [1, 0, 1]
    """
    if strata is None:
        return np.zeros(n, dtype=np.int64)
    table = np.asarray(strata)
    if table.ndim not in (1, 2) or len(table) != n:
        raise UnsuitableDataError(
            f"strata has shape {table.shape} but there are {n} patients; give one row per patient"
        )
    code = np.zeros(n, dtype=np.int64)
    for column in table.reshape(n, -1).T:
        missing = sum(map(_is_missing, column.tolist()))
        if missing:
            raise UnsuitableDataError(
                f"strata is missing for {missing} of {n} patients; leave them out or make them a "
                "stratum of their own"
            )
        levels, level = np.unique(column, return_inverse=True)
        _, code = np.unique(code * len(levels) + level, return_inverse=True)
    return code.astype(np.int64)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
