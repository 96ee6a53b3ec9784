"""A vector of whole points with what it costs."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """A vector of whole points with what it costs.

    Attributes:
        cost: loss plus prices.
        points: one whole number per term.
        scale: log hazard per point.
        loss: negative log partial likelihood, penalties included.
    """

    cost: float
    points: tuple[int, ...]
    scale: float
    loss: float


def rank_found(one: Found) -> tuple[float, tuple[int, ...]]:
    """Order by cost, rounded, so that the order of equal scores does not hang on the last bit."""
    return round(one.cost, 7), one.points
