"""The patients behind a Cox fit, and their risk sets at its coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.cluster import read_clusters
from jalon.stats.regression.design import read_covariates
from jalon.stats.regression.risk_sets import keep_weighted, require_one_cause

__all__ = ["CoxRows", "read_clusters", "read_rows"]


@dataclass(frozen=True, slots=True, eq=False)
class CoxRows:
    """The patients behind a fit, those of weight 0 left out.

    Attributes:
        x: shape (n, p), covariates as given.
        data: outcomes of the same patients.
        offset: shape (n,), known part of the log hazard, or None.
    """

    x: Floats
    data: SurvivalData
    offset: Floats | None

    def log_hazard(self, coefficients: Floats) -> Floats:
        """Return the log hazard of each patient, offset included, for some coefficients."""
        value: Floats = self.x @ coefficients
        return value if self.offset is None else value + self.offset

    @property
    def weight(self) -> Floats:
        """Case weights, ones where there are none."""
        return np.ones(len(self.data)) if self.data.weight is None else self.data.weight


def read_rows(
    x: npt.ArrayLike,
    data: SurvivalData,
    offset: npt.ArrayLike | None,
    names: Sequence[str] | None,
) -> tuple[CoxRows, tuple[str, ...]]:
    """Read the patients of a fit, and leave out those of weight 0.

    Args:
        x: shape (n, p), covariates.
        data: outcomes of the same patients.
        offset: shape (n,), known part of the log hazard, or None.
        names: shape (p,), the columns in words, or None.

    Returns:
        The rows, and the names of their columns.

    Raises:
        UnsuitableDataError: wrong shapes, no event, or several causes.
    """
    covariates, words = read_covariates(x, len(data), names)
    known = None if offset is None else _read_offset(offset, len(data))
    kept = keep_weighted(data)
    if kept is not None:
        covariates, data = covariates[kept], data.take(kept)
        known = None if known is None else known[kept]
    require_one_cause(data)
    return CoxRows(covariates, data, known), words


def _read_offset(offset: npt.ArrayLike, n: int) -> Floats:
    values = read_floats(offset, "offset")
    if values.shape != (n,) or not np.all(np.isfinite(values)):
        raise UnsuitableDataError(
            f"offset is not one finite number for each of the {n} patients; complete it first"
        )
    return values
