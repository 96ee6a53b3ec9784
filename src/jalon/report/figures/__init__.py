"""Figures as SVG text at print size: each function returns the same bytes for the same input."""

from jalon.report.figures.auc import auc_figure
from jalon.report.figures.calibration import calibration_figure
from jalon.report.figures.comparison import comparison_figure
from jalon.report.figures.decision import decision_figure
from jalon.report.figures.discrimination import discrimination_figure
from jalon.report.figures.forest import forest_figure
from jalon.report.figures.frequency import FrequencyBar, frequency_figure
from jalon.report.figures.instability import instability_figure
from jalon.report.figures.parsimony import ParsimonyPoint, parsimony_figure
from jalon.report.figures.roc import RocCurve, RocPanel, roc_figure
from jalon.report.figures.score_card import score_card_figure
from jalon.report.figures.survival import survival_figure

__all__ = [
    "FrequencyBar",
    "ParsimonyPoint",
    "RocCurve",
    "RocPanel",
    "auc_figure",
    "calibration_figure",
    "comparison_figure",
    "decision_figure",
    "discrimination_figure",
    "forest_figure",
    "frequency_figure",
    "instability_figure",
    "parsimony_figure",
    "roc_figure",
    "score_card_figure",
    "survival_figure",
]
