"""Random halves of a data set, and everything that may be learned from the training part only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.generalisation.cohorts import Patients
from jalon.core import SurvivalData

SEED = 20261126
TRAINING_SHARE = 0.7
DECILES = tuple(k / 10 for k in range(1, 10))
LEAST_SIDE = 0.05
MOST_VARIABLES = 5
FEW_VALUES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Patients of one side of a split.

    Attributes:
        data: their outcomes.
        x: shape (n, v), values of the variables.
        bits: shape (n, p), 1 where a variable is above a cut-point.
        ranks: shape (n, v), standardised place of each value among the training values.
    """

    data: SurvivalData
    x: np.ndarray
    bits: np.ndarray
    ranks: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One division of a data set into a training and a held-out part.

    Attributes:
        name: the data set.
        number: which of the repeats.
        names: the variables.
        variables: how many of them a score may use.
        variable: shape (p,), the variable that each cut-point belongs to.
        limit: shape (p,), the cut-points: deciles of the training part, or the levels of a
            variable with few values.
        train: patients to learn from.
        test: patients not seen.
    """

    name: str
    number: int
    names: tuple[str, ...]
    variables: int
    variable: np.ndarray
    limit: np.ndarray
    train: Part
    test: Part


def draw_split(patients: Patients, number: int) -> Split:
    """Divide patients 70 to 30, the share of events being the same on both sides."""
    rng = np.random.default_rng([SEED, number])
    inside = np.zeros(len(patients.time), dtype=bool)
    for code in (0, 1):
        rows = np.flatnonzero(patients.event == code)
        rng.shuffle(rows)
        inside[rows[: round(TRAINING_SHARE * len(rows))]] = True
    x = patients.x[inside]
    cuts = [_choose_cuts(column) for column in x.T]
    variable = np.array([j for j, limits in enumerate(cuts) for _ in limits])
    limit = np.array([value for limits in cuts for value in limits])

    def side(rows: np.ndarray) -> Part:
        values = patients.x[rows]
        data = SurvivalData(patients.time[rows], patients.event[rows])
        bits = (values[:, variable] > limit).astype(np.uint8)
        return Part(data, values, bits, _rank(values, x))

    return Split(
        patients.name,
        number,
        patients.names,
        min(MOST_VARIABLES, x.shape[1]),
        variable,
        limit,
        side(inside),
        side(~inside),
    )


def _choose_cuts(column: np.ndarray) -> list[float]:
    values = np.unique(column)
    if len(values) <= FEW_VALUES:
        limits = values[:-1]
    else:
        limits = np.unique(np.quantile(column, DECILES, method="lower"))
    shares = np.array([np.mean(column > limit) for limit in limits])
    enough = (shares >= LEAST_SIDE) & (shares <= 1 - LEAST_SIDE)
    if not enough.any():
        enough = np.arange(len(limits)) == np.argmin(abs(shares - 0.5))
    return [float(limit) for limit in limits[enough]]


def _rank(values: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Mid-ranks among the training values, with mean 0 and standard deviation 1 there."""
    columns = []
    for column, known in zip(values.T, np.sort(training, axis=0).T, strict=True):
        places = [_mid_rank(part, known) for part in (column, known)]
        columns.append((places[0] - places[1].mean()) / places[1].std())
    return np.column_stack(columns)


def _mid_rank(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    both = np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")
    return both / (2 * len(known))
