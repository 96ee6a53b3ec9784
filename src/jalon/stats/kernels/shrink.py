"""Compiled coordinate descent on a quadratic with an elastic net penalty."""

from __future__ import annotations

from numba import njit

from jalon.core import Floats


@njit(cache=True, nogil=True)
def shrink_quadratic(
    bend: Floats, slope: Floats, start: Floats, bounds: Floats, ridge: Floats
) -> tuple[Floats, bool]:
    """Minimise d'Bd / 2 - slope'd + sum(bounds |b| + ridge b^2 / 2) over b = start + d.

    Args:
        bend: shape (p, p), B, symmetric and not negative.
        slope: shape (p,).
        start: shape (p,), where the quadratic is centred.
        bounds: shape (p,), penalties on absolute values.
        ridge: shape (p,), penalties on squares.

    Returns:
        The minimum, and whether coordinates had stopped to move.
    """
    p = len(start)
    best, left = start.copy(), slope.copy()
    for _ in range(100000):
        moved = 0.0
        for j in range(p):
            steep = bend[j, j] + ridge[j]
            if steep <= 0.0:
                continue
            pull = left[j] + bend[j, j] * best[j]
            new = 0.0
            if pull > bounds[j]:
                new = (pull - bounds[j]) / steep
            elif pull < -bounds[j]:
                new = (pull + bounds[j]) / steep
            change = new - best[j]
            if change != 0.0:
                best[j] = new
                for k in range(p):
                    left[k] -= bend[k, j] * change
                moved = max(moved, change * change * steep)
        if moved < 1e-26:
            return best, True
    return best, False
