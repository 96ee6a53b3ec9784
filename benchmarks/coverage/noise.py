"""Predictors that are nothing but noise: the corrected C must be that of chance.

Ten covariates that have nothing to do with the outcome; a Cox model of all of them, and an integer
score that searches for three of them. The whole pipeline is repeated in each resample. Given are
the mean of each corrected C over cohorts, and its Monte Carlo error.
"""

from __future__ import annotations

import numpy as np
from benchmarks.coverage.cohort import RATE, follow
from benchmarks.coverage.resumed import simulate

from jalon.core import Floats, Integers, SurvivalData
from jalon.learn import Candidate, SearchSettings, build_terms, refit_score
from jalon.stats import concordance_value, fit_cox
from jalon.validate import (
    CorrectionKind,
    Measure,
    Procedure,
    draw_bootstrap,
    draw_folds,
    validate_procedure,
)

SIZES = (300, 1000)
REPEATS, RESAMPLES = 200, 60
NAMES = tuple("abcdefghij")
CANDIDATES = [Candidate(name, (-0.7, 0.0, 0.7)) for name in NAMES]
CUTS = np.array([one.cuts for one in CANDIDATES]).ravel()
SEARCH = SearchSettings(max_variables=3, max_terms=1, max_points=2, target="events")
KINDS: tuple[CorrectionKind, ...] = ("optimism", "0.632", "0.632+", "left out")
RANK = Measure("C", "risk", concordance_value)

Row = dict[str, float | int | str]


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and average the corrected figures of each model."""
    rows = []
    for model, share in (("Cox model of ten", 1.0), ("integer score of three of ten", 0.3)):
        count = int(repeats * share)
        title = f"noise {model} {n}"
        judge = lambda stream, model=model: judge_cohort(stream, n, model)  # noqa: E731
        found = simulate(judge, 6, count, rng, title)
        for k, word in enumerate(("apparent", *KINDS, "folds")):
            error = found[:, k].std(ddof=1) / np.sqrt(count)
            row: Row = {"model": model, "n": n, "repeats": count, "figure": word}
            row["mean_C"] = round(float(found[:, k].mean()), 4)
            row["monte_carlo_error"] = round(float(error), 4)
            rows.append(row)
    return rows


def judge_cohort(rng: np.random.Generator, n: int, model: str) -> Floats:
    """Give apparent and corrected C of one cohort."""
    x = rng.normal(size=(n, len(NAMES)))
    data = follow(rng, np.full(n, RATE))
    procedure = fit_all(x, data) if model.startswith("Cox") else search(x, data)
    plan = draw_bootstrap(n, RESAMPLES, rng)
    figure = validate_procedure(procedure, [RANK], data, plan).figures["C"]
    folds = validate_procedure(procedure, [RANK], data, draw_folds(n, 10, rng)).figures["C"]
    values = [figure.corrections[kind].value for kind in KINDS]
    return np.array([figure.apparent.value, *values, folds.corrections["folds"].value])


def fit_all(x: Floats, data: SurvivalData) -> Procedure:
    """Fit a Cox model to all covariates."""

    def learn(rows: Integers, _chance: np.random.Generator) -> Floats:
        return fit_cox(x[rows], data.take(rows)).coefficients

    return Procedure(learn, lambda beta, rows, _chance: {"risk": x[rows] @ beta})


def search(x: Floats, data: SurvivalData) -> Procedure:
    """Search an integer score that follows the events themselves."""
    above = np.repeat(x, len(CUTS) // len(NAMES), axis=1) > CUTS

    def learn(rows: Integers, _chance: np.random.Generator) -> Floats:
        columns = {item.name: x[rows, k] for k, item in enumerate(CANDIDATES)}
        terms = build_terms(CANDIDATES, columns)
        return np.array(refit_score(terms, data.take(rows), SEARCH).points, dtype=np.float64)

    return Procedure(learn, lambda points, rows, _chance: {"risk": above[rows] @ points})
