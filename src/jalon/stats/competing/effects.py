"""Reading the covariates of a Fine-Gray regression, steady or changing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.competing.fine_gray_fit import ChangingEffects
from jalon.stats.regression.design import read_covariates


def read_effects(
    x: npt.ArrayLike | ChangingEffects, n: int | None, names: Sequence[str] | None
) -> tuple[Floats, tuple[str, ...]]:
    """Read covariates as one table, fixed effects before changing ones.

    Args:
        x: shape (n, p), or both kinds of effect.
        n: number of patients; None for as many as there are rows.
        names: the columns in words; None to number them.

    Returns:
        The table and the names.

    Raises:
        UnsuitableDataError: another shape, or not one name per column.
    """
    if not isinstance(x, ChangingEffects):
        table = read_floats(x, "x")
    elif x.fixed is None:
        table = read_floats(x.changing, "changing")
    else:
        table = _join(x)
    return read_covariates(table, len(table) if n is None and table.ndim else n or 0, names)


def find_factor(x: npt.ArrayLike | ChangingEffects, times: Floats) -> Floats:
    """Return what multiplies each changing covariate at each time.

    Args:
        x: the covariates.
        times: shape (m,), times of an event.

    Returns:
        Shape (m, q), with q = 0 when all effects are steady.

    Raises:
        UnsuitableDataError: the function gives another shape, or no finite number.
    """
    if not isinstance(x, ChangingEffects):
        return np.empty((len(times), 0))
    q = np.asarray(x.changing).shape[1]
    values = read_floats(x.function(times), "function")
    if values.shape == (len(times),):
        values = np.repeat(values[:, np.newaxis], q, axis=1)
    if values.shape != (len(times), q):
        raise UnsuitableDataError(
            f"function gives shape {values.shape} for {len(times)} times and {q} changing "
            "columns; give one number per time, or one row of them"
        )
    if not np.all(np.isfinite(values)):
        raise UnsuitableDataError(
            "function is missing or infinite at some time of an event (a logarithm at time 0?); "
            "choose one that is finite from the first event to the last"
        )
    return values


def _join(x: ChangingEffects) -> Floats:
    fixed = read_floats(() if x.fixed is None else x.fixed, "fixed")
    changing = read_floats(x.changing, "changing")
    if fixed.ndim != 2 or changing.ndim != 2 or len(fixed) != len(changing):
        raise UnsuitableDataError(
            f"fixed has shape {fixed.shape} and changing {changing.shape}; give both one row per "
            "patient and one column per covariate"
        )
    return np.hstack([fixed, changing])
