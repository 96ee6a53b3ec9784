"""How numbers are written: the same form on a terminal, in a table and on a figure."""

from __future__ import annotations

import math

from jalon.core.estimate import Estimate

NOT_REACHED = "not reached"


def write_number(value: float, digits: int = 2) -> str:
    """Write one number with fixed decimals; NaN becomes "not reached".

    Args:
        value: the number.
        digits: decimals to keep.

    Returns:
        The text.

    Example:
        >>> write_number(0.6684)
        '0.67'
    """
    if math.isnan(value):
        return NOT_REACHED
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def write_estimate(estimate: Estimate, digits: int = 2, scale: float = 1.0) -> str:
    """Write an estimate and its interval, ``0.67 (0.64-0.70)``.

    Args:
        estimate: value and limits.
        digits: decimals to keep.
        scale: multiplies all three first, 100 for percentages.

    Returns:
        The text; limits that do not exist are written "not reached". A negative upper
        limit is joined by "to" so that no two signs meet.

    Example:
        >>> write_estimate(Estimate(0.668, 0.637, 0.699))
        '0.67 (0.64-0.70)'
    """
    value, low, high = (
        write_number(part * scale, digits) for part in (estimate.value, estimate.low, estimate.high)
    )
    joint = " to " if "-" in low + high or NOT_REACHED in low + high else "-"
    return f"{value} ({low}{joint}{high})"


def write_count(count: float) -> str:
    """Write a whole number with commas between thousands.

    Args:
        count: the number, rounded to the nearest whole.

    Returns:
        The text.

    Example:
        >>> write_count(2982)
        '2,982'
    """
    return f"{round(count):,}"


def write_share(part: float, whole: float) -> str:
    """Write a count and its percentage, ``188 (42)``; no percentage of nothing.

    Args:
        part: the count.
        whole: what it is a part of.

    Returns:
        The text.

    Example:
        >>> write_share(188, 448)
        '188 (42)'
    """
    if whole == 0:
        return f"{write_count(part)} (-)"
    return f"{write_count(part)} ({100 * part / whole:.0f})"


def write_p(p: float) -> str:
    """Write a p-value by the field's habit: two significant digits, ``< .001``.

    Args:
        p: the p-value, 0 to 1.

    Returns:
        The text, without a zero before the point.

    Example:
        >>> write_p(0.00002), write_p(0.0123), write_p(0.21)
        ('< .001', '.012', '.21')
    """
    if math.isnan(p):
        return "-"
    if p < 0.001:
        return "< .001"
    if p > 0.99:
        return "> .99"
    text = f"{p:.3f}" if p < 0.1 else f"{p:.2f}"
    return text.lstrip("0")
