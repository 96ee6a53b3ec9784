"""How missing values are to be imputed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from jalon.core import UnsuitableDataError
from jalon.stats.missing.incomplete_table import IncompleteTable, Kind

Method = Literal["matching", "normal", "logistic", "ordinal"]
Unusable = Literal["refuse", "leave out"]

OutcomeAs = Literal["predictors", "cox model"]

USUAL: dict[Kind, Method] = {"number": "matching", "binary": "logistic", "ordered": "ordinal"}


@dataclass(frozen=True, slots=True, eq=False)
class ImputationPlan:
    """How missing values are to be imputed.

    Attributes:
        tables: how many completed tables (m); at least 20 for results to be published.
        iterations: how often each chain goes through the incomplete columns.
        donors: from how many nearest patients "matching" takes one.
        methods: shape (p,), one per column: "matching" takes the value of a patient with a
            similar prediction (predictive mean matching); "normal" draws around the
            prediction, also outside the range seen; "logistic" and "ordinal" draw levels.
            None for matching of numbers, logistic of binary and ordinal of ordered columns.
        predictors: shape (p, p), true where the row's column is imputed from the column's;
            None for each from all others. The outcome, if given, is always a predictor.
        order: columns in the order in which they are visited; None for the fewest missing
            first.
        unusable: what to do with a column that is the same for everyone, a combination of
            others, or never seen together with another: "refuse", or "leave out" as a
            predictor and say so in the result, which suits bootstrap resamples. There an
            incomplete column whose known values are all the same is completed with that value.
        outcome_as: how the outcome takes part. "predictors" puts its event indicator and
            cumulative hazard among the predictors, which is nearly right and serves several
            analyses; "cox model" draws values that agree with a Cox model on the columns, which
            is right for that model, also with strong effects; numbers are then "normal", so
            take logarithms of skewed ones first.
        model_columns: columns of that Cox model, ordered ones as an indicator per level; None
            for all. The others only help to predict.
    """

    tables: int = 10
    iterations: int = 10
    donors: int = 5
    methods: tuple[Method, ...] | None = None
    predictors: npt.ArrayLike | None = None
    order: tuple[int, ...] | None = None
    unusable: Unusable = "refuse"
    outcome_as: OutcomeAs = "predictors"
    model_columns: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for name, least in (("tables", 1), ("iterations", 1), ("donors", 1)):
            if getattr(self, name) < least:
                raise UnsuitableDataError(f"{name} is {getattr(self, name)}; give at least {least}")
        for name, words in (("unusable", get_args(Unusable)), ("outcome_as", get_args(OutcomeAs))):
            if getattr(self, name) not in words:
                raise UnsuitableDataError(
                    f"{name} {getattr(self, name)!r} is not known; choose {' or '.join(words)}"
                )


def choose_methods(plan: ImputationPlan, table: IncompleteTable) -> tuple[Method, ...]:
    """Return the method of each column.

    Args:
        plan: the plan.
        table: the table that it is for.

    Returns:
        Shape (p,).

    Raises:
        UnsuitableDataError: not one method per column, or one that does not fit its kind.
    """
    agrees = plan.outcome_as == "cox model"
    usual = USUAL | {"number": "normal"} if agrees else USUAL
    if plan.methods is None:
        return tuple(usual[kind] for kind in table.kinds)
    if len(plan.methods) != len(table.kinds):
        raise UnsuitableDataError(
            f"{len(plan.methods)} methods for {len(table.kinds)} columns; give one per column"
        )
    for method, kind, name in zip(plan.methods, table.kinds, table.names, strict=True):
        fitting = {usual[kind]} if agrees else {"matching", usual[kind]}
        fitting |= {"normal"} if kind == "number" else set()
        if method not in fitting:
            raise UnsuitableDataError(
                f"{name}: method {method!r} does not suit a column of kind {kind}; choose "
                f"{' or '.join(sorted(fitting))}"
            )
    return plan.methods


def choose_predictors(plan: ImputationPlan, table: IncompleteTable) -> npt.NDArray[np.bool_]:
    """Return which columns each column is imputed from.

    Args:
        plan: the plan.
        table: the table that it is for.

    Returns:
        Shape (p, p), the diagonal false.

    Raises:
        UnsuitableDataError: another shape, or a column as its own predictor.
    """
    p = len(table.kinds)
    if plan.predictors is None:
        return ~np.eye(p, dtype=bool)
    chosen = np.array(plan.predictors, dtype=bool)
    if chosen.shape != (p, p):
        raise UnsuitableDataError(f"predictors has shape {chosen.shape}; give ({p}, {p})")
    if chosen.diagonal().any():
        name = table.names[int(np.argmax(chosen.diagonal()))]
        raise UnsuitableDataError(f"{name} cannot be its own predictor; set the diagonal to false")
    return chosen


def choose_model_columns(plan: ImputationPlan, table: IncompleteTable) -> tuple[int, ...]:
    """Return the columns of the Cox model that the completed tables are for.

    Args:
        plan: the plan.
        table: the table that it is for.

    Returns:
        Column numbers.

    Raises:
        UnsuitableDataError: a column that the table has not.
    """
    p = len(table.kinds)
    chosen = tuple(range(p)) if plan.model_columns is None else tuple(plan.model_columns)
    if not all(0 <= j < p for j in chosen):
        raise UnsuitableDataError(f"model_columns names columns outside 0 to {p - 1}")
    return chosen


def choose_order(plan: ImputationPlan, table: IncompleteTable) -> tuple[int, ...]:
    """Return the incomplete columns in the order of their visits.

    Args:
        plan: the plan.
        table: the table that it is for.

    Returns:
        Column numbers.

    Raises:
        UnsuitableDataError: an order that leaves out an incomplete column or names none.
    """
    missing = table.missing.sum(axis=0)
    if plan.order is None:
        return tuple(int(j) for j in np.argsort(missing, kind="stable") if missing[j])
    if not all(0 <= j < len(missing) for j in plan.order):
        raise UnsuitableDataError(f"order names columns outside 0 to {len(missing) - 1}")
    forgotten = set(np.flatnonzero(missing)) - set(plan.order)
    if forgotten or len(set(plan.order)) != len(plan.order):
        raise UnsuitableDataError("order must name each incomplete column once")
    return tuple(j for j in plan.order if missing[j])
