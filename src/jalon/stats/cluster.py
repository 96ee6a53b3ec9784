"""Groups in which patients are alike: centres, matched pairs, rows of one patient."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError


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
