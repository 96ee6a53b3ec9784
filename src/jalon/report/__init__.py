"""Drawing and writing of results: figures, tables and documents. Nothing is computed here.

Each function takes records and returns text: SVG, HTML or CSV. The same record gives the same
bytes. ``curve_table``, ``card_risk_table`` and their like stand beside each figure and hold the
numbers that it shows.
"""

from jalon.report.calibration import CalibrationFigures, CalibrationGroup, CalibrationPicture
from jalon.report.comparison import ComparisonMeasure, ComparisonPicture, ComparisonRow
from jalon.report.decision import DecisionLine, DecisionPicture
from jalon.report.discrimination import DiscriminationRow
from jalon.report.documents import (
    Block,
    Document,
    Figure,
    FirstPage,
    Merit,
    Section,
    write_html,
)
from jalon.report.figures import (
    FrequencyBar,
    ParsimonyPoint,
    RocCurve,
    RocPanel,
    auc_figure,
    calibration_figure,
    comparison_figure,
    decision_figure,
    discrimination_figure,
    forest_figure,
    frequency_figure,
    instability_figure,
    parsimony_figure,
    roc_figure,
    score_card_figure,
    survival_figure,
)
from jalon.report.forest import ForestMeasure, ForestPicture, ForestRow, ForestSection
from jalon.report.instability import InstabilityPicture
from jalon.report.labelled_curve import LabelledCurve
from jalon.report.labelled_line import LabelledLine
from jalon.report.score_card import CardGroup, CardItem, CardTotal, ScoreCard
from jalon.report.tables import (
    Cell,
    CorrectedRow,
    Count,
    Heading,
    Interval,
    Number,
    PValue,
    Table,
    Text,
    card_points_table,
    card_risk_table,
    cell_text,
    corrected_table,
    curve_steps,
    curve_table,
    discrimination_table,
    table_csv,
    table_html,
)
from jalon.report.wording import Language, Wording

__all__ = [
    "Block",
    "CalibrationFigures",
    "CalibrationGroup",
    "CalibrationPicture",
    "CardGroup",
    "CardItem",
    "CardTotal",
    "Cell",
    "ComparisonMeasure",
    "ComparisonPicture",
    "ComparisonRow",
    "CorrectedRow",
    "Count",
    "DecisionLine",
    "DecisionPicture",
    "DiscriminationRow",
    "Document",
    "Figure",
    "FirstPage",
    "ForestMeasure",
    "ForestPicture",
    "ForestRow",
    "ForestSection",
    "FrequencyBar",
    "Heading",
    "InstabilityPicture",
    "Interval",
    "LabelledCurve",
    "LabelledLine",
    "Language",
    "Merit",
    "Number",
    "PValue",
    "ParsimonyPoint",
    "RocCurve",
    "RocPanel",
    "ScoreCard",
    "Section",
    "Table",
    "Text",
    "Wording",
    "auc_figure",
    "calibration_figure",
    "card_points_table",
    "card_risk_table",
    "cell_text",
    "comparison_figure",
    "corrected_table",
    "curve_steps",
    "curve_table",
    "decision_figure",
    "discrimination_figure",
    "discrimination_table",
    "forest_figure",
    "frequency_figure",
    "instability_figure",
    "parsimony_figure",
    "roc_figure",
    "score_card_figure",
    "survival_figure",
    "table_csv",
    "table_html",
    "write_html",
]
