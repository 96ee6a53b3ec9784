"""Imputation inside the resampling: every resample completes its own patients and learns from them.

To impute once, before resampling, lets patients who are to judge a model help to complete those it
is learned from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats import ImputationPlan, IncompleteTable, impute, stack_outcomes
from jalon.validate.procedure import Predictions, Procedure

Join = Literal["stacked", "each"]


@dataclass(frozen=True, slots=True, eq=False)
class Completion:
    """A table with missing values, and how it is completed inside the resampling.

    Attributes:
        table: values of the n patients, NaN where missing.
        plan: how they are imputed, and how many times. What a resample cannot use as a
            predictor is left out there, whatever the plan says.
        join: "stacked" learns one model from all completed tables under each other, each
            patient weighing one; "each" learns one model from each.
    """

    table: IncompleteTable
    plan: ImputationPlan = field(default_factory=ImputationPlan)
    join: Join = "stacked"


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    models: tuple[Any, ...]
    rows: Integers
    tables: Floats


def impute_inside(  # noqa: PLR0913 - one call states how the data become predictions
    learn: Callable[[Floats, SurvivalData], Any],
    predict: Callable[[Any, Floats], Predictions],
    completion: Completion,
    data: SurvivalData,
    rng: np.random.Generator,
    *,
    chosen: Callable[[Any], Sequence[str]] | None = None,
    own: Any = None,
) -> Procedure:
    """Make a procedure that imputes missing values anew in every resample, before it learns.

    The patients learned from are completed with their own outcomes, m times. Where a model is
    judged on all patients, their tables are those that the whole cohort was completed to, once;
    patients left out are completed by themselves, so that nothing passes between them and those
    learned from. A figure is the mean over the m tables; apparent intervals are pooled by Rubin's
    rules.

    Args:
        learn: learns a model from complete values (n, p) and outcomes; with "stacked" the outcomes
            have weights and strata.
        predict: predictions by name of a model for complete values (n, p).
        completion: the table, how it is imputed and how models are joined.
        data: outcomes of the n patients.
        rng: the source of chance by which the whole cohort is completed.
        chosen: what a model chose, for counting; of several models, what half of them chose.
        own: the model of all patients, where it is known already; None to learn it.

    Returns:
        The procedure, for ``validate_procedure``.

    Raises:
        UnsuitableDataError: a table of other patients, or as ``impute``.
        ConvergenceError: as ``impute``.

    Reference:
        Wahl S and others (2016), doi:10.1186/s12874-016-0239-7 (resample first, then impute
        each part); Schomaker M, Heumann C (2018), doi:10.1002/sim.7654; stacking: Wood AM and
        others (2008), doi:10.1002/sim.3177.

    Example:
        >>> from jalon.stats import concordance_value, fit_cox
        >>> from jalon.validate import Measure, draw_bootstrap, validate_procedure
        >>> rng = np.random.default_rng(1)
        >>> x = rng.normal(size=(80, 2))
        >>> data = SurvivalData(rng.exponential(np.exp(-x[:, 0])), np.ones(80, dtype=int))
        >>> x[:20, 0] = np.nan
        >>> table = IncompleteTable(x, ["number", "number"])
        >>> procedure = impute_inside(
        ...     lambda values, outcomes: fit_cox(values, outcomes).coefficients,
        ...     lambda beta, values: {"risk": values @ beta},
        ...     Completion(table, ImputationPlan(tables=2, iterations=3)),
        ...     data,
        ...     rng,
        ... )
        >>> rank = Measure("C", "risk", concordance_value)
        >>> plan = draw_bootstrap(80, 5, rng)
        >>> found = validate_procedure(procedure, [rank], data, plan).figures["C"]
        >>> 0.5 < found.corrections["optimism"].value < found.apparent.value
        True
    """
    table = completion.table
    if len(table.values) != len(data):
        raise UnsuitableDataError(
            f"the table has {len(table.values)} rows but there are {len(data)} outcomes; give one "
            "row per patient"
        )
    lenient = replace(completion.plan, unusable="leave out")
    whole, everyone = impute(table, rng, completion.plan, data).values, np.arange(len(data))

    def complete(rows: Integers, chance: np.random.Generator) -> Floats:
        if np.array_equal(rows, everyone):
            return whole
        return impute(table.take(rows), chance, lenient, data.take(rows)).values

    def learn_rows(rows: Integers, chance: np.random.Generator) -> _Learned:
        tables = complete(rows, chance)
        models = _learn(learn, tables, data.take(rows), completion.join)
        return _Learned(models, rows, tables)

    def predict_rows(model: _Learned, rows: Integers, chance: np.random.Generator) -> Predictions:
        tables = model.tables if rows is model.rows else complete(rows, chance)
        models = model.models if len(model.models) > 1 else model.models * len(tables)
        found = [predict(one, values) for one, values in zip(models, tables, strict=True)]
        return {name: np.array([each[name] for each in found]) for name in found[0]}

    def count(model: _Learned) -> list[str]:
        several = [] if chosen is None else [set(chosen(one)) for one in model.models]
        times = Counter(thing for each in several for thing in each)
        return [thing for thing, number in times.items() if 2 * number >= len(several)]

    whose = None if own is None else _Learned((own,), everyone, whole)
    return Procedure(learn_rows, predict_rows, None if chosen is None else count, own=whose)


def _learn(
    learn: Callable[[Floats, SurvivalData], Any], tables: Floats, data: SurvivalData, join: Join
) -> tuple[Any, ...]:
    if join == "each" or len(tables) == 1:
        return tuple(learn(values, data) for values in tables)
    stacked = stack_outcomes(data, len(tables))
    return (learn(tables.reshape(-1, tables.shape[2]), stacked),)
