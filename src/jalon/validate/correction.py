"""How what was seen in resamples corrects a figure of merit, and how sure the result is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

from jalon.core import Estimate, Floats
from jalon.validate.optimism_interval import correct_estimate, widen_squared

CorrectionKind = Literal["optimism", "0.632", "0.632+", "left out", "folds"]

LEFT_OUT = 0.632
"""About the share of patients that a bootstrap resample contains."""

FIXED = 1e-9
"""Figures that vary less are fixed by construction."""


NEARLY_FIXED = 0.35
"""Figures of resamples on their own patients that vary by less than this share of what they lose
elsewhere are nearly fixed, as a calibration slope over completed tables: 1 but for the tables."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure of merit with what flatters it taken off, in one way.

    Attributes:
        kind: "optimism" (Harrell's), "0.632", "0.632+", "left out" (mean over bootstrap
            resamples of those not drawn) or "folds" (cross-validation, judged at once).
        value: the corrected figure.
        optimism: apparent less corrected.
        shifted: with the interval of the apparent figure, moved and widened.
        percentile: with percentiles of the resamples' own figures, moved so that their mean is
            the corrected figure, and widened; NaN without a bootstrap, and for figures that are
            the same, or nearly, in all resamples.
        resamples: how many could give the figure.
    """

    kind: CorrectionKind
    value: float
    optimism: float
    shifted: Estimate
    percentile: Estimate
    resamples: int


def weigh_632_plus(apparent: float, left_out: float, no_information: float) -> tuple[float, float]:
    """Weigh the figure of patients left out by how much the model overfits (0.632+).

    A model that fits chance has an apparent figure that says nothing; the rule then trusts the
    patients left out alone. The figure may be an error or a merit, such as Harrell's C.

    Args:
        apparent: figure on all patients, of the model learned from them.
        left_out: mean figure of patients not drawn in a bootstrap resample.
        no_information: the figure if predictions had nothing to do with outcomes.

    Returns:
        The corrected figure, and the relative overfitting, from 0 (none) to 1 (as of a model
        of nothing but chance); NaN if any figure is.

    Reference:
        Efron B, Tibshirani R (1997), doi:10.1080/01621459.1997.10474007, equations 26 to 32.

    Example:
        Ten of 100 wrong among those learned from, 30 among those left out, 50 by chance.

        >>> value, overfit = weigh_632_plus(0.10, 0.30, 0.50)
        >>> round(value, 4), round(overfit, 4)
        (0.2549, 0.5)
    """
    if np.isnan(apparent + left_out + no_information):
        return np.nan, np.nan
    room, lost = no_information - apparent, left_out - apparent
    # Overfitting counts as none where it is not one, and as chance where it is worse.
    overfit = min(lost / room, 1.0) if room * lost > 0 else 0.0
    bounded = room if overfit == 1.0 else lost
    rest = 1 - LEFT_OUT
    extra = bounded * rest * LEFT_OUT * overfit / (1 - rest * overfit)
    return apparent + LEFT_OUT * lost + extra, overfit


def drop_632_plus(apparent: float, left_out: Floats, no_information: float) -> Floats:
    """Say by how much each resample's patients left out make the apparent figure flatter (0.632+).

    The relative overfitting is that of all resamples together, so that the mean of the drops is
    what ``weigh_632_plus`` takes off.

    Args:
        apparent: figure on all patients.
        left_out: shape (B,), figure of the patients left out by each resample.
        no_information: the figure if predictions had nothing to do with outcomes.

    Returns:
        Shape (B,).
    """
    if np.isnan(left_out).all():
        return left_out
    _, overfit = weigh_632_plus(apparent, float(np.nanmean(left_out)), no_information)
    lost, rest = apparent - left_out, 1 - LEFT_OUT
    if overfit == 1.0:
        return np.asarray(LEFT_OUT * lost + rest * (apparent - no_information))
    return np.asarray(lost * LEFT_OUT / (1 - rest * overfit))


def make_correction(
    kind: CorrectionKind, apparent: Estimate, drops: Floats, training: Floats
) -> Correction:
    """Take the mean drop off a figure, with both intervals.

    Args:
        kind: in which way it was found.
        apparent: on all patients, with its interval if it has one.
        drops: shape (B,), by how much each resample says that the apparent figure flatters; NaN
            where it could not be found.
        training: shape (B,), each resample's figure on the patients it was learned from; empty
            when they are no bootstrap resamples.

    Returns:
        The correction.
    """
    known = drops[~np.isnan(drops)]
    level = apparent.level
    if not len(known):
        nothing = Estimate(np.nan, np.nan, np.nan, level, "none")
        return Correction(kind, np.nan, np.nan, nothing, nothing, 0)
    inside = training[~np.isnan(training)]
    if np.isnan(apparent.low) and _varies(inside):
        # A figure without an interval of its own gets that of a normal figure, by the bootstrap.
        reach = float(ndtri((1 + level) / 2)) * float(np.std(inside, ddof=1))
        ends = apparent.value - reach, apparent.value + reach
        apparent = Estimate(apparent.value, *ends, level, "bootstrap")
    shifted = correct_estimate(apparent, known)
    percentile = _move_percentiles(shifted, known, inside)
    optimism = float(known.mean())
    return Correction(kind, shifted.value, optimism, shifted, percentile, len(known))


def keep_varied(training: Floats, elsewhere: Floats) -> Floats:
    """Return figures on own patients where they can say how a figure varies.

    Args:
        training: shape (B,), each resample's figure on the patients it was learned from.
        elsewhere: shape (B,), on other patients, or on all.

    Returns:
        ``training``, or nothing where it is nearly fixed by construction.
    """
    known = ~np.isnan(training) & ~np.isnan(elsewhere)
    inside, lost = training[known], (training - elsewhere)[known]
    if len(inside) < 2 or np.std(inside) <= NEARLY_FIXED * np.std(lost):
        return np.empty(0)
    return inside


def _varies(inside: Floats) -> bool:
    return len(inside) > 1 and bool(np.ptp(inside) > FIXED)


def _move_percentiles(shifted: Estimate, drops: Floats, inside: Floats) -> Estimate:
    value, level = shifted.value, shifted.level
    if not _varies(inside):
        return Estimate(value, np.nan, np.nan, level, "none")
    tail = (1 - level) / 2
    # The usual percentiles of few resamples lie too far inside.
    ends = np.quantile(inside, [tail, 1 - tail], method="median_unbiased")
    low, high = ends - inside.mean()
    extra = widen_squared(drops, level)
    below, above = float(np.sqrt(low**2 + extra)), float(np.sqrt(high**2 + extra))
    words = "bootstrap percentiles, centred and widened"
    return Estimate(value, value - below, value + above, level, words)
