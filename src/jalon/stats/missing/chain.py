"""One chain: from a random start, each incomplete column is drawn again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats
from jalon.stats.kernels.encoded_rows import write_encoded
from jalon.stats.missing.agreement import fill_agreeing
from jalon.stats.missing.encoding import Encoding
from jalon.stats.missing.outcome_model import OutcomeDraw, OutcomeModel, draw_outcome_model
from jalon.stats.missing.target import Target, fill_target


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """All that is fixed before chance begins.

    Attributes:
        values: shape (n, p), the table, NaN where missing.
        z: shape (n, d), its design with the outcome's columns, NaN where missing.
        encoding: what the columns of the design are.
        targets: incomplete columns in the order of their visits.
        iterations: how often each is visited.
        model: the Cox models that values are to agree with; None where the outcome is among
            the predictors.
    """

    values: Floats
    z: Floats
    encoding: Encoding
    targets: tuple[Target, ...]
    iterations: int
    model: OutcomeModel | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """What one chain ends with.

    Attributes:
        values: shape (n, p), the completed table.
        mean: shape (iterations, p), mean of the imputed values after each visit.
        spread: shape (iterations, p), their standard deviation.
        left_out: shape (p, d), columns of the design that a fit could not use.
    """

    values: Floats
    mean: Floats
    spread: Floats
    left_out: npt.NDArray[np.bool_]


def run_chain(problem: Problem, rng: np.random.Generator) -> Chain:
    """Complete a table once.

    Args:
        problem: the table and its targets.
        rng: the chain's own source of chance.

    Returns:
        The completed table with its trace.

    Raises:
        ConvergenceError: a logistic, ordinal or Cox fit did not converge.
        UnsuitableDataError: the Cox model has no answer.

    Reference:
        van Buuren S, Groothuis-Oudshoorn K (2011), doi:10.18637/jss.v045.i03, section 2.
    """
    values, z = problem.values.copy(), problem.z.copy()
    p, d = values.shape[1], z.shape[1]
    mean, spread = np.full((2, problem.iterations, p), np.nan)
    left_out = np.zeros((p, d), dtype=bool)
    for target in problem.targets:
        _write(problem, target, values, z, rng.choice(target.values, len(target.missing)))
    last: dict[int, Floats | None] = dict.fromkeys(range(p))
    outcome: OutcomeDraw | None = None
    for i in range(problem.iterations):
        if problem.model is not None:
            # Once a round, given which the columns take turns; R's smcfcs draws for each column.
            outcome = draw_outcome_model(problem.model, z, outcome, rng)
        for target in problem.targets:
            start = last[target.column]
            if outcome is None:
                fill = fill_target(target, z, start, rng)
            else:
                completed = (values, z, problem.encoding)
                fill = fill_agreeing(target, completed, outcome, start, rng)
            last[target.column] = fill.coefficients
            _write(problem, target, values, z, fill.values)
            left_out[target.column, target.predictors[~fill.kept]] = True
            mean[i, target.column] = fill.values.mean()
            if len(fill.values) > 1:
                spread[i, target.column] = fill.values.std(ddof=1)
    return Chain(values, mean, spread, left_out)


def _write(problem: Problem, target: Target, values: Floats, z: Floats, drawn: Floats) -> None:
    """Put drawn values into the chain's own table and design."""
    values[target.missing, target.column] = drawn
    made, columns = problem.encoding, problem.encoding.columns_of(target.column)
    parts = (made.level[columns], made.mean[columns], made.scale[columns])
    write_encoded(z, target.missing, columns, np.asarray(drawn, dtype=np.float64), parts)
