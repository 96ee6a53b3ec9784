"""What any points lose by an objective, whether or not its search would have allowed them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.learn.branch import fit_nothing
from jalon.learn.found import Found
from jalon.learn.incumbent import find_points
from jalon.learn.kernels.ground import Bits, Ground
from jalon.learn.kernels.model import model_node
from jalon.learn.kernels.points import fit_points
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.support import take_columns
from jalon.learn.objective import lay_ground
from jalon.learn.problem import Problem
from jalon.learn.proof import Progress, Proof, prove_points
from jalon.learn.relax import relax_support
from jalon.learn.settings import Effort
from jalon.learn.teacher import fit_ridge

Tell = Callable[[Progress], None] | None


def expect_sums(ground: Ground, beta: Floats) -> Floats:
    """Return shape (p,), the sum of each term over the events that coefficients (p,) expect."""
    columns = np.arange(len(beta))
    risk = weigh_loss(ground, columns, beta)[1]
    bare = ground._replace(ridge=np.zeros(len(beta)), centre=np.zeros(len(beta)))
    slope: Floats = model_node(bare, risk, columns, beta)[0]
    return slope + ground.linear


def lay_aim(bits: Bits, data: SurvivalData, problem: Problem) -> tuple[Ground, Floats | None]:
    """Lay out an objective for all terms, those included that its search has set aside.

    Args:
        bits: shape (p, n), all terms.
        data: the outcomes that the problem was laid from.
        problem: its search.

    Returns:
        The ground, without any penalty, and the teacher's coefficients (p,), None without one.
    """
    competes = bool(np.any(data.event > 1))
    ground = lay_ground(bits, data, subdistribution=competes)
    if not problem.penalty:
        return ground, None
    used = problem.used
    small = lay_ground(bits[used], data, subdistribution=competes)
    beta = np.zeros(len(bits))
    beta[used] = fit_ridge(small, problem.penalty, np.zeros(len(used)))
    return ground._replace(linear=expect_sums(ground, beta)), beta


def measure_loss(
    ground: Ground, points: Sequence[int], scale: float | None = None
) -> tuple[float, float]:
    """Measure the loss of any points; prices are not counted.

    Args:
        ground: rows and risk sets.
        points: one whole number per term.
        scale: log hazard per point; None for the best one.

    Returns:
        The loss and the scale.
    """
    whole = np.array(points, dtype=np.int64)
    used = np.flatnonzero(whole)
    own = whole[used]
    if not used.size or scale is not None:
        held = scale or 0.0
        beta = held * own.astype(np.float64)
        return float(weigh_loss(ground, used, beta)[0]), held
    z = take_columns(ground.terms, used)
    loss, best = fit_points(ground, z, used, own, 0.5 / float(np.abs(own).max()))
    return float(loss), float(best)


def solve_problem(problem: Problem, effort: Effort, tell: Tell = None) -> tuple[Proof, Found]:
    """Find the best points of a problem and prove them.

    Args:
        problem: the problem.
        effort: limits of the proof; ``near`` as a share of the gain.
        tell: is told where the search stands.

    Returns:
        The proof, and the score without points.

    Raises:
        UnsuitableDataError: no score fulfils all wishes together.
    """
    nothing = fit_nothing(problem.ground, problem.rules)
    first = find_points(problem.ground, problem.rules)
    gained = max(nothing.cost - first.cost, 0.0)
    absolute = replace(effort, near=effort.near * gained)
    proof = prove_points(problem.ground, problem.rules, [first], absolute, tell)
    require_score(problem, proof.found[0])
    return bound_stopped(problem, proof), nothing


def bound_stopped(problem: Problem, proof: Proof) -> Proof:
    """Give a search that was stopped before its first bound the one of all terms together.

    Args:
        problem: the problem.
        proof: its search.

    Returns:
        The proof, its bound finite.
    """
    if np.isfinite(proof.bound):
        return proof
    size = len(problem.used)
    lowest = relax_support(problem.ground, np.arange(size), np.zeros(size), np.inf, hasty=False)
    return replace(proof, bound=min(lowest, proof.found[0].cost))


def require_score(problem: Problem, best: Found) -> None:
    """Refuse a search whose wishes no score fulfils.

    Args:
        problem: the problem.
        best: the best score found.

    Raises:
        UnsuitableDataError: variables are required, and no score holds them.
    """
    if problem.rules.required.any() and not any(best.points):
        raise UnsuitableDataError(
            "no score fulfils all wishes together: required variables, exclusions, budget, "
            "largest total and most variables; take one of them back"
        )
