"""Simulated patients: ties by day, 45% events, ten covariates of which six are yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Patients:
    """n simulated patients.

    Attributes:
        x: shape (n, 10), covariates; the first six are 0 or 1.
        time: shape (n,), whole days.
        event: shape (n,), 0 censored, 1 event.
        cause: shape (n,), 0 censored, 1 or 2.
        group: shape (n,), 0 to 3.
        score: shape (n,), an integer score with about 12 levels.
        risk: shape (n,), a continuous score.
    """

    x: np.ndarray
    time: np.ndarray
    event: np.ndarray
    cause: np.ndarray
    group: np.ndarray
    score: np.ndarray
    risk: np.ndarray


def simulate(n: int, seed: int = 20261120) -> Patients:
    """Draw n patients with exponential survival and censoring, cut to whole days."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 10))
    x[:, :6] = (x[:, :6] > 0.3).astype(float)
    beta = np.array([0.5, -0.4, 0.3, 0.3, -0.2, 0.1, 0.3, -0.2, 0.1, 0.0])
    risk = x @ beta
    failing = rng.exponential(900 / np.exp(risk))
    leaving = rng.exponential(950, n)
    time = np.ceil(np.minimum(failing, leaving))
    event = (failing <= leaving).astype(np.int64)
    cause = np.where(event == 1, np.where(rng.random(n) < 0.7, 1, 2), 0)
    score = np.clip(np.round(2 * risk) + 4, 0, 11)
    group = rng.integers(0, 4, n)
    return Patients(x, time, event, cause, group, score, risk)


def write_for_r(patients: Patients, folder: Path) -> None:
    """Write the patients as raw doubles, column by column, which R reads in a moment."""
    columns = [patients.time, patients.event, patients.cause, patients.group]
    columns += [patients.score, patients.risk, *patients.x.T]
    np.column_stack(columns).T.astype("<f8").ravel().tofile(folder / "patients.bin")
    (folder / "size.txt").write_text(f"{len(patients.time)} {len(columns)}\n")
