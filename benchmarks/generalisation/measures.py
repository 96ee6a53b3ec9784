"""How well a score does on patients not seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.generalisation.cox import fit_ridge, measure_loss, sort_risk
from benchmarks.generalisation.splits import Split
from jalon.core import SurvivalData
from jalon.stats import concordance_value
from jalon.stats.prediction import brier_score, uno_concordance

LATEST = 0.9
BRIER_TIMES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a method says after learning.

    Attributes:
        train: shape (n,), log hazard of the patients it learned from, up to a constant.
        test: shape (m,), log hazard of the patients not seen, by the scale it learned.
        variables: how many variables it uses.
        steps: how many cut-points or categories beyond the first.
        reach: largest number of points that one variable gives, 0 where there are no points.
    """

    train: np.ndarray
    test: np.ndarray
    variables: int
    steps: int
    reach: int


@dataclass(frozen=True, slots=True)
class Merit:
    """Figures on the held-out part.

    Attributes:
        uno: Uno's concordance up to the time by which nine in ten events have happened.
        harrell: Harrell's concordance.
        deviance: minus twice the log partial likelihood per event, less that of no score; the
            scale is the one learned. Lower is better.
        brier: Brier score averaged over follow-up, with the training part's baseline hazard.
        slope: calibration slope; 1 is ideal, below 1 the differences were overstated.
        variables: number of variables used.
        steps: number of cut-points used.
        reach: largest number of points of one variable.
    """

    uno: float
    harrell: float
    deviance: float
    brier: float
    slope: float
    variables: int
    steps: int
    reach: int

    def as_row(self) -> dict[str, float]:
        """The figures by name."""
        return asdict(self)


def judge(prediction: Prediction, split: Split) -> Merit:
    """Measure a prediction on the held-out part."""
    data = split.test.data
    happened = data.time[data.event == 1]
    horizon = float(np.quantile(happened, LATEST))
    sets = sort_risk(data)
    linear = prediction.test[sets.order]
    null = measure_loss(np.zeros(len(linear)), sets)
    deviance = 2 * (measure_loss(linear, sets) - null) / len(happened)
    return Merit(
        uno=uno_concordance(prediction.test, data, horizon).estimate.value,
        harrell=concordance_value(prediction.test, data),
        deviance=float(deviance),
        brier=_integrate(prediction, split, horizon),
        slope=float(fit_ridge(linear[:, None], sets, 0.0)[0]) if np.ptp(linear) > 0 else 0.0,
        variables=prediction.variables,
        steps=prediction.steps,
        reach=prediction.reach,
    )


def _integrate(prediction: Prediction, split: Split, horizon: float) -> float:
    """Mean of the Brier score at times spread evenly over the events up to the horizon."""
    data = split.test.data
    happened = data.time[(data.event == 1) & (data.time <= horizon)]
    times = np.unique(np.quantile(happened, np.linspace(0.05, 1, BRIER_TIMES), method="lower"))
    hazard = _baseline(prediction.train, split.train.data, times)
    top = prediction.train.max()
    risk = -np.expm1(-np.exp(prediction.test - top)[:, None] * hazard)
    return float(np.mean(brier_score(risk, data, times).error.value))


def _baseline(linear: np.ndarray, data: SurvivalData, times: np.ndarray) -> np.ndarray:
    """Breslow's cumulative hazard at the largest linear predictor of the training part."""
    sets = sort_risk(data)
    among = np.cumsum(np.exp(linear[sets.order] - linear.max()))[sets.end]
    when = data.time[sets.order][sets.end]
    steps = (sets.deaths / among)[::-1]
    cumulative = np.append(0.0, np.cumsum(steps))
    return cumulative[np.searchsorted(when[::-1], times, side="right")]
