"""Calibration of predicted risks of a yes-or-no outcome: do they come true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, logit, ndtr, xlog1py, xlogy

from jalon.core import Estimate, Floats, Integers, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.regression.cox_fit import ModelTest
from jalon.stats.regression.glm_fit import GlmFit
from jalon.stats.regression.logistic import fit_logistic
from jalon.stats.regression.lowess import smooth_locally


@dataclass(frozen=True, slots=True, eq=False)
class BinaryCalibration:
    """How predicted risks compare with what happened.

    Attributes:
        intercept: log odds left over once the slope is right.
        slope: of the log odds of the outcome on those predicted; below 1 the predictions are
            too extreme.
        in_the_large: log odds left over while the slope is held at 1; above 0 too few
            outcomes are predicted.
        standard_errors: shape (3,), of intercept, slope and calibration in the large.
        observed_expected: outcomes seen over outcomes predicted.
        brier: mean squared distance of risk and outcome.
        r_squared: Nagelkerke's share of explained likelihood of the risks as they are.
        spiegelhalter_z: Spiegelhalter's test that the risks are right; about normal.
        spiegelhalter_p: its two-sided p-value.
        unreliability: test that intercept and slope are 0 and 1.
        smooth: shape (n,), share with the outcome among patients of about that risk (lowess).
        error_mean: mean distance of risk and ``smooth``.
        error_90: its 90th percentile.
        error_max: its maximum.
    """

    intercept: Estimate
    slope: Estimate
    in_the_large: Estimate
    standard_errors: Floats
    observed_expected: float
    brier: float
    r_squared: float
    spiegelhalter_z: float
    spiegelhalter_p: float
    unreliability: ModelTest
    smooth: Floats
    error_mean: float
    error_90: float
    error_max: float


@dataclass(frozen=True, slots=True, eq=False)
class HosmerLemeshow:
    """Outcomes seen and predicted in groups of rising risk, and their comparison.

    Attributes:
        statistic: chi-square statistic.
        df: degrees of freedom, groups less two.
        p: p-value.
        observed: shape (g,), outcomes seen in each group.
        expected: shape (g,), outcomes predicted.
        patients: shape (g,), patients of each group.
    """

    statistic: float
    df: int
    p: float
    observed: Integers
    expected: Floats
    patients: Integers


def calibrate_binary(
    risk: npt.ArrayLike, y: npt.ArrayLike, level: float = 0.95
) -> BinaryCalibration:
    """Compare predicted risks of an outcome with what happened to patients not used to predict.

    Args:
        risk: shape (n,), predicted probabilities, above 0 and below 1, not all equal.
        y: shape (n,), outcome, 0 no or 1 yes.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Intercept, slope, calibration in the large, errors and tests.

    Raises:
        UnsuitableDataError: missing values, risks of 0 or 1, an outcome that is the same for
            all, or one that the risks separate.

    Reference:
        Cox DR (1958), doi:10.1093/biomet/45.3-4.562; Van Calster B and others (2016),
        doi:10.1016/j.jclinepi.2015.12.005, box 1; Spiegelhalter DJ (1986),
        doi:10.1002/sim.4780050506, section 4.2; errors as in ``val.prob`` of R's rms.

    Example:
        Of ten patients at 20% and ten at 60% just as many have the outcome.

        >>> calibration = calibrate_binary([0.2] * 10 + [0.6] * 10, ([1, 0, 0, 0, 0] * 2
        ...     + [1, 1, 1, 0, 0] * 2))
        >>> round(calibration.slope.value, 6), round(calibration.observed_expected, 6)
        (1.0, 1.0)
    """
    chance = _read_risks(risk)
    outcome = read_floats(y, "the outcome")
    if outcome.shape != chance.shape:
        raise UnsuitableDataError(
            f"{len(chance)} risks but outcomes of shape {outcome.shape}; give one of each per "
            "patient"
        )
    odds = np.asarray(logit(chance))
    free = fit_logistic(odds[:, None], outcome, level=level, names=["risk"])
    held = fit_logistic(None, outcome, offset=odds, level=level)
    as_is = float(np.sum(xlogy(outcome, chance) + xlog1py(1 - outcome, -chance)))
    smooth = smooth_locally(chance, outcome)
    error, n = np.abs(chance - smooth), len(chance)
    spread = np.sum((1 - 2 * chance) ** 2 * chance * (1 - chance))
    z = float(np.sum((outcome - chance) * (1 - 2 * chance)) / np.sqrt(spread))
    return BinaryCalibration(
        intercept=free.estimates[0],
        slope=free.estimates[1],
        in_the_large=held.estimates[0],
        standard_errors=np.append(free.standard_errors, held.standard_errors),
        observed_expected=float(outcome.sum() / chance.sum()),
        brier=float(np.mean((chance - outcome) ** 2)),
        r_squared=_share(free.log_likelihood_null, as_is, n),
        spiegelhalter_z=z,
        spiegelhalter_p=float(2 * ndtr(-abs(z))),
        unreliability=_test_line(free, as_is),
        smooth=smooth,
        error_mean=float(error.mean()),
        error_90=float(np.quantile(error, 0.9)),
        error_max=float(error.max()),
    )


def explained_share(fit: GlmFit) -> float:
    """Give Nagelkerke's R squared: the share of explained likelihood, 0 to 1.

    Args:
        fit: a logistic fit.

    Returns:
        The share.

    Reference:
        Nagelkerke NJD (1991), doi:10.1093/biomet/78.3.691, equations 1 and 3.

    Example:
        >>> fit = fit_logistic([[1]] * 4 + [[0]] * 4, [1, 1, 1, 0, 1, 0, 0, 0])
        >>> round(explained_share(fit), 4)
        0.3069
    """
    return _share(fit.log_likelihood_null, fit.log_likelihood, float(fit.data.weight.sum()))


def hosmer_lemeshow(risk: npt.ArrayLike, y: npt.ArrayLike, groups: int = 10) -> HosmerLemeshow:
    """Compare outcomes seen and predicted in groups of rising risk.

    The test depends on the choice of groups and sees little in small data; ``calibrate_binary``
    says more.

    Args:
        risk: shape (n,), predicted probabilities, above 0 and below 1.
        y: shape (n,), outcome, 0 no or 1 yes.
        groups: how many quantiles of risk to cut at; patients on a cut belong below it, and
            quantiles that coincide make one cut.

    Returns:
        The test, with the numbers of each group.

    Raises:
        UnsuitableDataError: missing values, risks of 0 or 1, or fewer than three groups.

    Reference:
        Hosmer DW, Lemeshow S (1980), doi:10.1080/03610928008827941, equation 2.9 (their C).

    Example:
        >>> risk = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
        >>> hosmer_lemeshow(risk, [0, 0, 1, 0, 0, 1], groups=3).patients.tolist()
        [2, 2, 2]
    """
    chance, outcome = _read_risks(risk), read_floats(y, "the outcome")
    if outcome.shape != chance.shape or not np.all((outcome == 0) | (outcome == 1)):
        raise UnsuitableDataError("give one outcome per risk, coded 0 no or 1 yes")
    cuts = np.unique(np.quantile(chance, np.linspace(0, 1, groups + 1)))
    place = np.searchsorted(cuts[1:-1], chance, side="left")
    patients = np.bincount(place, minlength=max(len(cuts) - 1, 1))
    if len(patients) < 3:
        raise UnsuitableDataError(
            f"the risks make only {len(patients)} groups; give more groups or more varied risks"
        )
    observed = np.bincount(place, outcome, minlength=len(patients))
    expected = np.bincount(place, chance, minlength=len(patients))
    gap = (observed - expected) ** 2 / (expected * (1 - expected / patients))
    df, statistic = len(patients) - 2, float(gap.sum())
    return HosmerLemeshow(
        statistic,
        df,
        float(chdtrc(df, statistic)),
        observed.astype(np.int64),
        np.asarray(expected, dtype=np.float64),
        patients.astype(np.int64),
    )


def _share(null: float, reached: float, n: float) -> float:
    return float(-np.expm1(-2 * (reached - null) / n) / -np.expm1(2 * null / n))


def _test_line(free: GlmFit, as_is: float) -> ModelTest:
    statistic = max(2 * (free.log_likelihood - as_is), 0.0)
    return ModelTest(statistic, 2, float(chdtrc(2, statistic)))


def _read_risks(risk: npt.ArrayLike) -> Floats:
    chance = read_floats(risk, "risk")
    bad = int(np.sum(~((chance > 0) & (chance < 1))))
    if chance.ndim != 1 or bad:
        raise UnsuitableDataError(
            f"{bad} of {chance.size} risks are missing or not inside 0 to 1; give one probability "
            "per patient, never quite 0 or 1"
        )
    return chance
