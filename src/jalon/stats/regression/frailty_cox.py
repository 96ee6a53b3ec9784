"""Cox regression with a frailty shared by the patients of a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr

from jalon.core import Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.cluster import read_clusters, sum_clusters
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import CoxFit, ModelTest, Ties, take_ratios
from jalon.stats.regression.cox_rows import CoxRows, read_rows
from jalon.stats.regression.design import Columns, measure_columns
from jalon.stats.regression.frailty_hill import (
    FrailtyDistribution,
    FrailtyHill,
    FrailtySpot,
    climb_frailty,
    invert,
    look_around,
    thin,
)
from jalon.stats.regression.frailty_variance import marginal_gamma, solve_variance
from jalon.stats.regression.risk_sets import arrange_risk_sets, require_one_cause

FrailtyInformation = Literal["full", "sparse"]
LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Frailty:
    """Which patients share what is not known of them, and how it is spread over the groups.

    Attributes:
        group: shape (n,), code or name of each patient's group (centre, or patient with several
            rows).
        distribution: "gamma" for hazards multiplied by a gamma variable of mean 1, "gaussian" for
            log hazards moved by a normal one of mean 0.
        theta: its variance; None to estimate it, by the integrated likelihood for gamma (R's
            "em") and the restricted likelihood for gaussian (R's "reml").
        information: "full", or "sparse" to leave out the products of two groups, as R does by
            itself with more than five groups: standard errors then are a little off, and so is
            an estimated gaussian variance.
    """

    group: npt.ArrayLike
    distribution: FrailtyDistribution = "gamma"
    theta: float | None = None
    information: FrailtyInformation = "full"


@dataclass(frozen=True, slots=True, eq=False)
class FrailtyCoxFit:
    """Hazard ratios between patients of one group, and how much groups differ.

    Attributes:
        names: shape (p,), the covariates in words.
        coefficients: shape (p,), log hazard ratios per unit, within a group.
        covariance: shape (p, p), from the inverse of the penalised information.
        standard_errors: shape (p,), from ``covariance``.
        standard_errors_sampling: shape (p,), R's ``se2``, which take the frailties' shrinkage
            off.
        z: shape (p,), coefficient over standard error.
        p: shape (p,), two-sided p-values of ``z``.
        hazard_ratios: one per covariate with its Wald interval.
        distribution: of the frailty.
        theta: its variance; 0 when groups differ no more than by chance.
        groups: shape (q,), names of the groups, ascending.
        effects: shape (q,), log frailty of each.
        effect_errors: shape (q,), standard errors of ``effects``.
        effective_df: degrees of freedom that the groups take.
        log_likelihood_null: log partial likelihood with neither covariates nor groups.
        log_likelihood_without: the same with covariates, without groups.
        log_likelihood: the same with the groups' effects, without penalty.
        penalty: what was taken from it for the effects.
        log_likelihood_marginal: the gamma frailties integrated out (R's "I-likelihood"); None
            for gaussian.
        frailty_test: of a variance of 0, by the last and ``log_likelihood_without``; its p-value
            knows that a variance is not negative; None for gaussian or a given variance.
        n: patients with weight above 0.
        events: how many of them had the event.
        ties: how tied deaths were treated.
        level: coverage of the intervals, 0 to 1.
        means: shape (p,), weighted means of the covariates.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    standard_errors_sampling: Floats
    z: Floats
    p: Floats
    hazard_ratios: tuple[Estimate, ...]
    distribution: FrailtyDistribution
    theta: float
    groups: tuple[Any, ...]
    effects: Floats
    effect_errors: Floats
    effective_df: float
    log_likelihood_null: float
    log_likelihood_without: float
    log_likelihood: float
    penalty: float
    log_likelihood_marginal: float | None
    frailty_test: ModelTest | None
    n: int
    events: int
    ties: Ties
    level: float
    means: Floats


def fit_frailty_cox(
    x: npt.ArrayLike | None,
    data: SurvivalData,
    frailty: Frailty,
    ties: Ties = "efron",
    offset: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> FrailtyCoxFit:
    """Estimate hazard ratios within groups that differ for unknown reasons, and how much they do.

    Patients of one centre, or repeated events of one patient, share a frailty that multiplies
    their hazard. Memory grows with (groups + covariates) squared.

    Args:
        x: shape (n, p), covariates, one row per patient, no missing value; None for groups only.
        data: outcomes of the same patients, with one cause of event; strata, weights and late
            entry are honoured.
        frailty: groups and distribution.
        ties: "efron" or "breslow".
        offset: shape (n,), a known part of the log hazard.
        names: shape (p,), the columns in words.

    Returns:
        Coefficients, 95% intervals, variance of the frailty and the effect of each group.

    Raises:
        UnsuitableDataError: what ``fit_cox`` refuses, a missing or single group, a variance that
            is not above 0, or exact ties.
        ConvergenceError: no maximum was found, or the variance has no bound.

    Reference:
        Therneau T, Grambsch P, Pankratz VS (2003), doi:10.1198/1061860031365; Therneau T,
        Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, sections 9.2 (gamma) and 9.3 (gaussian).

    Example:
        >>> data = SurvivalData(time=[2, 3, 4, 9, 7, 8, 5, 6], event=[1, 1, 1, 0, 1, 1, 1, 1])
        >>> centre = Frailty(group=[1, 1, 1, 2, 2, 2, 3, 3], theta=0.5)
        >>> fit = fit_frailty_cox([[0], [1], [0], [1], [0], [1], [0], [1]], data, centre)
        >>> fit.groups, fit.effects[:2].round(2).tolist()
        ((1, 2, 3), [0.51, -1.08])
    """
    require_choice(ties, "ties", Ties)
    if ties == "exact":
        raise UnsuitableDataError('a frailty is not defined for exact ties; use ties="efron"')
    codes, labels = _read_groups(frailty, data)
    rows, words = _read(x, data, offset, names)
    plain = None if x is None else fit_cox(x, data, ties, LEVEL, offset, names)
    hill = _raise(rows, words, codes, (len(labels), ties == "efron", frailty))
    null = look_around(hill, 1.0, np.zeros(len(words)), np.zeros(len(labels))).likelihood
    if frailty.theta is None:
        top = solve_variance(hill, null if plain is None else plain.log_likelihood)
    else:
        top = climb_frailty(hill, frailty.theta)
    return _report(hill, top, (plain, null), (rows, labels, ties, frailty.theta is None))


def _read_groups(frailty: Frailty, data: SurvivalData) -> tuple[Integers, tuple[Any, ...]]:
    require_choice(frailty.distribution, "distribution", FrailtyDistribution)
    require_choice(frailty.information, "information", FrailtyInformation)
    values = np.asarray(frailty.group)
    if values.shape != (len(data),):
        raise UnsuitableDataError(
            f"group has shape {values.shape}; give one code for each of the {len(data)} patients"
        )
    if data.weight is not None:
        values = values[data.weight > 0]
    if frailty.theta is not None and not 0 < float(read_floats(frailty.theta, "theta")) < np.inf:
        raise UnsuitableDataError(
            f"theta is {frailty.theta:g}; give a variance above 0, or none to estimate it"
        )
    codes, _ = read_clusters(values, len(values))
    return codes, tuple(np.unique(values).tolist())


def _read(
    x: npt.ArrayLike | None,
    data: SurvivalData,
    offset: npt.ArrayLike | None,
    names: Sequence[str] | None,
) -> tuple[CoxRows, tuple[str, ...]]:
    if x is not None:
        return read_rows(x, data, offset, names)
    # A column that is not used, so that the outcome and offset are read in the same way.
    rows, _ = read_rows(np.zeros((len(data), 1)), data, offset, None)
    require_one_cause(rows.data)
    return CoxRows(np.empty((len(rows.data), 0)), rows.data, rows.offset), ()


def _raise(
    rows: CoxRows, names: tuple[str, ...], codes: Integers, how: tuple[int, bool, Frailty]
) -> FrailtyHill:
    groups, efron, frailty = how
    columns = Columns(np.empty(0), np.empty(0), ())
    if names:
        columns = measure_columns(rows.x, names, rows.data.weight)
    timeline = arrange_risk_sets(rows.x, rows.data, rows.offset, columns)
    return FrailtyHill(
        timeline=timeline,
        columns=columns,
        codes=codes[timeline.rows],
        groups=groups,
        events=sum_clusters(rows.weight * rows.data.event, codes, groups),
        efron=efron,
        distribution=frailty.distribution,
        sparse=frailty.information == "sparse",
    )


def _report(
    hill: FrailtyHill,
    top: FrailtySpot | None,
    before: tuple[CoxFit | None, float],
    parts: tuple[CoxRows, tuple[Any, ...], Ties, bool],
) -> FrailtyCoxFit:
    (rows, labels, ties, estimated), (plain, null) = parts, before
    scale, p = hill.columns.scale, len(hill.columns.names)
    without = null if plain is None else plain.log_likelihood
    theta = 0.0 if top is None else top.theta
    top, inverse, share = _settle(hill, plain) if top is None else _spread(hill, top)
    sampling, df = share @ inverse, 0.0 if theta == 0 else float(np.trace(share[p:, p:]))
    error, beta = np.sqrt(np.diagonal(inverse))[:p] / scale, top.beta / scale
    marginal = None
    if hill.distribution == "gamma":
        marginal = without if theta == 0 else marginal_gamma(hill, top)
    return FrailtyCoxFit(
        names=hill.columns.names,
        coefficients=beta,
        covariance=inverse[:p, :p] / np.outer(scale, scale),
        standard_errors=error,
        standard_errors_sampling=np.sqrt(np.diagonal(sampling))[:p] / scale,
        z=beta / error,
        p=2 * ndtr(-np.abs(beta / error)),
        hazard_ratios=take_ratios(beta, error, LEVEL),
        distribution=hill.distribution,
        theta=theta,
        groups=labels,
        effects=top.effect,
        effect_errors=np.sqrt(np.diagonal(inverse))[p:],
        effective_df=df,
        log_likelihood_null=null,
        log_likelihood_without=without,
        log_likelihood=top.likelihood,
        penalty=top.likelihood - top.value,
        log_likelihood_marginal=marginal,
        frailty_test=_test(marginal, without) if estimated else None,
        n=len(rows.data),
        events=int(hill.timeline.sets.deaths.sum()),
        ties=ties,
        level=LEVEL,
        means=hill.columns.mean,
    )


def _spread(hill: FrailtyHill, top: FrailtySpot) -> tuple[FrailtySpot, Floats, Floats]:
    """Return a top with its covariance, and that times the information."""
    inverse = invert(hill, top)
    return top, inverse, inverse @ thin(hill, top.information)


def _settle(hill: FrailtyHill, plain: CoxFit | None) -> tuple[FrailtySpot, Floats, Floats]:
    """Return the same without frailty: the plain Cox fit."""
    p = len(hill.columns.names)
    size = p + hill.groups
    beta, inverse, share = np.zeros(p), np.zeros((size, size)), np.eye(size)
    if plain is not None:
        scale = hill.columns.scale
        beta = plain.coefficients * scale
        inverse[:p, :p] = plain.covariance * np.outer(scale, scale)
    return look_around(hill, 1.0, beta, np.zeros(hill.groups)), inverse, share


def _test(marginal: float | None, without: float) -> ModelTest | None:
    """Compare with no frailty: half of the time a variance of 0 would be estimated as 0."""
    if marginal is None:
        return None
    statistic = max(2 * (marginal - without), 0.0)
    return ModelTest(statistic, 1, float(chdtrc(1, statistic)) / 2 if statistic > 0 else 1.0)
