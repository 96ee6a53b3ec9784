"""Multiple imputation: several completed tables that differ by what is not known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.missing.chain import Chain, Problem, run_chain
from jalon.stats.missing.encoding import Encoding, choose_encoding, encode
from jalon.stats.missing.incomplete_table import IncompleteTable
from jalon.stats.missing.outcome_columns import outcome_columns
from jalon.stats.missing.outcome_model import OutcomeModel, state_outcome_model
from jalon.stats.missing.plan import (
    ImputationPlan,
    choose_methods,
    choose_model_columns,
    choose_order,
    choose_predictors,
)
from jalon.stats.missing.requirements import require_distinct, require_known, require_rows
from jalon.stats.missing.target import Target


@dataclass(frozen=True, slots=True, eq=False)
class Imputations:
    """Completed tables, and what shows whether their chains have settled.

    Attributes:
        values: shape (m, n, p), completed tables; known values are untouched.
        missing: shape (n, p), which values were imputed.
        mean: shape (m, iterations, p), mean of the imputed values of each column along each
            chain, NaN for complete columns; chains that have settled cross without a trend.
        spread: shape (m, iterations, p), their standard deviation; NaN for a single value.
        left_out: shape (p, p), true where the row's column was imputed without (part of) the
            column's, because it was a combination of others or the same for everyone.
        names: shape (p,), the columns in words.
    """

    values: Floats
    missing: npt.NDArray[np.bool_]
    mean: Floats
    spread: Floats
    left_out: npt.NDArray[np.bool_]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.values)


def impute(
    table: IncompleteTable,
    rng: np.random.Generator,
    plan: ImputationPlan | None = None,
    outcome: SurvivalData | None = None,
    workers: int = 1,
) -> Imputations:
    """Complete a table several times by chance, each missing value from what is known beside it.

    Chained equations: every incomplete column is regressed on the others, coefficients are
    drawn from what the data allow, and missing values are drawn given these; the columns take
    turns until the start is forgotten. Analyse each completed table as if it were the data and
    join the results with ``pool_estimates``. It is right when values are missing at random
    given the columns of the table and the outcome. With nothing missing all tables are copies.

    Args:
        table: the values with NaN where missing, and the kind of each column.
        rng: the source of chance; each chain gets a stream of its own.
        plan: tables, iterations, donors, methods, predictors, order; None for ten tables, ten
            iterations and five donors.
        outcome: survival of the same patients; it serves as predictor of every column (event
            indicator and Nelson-Aalen hazard), or by the Cox model that the tables are for, as
            the plan says. Leave it out only when the table is to be used without it.
        workers: threads; the result does not depend on it.

    Returns:
        The completed tables with their traces.

    Raises:
        UnsuitableDataError: a column wholly missing or known to have one value, fewer known
            values than donors or predictors, predictors that say the same, a plan that does
            not fit the table, or a Cox model (if the plan asks for one) without an answer.
        ConvergenceError: a logistic, ordinal or Cox fit did not converge.

    Reference:
        van Buuren S, Groothuis-Oudshoorn K (2011), doi:10.18637/jss.v045.i03, section 2;
        predictive mean matching: Little RJA (1988), doi:10.1080/07350015.1988.10509663; outcome:
        White IR, Royston P (2009), doi:10.1002/sim.3618; values that agree with a Cox model
        (SMC-FCS): Bartlett JW et al. (2015), doi:10.1177/0962280214521348, section 4.2.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> x = rng.normal(size=(50, 2))
        >>> x[:10, 1] = np.nan
        >>> made = impute(IncompleteTable(x, ["number", "number"]), rng)
        >>> made.values.shape, bool(np.isin(made.values[0, :10, 1], x[10:, 1]).all())
        ((10, 50, 2), True)
    """
    plan = ImputationPlan() if plan is None else plan
    problem = _state_problem(table, plan, outcome)
    streams = rng.spawn(plan.tables)
    if not problem.targets:
        streams = streams[:1]
    chains = _run_chains(problem, streams, min(workers, len(streams)))
    chains *= plan.tables // len(chains)
    return Imputations(
        values=np.array([chain.values for chain in chains]),
        missing=table.missing,
        mean=np.array([chain.mean for chain in chains]),
        spread=np.array([chain.spread for chain in chains]),
        left_out=_name_left_out(chains, problem),
        names=table.names,
    )


def _run_chains(problem: Problem, streams: list[np.random.Generator], workers: int) -> list[Chain]:
    if workers < 2:
        return [run_chain(problem, stream) for stream in streams]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(lambda stream: run_chain(problem, stream), streams))


def _state_problem(
    table: IncompleteTable, plan: ImputationPlan, outcome: SurvivalData | None
) -> Problem:
    extra: Floats = np.empty((len(table.values), 0))
    words: tuple[str, ...] = ()
    agrees = plan.outcome_as == "cox model"
    if outcome is not None:
        require_rows(table, len(outcome))
        extra, words = (extra, words) if agrees else outcome_columns(outcome)
    encoding = choose_encoding(table, extra)
    every = np.column_stack((table.values, extra))
    z = np.column_stack(
        [encode(every[:, j], encoding, encoding.columns_of(j)) for j in range(every.shape[1])]
    )
    targets = _state_targets(table, plan, encoding)
    leave_out = plan.unusable == "leave out"
    for target in targets:
        require_known(target, leave_out)
    if targets and not leave_out:
        uses = np.zeros((len(targets), z.shape[1]), dtype=bool)
        for row, target in zip(uses, targets, strict=True):
            row[target.predictors] = True
        require_distinct(z, encoding, uses, table.names + words)
    model = _state_model(table, plan, encoding, outcome) if agrees and targets else None
    return Problem(table.values, z, encoding, targets, plan.iterations, model)


def _state_model(
    table: IncompleteTable, plan: ImputationPlan, encoding: Encoding, outcome: SurvivalData | None
) -> OutcomeModel:
    if outcome is None:
        raise UnsuitableDataError(
            'outcome_as="cox model" needs the outcome; give it, or leave outcome_as out'
        )
    inside = np.isin(encoding.owner, choose_model_columns(plan, table)) & (encoding.scale > 0)
    columns = np.flatnonzero(inside)
    names = []
    for owner, level in zip(encoding.owner[columns], encoding.level[columns], strict=True):
        of = "" if np.isnan(level) else f" (level {level:g})"
        names.append(f"{table.names[owner]}{of} in the Cox model of the outcome")
    return state_outcome_model(outcome, columns, tuple(names))


def _state_targets(
    table: IncompleteTable, plan: ImputationPlan, encoding: Encoding
) -> tuple[Target, ...]:
    methods, chosen = choose_methods(plan, table), choose_predictors(plan, table)
    p, missing, targets = len(table.kinds), table.missing, []
    for j in choose_order(plan, table):
        allowed = np.append(chosen[j], np.ones(max(encoding.owner) + 1 - p, dtype=bool))
        asked = allowed[encoding.owner]
        says = encoding.scale > 0 if plan.unusable == "leave out" else asked
        known = np.flatnonzero(~missing[:, j])
        values = table.values[known, j]
        targets.append(
            Target(
                column=j,
                name=table.names[j],
                method=methods[j],
                known=known,
                missing=np.flatnonzero(missing[:, j]),
                values=values,
                levels=np.unique(values),
                predictors=np.flatnonzero(asked & says),
                dropped=np.flatnonzero(asked & ~says),
                donors=plan.donors,
            )
        )
    return tuple(targets)


def _name_left_out(chains: list[Chain], problem: Problem) -> npt.NDArray[np.bool_]:
    p = problem.values.shape[1]
    of_design = np.any([chain.left_out for chain in chains], axis=0)
    for target in problem.targets:
        of_design[target.column, target.dropped] = True
    owned = [of_design[:, problem.encoding.owner == j].any(axis=1) for j in range(p)]
    return np.column_stack(owned)
