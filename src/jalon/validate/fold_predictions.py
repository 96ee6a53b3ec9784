"""What each patient was predicted by the model that did not see them, kept until folds are judged.

A figure of a fold of thirty patients is a poor one, and a slope of so few is too steep on average;
the mean over folds keeps that. Judged together, but compared within folds only, they have neither
fault, and predictions of different models are never compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import Floats, Integers, SurvivalData
from jalon.validate.measure import Measure, judge_tables
from jalon.validate.resampling import Resampling


@dataclass(frozen=True, slots=True)
class FoldShelf:
    """How the predictions of one fold are laid out in a row of numbers.

    Attributes:
        tables: completed tables of each prediction, by its name.
        room: patients that the largest fold has.
    """

    tables: dict[str, int]
    room: int

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return self.room * sum(self.tables.values())


def plan_shelf(
    own: Mapping[str, Floats], measures: Sequence[Measure], plan: Resampling
) -> FoldShelf:
    """Say how much room the predictions that are judged need.

    Args:
        own: predictions for all patients, by name.
        measures: the figures of merit.
        plan: the folds.

    Returns:
        The layout.
    """
    names = dict.fromkeys(one.of for one in measures)
    tables = {name: len(np.atleast_2d(own[name])) for name in names}
    return FoldShelf(tables, max(len(judged) for _, judged in plan.splits))


def lay_predictions(shelf: FoldShelf, predictions: Mapping[str, Floats]) -> Floats:
    """Lay the predictions of one fold in a row.

    Args:
        shelf: the layout.
        predictions: for the patients of the fold, by name.

    Returns:
        Shape (width,), NaN where the fold is smaller than the largest, and where there are not as
        many completed tables as for all patients.
    """
    row = []
    for name, tables in shelf.tables.items():
        part = np.full((tables, shelf.room), np.nan)
        found = np.atleast_2d(predictions[name])
        if len(found) in {1, tables}:
            part[:, : found.shape[1]] = found
        row.append(part.ravel())
    return np.concatenate(row)


def judge_folds(
    measure: Measure, kept: tuple[FoldShelf, Floats], plan: Resampling, data: SurvivalData
) -> Floats:
    """Judge all patients of a division into folds at once, each fold a stratum of its own.

    Args:
        measure: the figure of merit.
        kept: the layout, and shape (folds, width), the rows of all folds.
        plan: the folds.
        data: outcomes of all patients.

    Returns:
        Shape (divisions,), the figure; NaN where it cannot be given.
    """
    shelf, table = kept
    before = sum(tables for name, tables in _until(shelf.tables, measure.of)) * shelf.room
    tables = shelf.tables[measure.of]
    parts = table[:, before : before + tables * shelf.room].reshape(len(table), tables, shelf.room)
    folds = len(plan.splits) // plan.repeats
    return np.array(
        [
            _judge_division(measure, parts, plan, data, first)
            for first in range(0, len(table), folds)
        ]
    )


def _judge_division(
    measure: Measure, parts: Floats, plan: Resampling, data: SurvivalData, first: int
) -> float:
    folds = len(plan.splits) // plan.repeats
    prediction = np.full((parts.shape[1], plan.n), np.nan)
    fold: Integers = np.zeros(plan.n, dtype=np.int64)
    for k in range(first, first + folds):
        judged = plan.splits[k][1]
        prediction[:, judged], fold[judged] = parts[k, :, : len(judged)], k
    known = np.flatnonzero(~np.isnan(prediction).any(axis=0))
    if not len(known):
        return float("nan")
    some = data.take(known)
    labels = fold[known]
    if some.stratum is not None:
        pairs = np.column_stack((some.stratum, labels))
        labels = np.unique(pairs, axis=0, return_inverse=True)[1].reshape(-1)
    return judge_tables(measure, prediction[:, known], replace(some, stratum=labels))


def _until(tables: dict[str, int], name: str) -> list[tuple[str, int]]:
    order = list(tables.items())
    return order[: list(tables).index(name)]
