"""The search for integer points: a beam over supports and points on the loss itself.

Nothing is rounded. Every state is a vector of integer points; a move multiplies it by a whole
number (finer resolution) and adds whole points to one term. A quadratic model ranks all moves,
the best are then fitted exactly. The result is the best that was found, **not** a proven
optimum: the certified search will replace ``search_points`` and keep its signature.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt

from jalon.core import Integers
from jalon.learn.loss import Bits, RiskOrder, fit_scale
from jalon.learn.moves import Ground, try_moves

Points = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What a score may look like, and how widely to search.

    Attributes:
        max_variables: most variables in the score.
        max_terms: most limits per variable.
        max_points: largest number of points that passing one limit may add or take away.
        price: log-likelihood units that one more limit must bring to be worth its place.
        least_events: fewest events needed on each side of a limit.
        width: states kept at each size of the score.
        trials: moves fitted exactly from each state.
    """

    max_variables: int = 5
    max_terms: int = 2
    max_points: int = 5
    price: float = 2.0
    least_events: float = 5.0
    width: int = 4
    trials: int = 12


@dataclass(frozen=True, slots=True)
class Found:
    """A vector of points with the loss that it reaches.

    Attributes:
        points: one whole number per term.
        scale: log hazard per point.
        loss: negative log partial likelihood.
        cost: the loss plus the price of the terms used.
    """

    points: tuple[int, ...]
    scale: float
    loss: float
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Everything a search needs, laid out once: sorted patients and their terms.

    Attributes:
        bits: shape (p, n), terms in the order of ``risk``.
        patients: shape (n, p), the same with one row per patient.
        variable: shape (p,), which variable each term belongs to.
        sign: shape (p,), 1 points may only be positive, -1 only negative, 0 either.
        usable: shape (p,), False where a side of the limit has too few events.
        risk: patients sorted once.
        settings: the limits of the search.
    """

    bits: Bits
    patients: Bits
    variable: Integers
    sign: Integers
    usable: npt.NDArray[np.bool_]
    risk: RiskOrder
    settings: SearchSettings


def lay_field(
    bits: Bits, variable: Integers, sign: Integers, risk: RiskOrder, settings: SearchSettings
) -> Field:
    """Bring terms into the order of the risk sets and set aside those with too few events.

    Args:
        bits: shape (p, n), terms in the patients' own order.
        variable: shape (p,), which variable each term belongs to.
        sign: shape (p,), the direction each term's points may take.
        risk: patients sorted once.
        settings: the limits of the search.

    Returns:
        The field to search.
    """
    ordered = np.ascontiguousarray(bits[:, risk.order])
    above = ordered @ risk.event
    enough = np.minimum(above, risk.event.sum() - above) >= settings.least_events
    patients = np.ascontiguousarray(ordered.T)
    return Field(ordered, patients, variable, sign, enough, risk, settings)


def search_points(field: Field) -> Found:
    """Find the integer points that explain the outcome best, within the limits set.

    Args:
        field: sorted patients, terms and limits.

    Returns:
        The best vector found; all zeros when no term is worth its price.
    """
    nothing = _weigh(field, (0,) * len(field.variable))
    best, beam = nothing, [nothing]
    for _ in range(field.settings.max_variables * field.settings.max_terms):
        beam = _grow(field, beam)
        best = min([best, *beam], key=_rank)
    return _polish(field, best)


def _rank(found: Found) -> tuple[float, tuple[int, ...]]:
    # Rounded, so that the order of two equal scores does not hang on the last bit.
    return round(found.cost, 7), found.points


def _weigh(field: Field, points: tuple[int, ...]) -> Found:
    scale, loss = fit_scale(_total(field, points), field.risk)
    return _price(field, points, scale, loss)


def _price(field: Field, points: tuple[int, ...], scale: float, loss: float) -> Found:
    return Found(points, scale, loss, loss + field.settings.price * _size(points))


def _size(points: tuple[int, ...]) -> int:
    return len(points) - points.count(0)


def _total(field: Field, points: tuple[int, ...]) -> Integers:
    total = np.zeros(field.bits.shape[1], dtype=np.int64)
    for term, point in enumerate(points):
        if point:
            total += point * field.bits[term].astype(np.int64)
    return total


def _grow(field: Field, beam: Iterable[Found]) -> list[Found]:
    """Add one term to each state and keep the best few distinct results."""
    grown: dict[tuple[int, ...], Found] = {}
    for state in beam:
        for found in _try_moves(field, state, _open_terms(field, state.points)):
            if _size(found.points) > _size(state.points):
                grown.setdefault(found.points, found)
    return sorted(grown.values(), key=_rank)[: field.settings.width]


def _polish(field: Field, best: Found) -> Found:
    """Change, drop or swap single terms until nothing improves."""
    while True:
        starts = [best, *(_weigh(field, bare) for bare in _drop_each(best.points))]
        found = best
        for state in starts:
            tried = _try_moves(field, state, _open_terms(field, state.points, own=True))
            found = min([found, state, *tried], key=_rank)
        if _rank(found) >= _rank(best):
            return best
        best = found


def _drop_each(points: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [
        _reduce((*points[:term], 0, *points[term + 1 :]))
        for term, point in enumerate(points)
        if point
    ]


def _open_terms(field: Field, points: tuple[int, ...], own: bool = False) -> npt.NDArray[np.bool_]:
    """Say which terms a state may still take (and, with ``own``, change)."""
    used = np.array(points) != 0
    per_variable = np.bincount(field.variable[used], minlength=int(field.variable.max()) + 1)
    full = np.count_nonzero(per_variable) >= field.settings.max_variables
    room = (per_variable > 0) & (per_variable < field.settings.max_terms)
    if not full:
        room |= per_variable == 0
    free: npt.NDArray[np.bool_] = room[field.variable] & ~used & field.usable
    return free | used if own else free


def _try_moves(field: Field, state: Found, allowed: npt.NDArray[np.bool_]) -> list[Found]:
    """Rank every move by a quadratic model and fit the most promising exactly."""
    risk, settings = field.risk, field.settings
    chosen, scales, losses = try_moves(
        np.array(state.points, dtype=np.int64),
        state.scale,
        allowed,
        Ground(field.bits, field.patients, field.sign, risk.weight, risk.event, risk.close),
        settings.max_points,
        settings.trials,
    )
    found = []
    rows = zip(chosen.tolist(), scales.tolist(), losses.tolist(), strict=True)
    for (factor, step, term), scale, loss in rows:
        points = [factor * point for point in state.points]
        points[term] += step
        common = max(1, gcd(*points))
        reduced = tuple(points) if common == 1 else tuple(point // common for point in points)
        found.append(_price(field, reduced, scale * common, loss))
    return found


def _reduce(points: tuple[int, ...]) -> tuple[int, ...]:
    common = gcd(*points)
    return tuple(point // common for point in points) if common > 1 else points
