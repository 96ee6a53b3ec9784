"""One chunk of the patients of a Cox model: read, and its covariates measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.regression.cox_rows import CoxRows
from jalon.stats.regression.design import read_covariates
from jalon.stats.regression.risk_sets import keep_weighted, require_one_cause


@dataclass(frozen=True, slots=True, eq=False)
class CoxMoments:
    """What standardises the covariates of some patients.

    Attributes:
        n: patients.
        events: events among them.
        weight: their total weight.
        mean: shape (p,), weighted means.
        squares: shape (p,), sum of squared distances from the mean of all, unweighted.
        range: shape (2, p), lowest and highest values.
    """

    n: int
    events: int
    weight: float
    mean: Floats
    squares: Floats
    range: Floats

    @property
    def scale(self) -> Floats:
        """Shape (p,), standard deviations."""
        return np.asarray(np.sqrt(self.squares / self.n))


def read_chunk(
    x: npt.ArrayLike, data: SurvivalData, names: Sequence[str] | None
) -> tuple[CoxRows, tuple[str, ...]]:
    """Read some of the patients of a fit, among whom there may be no event.

    Args:
        x: shape (n, p), covariates.
        data: outcomes of the same patients.
        names: shape (p,), the columns in words, or None.

    Returns:
        The rows of weight above 0, and the names of their columns.

    Raises:
        UnsuitableDataError: wrong shapes, a missing value, nobody, or several causes.
    """
    covariates, words = read_covariates(x, len(data), names)
    kept = keep_weighted(data)
    if kept is not None:
        covariates, data = covariates[kept], data.take(kept)
    if len(data) == 0:
        raise UnsuitableDataError("a chunk holds no patient; leave it out")
    if not np.all(np.isfinite(covariates)):
        raise UnsuitableDataError(
            "covariates are missing or infinite; leave the patients out or impute first"
        )
    if data.event.any():
        require_one_cause(data)
    return CoxRows(covariates, data, None), words


def measure_chunk(rows: CoxRows) -> CoxMoments:
    """Measure the covariates of one chunk.

    Args:
        rows: its patients, at least one.

    Returns:
        Its moments.
    """
    x, weight = rows.x, rows.weight
    mean = x[0] + weight @ (x - x[0]) / weight.sum()
    squares = ((x - mean) ** 2).sum(axis=0)
    limits = np.stack([x.min(axis=0), x.max(axis=0)])
    events = int(rows.data.event.sum())
    return CoxMoments(len(x), events, float(weight.sum()), mean, squares, limits)


def merge_moments(first: CoxMoments, second: CoxMoments) -> CoxMoments:
    """Merge the moments of two chunks.

    Args:
        first: of some patients.
        second: of other patients.

    Returns:
        Of all; the spread is that around the mean of all up to the difference that weights
        make, which a scale may have.
    """
    n, weight = first.n + second.n, first.weight + second.weight
    apart = second.mean - first.mean
    squares = first.squares + second.squares + apart**2 * (first.n * second.n / n)
    return CoxMoments(
        n,
        first.events + second.events,
        weight,
        first.mean + apart * (second.weight / weight),
        squares,
        np.stack(
            [
                np.minimum(first.range[0], second.range[0]),
                np.maximum(first.range[1], second.range[1]),
            ]
        ),
    )
