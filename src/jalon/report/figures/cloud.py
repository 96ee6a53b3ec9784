"""Clouds of points as few shapes: many thousands of points stay one small drawing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from jalon.core import Floats
from jalon.report.figures.plot import Box
from jalon.report.figures.typeface import MM_PER_POINT

_CELL = 0.9
_DOT = 0.62
_GRID = 0.31
_MANY = 200
_SHADES = ("#e3e3e3", "#c4c4c4", "#9c9c9c", "#6e6e6e")


def draw_density(axes: Axes, x: Floats, y: Floats, box: Box) -> None:
    """Shade where points lie, darker where more of them do.

    Args:
        axes: of the frame.
        x: shape (m,), places along the level scale.
        y: shape (m,), places along the upright scale.
        box: the frame.
    """
    columns, rows = max(int(box.width / _CELL), 1), max(int(box.height / _CELL), 1)
    ends = [axes.get_xlim(), axes.get_ylim()]
    counts, across, up = np.histogram2d(x, y, bins=(columns, rows), range=ends)
    seen = counts[counts > 0]
    if not len(seen):
        return
    # Shades by rank, so that the few cells where most points lie do not drown the others.
    limits = np.quantile(seen, np.arange(1, len(_SHADES)) / len(_SHADES))
    level = np.where(counts > 0, 1 + np.searchsorted(limits, counts, side="left"), 0)
    for shade, colour in enumerate(_SHADES, start=1):
        boxes = _runs(level == shade)
        if len(boxes):
            first, last, row = boxes.T
            _draw_boxes(axes, (across[first], across[last], up[row], up[row + 1]), colour)


def draw_dots(axes: Axes, x: Floats, y: Floats, box: Box, colour: str) -> None:
    """Draw small squares at points, one for points that would print on each other.

    Args:
        axes: of the frame.
        x: shape (m,), places along the level scale.
        y: shape (m,), places along the upright scale.
        box: the frame.
        colour: of the ink.
    """
    known = np.isfinite(x) & np.isfinite(y)
    wide, high = (np.diff(ends)[0] for ends in (axes.get_xlim(), axes.get_ylim()))
    cell = np.array([wide / box.width, high / box.height])
    spots = np.unique(np.round(np.stack([x, y], axis=1)[known] / (cell * _GRID)), axis=0)
    size = _DOT if len(spots) > _MANY else 1.8 * _DOT
    # Each square is a short line as thick as it is long: half the bytes of an outline.
    across = spots[:, :1] * cell[0] * _GRID + np.array([-0.5, 0.5, np.nan]) * size * cell[0]
    up = np.repeat(spots[:, 1] * cell[1] * _GRID, 3)
    axes.plot(
        across.ravel(),
        up,
        color=colour,
        linewidth=size / MM_PER_POINT,
        solid_capstyle="butt",
        alpha=0.7,
        clip_on=False,
    )


def _runs(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the runs of marked cells along each row: first column, last + 1, row."""
    padded = np.zeros((mask.shape[0] + 2, mask.shape[1]), dtype=np.int64)
    padded[1:-1] = mask
    step = np.diff(padded, axis=0)
    rows, first = np.nonzero((step == 1).T)
    _, last = np.nonzero((step == -1).T)
    return np.stack([first, last, rows], axis=1)


def _draw_boxes(axes: Axes, sides: tuple[Floats, Floats, Floats, Floats], colour: str) -> None:
    left, right, bottom, top = sides
    corners = np.stack(
        [
            np.stack([left, right, right, left, left], axis=1),
            np.stack([bottom, bottom, top, top, bottom], axis=1),
        ],
        axis=2,
    ).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY], len(left))
    shape = PathPatch(Path(corners, codes), facecolor=colour, linewidth=0)
    axes.add_patch(shape)
