"""The moves of the search: all of them guessed, the most promising fitted, in compiled code.

A move multiplies the points by a whole number q (finer resolution) and adds v points to one
term. It runs without Python's lock, so that resamples share the cores.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.loss import Bits, fit_moves, screen_terms


class Ground(NamedTuple):
    """The arrays on which moves are tried.

    Attributes:
        bits: shape (p, n), terms in the order of the risk sets.
        patients: shape (n, p), the same with one row per patient.
        sign: shape (p,), the direction each term's points may take.
        weight: shape (n,), case weights.
        event: shape (n,), event weights.
        close: shape (n,), ends of tied times and strata.
    """

    bits: Bits
    patients: Bits
    sign: Integers
    weight: Floats
    event: Floats
    close: Bits


@njit(cache=True, nogil=True)
def try_moves(  # pragma: no cover - compiled, takes plain arrays
    points: Integers,
    scale: float,
    allowed: npt.NDArray[np.bool_],
    ground: Ground,
    most: int,
    trials: int,
) -> tuple[Integers, Floats, Floats]:
    """Fit the most promising moves from a vector of points.

    Args:
        points: shape (p,), the present points.
        scale: the scale that fits them.
        allowed: shape (p,), terms whose points may change.
        ground: patients and terms.
        most: largest number of points of a term.
        trials: how many moves are fitted.

    Returns:
        The fitted moves, shape (m, 3), rows (q, v, term); their scales and losses.
    """
    total = np.zeros(ground.bits.shape[1], dtype=np.int64)
    for term in range(points.size):
        if points[term] != 0:
            total += points[term] * ground.bits[term]
    own, terms = screen_terms(
        total, scale, ground.patients, ground.weight, ground.event, ground.close
    )
    moves = list_moves(points, allowed, ground.sign, most)
    guesses, starts = guess_changes(scale, own, terms, moves)
    best = np.argsort(guesses, kind="mergesort")[:trials]
    scales, losses = fit_moves(
        total, starts[best], ground.bits, moves[best], ground.weight, ground.event, ground.close
    )
    return moves[best], scales, losses


@njit(cache=True, nogil=True)
def list_moves(  # pragma: no cover - compiled
    points: Integers, allowed: npt.NDArray[np.bool_], sign: Integers, most: int
) -> Integers:
    """List the moves that keep every point within its limits and direction.

    Args:
        points: shape (p,), the present points.
        allowed: shape (p,), terms whose points may change.
        sign: shape (p,), 1 only positive points, -1 only negative, 0 either.
        most: largest number of points of a term.

    Returns:
        Shape (m, 3), rows (q, v, term).
    """
    largest = np.abs(points).max()
    # From nothing only the direction matters: one point more or less.
    factors, reach = (most // largest, most) if largest > 0 else (1, 1)
    moves = np.empty((points.size * factors * (2 * reach + 1), 3), dtype=np.int64)
    count = 0
    for term in range(points.size):
        if not allowed[term]:
            continue
        for factor in range(1, factors + 1):
            for target in range(-reach, reach + 1):
                step = target - factor * points[term]
                if step != 0 and sign[term] * target >= 0:
                    moves[count, 0], moves[count, 1], moves[count, 2] = factor, step, term
                    count += 1
    return moves[:count]


@njit(cache=True, nogil=True)
def guess_changes(  # pragma: no cover - compiled
    scale: float, own: Floats, terms: Floats, moves: Integers
) -> tuple[Floats, Floats]:
    """Predict the change of the loss after each move, and the scale that will fit it.

    Along a move the linear predictor is ``a * (score + r * term)`` with ``r = v / q``; the
    quadratic model of the loss is minimised over ``a`` in closed form.

    Args:
        scale: the present scale.
        own: slope and curvature of the loss along the scale.
        terms: shape (p, 3), slope, curvature and mixed derivative of each term.
        moves: shape (m, 3), rows (q, v, term).

    Returns:
        Changes and scales, each of shape (m,).
    """
    changes, starts = np.zeros(len(moves)), np.zeros(len(moves))
    for k in range(len(moves)):
        factor, step, term = moves[k]
        slope, bend, cross = terms[term]
        if scale == 0.0:
            starts[k] = abs(slope) / max(bend, 1e-12)
            changes[k] = -0.5 * abs(slope) * starts[k] if step * slope < 0 else 0.0
            continue
        ratio = step / factor
        square = max(own[1] + 2 * cross * ratio + bend * ratio**2, 1e-12)
        linear = own[0] + slope * ratio - scale * (own[1] + cross * ratio)
        a = max(-linear / square, 0.0)
        constant = 0.5 * own[1] * scale**2 - own[0] * scale
        changes[k] = 0.5 * square * a**2 + linear * a + constant
        starts[k] = a / factor
    return changes, starts
