"""Coverage of the distances between a calibration curve and the diagonal, and of the band of AUC.

The distances are of risks that are too narrow and too high, of risks a little too high, and of
perfect ones, whose distance is 0. Bootstraps are slow, so there are fewer repeats; cohorts that are
finished are kept.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from benchmarks.coverage.resumed import simulate
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, SurvivalData
from jalon.stats import time_auc
from jalon.validate import Bootstrap, calibrate_smoothly, draw_auc

SIZES, REPEATS, LARGE, RESAMPLES = (300, 1000), 300, 300_000, 100
SHIFT = -0.6
LINES = {"far": (0.6, -0.9), "near": (1.0, -0.8), "perfect": (1.0, SHIFT)}
FIGURES = {"error_mean": "ICI", "error_50": "E50", "error_90": "E90"}
TIMES = np.linspace(0.3, 1.5, 13)


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    found = simulate(
        lambda stream: judge_cohort(stream, n), 3 * 10, repeats, rng, f"distance {n}"
    ).reshape(repeats, -1, 3)
    names = [f"{figure}, {line}" for line in LINES for figure in FIGURES.values()]
    truths = np.append(find_truths(), 0.0)
    names.append("band of AUC over 13 times, less the truth")
    return [
        summarise(name, n, [Estimate(*map(float, one)) for one in found[:, k]], float(truths[k]))
        for k, name in enumerate(names)
    ]


def judge_cohort(rng: np.random.Generator, n: int) -> Floats:
    """Give every distance of one cohort, and its band less the truth: value, low and high."""
    index, data = draw(rng, n)
    rows = []
    for line in LINES.values():
        settings = Bootstrap(rng, RESAMPLES)
        curve = calibrate_smoothly(_risk(index, line), data, 1.0, bootstrap=settings)
        found = [getattr(curve, figure) for figure in FIGURES]
        rows += [[one.value, one.low, one.high] for one in found]
    band, truth = draw_auc(index, data, rng, TIMES), find_auc()
    # The whole curve is covered when its farthest point is.
    rows.append([np.mean(band.auc - truth), np.max(band.band_low - truth),
                 np.min(band.band_high - truth)])  # fmt: skip
    return np.array(rows).ravel()


@cache
def find_truths() -> tuple[float, ...]:
    """The distances of each line among many."""
    index = 0.9 * np.random.default_rng(1).normal(size=LARGE)
    truths: list[float] = []
    for line in LINES.values():
        error = np.abs(_risk(index, (1.0, SHIFT)) - _risk(index, line))
        truths += [float(error.mean()), *np.quantile(error, [0.5, 0.9]).tolist()]
    return tuple(truths)


@cache
def find_auc() -> Floats:
    """The AUC at each time among many who are all followed to the end."""
    index, data = draw(np.random.default_rng(2), 200_000, censored=False)
    return time_auc(index, data, TIMES).auc.value


def draw(rng: np.random.Generator, n: int, censored: bool = True) -> tuple[Floats, SurvivalData]:
    """Draw patients whose hazards are constant."""
    index = 0.9 * rng.normal(size=n)
    time = rng.exponential(size=n) / np.exp(index + SHIFT)
    stop = rng.uniform(0.6, 4, n) if censored else np.full(n, 50.0)
    stop = np.minimum(stop, rng.exponential(6, n)) if censored else stop
    return index, SurvivalData(np.minimum(time, stop), time <= stop)


def _risk(index: Floats, line: tuple[float, float]) -> Floats:
    """Risks, a hair inside 0 and 1, which have no place on the scale of the curve."""
    return np.clip(-np.expm1(-np.exp(line[0] * index + line[1])), 1e-12, 1 - 1e-12)
