"""Leaving centres out: coverage of the pooled figures, and of the interval for a new centre.

A Cox model of three covariates is learned without one centre and judged in it. Centres differ in
their number of patients and, in one setting, in how strong the effects are there. What the pooled
figure is to cover is the mean, on the scale it is pooled on, of the figures that the model of all
patients would have in very many centres; the interval for a new centre is to hold the true figure
of one that is drawn anew. ``coverage`` of the latter is the share of new centres inside.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from benchmarks.coverage.resumed import simulate
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, Integers, SurvivalData
from jalon.stats import concordance_value, fit_cox
from jalon.validate import Aim, Predicted, calibration_slope, leave_centres_out

SIZES, REPEATS, LARGE = (300, 1000), 300, 4000
EFFECTS = np.array([0.8, -0.6, 0.4])
DIFFER = {"alike": 0.0, "differing": 0.25}
"""Standard deviation between centres of a factor that multiplies all effects."""
CENTRES = {300: 6, 1000: 10}
FIGURES = ("concordance", "slope")


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    rows = []
    for name, spread in DIFFER.items():
        found = simulate(
            lambda stream, spread=spread: judge_cohort(stream, n, spread),
            12, repeats, rng, f"centres {name} {n}",
        ).reshape(repeats, 4, 3)  # fmt: skip
        titles = [f"{figure} {part}, centres {name}"
                  for figure in FIGURES for part in ("on average", "in a new centre")]  # fmt: skip
        rows += [
            summarise(title, n, [Estimate(*map(float, one)) for one in found[:, k]], 0.0)
            for k, title in enumerate(titles)
        ]
    return rows


def judge_cohort(rng: np.random.Generator, n: int, spread: float) -> Floats:
    """Give each interval of one cohort less its truth: value, low and high."""
    centre = rng.choice(CENTRES[n], n, p=share_patients(CENTRES[n]))
    factor = 1 + spread * rng.normal(size=CENTRES[n])
    x, data = draw(rng, factor[centre])

    def learn(rows: Integers) -> Floats:
        return fit_cox(x[rows], data.take(rows)).coefficients

    def predict(beta: Floats, rows: Integers) -> Predicted:
        return Predicted(x[rows] @ beta, log_hazard=x[rows] @ beta)

    found = leave_centres_out(learn, predict, data, centre, Aim(1.0)).pooled
    mean, new = find_truth(learn(np.arange(n)), spread, rng)
    rows = []
    for k, figure in enumerate(FIGURES):
        part = found[figure]
        rows += [_less(part.estimate, mean[k]), _less(part.prediction, new[k])]
    return np.concatenate(rows)


def share_patients(centres: int) -> Floats:
    """Share of the patients in each centre, the largest with three times the smallest."""
    size = np.linspace(1, 3, centres)
    return size / size.sum()


def draw(rng: np.random.Generator, factor: Floats) -> tuple[Floats, SurvivalData]:
    """Draw patients whose effects are multiplied by a factor each."""
    n = len(factor)
    x = rng.normal(size=(n, 3))
    x[:, 1] = rng.random(n) < 0.5
    time = rng.exponential(size=n) / np.exp(factor * (x @ EFFECTS))
    stop = np.minimum(rng.uniform(0.6, 4, n), rng.exponential(6, n))
    return x, SurvivalData(np.minimum(time, stop), time <= stop)


def find_truth(beta: Floats, spread: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The figures of a model on average over centres, and in one centre drawn anew."""
    factors, cohorts = draw_centres(spread)
    figures = np.array([_measure(x @ beta, data) for x, data in cohorts])
    # Figures of centres follow a line in the factor but for the error of a finite centre.
    logit = np.column_stack((np.log(figures[:, 0] / (1 - figures[:, 0])), figures[:, 1]))
    if not spread:
        whole = logit.mean(axis=0)
        return _back(whole), _back(whole)
    design = np.vander(factors, 3)
    smooth = np.linalg.lstsq(design, logit, rcond=None)[0]
    grid = np.vander(1 + spread * np.random.default_rng(3).normal(size=20_000), 3) @ smooth
    new = np.vander([1 + spread * rng.normal()], 3) @ smooth
    return _back(grid.mean(axis=0)), _back(new[0])


@cache
def draw_centres(spread: float) -> tuple[Floats, list[tuple[Floats, SurvivalData]]]:
    """Very many patients in centres whose factors lie evenly."""
    rng, count = np.random.default_rng(1), 12 if spread else 8
    factors = 1 + spread * np.linspace(-2.5, 2.5, count) if spread else np.ones(count)
    return factors, [draw(rng, np.full(LARGE, one)) for one in factors]


def _measure(index: Floats, data: SurvivalData) -> list[float]:
    return [concordance_value(index, data), calibration_slope(index, data).value]


def _back(pair: Floats) -> Floats:
    return np.array([1 / (1 + np.exp(-pair[0])), pair[1]])


def _less(estimate: Estimate, truth: float) -> Floats:
    return np.array([estimate.value, estimate.low, estimate.high]) - truth
