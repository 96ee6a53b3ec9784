"""Climbing a log pseudo-likelihood, or saying why it has no top."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, NoReturn

import numpy as np

from jalon.core import ConvergenceError, Floats, UnsuitableDataError
from jalon.stats.kernels.cholesky import factorise, solve
from jalon.stats.kernels.cox import (
    LAST_DECREMENT,
    MAX_STEPS,
    SLOW_DECREMENT,
    SLOW_RATIO,
    SMALLEST_PIVOT,
)
from jalon.stats.regression.design import Design


class Slopes(NamedTuple):
    """A log pseudo-likelihood and its derivatives at one place.

    Attributes:
        value: the log pseudo-likelihood.
        gradient: shape (p,), first derivative.
        information: shape (p, p), minus the second derivative, lower triangle at least.
    """

    value: float
    gradient: Floats
    information: Floats


class Summit(NamedTuple):
    """Where Newton's method arrived.

    Attributes:
        beta: shape (p,), coefficients.
        null: log pseudo-likelihood of all coefficients 0.
        slopes: value and derivatives at ``beta``.
        taken: number of steps.
    """

    beta: Floats
    null: float
    slopes: Slopes
    taken: int


def climb(evaluate: Callable[[Floats], Slopes], design: Design) -> Summit:
    """Take Newton steps, halved where they overshoot, by the rules of the Cox fit.

    Args:
        evaluate: gives value and derivatives; its arrays may be overwritten by the next call.
        design: the standardised covariates, for the names in messages.

    Returns:
        The summit.

    Raises:
        UnsuitableDataError: a column is a combination of others, or separates.
        ConvergenceError: no maximum was found.
    """
    p = len(design.names)
    beta, factor, step = np.zeros(p), np.zeros((p, p)), np.zeros(p)
    here = evaluate(beta)
    null, previous, slow, spread = here.value, np.inf, 0, np.ptp(design.x, axis=0)
    diagonal = np.diagonal(here.information)
    floor = np.maximum(SMALLEST_PIVOT * diagonal, 1e-13)
    for taken in range(MAX_STEPS):
        blame = factorise(here.information, floor, factor)
        if blame >= 0:
            _refuse_pivot(design.names[blame], taken)
        solve(factor, here.gradient, step)
        decrement = float(here.gradient @ step)
        slow = slow + 1 if SLOW_RATIO * previous < decrement < SLOW_DECREMENT else 0
        if slow == 2:
            _refuse_separation(design.names[int(np.argmax(np.abs(step) * spread))])
        reached = _take_step(evaluate, beta, here.value, step)
        if reached is None:
            break
        (beta, here), previous = reached, decrement
        if decrement < LAST_DECREMENT:
            return Summit(beta, null, here, taken + 1)
    raise ConvergenceError(
        f"the Fine-Gray fit found no maximum; look for extreme values in {', '.join(design.names)}"
    )


def _take_step(
    evaluate: Callable[[Floats], Slopes], beta: Floats, least: float, step: Floats
) -> tuple[Floats, Slopes] | None:
    for halving in range(30):
        trial = beta + 0.5**halving * step
        there = evaluate(trial)
        if there.value >= least - 1e-10 * abs(least):
            return trial, there
    return None


def _refuse_pivot(name: str, taken: int) -> NoReturn:
    if taken > 0:
        _refuse_separation(name)
    raise UnsuitableDataError(
        f"{name} is a combination of the columns before it, or does not vary among patients at "
        "risk when events happen; leave it out"
    )


def _refuse_separation(name: str) -> NoReturn:
    raise UnsuitableDataError(
        f"{name} separates the patients who have the event from the others at risk: its hazard "
        "ratio is infinite or zero. Leave it out, or merge it with another category"
    )
