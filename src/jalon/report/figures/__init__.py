"""Figures as SVG text at print size: each function returns the same bytes for the same input."""

from jalon.report.figures.discrimination import discrimination_figure
from jalon.report.figures.parsimony import ParsimonyPoint, parsimony_figure
from jalon.report.figures.score_card import score_card_figure
from jalon.report.figures.survival import survival_figure

__all__ = [
    "ParsimonyPoint",
    "discrimination_figure",
    "parsimony_figure",
    "score_card_figure",
    "survival_figure",
]
