"""Paired differences of Uno's C: one panel per rival, one line per data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt

if TYPE_CHECKING:
    from benchmarks.generalisation.report import Difference

mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "jalon", "font.size": 8})
MARGIN = 0.005
CAPTION = (
    "Uno's C on patients not seen: jalon less the method named "
    "(band: 0.005 either way; lines: 95% intervals)"
)
BETTER, WORSE, EVEN = "#1b6ca8", "#b3541e", "#555555"


def draw_differences(found: Sequence[Difference], sets: Sequence[str], path: Path) -> None:
    """Draw ours less theirs with 95% intervals; the band is the margin of the target."""
    rivals = list(dict.fromkeys(d.rival for d in found))
    rows = [*sets, "all"]
    figure, axes = plt.subplots(
        1, len(rivals), figsize=(1.65 * len(rivals) + 1, 0.24 * len(rows) + 1.1), sharey=True
    )
    widest = min(0.08, max(abs(edge) for d in found for edge in (d.low, d.high)) * 1.05)
    for axis, rival in zip(axes, rivals, strict=True):
        axis.axvspan(-MARGIN, MARGIN, color="#e6e6e6", lw=0)
        axis.axvline(0, color="black", lw=0.6)
        for d in found:
            if d.rival == rival:
                _draw_line(axis, d, len(rows) - 1 - rows.index(d.name), widest)
        axis.set_title(rival, fontsize=9)
        axis.set_xlim(-widest, widest)
        axis.set_xticks([-0.05, 0, 0.05])
        axis.tick_params(length=2)
        axis.tick_params(axis="y", length=0)
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.axhline(0.5, color="#bbbbbb", lw=0.6)
    axes[0].set_yticks(range(len(rows)), rows[::-1])
    figure.supxlabel(CAPTION, fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _draw_line(axis: mpl.axes.Axes, d: Difference, height: int, widest: float) -> None:
    colour = BETTER if d.low > 0 else WORSE if d.high < 0 else EVEN
    low, high = max(d.low, -widest), min(d.high, widest)
    axis.plot([low, high], [height, height], color=colour, lw=1.2, solid_capstyle="butt")
    shape = "D" if d.name == "all" else "o"
    axis.plot(min(max(d.mean, -widest), widest), height, shape, color=colour, ms=4)
