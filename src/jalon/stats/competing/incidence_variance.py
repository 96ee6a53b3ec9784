"""Two closed forms for the variance of a cumulative incidence."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats
from jalon.stats.survival.event_table import EventTable
from jalon.stats.survival.ratio import divide
from jalon.stats.survival.rounding import find_root


def find_incidence(table: EventTable, own: Floats) -> tuple[Floats, Floats, Floats]:
    """Return event-free survival before and after each row, and the incidence after it.

    Args:
        table: counts, m rows.
        own: shape (m,), events of the cause of interest.

    Returns:
        Survival before, survival after and incidence, shape (m,) each.
    """
    after = np.cumprod(1.0 - divide(table.every, table.at_risk), dtype=np.float64)
    before = np.append(1.0, after[:-1])
    incidence: Floats = np.cumsum(before * divide(own, table.at_risk))
    # Sums of thirds may miss 1 in the last bit; scales that end at 1 must see it.
    incidence[np.abs(incidence - 1) < 1e-13] = 1.0
    return before, after, incidence


def aalen_error(table: EventTable, own: Floats) -> Floats:
    """Return the standard error of an incidence by Aalen's variance.

    A martingale increment at u moves F(t) by ``S(u-) (1 - (F(t) - F(u)) / S(u))`` when it is of
    the cause of interest and by ``-S(u-) (F(t) - F(u)) / S(u)`` otherwise; tied events have the
    variance ``d (Y - d) / (Y^2 (Y - 1))`` of drawing without replacement.

    Args:
        table: counts, m rows.
        own: shape (m,), events of the cause of interest.

    Returns:
        Shape (m,).

    Reference:
        Gray (1988), doi:10.1214/aos/1176350951, section 2; Aalen (1978),
        doi:10.1214/aos/1176344198.
    """
    before, after, incidence = find_incidence(table, own)
    other = table.every - own
    size = before**2 / np.where(table.at_risk > 0, table.at_risk, 1) ** 2
    own_size = size * own * _without_replacement(own, table.at_risk)
    other_size = size * other * _without_replacement(other, table.at_risk)
    rate = divide(np.ones_like(after), after)
    own_move, other_move = 1 + incidence * rate, incidence * rate
    first = own_size * own_move**2 + other_size * other_move**2
    mixed = rate * (own_size * own_move + other_size * other_move)
    last = rate**2 * (own_size + other_size)
    return _finish(first, mixed, last, incidence)


def greenwood_error(table: EventTable, own: Floats) -> Floats:
    """Return the standard error of an incidence by the multinomial (Greenwood) variance.

    Args:
        table: counts, m rows.
        own: shape (m,), events of the cause of interest.

    Returns:
        Shape (m,); without weights or left truncation equal to the infinitesimal jackknife.

    Reference:
        Andersen et al. (1993), doi:10.1007/978-1-4612-4348-9, section IV.4.
    """
    before, after, incidence = find_incidence(table, own)
    every, at_risk = table.every, np.where(table.at_risk > 0, table.at_risk, 1)
    size, rate = before**2 / at_risk**2, divide(np.ones_like(after), after)
    own_move, other_move = 1 + incidence * rate, incidence * rate
    mean = own * own_move + (every - own) * other_move
    square = own * own_move**2 + (every - own) * other_move**2
    stay = 1 - every / at_risk
    return _finish(
        size * (square - mean**2 / at_risk),
        size * rate * mean * stay,
        size * rate**2 * every * stay,
        incidence,
    )


def _without_replacement(events: Floats, at_risk: Floats) -> Floats:
    several = events > 1
    return np.divide(at_risk - events, at_risk - 1, out=np.ones_like(at_risk), where=several)


def _finish(first: Floats, mixed: Floats, last: Floats, incidence: Floats) -> Floats:
    """Sum (move - F(t) rate)^2 over the rows up to t, for every t at once."""
    plus = np.cumsum(first) + incidence**2 * np.cumsum(last)
    return find_root(plus - 2 * incidence * np.cumsum(mixed), plus)
