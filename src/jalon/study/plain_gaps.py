"""Gaps in the candidate columns of a file, filled several times by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.missing import ImputationPlan, IncompleteTable, impute
from jalon.study.plain_candidates import ColumnSource


@dataclass(frozen=True, slots=True, eq=False)
class _Codes:
    """One column of the file as numbers.

    Attributes:
        sources: candidates that are read from it.
        values: shape (n,), NaN where not known.
        kind: of column.
        method: how its gaps are filled.
        levels: for a category, its code of each level; empty for a number.
    """

    sources: tuple[ColumnSource, ...]
    values: Floats
    kind: str
    method: str
    levels: tuple[float, ...] = ()


def fill_gaps(
    sources: Sequence[ColumnSource],
    columns: dict[str, Floats],
    data: SurvivalData,
    plan: tuple[int, int, int],
) -> tuple[dict[str, Floats], ...]:
    """Complete the candidates of patients of whom something is not known.

    Chained equations with the outcome among the predictors. A category without an order is
    completed with the level of a patient who is alike, so that each patient has one level.

    Args:
        sources: how the candidates are read.
        columns: values (n,) of each, NaN where not known.
        data: outcomes of the same patients.
        plan: completed tables, seed, threads.

    Returns:
        The completed tables.

    Raises:
        UnsuitableDataError: nothing is missing.
    """
    codes = [
        _code_column([one for one in sources if one.column == column], columns, data)
        for column in dict.fromkeys(one.column for one in sources)
    ]
    values = np.column_stack([one.values for one in codes])
    if not np.isnan(values).any():
        raise UnsuitableDataError(
            "every candidate is known of every patient, so there is nothing to impute; learn "
            "without --robust imputations"
        )
    table = IncompleteTable(
        values,
        tuple(one.kind for one in codes),  # type: ignore[misc]
        tuple(one.sources[0].column for one in codes),
    )
    methods = tuple(one.method for one in codes)
    settings = ImputationPlan(plan[0], methods=methods, unusable="leave out")  # type: ignore[arg-type]
    found = impute(table, np.random.default_rng(plan[1]), settings, data, workers=plan[2])
    return tuple(_read_back(codes, filled) for filled in found.values)


def _code_column(
    sources: list[ColumnSource], columns: dict[str, Floats], data: SurvivalData
) -> _Codes:
    first = columns[sources[0].name]
    if sources[0].kind == "number":
        return _Codes(tuple(sources), first, "number", "matching")
    if sources[0].kind == "levels":
        return _Codes(tuple(sources), first, "ordered", "ordinal")
    if len(sources) == 1:
        return _Codes(tuple(sources), first, "binary", "logistic")
    # Code 0 is a level that is no candidate; the order is that of the share of events.
    code = np.zeros(len(first))
    for k, one in enumerate(sources, start=1):
        code[columns[one.name] == 1] = k
    code[np.isnan(first)] = np.nan
    had = (data.event == 1).astype(np.float64)
    share = [had[code == k].mean() if np.any(code == k) else -1.0 for k in range(len(sources) + 1)]
    rank = np.argsort(np.argsort(share, kind="stable"), kind="stable").astype(np.float64)
    known = ~np.isnan(code)
    ordered = np.full(len(code), np.nan)
    ordered[known] = rank[code[known].astype(np.int64)]
    return _Codes(tuple(sources), ordered, "ordered", "matching", tuple(rank[1:].tolist()))


def _read_back(codes: list[_Codes], filled: Floats) -> dict[str, Floats]:
    table: dict[str, Floats] = {}
    for one, values in zip(codes, filled.T, strict=True):
        if one.levels:
            for source, level in zip(one.sources, one.levels, strict=True):
                table[source.name] = (values == level).astype(np.float64)
        else:
            table[one.sources[0].name] = np.ascontiguousarray(values)
    return table
