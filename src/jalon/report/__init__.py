"""Drawing and writing of results: figures, tables and documents. Nothing is computed here.

Each function takes records and returns text: SVG, HTML or CSV. The same record gives the same
bytes. ``curve_table``, ``card_risk_table`` and their like stand beside each figure and hold the
numbers that it shows.
"""

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
from jalon.report.figures import discrimination_figure, score_card_figure, survival_figure
from jalon.report.labelled_curve import LabelledCurve
from jalon.report.score_card import CardGroup, CardItem, ScoreCard
from jalon.report.tables import (
    Cell,
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
    curve_steps,
    curve_table,
    discrimination_table,
    table_csv,
    table_html,
)

__all__ = [
    "Block",
    "CardGroup",
    "CardItem",
    "Cell",
    "Count",
    "DiscriminationRow",
    "Document",
    "Figure",
    "FirstPage",
    "Heading",
    "Interval",
    "LabelledCurve",
    "Merit",
    "Number",
    "PValue",
    "ScoreCard",
    "Section",
    "Table",
    "Text",
    "card_points_table",
    "card_risk_table",
    "cell_text",
    "curve_steps",
    "curve_table",
    "discrimination_figure",
    "discrimination_table",
    "score_card_figure",
    "survival_figure",
    "table_csv",
    "table_html",
    "write_html",
]
