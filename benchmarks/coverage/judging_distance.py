"""Coverage of the distances between a calibration curve and the diagonal, and of the band of AUC.

The distances are of risks that are too narrow and too high, of risks a little too high, and of
perfect ones, whose distance is 0. Bootstraps are slow, so there are fewer repeats.
"""

from __future__ import annotations

import numpy as np
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, SurvivalData
from jalon.stats import time_auc
from jalon.validate import Bootstrap, calibrate_smoothly, draw_auc

SIZES, REPEATS, LARGE, RESAMPLES = (300, 1000), 200, 300_000, 60
SHIFT = -0.6
LINES = {"far": (0.6, -0.9), "near": (1.0, -0.8), "perfect": (1.0, SHIFT)}
FIGURES = ("error_mean", "error_50", "error_90")
TIMES = np.linspace(0.3, 1.5, 13)


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    rows = []
    for name, line in LINES.items():
        index = 0.9 * np.random.default_rng(1).normal(size=LARGE)
        error = np.abs(_risk(index, (1.0, SHIFT)) - _risk(index, line))
        truth = [error.mean(), *np.quantile(error, [0.5, 0.9])]
        seen: list[list[Estimate]] = [[] for _ in FIGURES]
        for _ in range(repeats):
            index, data = draw(rng, n)
            settings = Bootstrap(rng, RESAMPLES)
            curve = calibrate_smoothly(_risk(index, line), data, 1.0, bootstrap=settings)
            for k, figure in enumerate(FIGURES):
                seen[k].append(getattr(curve, figure))
        rows += [
            summarise(f"calibration {figure}, {name}", n, seen[k], float(truth[k]))
            for k, figure in enumerate(FIGURES)
        ]
    return [*rows, cover_band(rng, n, repeats)]


def cover_band(rng: np.random.Generator, n: int, repeats: int) -> Row:
    """Tell how often the band covers the whole curve: its farthest point less the truth."""
    index, data = draw(np.random.default_rng(2), 200_000, censored=False)
    truth = time_auc(index, data, TIMES).auc.value
    seen = []
    for _ in range(repeats):
        index, data = draw(rng, n)
        curve = draw_auc(index, data, rng, TIMES)
        low, high = np.max(curve.band_low - truth), np.min(curve.band_high - truth)
        seen.append(Estimate(float(np.mean(curve.auc - truth)), float(low), float(high)))
    return summarise("band of AUC over 13 times, less the truth", n, seen, 0.0)


def draw(rng: np.random.Generator, n: int, censored: bool = True) -> tuple[Floats, SurvivalData]:
    """Draw patients whose hazards are constant."""
    index = 0.9 * rng.normal(size=n)
    time = rng.exponential(size=n) / np.exp(index + SHIFT)
    stop = rng.uniform(0.6, 4, n) if censored else np.full(n, 50.0)
    stop = np.minimum(stop, rng.exponential(6, n)) if censored else stop
    return index, SurvivalData(np.minimum(time, stop), time <= stop)


def _risk(index: Floats, line: tuple[float, float]) -> Floats:
    return np.asarray(-np.expm1(-np.exp(line[0] * index + line[1])))
