"""Cox regression with a ridge penalty, quick enough for cross-validation inside every split.

Only for the benchmark: Breslow ties, no checks. Patients are sorted by falling time, so that a
running sum is the risk set; Newton's steps use matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import SurvivalData

PENALTIES = tuple(np.exp(np.linspace(np.log(1000.0), np.log(0.3), 9)))
FOLDS = 5
TINY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """Patients by falling time.

    Attributes:
        order: shape (n,), rows in the order given.
        event: shape (n,), 1 the event.
        end: shape (m,), last position of each set of tied times with an event.
        deaths: shape (m,), its events.
        first: shape (n,), the first of these sets that a patient is at risk in.
    """

    order: np.ndarray
    event: np.ndarray
    end: np.ndarray
    deaths: np.ndarray
    first: np.ndarray


def sort_risk(data: SurvivalData) -> RiskSets:
    """Sort patients once for all evaluations."""
    order = np.argsort(-data.time, kind="stable")
    time, event = data.time[order], (data.event[order] == 1).astype(np.float64)
    last = np.append(np.flatnonzero(time[1:] != time[:-1]), len(time) - 1)
    deaths = np.add.reduceat(event, np.append(0, last[:-1] + 1))
    end = last[deaths > 0]
    first = np.searchsorted(end, np.arange(len(time)))
    return RiskSets(order, event, end, deaths[deaths > 0], first)


def measure_loss(linear: np.ndarray, sets: RiskSets) -> float:
    """Negative log partial likelihood of linear predictors in the order of ``sets``."""
    top = linear.max()
    among = np.cumsum(np.exp(linear - top))[sets.end]
    return float(sets.deaths @ (np.log(among) + top) - sets.event @ linear)


def expect_events(linear: np.ndarray, sets: RiskSets) -> np.ndarray:
    """Shape (n,), events that each patient should have had by the Breslow estimate."""
    top = linear.max()
    part = np.exp(linear - top)
    steps = sets.deaths / np.cumsum(part)[sets.end]
    return part * np.append(np.cumsum(steps[::-1])[::-1], 0.0)[sets.first]


def fit_ridge(
    x: np.ndarray, sets: RiskSets, penalty: float, start: np.ndarray | None = None
) -> np.ndarray:
    """Coefficients that minimise the loss plus penalty / 2 times their sum of squares.

    Args:
        x: shape (n, p), rows in the order of ``sets``.
        sets: the risk sets.
        penalty: strength, above 0 when columns may be redundant.
        start: first guess.
    """
    beta = np.zeros(x.shape[1]) if start is None else start
    value = measure_loss(x @ beta, sets) + 0.5 * penalty * beta @ beta
    for _ in range(40):
        slope, bend = differentiate(x, x @ beta, sets)
        slope += penalty * beta
        bend[np.diag_indices_from(bend)] += penalty + TINY
        step = np.linalg.solve(bend, slope)
        gain, length = float(slope @ step), 1.0
        while True:
            trial = beta - length * step
            reached = measure_loss(x @ trial, sets) + 0.5 * penalty * trial @ trial
            if reached <= value - 1e-4 * length * gain + 1e-9 or length < 1e-4:
                break
            length /= 2
        beta, value = trial, reached
        if gain < TINY:
            break
    return beta


def differentiate(
    x: np.ndarray, linear: np.ndarray, sets: RiskSets
) -> tuple[np.ndarray, np.ndarray]:
    """Slope and curvature of the loss in the coefficients of x, at given linear predictors."""
    part = np.exp(linear - linear.max())
    among = np.cumsum(part)[sets.end]
    mean = np.cumsum(x * part[:, None], axis=0)[sets.end] / among[:, None]
    expected = expect_events(linear, sets)
    slope = (expected - sets.event) @ x
    bend = (x * expected[:, None]).T @ x - (mean * sets.deaths[:, None]).T @ mean
    return slope, bend


def choose_ridge(
    x: np.ndarray, data: SurvivalData, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Coefficients at the penalty whose cross-validated partial likelihood is best.

    Reference:
        Verweij PJM, van Houwelingen HC (1993), doi:10.1002/sim.4780122407, equation 4.
    """
    fold = rng.permutation(len(x)) % FOLDS
    whole = sort_risk(data)
    ordered = x[whole.order]
    lost = np.zeros(len(PENALTIES))
    for part in range(FOLDS):
        kept = fold != part
        sets = sort_risk(data.take(kept))
        inside = x[kept][sets.order]
        beta = None
        for index, penalty in enumerate(PENALTIES):
            beta = fit_ridge(inside, sets, penalty, beta)
            lost[index] += measure_loss(ordered @ beta, whole) - measure_loss(inside @ beta, sets)
    best = int(np.argmin(lost))
    beta = None
    for penalty in PENALTIES[: best + 1]:
        beta = fit_ridge(ordered, whole, penalty, beta)
    assert beta is not None
    return beta, PENALTIES[best]
