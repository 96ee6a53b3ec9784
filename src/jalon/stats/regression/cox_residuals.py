"""Residuals of a Cox fit: who does not fit, and on whom the coefficients rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers
from jalon.stats.cluster import read_clusters, sum_clusters
from jalon.stats.kernels.cox_moments import Moments
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.regression.cox_place import Place, place_fit, refuse_exact, sum_up_to


@dataclass(frozen=True, slots=True, eq=False)
class CoxResiduals:
    """How far each patient, or each cluster of rows, is from what the model expects.

    Attributes:
        martingale: shape (n,), events seen less events expected.
        deviance: shape (n,), the same made symmetric about 0.
        score: shape (n, p), contribution to the slope of the log likelihood, without weights.
        dfbeta: shape (n, p), about how much each coefficient would fall without the patient,
            his weight counted.
        dfbetas: shape (n, p), the same in standard errors.
    """

    martingale: Floats
    deviance: Floats
    score: Floats
    dfbeta: Floats
    dfbetas: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SchoenfeldResiduals:
    """Covariates of those who die against the mean of those at risk, one row per death.

    Attributes:
        time: shape (d,), times of death, ascending within each stratum.
        stratum: shape (d,), stratum of each.
        row: shape (d,), row of the fit of each.
        raw: shape (d, p), covariate less mean.
        scaled: shape (d, p), about the coefficient at that time; a trend is an effect that
            changes.
    """

    time: Floats
    stratum: Integers
    row: Integers
    raw: Floats
    scaled: Floats


def cox_residuals(fit: CoxFit, cluster: npt.ArrayLike | None = None) -> CoxResiduals:
    """Give residuals by patient: who has the event earlier or later than expected, and who counts.

    Args:
        fit: a Cox fit with Efron's or Breslow's ties.
        cluster: shape (n,), code of the patient of each row of the fit, for patients with
            several rows: residuals are summed over them. None for one row each.

    Returns:
        Residuals in the order of the rows of the fit (those of weight 0 are not among them), or
        of the clusters' codes.

    Raises:
        UnsuitableDataError: exact ties, or clusters that are not one code per row.

    Reference:
        Therneau TM, Grambsch PM, Fleming TR (1990), doi:10.1093/biomet/77.1.147; Therneau T,
        Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, chapters 4 (residuals) and 7 (dfbeta).

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data, ties="breslow")
        >>> cox_residuals(fit).martingale.round(3).tolist()
        [0.729, -0.271, -0.457, 0.667, -0.333, -0.333]
    """
    refuse_exact(fit, "residuals")
    place = place_fit(fit)
    moments = place.describe()
    martingale = measure_martingale(fit, place, moments)
    score = measure_score(fit, place, moments)
    influence = (score * fit.patients.weight[:, None]) @ fit.covariance
    event = fit.patients.data.event.astype(np.float64)
    if cluster is not None:
        codes, count = read_clusters(cluster, fit.n)
        martingale, score, influence, event = (
            sum_clusters(values, codes, count) for values in (martingale, score, influence, event)
        )
    return CoxResiduals(
        martingale=martingale,
        deviance=_take_deviance(martingale, event),
        score=score,
        dfbeta=influence,
        dfbetas=influence / fit.standard_errors,
    )


def schoenfeld_residuals(fit: CoxFit) -> SchoenfeldResiduals:
    """Give, at each death, how the patient's covariates differ from those of the others at risk.

    Args:
        fit: a Cox fit with Efron's or Breslow's ties.

    Returns:
        One row per death, those of one time in the order of their rows.

    Raises:
        UnsuitableDataError: exact ties.

    Reference:
        Schoenfeld D (1982), doi:10.1093/biomet/69.1.239; scaled as Grambsch PM, Therneau TM
        (1994), doi:10.1093/biomet/81.3.515, section 2.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data, ties="breslow")
        >>> schoenfeld_residuals(fit).raw[:, 0].round(3).tolist()
        [0.186, 0.407, -0.593, 0.0]
    """
    refuse_exact(fit, "Schoenfeld residuals")
    place = place_fit(fit)
    raw = take_schoenfeld(place, place.describe()) * place.scale
    dead = np.flatnonzero(place.died)
    block = place.block[dead]
    return SchoenfeldResiduals(
        time=place.timeline.time[block],
        stratum=place.timeline.stratum[block],
        row=place.timeline.rows[dead],
        raw=raw,
        scaled=raw @ fit.covariance * len(dead) + fit.coefficients,
    )


def take_schoenfeld(place: Place, moments: Moments) -> Floats:
    """Give raw Schoenfeld residuals of standardised covariates.

    Args:
        place: the patients.
        moments: their mean covariates at each death.

    Returns:
        Shape (d, p), in the order of the risk sets.
    """
    died = place.died
    difference: Floats = place.sets.x[died] - moments.mean[place.block[died]]
    return difference


def measure_martingale(fit: CoxFit, place: Place, moments: Moments) -> Floats:
    """Give events seen less expected.

    Args:
        fit: the fit.
        place: its patients.
        moments: the hazard at each death.

    Returns:
        Shape (n,), in the order of the rows of the fit.
    """
    residual = fit.patients.data.event.astype(np.float64)
    residual[place.timeline.rows] -= place.hazard * sum_up_to(moments.hazard, place)
    return residual


def measure_score(fit: CoxFit, place: Place, moments: Moments) -> Floats:
    """Give each patient's contribution to the slope, in units of the covariates as given.

    Args:
        fit: the fit.
        place: its patients.
        moments: hazard and mean covariates at each death.

    Returns:
        Shape (n, p), in the order of the rows of the fit.
    """
    seen = sum_up_to(moments.hazard, place)[:, None] * place.sets.x
    expected = place.hazard[:, None] * (seen - sum_up_to(moments.drift, place))
    expected[place.died] -= take_schoenfeld(place, moments)
    score = np.zeros((fit.n, len(place.scale)))
    score[place.timeline.rows] = -expected * place.scale
    return score


def _take_deviance(martingale: Floats, event: Floats) -> Floats:
    """2 (expected - seen + seen log(seen / expected)), with the sign of the residual."""
    expected = event - martingale
    logarithm = np.zeros_like(event)
    seen = event > 0
    # Repeated events of one patient enter as R's coxph has them, without event log(event).
    logarithm[seen] = event[seen] * np.log(expected[seen])
    return np.sign(martingale) * np.sqrt(np.maximum(-2 * (martingale + logarithm), 0.0))
