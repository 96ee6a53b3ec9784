"""Restricted mean survival compared between two arms, other covariates held equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import ConvergenceError, Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.comparison.groups import Groups, code_groups
from jalon.stats.regression.design import Design, prepare_design, read_covariates
from jalon.stats.survival.event_table import count_events
from jalon.stats.survival.interval import find_z
from jalon.stats.survival.kaplan_meier import survival_of
from jalon.stats.survival.ratio import divide
from jalon.stats.survival.tally import sum_from_end

MeanScale = Literal["difference", "ratio", "lost-ratio"]
STEPS = 50
CLOSE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class RestrictedMeanFit:
    """A regression of the time lived, or lost, up to a horizon.

    Attributes:
        names: shape (p,), "intercept", "arm" and the covariates in words.
        coefficients: shape (p,), in the unit of time for "difference", logarithms otherwise.
        covariance: shape (p, p), of the coefficients, censoring weights estimated.
        standard_errors: shape (p,).
        z: shape (p,), coefficient over standard error.
        p: shape (p,), two-sided p-values.
        effects: shape (p,), with intervals: differences, or ratios.
        scale: "difference", "ratio" or "lost-ratio".
        tau: the horizon.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    z: Floats
    p: Floats
    effects: tuple[Estimate, ...]
    scale: MeanScale
    tau: float


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """What the equations are solved with: columns, outcome up to tau, weights, and its link."""

    x: Floats
    y: Floats
    weight: Floats
    is_log: bool

    def mean(self, beta: Floats) -> Floats:
        line = self.x @ beta
        return np.asarray(np.exp(line) if self.is_log else line)

    def information(self, beta: Floats, weight: Floats) -> Floats:
        slope = self.mean(beta) if self.is_log else np.ones(len(self.y))
        return np.asarray(self.x.T @ (self.x * (weight * slope)[:, np.newaxis]))


def fit_restricted_mean(
    arm: npt.ArrayLike,
    x: npt.ArrayLike,
    data: SurvivalData,
    tau: float,
    scale: MeanScale = "difference",
    level: float = 0.95,
) -> RestrictedMeanFit:
    """Estimate how much longer one arm lives without the event, covariates held equal.

    Patients censored before the horizon are stood in for by others of their arm: each known
    outcome weighs as 1 over the chance of not having been censored by then.

    Args:
        arm: shape (n,), two groups; the effect is that of the second in ascending order.
        x: shape (n, p), other covariates, no missing value.
        data: outcomes of the same patients; any event >= 1 counts.
        tau: the horizon, in the unit of time.
        scale: "difference" of the time lived, its "ratio", or the "lost-ratio", that of the
            time lost before the horizon.
        level: coverage of the intervals, 0 to 1.

    Returns:
        The fit; ``effects[1]`` compares the arms.

    Raises:
        UnsuitableDataError: left truncation, weights, strata, not two arms, a horizon beyond
            the end of an arm's follow-up, no event before it, or a covariate that is constant,
            missing for some or a combination of others.
        ConvergenceError: no solution of a ratio was found.

    Reference:
        Tian, Zhao and Wei (2014), doi:10.1093/biostatistics/kxt050, section 2, eq. 2.2, with
        the Kaplan-Meier estimate of censoring in each arm, as R's ``survRM2::rmst2``.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 1, 1, 1])
        >>> fit = fit_restricted_mean([0, 1] * 3, [[0], [0], [1], [0], [1], [1]], data, tau=6)
        >>> round(fit.effects[1].value, 9)
        2.0
    """
    groups = _read_arms(arm, data)
    _check(data, groups, tau, scale)
    design = _arrange(groups, x, data)
    known = (data.event > 0) | (data.time >= tau)
    lived = np.minimum(data.time, tau)
    weight = np.zeros(len(data))
    for rows in _split_arms(groups):
        weight[rows] = _weigh(lived[rows], known[rows])
    columns = np.column_stack([np.ones(len(data)), design.x])
    outcome = tau - lived if scale == "lost-ratio" else lived
    model = _Model(columns, outcome, weight, scale != "difference")
    beta = _solve(model)
    middle = np.zeros((len(beta), len(beta)))
    score = columns * (weight * (outcome - model.mean(beta)))[:, np.newaxis]
    for rows in _split_arms(groups):
        moves = _follow_censoring(score[rows], lived[rows], known[rows])
        middle += moves.T @ moves
    bread = np.linalg.inv(model.information(beta, np.ones(len(data))))
    back = _unscale(design.mean, design.scale)
    fit = back @ beta, back @ bread @ middle @ bread @ back.T
    return _report(("intercept", *design.names), fit, (scale, tau), level)


