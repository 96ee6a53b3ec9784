"""The patients behind a Cox fit, and their risk sets at its coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.regression.design import read_covariates
from jalon.stats.regression.risk_sets import keep_weighted, require_one_cause


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


def read_clusters(cluster: npt.ArrayLike | None, n: int) -> tuple[Integers, int]:
    """Number the groups in which patients are alike.

    Args:
        cluster: shape (n,), code or name of each row's cluster; None for one per row.
        n: rows of the fit.

    Returns:
        Shape (n,), clusters numbered from 0 in the order of their codes, and their count.

    Raises:
        UnsuitableDataError: another shape, a missing code, or a single cluster.
    """
    if cluster is None:
        return np.arange(n), n
    values = np.asarray(cluster)
    if values.shape != (n,):
        raise UnsuitableDataError(
            f"cluster has shape {values.shape}; give one code for each of the {n} rows of the fit "
            "(those of weight 0 are not among them)"
        )
    # A missing number is not equal to itself.
    if any(value is None or value != value for value in values.tolist()):  # noqa: PLR0124
        raise UnsuitableDataError(
            "cluster is missing for some patients; leave them out before the fit"
        )
    known, codes = np.unique(values, return_inverse=True)
    if len(known) < 2:
        raise UnsuitableDataError("all patients are in one cluster; give at least two")
    return codes.astype(np.int64), len(known)


def sum_clusters(values: Floats, codes: Integers, clusters: int) -> Floats:
    """Sum the rows of each cluster.

    Args:
        values: shape (n,) or (n, p).
        codes: shape (n,), the cluster of each row.
        clusters: number of clusters.

    Returns:
        Shape (clusters,) or (clusters, p).
    """
    total = np.zeros((clusters, *values.shape[1:]))
    np.add.at(total, codes, values)
    return total


def _read_offset(offset: npt.ArrayLike, n: int) -> Floats:
    values = read_floats(offset, "offset")
    if values.shape != (n,) or not np.all(np.isfinite(values)):
        raise UnsuitableDataError(
            f"offset is not one finite number for each of the {n} patients; complete it first"
        )
    return values
