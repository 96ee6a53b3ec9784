"""A made-up cohort of 957 patients, ten candidate variables, four of them missing at random."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from jalon.core import Floats, SurvivalData
from jalon.learn import Candidate
from jalon.stats import IncompleteTable

PATIENTS = 957

CANDIDATES = (
    Candidate("age", (50.0, 60.0, 70.0), "up"),
    Candidate("ldh", (0.8, 1.0, 1.5, 2.0), "up"),
    Candidate("ecog", (0.0, 1.0, 2.0), "up"),
    Candidate("stage", (0.0, 1.0, 2.0), "up"),
    Candidate("sites", (0.0, 1.0, 2.0), "up"),
    Candidate("crp", (0.7, 1.6, 3.0), "up"),
    Candidate("haemoglobin", (10.0, 12.0), "down"),
    Candidate("albumin", (35.0, 40.0), "down"),
    Candidate("bulky", (0.0,), "up"),
    Candidate("male", (0.0,)),
)
KINDS = ("number", "number", "ordered", "ordered", "ordered", "number", "number", "number",
         "binary", "binary")  # fmt: skip
MISSING = {"ldh": -1.6, "crp": -0.6, "albumin": -1.1, "ecog": -2.5, "stage": -3.0}
"""Log odds that a value is missing, at mean age; the old lack more."""


def draw_cohort(
    rng: np.random.Generator, n: int = PATIENTS
) -> tuple[IncompleteTable, SurvivalData]:
    """Draw patients, lose some of their values, and follow them."""
    severe, age = rng.normal(size=n), np.clip(rng.normal(60, 13, n), 18, 90)
    columns: dict[str, Floats] = {
        "age": np.round(age),
        "ldh": np.round(np.exp(0.1 + 0.4 * severe + 0.4 * rng.normal(size=n)), 2),
        "ecog": _cut(0.7 * severe + 0.7 * rng.normal(size=n), (0.0, 0.9, 1.7)),
        "stage": _cut(0.8 * severe + 0.6 * rng.normal(size=n), (-0.8, 0.0, 0.7)),
        "sites": _cut(0.7 * severe + 0.7 * rng.normal(size=n), (0.2, 0.9, 1.5)),
        "crp": np.round(np.exp(0.4 + 0.6 * severe + 0.6 * rng.normal(size=n)), 1),
        "haemoglobin": np.round(12.5 - 0.9 * severe + 1.3 * rng.normal(size=n), 1),
        "albumin": np.round(39 - 2 * severe + 4 * rng.normal(size=n)),
        "bulky": (rng.random(n) < expit(0.6 * severe - 1)).astype(float),
        "male": (rng.random(n) < 0.55).astype(float),
    }
    hazard = np.exp(
        0.03 * (age - 60) + 0.5 * (columns["ldh"] > 1) + 0.35 * columns["ecog"]
        + 0.2 * columns["stage"] + 0.3 * (columns["albumin"] < 35)
    )  # fmt: skip
    time, stop = rng.exponential(4000 / hazard), rng.uniform(365, 2500, n)
    for name, odds in MISSING.items():
        lost = rng.random(n) < expit(odds + 0.02 * (age - 60))
        columns[name] = np.where(lost, np.nan, columns[name])
    table = IncompleteTable(np.column_stack(list(columns.values())), KINDS, tuple(columns))
    return table, SurvivalData(np.ceil(np.minimum(time, stop)), time <= stop)


def _cut(values: Floats, limits: tuple[float, ...]) -> Floats:
    return np.searchsorted(limits, values).astype(np.float64)