def _arrange(groups: Groups, x: npt.ArrayLike, data: SurvivalData) -> Design:
    covariates, words = read_covariates(x, len(data), None)
    columns = np.column_stack([groups.code.astype(np.float64), covariates])
    design = prepare_design(columns, ("arm", *words), None)
    if np.linalg.matrix_rank(design.x) < columns.shape[1]:
        raise UnsuitableDataError(
            "a covariate is a combination of the arm and other covariates; leave one out"
        )
    return design


def _read_arms(arm: npt.ArrayLike, data: SurvivalData) -> Groups:
    groups = code_groups(arm, data)
    if len(groups) != 2:
        raise UnsuitableDataError(f"{len(groups)} arms seen; compare two at a time")
    return groups


def _split_arms(groups: Groups) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    return groups.code == 0, groups.code == 1


def _check(data: SurvivalData, groups: Groups, tau: float, scale: str) -> None:
    if scale not in ("difference", "ratio", "lost-ratio"):
        raise UnsuitableDataError(f"scale {scale!r} is not known; difference, ratio or lost-ratio")
    for name in ("entry", "weight", "stratum"):
        if getattr(data, name) is not None:
            raise UnsuitableDataError(f"this regression does not allow for {name}; leave it out")
    if not 0 < tau < np.inf:
        raise UnsuitableDataError(f"tau is {tau:g}; give a horizon above 0")
    for rows in _split_arms(groups):
        last = data.time[rows].max()
        censored = np.any((data.time == last) & (data.event == 0) & rows)
        if last < tau and censored:
            raise UnsuitableDataError(
                f"tau is {tau:g} but follow-up of an arm ends before; choose a shorter horizon"
            )
    if not np.any((data.event > 0) & (data.time < tau)):
        raise UnsuitableDataError(f"no event was seen before tau = {tau:g}; nothing to compare")


def _weigh(time: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    table = count_events(SurvivalData(time, (~known).astype(np.int64)))
    row = np.searchsorted(table.time, time, side="right") - 1
    return divide(known.astype(np.float64), survival_of(table)[row])


def _solve(model: _Model) -> Floats:
    """Solve the weighted normal equations, by Newton steps when the link is not linear."""
    beta = np.zeros(model.x.shape[1])
    if model.is_log:
        beta[0] = np.log(model.weight @ model.y / model.weight.sum())
    for _ in range(STEPS):
        score = model.x.T @ (model.weight * (model.y - model.mean(beta)))
        step = np.linalg.solve(model.information(beta, model.weight), score)
        beta = beta + np.clip(step, -5, 5) if model.is_log else beta + step
        if not model.is_log or np.max(np.abs(step)) < CLOSE * (1 + np.max(np.abs(beta))):
            return beta
    raise ConvergenceError(
        "the regression of the restricted mean found no ratio; use scale='difference' or fewer "
        "covariates"
    )


def _follow_censoring(score: Floats, time: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Add to each patient's score what his censoring, or staying, tells of the weights."""
    table = count_events(SurvivalData(time, (~known).astype(np.int64)))
    row = np.searchsorted(table.time, time, side="right") - 1
    ended = [np.bincount(row, column, len(table.time)) for column in score.T]
    mean = sum_from_end(np.stack(ended, axis=1)) / table.at_risk[:, np.newaxis]
    lost = np.cumsum(mean * divide(table.every, table.at_risk)[:, np.newaxis], axis=0)
    return np.asarray(score + mean[row] * ~known[:, np.newaxis] - lost[row])


def _unscale(mean: Floats, scale: Floats) -> Floats:
    """Return the matrix from coefficients of standardised columns to those as given."""
    back = np.diag(np.append(1.0, 1 / scale))
    back[0, 1:] = -mean / scale
    return back


def _report(
    names: tuple[str, ...],
    fit: tuple[Floats, Floats],
    kind: tuple[MeanScale, float],
    level: float,
) -> RestrictedMeanFit:
    beta, covariance = fit
    error = np.sqrt(np.diag(covariance))
    reach = find_z(level) * error
    limits = np.stack([beta, beta - reach, beta + reach], axis=1)
    rows = (limits if kind[0] == "difference" else np.exp(limits)).tolist()
    method = "plain" if kind[0] == "difference" else "log"
    effects = tuple(Estimate(value, low, high, level, method) for value, low, high in rows)
    z = beta / error
    return RestrictedMeanFit(
        names, beta, covariance, error, z, 2 * ndtr(-np.abs(z)), effects, kind[0], kind[1]
    )
