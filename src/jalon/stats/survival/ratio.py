"""Shares of those at risk, where somebody is."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats


def divide(part: Floats, whole: Floats) -> Floats:
    """Divide where the divisor is above 0, and give 0 elsewhere.

    Args:
        part: dividend.
        whole: divisor, of a shape that broadcasts with ``part``.

    Returns:
        The quotient.

    Example:
        >>> divide(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
        [0.25, 0.0]
    """
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)
