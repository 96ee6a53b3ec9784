"""The strength of a lasso's penalty chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.cluster import read_clusters
from jalon.stats.regression.cox_rows import CoxRows, read_rows
from jalon.stats.regression.lasso_cox import (
    ElasticNet,
    LassoPath,
    fit_lasso_cox,
    measure_deviance,
)


@dataclass(frozen=True, slots=True, eq=False)
class LassoChoice:
    """How well each of k penalties predicts patients who were left out.

    Attributes:
        path: the fit of all patients.
        deviance: shape (k,), deviance per event of the patients left out, averaged over folds by
            their events.
        std_error: shape (k,), its standard error over folds.
        best: the penalty of least deviance.
        sparse: the largest penalty whose deviance is within one standard error of it.
    """

    path: LassoPath
    deviance: Floats
    std_error: Floats
    best: float
    sparse: float


def cross_validate_lasso(
    x: npt.ArrayLike,
    data: SurvivalData,
    fold: npt.ArrayLike,
    net: ElasticNet | None = None,
    offset: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> LassoChoice:
    """Choose a lasso's penalty by how well it predicts patients who were left out of the fit.

    A fold's deviance is that of all patients less that of those fitted, at the coefficients of
    the latter, so that those left out may be few. Where the penalties are not given each fold has
    a path of its own, whose coefficients are read between its penalties, as R does.

    Args:
        x: as in ``fit_lasso_cox``.
        data: as in ``fit_lasso_cox``.
        fold: shape (n,), code or name of the fold in which each patient is left out.
        net: as in ``fit_lasso_cox``.
        offset: as in ``fit_lasso_cox``.
        names: as in ``fit_lasso_cox``.

    Returns:
        The deviance of each penalty, and two choices.

    Raises:
        UnsuitableDataError: what ``fit_lasso_cox`` refuses of all patients or of a fold's, or
            fewer than three folds with events.
        ConvergenceError: no minimum was found.

    Reference:
        van Houwelingen HC, Bruinsma T, Hart AAM, van't Veer LJ, Wessels LFA (2006),
        doi:10.1002/sim.2353, section 2; as ``cv.glmnet`` of R's glmnet with grouped folds.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6, 7, 8, 9], event=[1, 1, 1, 0, 1, 1, 1, 1, 0])
        >>> x = [[2, 0], [3, 1], [1, 1], [1, 0], [0, 1], [0, 0], [2, 1], [1, 1], [0, 0]]
        >>> choice = cross_validate_lasso(x, data, [1, 2, 3] * 3, ElasticNet(strengths=[0.5, 0.2]))
        >>> choice.deviance.round(2).tolist(), choice.best
        ([4.59, 4.51], 0.2)
    """
    chosen = ElasticNet() if net is None else net
    path = fit_lasso_cox(x, data, chosen, offset, names)
    rows, _ = read_rows(x, data, offset, names)
    codes = _read_folds(fold, data)
    counts = np.bincount(codes, rows.weight * (rows.data.event > 0))
    lost = np.array(
        [_leave_out(rows, chosen, path, codes == k) / counts[k] for k in np.flatnonzero(counts > 0)]
    )
    weight = counts[counts > 0] / counts.sum()
    if len(weight) < 3:
        raise UnsuitableDataError("fewer than three folds have events; give at least three")
    mean = weight @ lost
    error = np.sqrt(weight @ (lost - mean) ** 2 / (len(weight) - 1))
    least = int(np.argmin(mean))
    within = mean <= mean[least] + error[least]
    strengths = path.strengths
    return LassoChoice(
        path, mean, error, float(strengths[least]), float(strengths[int(np.argmax(within))])
    )


def _read_folds(fold: npt.ArrayLike, data: SurvivalData) -> Integers:
    values = np.asarray(fold)
    if values.shape != (len(data),):
        raise UnsuitableDataError(
            f"fold has shape {values.shape}; give one code for each of the {len(data)} patients"
        )
    if data.weight is not None:
        values = values[data.weight > 0]
    return read_clusters(values, len(values))[0]


def _leave_out(
    rows: CoxRows, net: ElasticNet, whole: LassoPath, out: npt.NDArray[np.bool_]
) -> Floats:
    """Deviance that those left out add, for each penalty, at coefficients found without them."""
    kept = np.flatnonzero(~out)
    offset = None if rows.offset is None else rows.offset[kept]
    some = CoxRows(rows.x[kept], rows.data.take(kept), offset)
    path = fit_lasso_cox(some.x, some.data, net, offset, whole.names)
    coefficients = np.array([path.at(strength) for strength in whole.strengths])
    return measure_deviance(rows, coefficients) - measure_deviance(some, coefficients)
