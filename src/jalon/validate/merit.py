"""A figure of merit on the scale where its error is about normal, so that groups can be pooled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, ndtri

from jalon.core import ConvergenceError, Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats import brier_score, concordance, fit_cox, hold_competing, time_auc
from jalon.validate.calibration import observed_expected
from jalon.validate.calibration_weak import calibrate_weakly
from jalon.validate.predicted import Predicted
from jalon.validate.pseudo_regression import cloglog

Scale = Literal["logit", "log", "plain"]
MeritName = Literal["concordance", "auc", "slope", "ratio", "accuracy"]

LEAST, MOST = 1e-9, 100.0
"""A standard error outside is no error but a sign that the figure cannot be estimated."""

MERITS: tuple[MeritName, ...] = ("concordance", "auc", "slope", "ratio", "accuracy")


@dataclass(frozen=True, slots=True)
class Aim:
    """What predictions are judged by.

    Attributes:
        horizon: time of interest, within follow-up.
        cause: the event code of interest; others compete.
        level: coverage of the intervals, 0 to 1.
    """

    horizon: float
    cause: int = 1
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Merit:
    """One figure of merit.

    Attributes:
        estimate: the figure with its interval, which was made on ``scale``.
        scale: "logit" for C and AUC, "log" for observed over expected, else "plain".
        effect: the figure on that scale.
        std_error: its standard error there.
    """

    estimate: Estimate
    scale: Scale
    effect: float
    std_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Merits:
    """The figures of merit of a prediction among some patients.

    Attributes:
        patients: how many there are.
        events: how many of them had the event.
        figures: those that could be computed: "concordance" (Harrell's C), "auc" by the time of
            interest, calibration "slope", "ratio" of observed over expected events, and
            "accuracy" (index of prediction accuracy).
        notes: why the others could not.
    """

    patients: int
    events: int
    figures: dict[MeritName, Merit]
    notes: tuple[str, ...]


def measure_merits(predicted: Predicted, data: SurvivalData, aim: Aim) -> Merits:
    """Say how good a prediction is for some patients, in figures that can be pooled.

    Args:
        predicted: what is predicted for them; what needs a risk is left out where there is none.
        data: outcomes of the same patients, without late entry or weights.
        aim: what it is judged by.

    Returns:
        The figures on the scales of Debray and others; the slope by Cox regression, or by
        pseudo-values where causes compete; observed over expected with the error of the ratio.

    Raises:
        UnsuitableDataError: predictions of other patients.

    Reference:
        Debray TPA and others (2017), doi:10.1136/bmj.i6460, for the scales; Snell KIE and others
        (2018), doi:10.1177/0962280217705678.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> score = rng.normal(size=300)
        >>> data = SurvivalData(rng.exponential(np.exp(-score)), np.ones(300))
        >>> found = measure_merits(Predicted(score, log_hazard=score), data, Aim(1.0))
        >>> sorted(found.figures)
        ['auc', 'concordance', 'slope']
    """
    predicted.require(len(data))
    figures: dict[MeritName, Merit] = {}
    notes: list[str] = []
    for name in MERITS:
        try:
            found = _measure(name, predicted, data, aim)
        except (UnsuitableDataError, ConvergenceError) as reason:
            notes.append(f"no {name}: {reason}")
            continue
        if found is not None and math.isfinite(found.effect) and LEAST < found.std_error < MOST:
            figures[name] = found
        elif found is not None:
            notes.append(f"no {name}: its error cannot be estimated from so few patients")
    return Merits(len(data), int(np.sum(data.event == aim.cause)), figures, tuple(notes))


def _measure(name: MeritName, given: Predicted, data: SurvivalData, aim: Aim) -> Merit | None:
    risk = given.at(0)
    if name == "concordance":
        held = hold_competing(data, aim.cause) if _competes(data, aim) else data.cause(aim.cause)
        c = concordance(given.score, held, aim.level)
        return _on_logit(c.estimate.value, c.std_error, aim.level)
    if name == "auc":
        auc = time_auc(given.score, data, aim.horizon, aim.cause, aim.level).auc
        return _on_logit(float(auc.value[0]), float(auc.std_error[0]), aim.level)
    if name == "slope":
        return _find_slope(given.log_hazard, risk, data, aim)
    if risk is None:
        return None
    if name == "ratio":
        found = observed_expected(risk, data, aim.horizon, aim.cause, "influence", aim.level).ratio
        z = float(ndtri((1 + aim.level) / 2))
        effect = math.log(found.value)
        return Merit(found, "log", effect, (math.log(found.high) - effect) / z)
    part = brier_score(risk, data, aim.horizon, aim.cause, aim.level).accuracy
    return Merit(part.estimates[0], "plain", float(part.value[0]), float(part.std_error[0]))


def _find_slope(
    log_hazard: Floats | None, risk: Floats | None, data: SurvivalData, aim: Aim
) -> Merit | None:
    if log_hazard is None and risk is None:
        return None
    if _competes(data, aim) and risk is not None:
        weak = calibrate_weakly(risk, data, aim.horizon, aim.cause, aim.level)
        return Merit(weak.slope, "plain", weak.slope.value, weak.std_errors[1])
    index = cloglog(risk) if log_hazard is None and risk is not None else log_hazard
    if index is None or np.ptp(index) == 0:
        raise UnsuitableDataError("the prediction is the same for everyone; it has no slope")
    fit = fit_cox(index[:, None], data.cause(aim.cause), level=aim.level)
    value, error = float(fit.coefficients[0]), float(fit.standard_errors[0])
    half = float(ndtri((1 + aim.level) / 2)) * error
    return Merit(
        Estimate(value, value - half, value + half, aim.level, "Wald"), "plain", value, error
    )


def _competes(data: SurvivalData, aim: Aim) -> bool:
    return bool(np.any((data.event != 0) & (data.event != aim.cause)))


def _on_logit(value: float, error: float, level: float) -> Merit:
    if not 0 < value < 1:
        raise UnsuitableDataError(f"it is {value:g}, and its error is not known there")
    effect, spread = math.log(value / (1 - value)), error / (value * (1 - value))
    half = float(ndtri((1 + level) / 2)) * spread
    low, high = float(expit(effect - half)), float(expit(effect + half))
    return Merit(Estimate(value, low, high, level, "logit"), "logit", effect, spread)


def bring_back(estimate: Estimate, scale: Scale) -> Estimate:
    """Take a pooled figure back from the scale of its merits.

    Args:
        estimate: on the scale.
        scale: which scale.

    Returns:
        The figure itself.
    """
    ends = np.array([estimate.value, estimate.low, estimate.high])
    if scale == "logit":
        ends = expit(ends)
    elif scale == "log":
        ends = np.exp(ends)
    value, low, high = map(float, ends)
    return Estimate(value, low, high, estimate.level, estimate.method)
