"""Gönen and Heller's concordance: from the Cox model alone, not from who had the event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.kernels.log_hazard_pairs import sum_pairs
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.regression.design import read_new_patients
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True)
class GonenHeller:
    """How well a Cox model would rank patients if it were true.

    Attributes:
        estimate: K and its normal interval.
        std_error: standard error of K, from the smoothed version.
        smooth: the smoothed version of K.
    """

    estimate: Estimate
    std_error: float
    smooth: float


def gonen_heller(fit: CoxFit, x: npt.ArrayLike, level: float = 0.95) -> GonenHeller:
    """Estimate how often the higher risk has the event first, if the Cox model is right.

    Censoring plays no part, because outcomes are not looked at: a model that is wrong, or
    overfitted, looks better than it is. Pairs of equal log hazard count one half, as in R's
    ``survival::royston``. To judge a model on new patients, fit a Cox model with its linear
    predictor as the only covariate to them first. Time grows with the square of n.

    Args:
        fit: a Cox fit.
        x: shape (n, p), covariates of the patients in the order of the fit.
        level: coverage of the interval, 0 to 1.

    Returns:
        K, 0.5 to 1, its interval and standard error. The bandwidth of the smoothing is half the
        standard deviation of the log hazards over the cube root of n, as in R's
        ``clinfun::coxphCPE``.

    Raises:
        UnsuitableDataError: wrong shape, fewer than three patients, or all of one log hazard.

    Reference:
        Gönen M, Heller G (2005), doi:10.1093/biomet/92.4.965, equations 2 and 3 and section 2.3.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_cox
        >>> x = [[1], [1], [1], [0], [0], [0]]
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> round(gonen_heller(fit_cox(x, data), x).estimate.value, 4)
        0.7055
    """
    table = read_new_patients(x, fit.names)
    log_hazard = (table - fit.means) @ fit.coefficients
    n = len(log_hazard)
    if n < 3 or np.ptp(log_hazard) == 0:
        raise UnsuitableDataError(
            f"the {n} patients have one log hazard, or are fewer than three; there is nothing to "
            "rank"
        )
    width = 0.5 * float(np.std(log_hazard, ddof=1)) * n ** (-1 / 3)
    smooth, slope = np.zeros(n), np.zeros(table.shape[1])
    total, squares = sum_pairs(log_hazard, np.ascontiguousarray(table), width, smooth, slope)
    pairs = n * (n - 1) / 2
    variance = _pair_variance(smooth, squares) + slope @ fit.covariance @ slope / pairs**2
    value, error = total / pairs, float(np.sqrt(variance))
    half = find_z(level) * error
    return GonenHeller(
        Estimate(value, value - half, value + half, level, "smoothed"),
        error,
        float(smooth.sum() / 2 / pairs),
    )


def _pair_variance(smooth: Floats, squares: float) -> float:
    """Variance over the covariates: pairs that share a patient vary together."""
    n = len(smooth)
    mean = smooth.sum() / (n * (n - 1))
    # Over ordered pairs (i, j) and (i, k): all products of deviations, less those with j = k.
    shared = np.sum((smooth - (n - 1) * mean) ** 2)
    own = 2 * squares - n * (n - 1) * mean**2
    return float(4 * (shared - own) / (n * (n - 1)) ** 2)
