"""A smooth line through a cloud of points, as R's lowess draws it without robustness steps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats


def smooth_locally(
    x: npt.ArrayLike, y: npt.ArrayLike, share: float = 2 / 3, skip: float = 0.01
) -> Floats:
    """Draw a smooth line through points, from straight lines fitted to the neighbours of each.

    Args:
        x: shape (n,), finite.
        y: shape (n,), finite.
        share: how many of all points count as neighbours, 0 to 1; larger is smoother.
        skip: share of the range of x within which the line is interpolated, not fitted.

    Returns:
        Shape (n,), height of the line at each x, in the order given; equal x have equal heights.

    Raises:
        UnsuitableDataError: no point, missing values, or a share outside 0 to 1.

    Reference:
        Cleveland WS (1979), doi:10.1080/01621459.1979.10481038, section 2, steps 1 and 2, with
        the windows and the interpolation of his program ``lowess``.

    Example:
        >>> smooth_locally([1, 2, 3, 4], [2, 4, 6, 8]).round(6).tolist()
        [2.0, 4.0, 6.0, 8.0]
    """
    across, up = read_floats(x, "x"), read_floats(y, "y")
    if across.ndim != 1 or across.shape != up.shape or len(across) == 0:
        raise UnsuitableDataError("give one x and one y per point, and at least one point")
    if not (np.all(np.isfinite(across)) and np.all(np.isfinite(up))):
        raise UnsuitableDataError("x or y is missing for some points; leave them out")
    if not 0 < share <= 1:
        raise UnsuitableDataError(f"share is {share}; give the share of neighbours, 0 to 1")
    order = np.argsort(across, kind="stable")
    heights = np.empty(len(across))
    heights[order] = _follow(across[order], up[order], share, skip)
    return heights


def _follow(x: Floats, y: Floats, share: float, skip: float) -> Floats:
    """Fit at a point, jump as far as allowed, and draw straight lines between."""
    n, heights = len(x), np.empty(len(x))
    if n < 2:
        return y.copy()
    width, jump = max(min(int(share * n + 1e-7), n), 2), skip * (x[-1] - x[0])
    left, last, at = 0, -1, 0
    while last < n - 1:
        while left + width < n and x[at] - x[left] > x[left + width] - x[at]:
            left += 1
        heights[at] = _fit_line(x, y, at, (left, left + width - 1))
        if last < at - 1:
            between = slice(last + 1, at)
            heights[between] = np.interp(x[between], x[[last, at]], heights[[last, at]])
        last, at = _advance(x, heights, at, jump)
    return heights


def _advance(x: Floats, heights: Floats, last: int, jump: float) -> tuple[int, int]:
    """Copy the height to ties, and choose the next point to fit at."""
    limit, at = x[last] + jump, last + 1
    while at < len(x) and x[at] <= limit:
        if x[at] == x[last]:
            heights[at], last = heights[last], at
        at += 1
    return last, max(last + 1, at - 1)


def _fit_line(x: Floats, y: Floats, at: int, window: tuple[int, int]) -> float:
    """Height at one point of the line through its neighbours, nearer ones counting more."""
    left, right = window
    reach = max(x[at] - x[left], x[right] - x[at])
    # Ties of the last neighbour belong to the window too.
    end = int(np.searchsorted(x, x[at] + reach, side="right"))
    near, far = x[left:end], np.abs(x[left:end] - x[at])
    weight = np.where(far <= 0.001 * reach, 1.0, 0.0)
    inside = (far > 0.001 * reach) & (far <= 0.999 * reach)
    weight[inside] = (1 - (far[inside] / reach) ** 3) ** 3
    total = weight.sum()
    if total <= 0:
        return float(y[at])
    weight /= total
    if reach > 0:
        middle = weight @ near
        spread = weight @ (near - middle) ** 2
        # Neighbours that hardly differ do not make a slope.
        if np.sqrt(spread) > 0.001 * (x[-1] - x[0]):
            weight = weight * ((x[at] - middle) / spread * (near - middle) + 1)
    return float(weight @ y[left:end])
