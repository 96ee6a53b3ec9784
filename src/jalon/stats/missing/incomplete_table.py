"""A table with missing values, each column with its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError

Kind = Literal["number", "binary", "ordered"]
MOST_LEVELS = 20
"""An ordered column with more levels than this is better treated as a number."""


@dataclass(frozen=True, slots=True, eq=False)
class IncompleteTable:
    """One row per patient, NaN where a value is missing, and what each column is.

    Attributes:
        values: shape (n, p), NaN where missing, else finite.
        kinds: shape (p,), "number"; "binary", coded 0 and 1; or "ordered", coded by whole
            numbers in order, such as ECOG 0 to 4. A category without order can serve as
            complete binary columns, one for each level but one.
        names: shape (p,), the columns in words, for messages; ``()`` for "column 0", ….

    Raises:
        UnsuitableDataError: another shape, infinite values, codes that do not fit the kind, or
            a row too few.

    Example:
        >>> table = IncompleteTable([[1, 0], [np.nan, 1]], ["number", "binary"], ["ldh", "b"])
        >>> table.missing.sum(axis=0).tolist()
        [1, 0]
    """

    values: Floats
    kinds: tuple[Kind, ...]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 2:
            raise UnsuitableDataError(
                f"the table has {values.ndim} dimensions; give one row per patient and one column "
                "per variable"
            )
        values.setflags(write=False)
        words = tuple(self.names) or tuple(f"column {j}" for j in range(values.shape[1]))
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "kinds", tuple(self.kinds))
        object.__setattr__(self, "names", words)
        _check_shape(values, self.kinds, words)
        for column, kind, name in zip(values.T, self.kinds, words, strict=True):
            _check_column(column, kind, name)

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Shape (n, p), where a value is missing."""
        return np.isnan(self.values)

    def take(self, rows: npt.ArrayLike) -> IncompleteTable:
        """Return the patients at ``rows`` (indices, repeats allowed, or a boolean mask)."""
        return IncompleteTable(self.values[np.asarray(rows)], self.kinds, self.names)


def _check_shape(values: Floats, kinds: Sequence[str], names: Sequence[str]) -> None:
    n, p = values.shape
    if n < 2 or p < 1:
        raise UnsuitableDataError(f"the table has {n} rows and {p} columns; too few to impute")
    if len(kinds) != p or len(names) != p:
        raise UnsuitableDataError(
            f"{len(kinds)} kinds and {len(names)} names for {p} columns; give one per column"
        )


def _check_column(column: Floats, kind: str, name: str) -> None:
    if kind not in get_args(Kind):
        raise UnsuitableDataError(
            f"{name}: kind {kind!r} is not known; choose {', '.join(get_args(Kind))}"
        )
    known = column[~np.isnan(column)]
    if np.any(np.isinf(known)):
        raise UnsuitableDataError(f"{name} holds an infinite value; mark it missing, NaN")
    if kind == "binary" and not np.all((known == 0) | (known == 1)):
        raise UnsuitableDataError(f"{name} is binary but not coded 0 and 1; recode it")
    if kind == "ordered":
        if np.any(known != np.rint(known)):
            raise UnsuitableDataError(f"{name} is ordered but not coded by whole numbers")
        if len(np.unique(known)) > MOST_LEVELS:
            raise UnsuitableDataError(
                f"{name} is ordered with more than {MOST_LEVELS} levels; call it a number"
            )
