"""Patients to learn from: public cohorts in quartiles, and simulated ones of any size."""

from __future__ import annotations

import numpy as np

from benchmarks.generalisation.cohorts import Patients
from jalon.core import SurvivalData
from jalon.learn import Candidate, Terms, build_terms

QUARTILES = np.array([0.25, 0.5, 0.75])
FEW = 6
"""Variables of up to this many values are cut between all of them."""


def cut_cohort(patients: Patients) -> tuple[Terms, SurvivalData]:
    """Return a public cohort with a limit at each quartile, or between all values if few."""
    candidates = []
    for name, values in zip(patients.names, patients.x.T, strict=True):
        levels = np.unique(values)
        cuts = levels[:-1] if len(levels) <= FEW else np.unique(np.quantile(values, QUARTILES))
        candidates.append(Candidate(name, tuple(cut for cut in cuts.tolist() if cut < levels[-1])))
    columns = dict(zip(patients.names, patients.x.T, strict=True))
    return build_terms(candidates, columns), SurvivalData(patients.time, patients.event)


def name_terms(bits: np.ndarray) -> Terms:
    """Return binary variables as terms, one each."""
    candidates = tuple(Candidate(f"x{j}", (0.5,)) for j in range(len(bits)))
    return Terms(candidates, np.arange(len(bits)), np.full(len(bits), 0.5), bits)


def simulate(
    n: int, effects: tuple[float, ...], p: int, rho: float, seed: int, end: float = 1.0
) -> tuple[Terms, SurvivalData]:
    """Return p binary variables, neighbours correlated by rho, some with an effect.

    ``end`` shortens the follow-up, so that fewer events are seen.
    """
    rng = np.random.default_rng(seed)
    bits, hidden = np.empty((p, n), np.uint8), rng.standard_normal(n)
    for j in range(p):
        if j:
            hidden = rho * hidden + np.sqrt(1 - rho**2) * rng.standard_normal(n)
        bits[j] = hidden > np.quantile(hidden[:100_000], rng.uniform(0.2, 0.8))
    log_hazard = np.zeros(n)
    for j, effect in zip(rng.choice(p, len(effects), replace=False), effects, strict=True):
        log_hazard += rng.choice([-1, 1]) * effect * bits[j]
    return name_terms(bits), _follow(log_hazard, rng, end)


def _follow(log_hazard: np.ndarray, rng: np.random.Generator, last: float = 1.0) -> SurvivalData:
    """Days to an event or to the end of follow-up, whole numbers."""
    time = np.ceil(rng.exponential(700, len(log_hazard)) * np.exp(-log_hazard))
    end = np.ceil(last * rng.uniform(200, 1500, len(log_hazard)))
    return SurvivalData(np.minimum(time, end), (time <= end).astype(np.int64))


def complete_tables(
    n: int, variables: int, tables: int, centres: int, seed: int
) -> tuple[list[Candidate], list[dict[str, np.ndarray]], SurvivalData]:
    """Return tables that differ in one value in ten, as after imputation, by centre."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, variables))
    effects = np.zeros(variables)
    effects[:6] = [0.5, -0.4, 0.3, 0.3, -0.2, 0.2]
    data = _follow(values @ effects, rng)
    completed = []
    for _ in range(tables):
        drawn = np.where(rng.random(values.shape) < 0.1, rng.standard_normal(values.shape), values)
        completed.append({f"v{j}": drawn[:, j] for j in range(variables)})
    candidates = [Candidate(f"v{j}", (-0.8, -0.25, 0.0, 0.25, 0.8)) for j in range(variables)]
    data = SurvivalData(data.time, data.event, stratum=rng.integers(0, centres, n))
    return candidates, completed, data
