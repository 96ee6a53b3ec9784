"""Royston and Sauerbrei's D: how far apart a score sets patients, and what it explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.order import sort_rows
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import CoxFit, Ties
from jalon.stats.survival.interval import find_z
from jalon.stats.ties import merge_ties

KAPPA = float(np.sqrt(8 / np.pi))
"""Difference of the means of the upper and lower half of a normal sample."""

NOISE = float(np.pi**2 / 6)
"""Variance of the log of an exponential time, what a Cox model leaves unexplained."""

Equal = Literal["scores", "ranks"]
DError = Literal["model", "robust"]


@dataclass(frozen=True, slots=True)
class RoystonD:
    """Prognostic separation of a score.

    Attributes:
        separation: D, the log hazard ratio between the halves of higher and lower risk, with
            its Wald interval.
        std_error: standard error of D.
        explained: R squared of D, the share of variation explained, with the interval that
            follows from that of D.
        model_based: R squared of Kent and O'Quigley, the same from the variance of the score
            itself, which must then be a log hazard; no interval is known for it.
    """

    separation: Estimate
    std_error: float
    explained: Estimate
    model_based: float


def royston_d(
    log_hazard: npt.ArrayLike,
    data: SurvivalData,
    level: float = 0.95,
    ties: Ties = "efron",
    equal: Equal = "scores",
    error: DError = "model",
) -> RoystonD:
    """Measure how far apart a score sets the patients of higher and of lower risk.

    The score is replaced by the normal scores of its ranks (Blom), and these are the only
    covariate of a Cox model, so D does not depend on the scale of the score.

    Args:
        log_hazard: shape (n,), a score, higher for an earlier event; the log hazard of a Cox
            model for ``model_based``.
        data: outcomes of the same patients, with one cause of event.
        level: coverage of the intervals, 0 to 1.
        ties: how tied deaths are treated in the Cox model.
        equal: patients of equal score get the average of their normal "scores", as in R's
            ``survival::royston``, or the normal score of their average "ranks".
        error: the standard error is that of the Cox "model", as R has it, which takes the normal
            scores as given; "robust" also knows that the ranks are those of these patients.

    Returns:
        D and the variation explained.

    Raises:
        UnsuitableDataError: a missing score, all equal, or as ``fit_cox``.
        ConvergenceError: as ``fit_cox``.

    Reference:
        Royston P, Sauerbrei W (2004), doi:10.1002/sim.1621, sections 3 and 5; Kent JT,
        O'Quigley J (1988), doi:10.1093/biomet/75.3.525.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 0, 1, 1, 0])
        >>> round(royston_d([6, 3, 4, 5, 1, 2], data).separation.value, 3)
        2.036
    """
    require_choice(equal, "equal", Equal)
    require_choice(error, "error", DError)
    score = read_floats(log_hazard, "log_hazard")
    if score.shape != (len(data),) or not np.all(np.isfinite(score)):
        raise UnsuitableDataError(
            f"log_hazard is not one finite number for each of the {len(data)} patients; complete "
            "it or leave patients out"
        )
    if len(score) < 2 or np.ptp(score) == 0:
        raise UnsuitableDataError("all patients have the same score; there is nothing to rank")
    z = _score_normally(score, equal) / KAPPA
    fit = fit_cox(z[:, np.newaxis], data, ties, level, names=["normal score"])
    d, spread_d = float(fit.coefficients[0]), float(fit.standard_errors[0])
    if error == "robust":
        spread_d = _spread_by_patients(z, data, d)
    half = find_z(level) * spread_d
    ends = np.array([d, d - half, d + half])
    share = _explain(ends)
    least = 0.0 if ends[1] < 0 < ends[2] else float(share[1:].min())
    spread, word = float(np.var(score, ddof=1)), "Wald" if error == "model" else "robust"
    return RoystonD(
        separation=Estimate(d, d - half, d + half, level, word),
        std_error=spread_d,
        explained=Estimate(float(share[0]), least, float(share[1:].max()), level, word),
        model_based=spread / (NOISE + spread),
    )


def nagelkerke(fit: CoxFit) -> float:
    """Give the share of the highest likelihood gain that a Cox model reaches.

    Args:
        fit: a Cox fit.

    Returns:
        Nagelkerke's R squared over the number of patients, 0 to 1; it falls with censoring, and
        no interval is known for it.

    Reference:
        Nagelkerke NJD (1991), doi:10.1093/biomet/78.3.691, equation 3.
    """
    reached = -np.expm1(-fit.likelihood_ratio.statistic / fit.n)
    return float(reached / -np.expm1(2 * fit.log_likelihood_null / fit.n))


def _score_normally(score: Floats, equal: Equal) -> Floats:
    """Blom's normal scores of the ranks."""
    n = len(score)
    if equal == "ranks":
        return np.asarray(ndtri((rankdata(score) - 0.375) / (n + 0.25)))
    order = sort_rows(score)
    places = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    _, group, sizes = np.unique(score[order], return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=places) / sizes
    found = np.empty(n)
    found[order] = means[group]
    return found


def _explain(d: Floats) -> Floats:
    squared = (d / KAPPA) ** 2
    return squared / (NOISE + squared)


def _spread_by_patients(z: Floats, data: SurvivalData, d: float) -> float:
    """Standard error from each patient's pull on D: by the own outcome, and by the others' ranks.

    One more patient at a score moves the rank of all at or above it, and so their normal scores;
    what that does to the equation of the Cox model is its derivative in each normal score.
    """
    if data.entry is not None or data.weight is not None or data.stratum is not None:
        raise UnsuitableDataError(
            "the robust error of D is not made for late entry, weights or strata; leave them out"
        )
    time, n = merge_ties(data.time)[0], len(z)
    moments, row = np.unique(time, return_inverse=True)
    ratio, event = np.exp(d * z), (data.event > 0).astype(np.float64)
    at_risk = _sum_at_risk(row, ratio, len(moments))
    mean = _sum_at_risk(row, ratio * z, len(moments)) / at_risk
    square = _sum_at_risk(row, ratio * z * z, len(moments)) / at_risk
    hazard = np.bincount(row, weights=event, minlength=len(moments)) / at_risk
    met, met_mean = np.cumsum(hazard)[row], np.cumsum(hazard * mean)[row]
    own = event * (z - mean[row]) - ratio * (z * met - met_mean)
    bend = event - ratio * met - d * ratio * (z * met - met_mean)
    # By how much a normal score rises with its rank.
    steep = bend / (np.exp(-((z * KAPPA) ** 2) / 2) / np.sqrt(2 * np.pi)) / KAPPA
    level = rankdata(z, "dense").astype(np.int64) - 1
    above = np.bincount(level, weights=steep)
    reached = (rankdata(z, "max") / n) @ steep
    moved = (np.cumsum(above[::-1])[::-1][level] - reached) / n
    information = float(event @ (square - mean**2)[row])
    return float(np.sqrt(np.sum((own + moved) ** 2))) / information


def _sum_at_risk(row: npt.NDArray[np.intp], part: Floats, size: int) -> Floats:
    return np.asarray(np.cumsum(np.bincount(row, weights=part, minlength=size)[::-1])[::-1])
