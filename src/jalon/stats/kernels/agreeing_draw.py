"""Compiled draws of a normal covariate that agree with a Cox model of the outcome."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers

MOST_STEPS = 40
"""Steps towards the mode; draws are exact wherever they end, only slower if short of it."""

MOST_TRIES = 100_000


@njit(cache=True, nogil=True)
def _find_mode(mean: float, spread: float, pull: float, risk: Floats, slope: Floats) -> float:
    """Return about where the density is highest, by Newton's method with bounded steps."""
    steepest = np.abs(slope).max()
    x = mean
    for _ in range(MOST_STEPS):
        fall, bend = (mean - x) / spread**2 + pull, 1.0 / spread**2
        for c in range(len(slope)):
            expected = risk[c] * np.exp(slope[c] * x)
            fall -= slope[c] * expected
            bend += slope[c] ** 2 * expected
        # Where hazards explode, Newton's step is one unit of the linear predictor.
        step = fall / bend
        if steepest > 0:
            step = min(max(step, -2.0 / steepest), 2.0 / steepest)
        x += step
        if abs(step) < 1e-4 * spread:
            break
    return x


@njit(cache=True, nogil=True)
def draw_agreeing(
    rng: np.random.Generator,
    mean: Floats,
    spread: float,
    risk: Floats,
    slope: Floats,
    cause: Integers,
) -> Floats:
    """Draw a normal covariate given what became of each patient under Cox models of all causes.

    The density is normal times, for each cause c, exp(slope x) if it happened, times
    exp(-risk exp(slope x)). By convexity the last is at most an exponential of its tangent at
    the mode, which only moves the normal: from there it is drawn, and kept with the ratio of the
    two as chance. So most draws are kept, whatever the hazard.

    Args:
        rng: the source of chance.
        mean: shape (t,), of the covariate given the other covariates.
        spread: its standard deviation given them.
        risk: shape (t, c), cumulative hazard of each patient's own follow-up were this covariate 0.
        slope: shape (c,), its coefficients.
        cause: shape (t,), 0 for censored, else 1 + the place of the cause that happened.

    Returns:
        Shape (t,); NaN where no draw was kept, which only absurd coefficients bring about.
    """
    drawn, (t, c) = np.empty(len(mean)), risk.shape
    at_mode = np.empty(c)
    for i in range(t):
        pull = slope[cause[i] - 1] if cause[i] > 0 else 0.0
        mode = _find_mode(mean[i], spread, pull, risk[i], slope)
        tangent = pull
        for k in range(c):
            at_mode[k] = risk[i, k] * np.exp(slope[k] * mode)
            tangent -= slope[k] * at_mode[k]
        centre = mean[i] + spread**2 * tangent
        drawn[i] = np.nan
        for _ in range(MOST_TRIES):
            x = centre + spread * rng.standard_normal()
            excess = 0.0
            for k in range(c):
                move = slope[k] * (x - mode)
                excess += at_mode[k] * (np.expm1(move) - move)
            if rng.random() < np.exp(-excess):
                drawn[i] = x
                break
    return drawn
