"""Drawing and writing of results: figures, tables and documents. Nothing is computed here.

Figures live in ``jalon.report.figures`` and need matplotlib; they are imported from there
so that writing a table stays quick.
"""

from jalon.report.discrimination import DiscriminationRow
from jalon.report.labelled_curve import LabelledCurve
from jalon.report.score_card import CardGroup, CardItem, ScoreCard

__all__ = ["CardGroup", "CardItem", "DiscriminationRow", "LabelledCurve", "ScoreCard"]
