"""Coverage of every interval of a corrected figure: C and calibration slope of Cox models.

What is to be covered is the figure that this very model has among new patients, found on one large
cohort followed in the same way (for C, less what that cohort gives too much for the true effects).
Two Cox models, of five covariates, two of them noise, and of eight, three of them noise. For each
way of correcting: the apparent interval moved and widened ("shifted"), and the bootstrap's
percentiles centred and widened ("percentile"); folds have no bootstrap.
"""

from __future__ import annotations

import numpy as np
from benchmarks.coverage.optimism import draw, draw_many, exceed
from benchmarks.coverage.resumed import simulate

from jalon.core import Estimate, Floats, Integers, SurvivalData
from jalon.stats import (
    ImputationPlan,
    IncompleteTable,
    concordance,
    concordance_value,
    fit_cox,
)
from jalon.validate import (
    Completion,
    CorrectionKind,
    Measure,
    Procedure,
    calibration_slope,
    draw_bootstrap,
    draw_folds,
    impute_inside,
    validate_procedure,
)

SIZES = (300, 1000)
REPEATS, RESAMPLES = 600, 50
EFFECTS = {
    "five covariates": (0.5, -0.6, 0.4, 0.0, 0.0),
    "eight covariates": (0.5, -0.5, 0.4, 0.3, 0.2, 0.0, 0.0, 0.0),
}
KINDS: tuple[CorrectionKind, ...] = ("optimism", "0.632", "0.632+", "left out", "folds")
WAYS = ("shifted", "percentile")
C = Measure("C", "risk", concordance_value, lambda x, data: concordance(x, data).estimate)
SLOPE = Measure("slope", "risk", lambda x, data: calibration_slope(x, data).value,
                calibration_slope)  # fmt: skip

Row = dict[str, float | int | str]


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    # Larger cohorts take longer, and imputation much longer.
    rows: list[Row] = []
    repeats = repeats if n < 1000 else 2 * repeats // 3
    for name in EFFECTS:
        judge = lambda stream, name=name: judge_cohort(stream, n, name)  # noqa: E731
        found = simulate(judge, 60, repeats, rng, f"corrections {name} {n}")
        rows += _tell(found, n, name)
    some = repeats // 6 if n < 1000 else repeats // 4
    found = simulate(lambda stream: judge_imputed(stream, n), 60, some, rng, f"imputed {n}")
    return rows + _tell(found, n, "five covariates, a quarter missing, imputed inside")


def _tell(found: Floats, n: int, name: str) -> list[Row]:
    rows: list[Row] = []
    table = found.reshape(len(found), 2, len(KINDS), len(WAYS), 3)
    for i, figure in enumerate(("C", "slope")):
        for j, kind in enumerate(KINDS):
            for k, way in enumerate(WAYS):
                value, low, high = table[:, i, j, k].T
                if np.isnan(low).all():
                    continue
                met = (low <= 0) & (high >= 0)
                error = np.sqrt(met.mean() * (1 - met.mean()) / len(met))
                row: Row = {"model": name, "n": n, "repeats": len(met), "figure": figure}
                row |= {"correction": kind, "interval": way}
                row["coverage"] = round(float(met.mean()), 4)
                row["monte_carlo_error"] = round(float(error), 4)
                row["mean_width"] = float(f"{np.mean(high - low):.4g}")
                row["bias"] = float(f"{value.mean():.2g}")
                rows.append(row)
    return rows


def judge_cohort(rng: np.random.Generator, n: int, name: str) -> Floats:
    """Give every corrected figure of one cohort less its truth: value, low and high."""
    x, data = draw(rng, n, EFFECTS[name])

    def learn(rows: Integers, _chance: np.random.Generator) -> Floats:
        return fit_cox(x[rows], data.take(rows)).coefficients

    procedure = Procedure(learn, lambda beta, rows, _chance: {"risk": x[rows] @ beta})
    beta = learn(np.arange(n), rng)
    return _judge(procedure, data, _find_truths(beta, EFFECTS[name]), rng)


def judge_imputed(rng: np.random.Generator, n: int) -> Floats:
    """Give the same where a quarter of two covariates is missing at random."""
    effects = EFFECTS["five covariates"]
    x, data = draw(rng, n, effects)
    for k in (0, 2):
        x[rng.random(n) < 0.25 + 0.15 * (x[:, 3] > 0) - 0.075, k] = np.nan
    table = IncompleteTable(x, ["number", "binary", "binary", "number", "number"])
    plan = Completion(table, ImputationPlan(tables=2, iterations=5), "stacked")

    def learn(values: Floats, outcomes: SurvivalData) -> Floats:
        return fit_cox(values, outcomes).coefficients

    procedure = impute_inside(learn, lambda beta, values: {"risk": values @ beta}, plan, data, rng)
    model = procedure.learn(np.arange(n), rng)
    return _judge(procedure, data, _find_truths(model.models[0], effects), rng)


def _find_truths(beta: Floats, effects: tuple[float, ...]) -> tuple[float, float]:
    x, data = draw_many(effects)
    rank = concordance_value(x @ beta, data) - exceed(effects)
    return rank, calibration_slope(x @ beta, data).value


def _judge(
    procedure: Procedure, data: SurvivalData, truths: tuple[float, float], rng: np.random.Generator
) -> Floats:
    plans = draw_bootstrap(len(data), RESAMPLES, rng), draw_folds(len(data), 10, rng)
    parts = [validate_procedure(procedure, (C, SLOPE), data, plan).figures for plan in plans]
    rows = []
    for name, truth in zip(("C", "slope"), truths, strict=True):
        every = parts[0][name].corrections | parts[1][name].corrections
        rows += [_less(getattr(every[kind], way), truth) for kind in KINDS for way in WAYS]
    return np.concatenate(rows)


def _less(estimate: Estimate, truth: float) -> Floats:
    return np.array([estimate.value, estimate.low, estimate.high]) - truth
