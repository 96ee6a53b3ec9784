"""Coverage of Harrell's C of a learned score, its optimism taken off by the bootstrap.

What is to be covered is the C that this very score has among new patients of the same kind. It is
found on one large cohort followed in the same way, less what that cohort gives too much for the
true effects, whose C is known from a huge one. Two Cox models, one of five covariates, two of which
are noise, the other of eight, three of them noise; and a small integer score (at most three
variables of the five, one limit each, 1 or 2 points), searched anew in each resample, with the
teacher's penalty that the whole cohort chose, as ``study`` does. The search takes most of the time,
so the integer score has half of the repeats.

Three intervals of each: the apparent one; the same shifted by the optimism; and that of
``correct_optimism``, which is also widened.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from benchmarks.coverage.cohort import RATE, follow
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, Integers, SurvivalData
from jalon.learn import Candidate, SearchSettings, Terms, build_terms, refit_score
from jalon.stats import concordance, concordance_value, fit_cox
from jalon.validate import Measure, Refit, correct_optimism

Cohort = tuple[Floats, SurvivalData]
Predict = Callable[[Floats], Floats]
Learn = Callable[[Floats, SurvivalData, Floats], Predict]

EFFECTS = {
    "five covariates": (0.5, -0.6, 0.4, 0.0, 0.0),
    "eight covariates": (0.5, -0.5, 0.4, 0.3, 0.2, 0.0, 0.0, 0.0),
    "integer score": (0.5, -0.6, 0.4, 0.0, 0.0),
}
REPEATS, RESAMPLES, LARGE, HUGE = 400, 50, 20_000, 2_000_000
MEASURE = Measure("C", "risk", concordance_value)
SEARCH = SearchSettings(max_variables=3, max_terms=1, max_points=2)
CANDIDATES = [
    Candidate(name, (0.5,) if name in "bc" else (-0.7, 0.0, 0.7))
    for name in ("a", "b", "c", "d", "e")
]


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the score's C."""
    rows = []
    for name in EFFECTS:
        count = repeats // 2 if name == "integer score" else repeats
        found = [judge(rng, n, name) for _ in range(count)]
        for k, word in enumerate(("apparent", "shifted", "corrected")):
            title = f"Harrell's C less that among new patients, {name}, {word}"
            rows.append(summarise(title, n, [each[k] for each in found], 0.0))
    return rows


def judge(rng: np.random.Generator, n: int, name: str) -> list[Estimate]:
    """Learn one score; give its C by each interval, less its C among new patients."""
    effects = EFFECTS[name]
    x, data = draw(rng, n, effects)
    learn = prepare_points(x, data) if name == "integer score" else learn_cox
    predict = learn(x, data, np.ones(n))
    new_x, new_data = draw_many(effects)
    truth = concordance_value(predict(new_x), new_data) - exceed(effects)
    seen = concordance(predict(x), data).estimate

    def refit(rows: Integers) -> Refit:
        return Refit({"risk": learn(x, data, np.bincount(rows, minlength=n) * 1.0)(x)})

    found = correct_optimism(refit, [MEASURE], {"C": seen}, data, rng, resamples=RESAMPLES)
    figure = found.figures["C"]
    return [
        _shift(seen, truth),
        _shift(seen, truth + figure.optimism),
        _shift(figure.corrected, truth),
    ]


def learn_cox(x: Floats, data: SurvivalData, drawn: Floats) -> Predict:
    """Fit a Cox model to patients drawn so many times each."""
    rows = np.repeat(np.arange(len(x)), drawn.astype(np.int64))
    fitted = fit_cox(x[rows], data.take(rows)).coefficients
    return lambda new: np.asarray(new @ fitted)


def prepare_points(cohort: Floats, outcomes: SurvivalData) -> Learn:
    """Choose the teacher's penalty, and return the search that uses it."""
    penalty = refit_score(_terms(cohort), outcomes, SEARCH).penalty

    def learn(x: Floats, data: SurvivalData, drawn: Floats) -> Predict:
        weighted = SurvivalData(data.time, data.event, weight=drawn)
        points = refit_score(_terms(x), weighted, SEARCH, penalty=penalty).points
        return lambda new: _add_points(points, new)

    return learn


def _add_points(points: tuple[int, ...], x: Floats) -> Floats:
    return np.asarray(np.array(points, dtype=np.float64) @ _terms(x).bits)


def _terms(x: Floats) -> Terms:
    return build_terms(CANDIDATES, {item.name: x[:, k] for k, item in enumerate(CANDIDATES)})


def draw(rng: np.random.Generator, n: int, effects: tuple[float, ...]) -> Cohort:
    """Draw covariates and outcomes."""
    x = rng.normal(size=(n, len(effects)))
    x[:, 1], x[:, 2] = rng.random(n) < 0.5, rng.random(n) < 0.2
    return x, follow(rng, RATE * np.exp(x @ np.array(effects)))


@cache
def draw_many(effects: tuple[float, ...]) -> Cohort:
    """Draw new patients."""
    return draw(np.random.default_rng(1), LARGE, effects)


@cache
def exceed(effects: tuple[float, ...]) -> float:
    """By how much the C of the true effects is higher among the new patients than in general."""
    cohorts = draw_many(effects), draw(np.random.default_rng(2), HUGE, effects)
    new, huge = (concordance_value(x @ np.array(effects), data) for x, data in cohorts)
    return new - huge


def _shift(estimate: Estimate, by: float) -> Estimate:
    return Estimate(estimate.value - by, estimate.low - by, estimate.high - by, estimate.level)
