"""A bound for a whole part of the search: the best fit on every term that it may use."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Ground
from jalon.learn.kernels.model import model_node
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.support import LARGEST, fall_at_most, fall_in_box, invert, reach_of


def relax_support(
    ground: Ground, columns: Integers, start: Floats, limit: float, hasty: bool = True
) -> float:
    """Bound from below the loss of every support within some terms.

    Args:
        ground: rows and risk sets.
        columns: shape (q,), the terms.
        start: shape (q,), coefficients to start from.
        limit: what the bound must exceed to be of use.
        hasty: give up as soon as the loss itself shows that the bound cannot exceed the limit.

    Returns:
        The bound; minus infinity when none was needed.
    """
    beta, floor = np.clip(start, -LARGEST, LARGEST), -np.inf
    loss, risk = weigh_loss(ground, columns, beta)
    for _ in range(40):
        if hasty and loss <= limit:
            break
        slope, bend = model_node(ground, risk, columns, beta)
        inverse = invert(bend)
        move = -inverse @ slope
        step2 = max(-float(move @ slope), 0.0)
        fall = fall_at_most(np.sqrt(step2), reach_of(inverse))
        floor = max(floor, loss - min(fall, fall_in_box(beta, slope)))
        if floor > limit or step2 < 1e-10:
            break
        damp, trial = 1.0, np.inf
        while damp > 1e-4 and not trial <= loss:
            tried = np.clip(beta + damp * move, -LARGEST, LARGEST)
            trial, trial_risk = weigh_loss(ground, columns, tried)
            damp *= 0.5
        if not trial <= loss:
            break
        beta, loss, risk = tried, trial, trial_risk
    return float(floor)
