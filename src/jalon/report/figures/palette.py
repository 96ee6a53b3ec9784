"""Colours and line styles that stay apart on paper, in grey and for colour-blind readers."""

from __future__ import annotations

from dataclasses import dataclass

INK = "#1a1a1a"
QUIET = "#595959"
RULE = "#bfbfbf"
PALE = "#e8e8e8"
ACCENT = "#0072B2"
WARNING = "#9c3d00"

MOST_CURVES = 6
"""More curves than this cannot be told apart on one figure."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """How the curve of one group is drawn.

    Attributes:
        colour: from the Okabe-Ito palette.
        dashes: lengths on and off in multiples of the line width; None for a solid line.
    """

    colour: str
    dashes: tuple[float, ...] | None

    @property
    def wash(self) -> float:
        """How solid its interval band is, 0 to 1; black is darker than the colours."""
        return 0.07 if self.colour == "#000000" else 0.13


# Okabe & Ito, Color Universal Design (2008). Their yellow is too light for a thin line on
# white paper and is left out. The dashes carry the difference when the page is grey.
STROKES = (
    Stroke("#0072B2", None),
    Stroke("#D55E00", (5.0, 1.6)),
    Stroke("#009E73", (5.0, 1.4, 1.1, 1.4)),
    Stroke("#000000", (1.3, 1.3)),
    Stroke("#CC79A7", (8.0, 2.0)),
    Stroke("#E69F00", (3.0, 1.2, 1.0, 1.2, 1.0, 1.2)),
)
