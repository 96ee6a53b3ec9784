"""A sheet of paper measured in millimetres from its top left corner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from jalon.report.figures.palette import INK
from jalon.report.figures.svg_text import finish_svg
from jalon.report.figures.typeface import Weight, font

MM_PER_INCH = 25.4
Align = Literal["left", "center", "right"]

# A reader's own matplotlibrc must not change a figure: these families are put back to the
# library's defaults while we draw, and restored afterwards.
_FAMILIES = (
    "axes font figure grid lines patch path savefig svg text xtick ytick".split()  # noqa: SIM905
)


@contextmanager
def house_settings() -> Iterator[None]:
    """Draw with fixed settings, whatever the reader's matplotlib is set to."""
    fixed = {k: v for k, v in mpl.rcParamsDefault.items() if k.split(".")[0] in _FAMILIES}
    fixed |= {"svg.fonttype": "path", "svg.hashsalt": "jalon"}
    with mpl.rc_context(fixed):
        yield


class Sheet:
    """A sheet of paper; x grows to the right and y grows downwards, in millimetres.

    Args:
        width: in millimetres.
        height: in millimetres.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        size = (width / MM_PER_INCH, height / MM_PER_INCH)
        self.figure = Figure(figsize=size, facecolor="white")
        FigureCanvasSVG(self.figure)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Place bare axes at an exact position; ticks and spines are the caller's.

        Args:
            left: of the frame.
            top: of the frame.
            width: of the frame.
            height: of the frame.

        Returns:
            The axes.
        """
        bottom = self.height - top - height
        w, h = self.width, self.height
        return self.figure.add_axes((left / w, bottom / h, width / w, height / h))

    def write(  # noqa: PLR0913 - a text needs its place, words and looks
        self,
        x: float,
        y: float,
        words: str,
        size: float = 7,
        *,
        weight: Weight = "Regular",
        align: Align = "left",
        colour: str = INK,
    ) -> Text:
        """Write one line of text.

        Args:
            x: of the anchor that ``align`` names.
            y: of the base line.
            words: the text, taken literally.
            size: in points.
            weight: Regular or SemiBold.
            align: which side of the text stands at ``x``.
            colour: of the ink.

        Returns:
            The text as placed.
        """
        return self.figure.text(
            x / self.width,
            1 - y / self.height,
            words,
            fontproperties=font(size, weight),
            ha=align,
            va="baseline",
            color=colour,
            parse_math=False,
        )

    def rule(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str,
        points: float,
        dashes: tuple[float, ...] | None = None,
    ) -> Line2D:
        """Draw a straight line.

        Args:
            start: x and y.
            end: x and y.
            colour: of the ink.
            points: thickness in points.
            dashes: lengths on and off in multiples of the thickness; None for solid.

        Returns:
            The line as placed.
        """
        xs = [start[0] / self.width, end[0] / self.width]
        ys = [1 - start[1] / self.height, 1 - end[1] / self.height]
        line = Line2D(xs, ys, color=colour, linewidth=points, solid_capstyle="butt")
        if dashes:
            line.set_dashes(dashes)
        self.figure.add_artist(line)
        return line

    def dot(self, x: float, y: float, colour: str, size: float, *, filled: bool = True) -> Line2D:
        """Draw a round mark.

        Args:
            x: of its centre.
            y: of its centre.
            colour: of the ink.
            size: diameter in points.
            filled: False for a ring.

        Returns:
            The mark as placed.
        """
        mark = Line2D(
            [x / self.width],
            [1 - y / self.height],
            marker="o",
            markersize=size,
            color=colour,
            markerfacecolor=colour if filled else "white",
            markeredgewidth=0.8,
            linestyle="none",
        )
        self.figure.add_artist(mark)
        return mark

    def svg(self, title: str, description: str) -> str:
        """Return the sheet as SVG text at its print size.

        Args:
            title: name of the figure for those who cannot see it.
            description: what it shows, in words.

        Returns:
            An ``<svg>`` element without prolog, ready for a file or a page.
        """
        stream = StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self.figure.savefig(stream, format="svg", metadata=nothing, facecolor="white")
        return finish_svg(stream.getvalue(), (self.width, self.height), title, description)
