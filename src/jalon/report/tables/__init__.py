"""Tables as records, written as HTML for a page or CSV for a program."""

from jalon.report.tables.corrected import CorrectedRow, corrected_table
from jalon.report.tables.csv_text import table_csv
from jalon.report.tables.curve import curve_steps, curve_table
from jalon.report.tables.discrimination import discrimination_table
from jalon.report.tables.html_text import cell_text, table_html
from jalon.report.tables.score_card import card_points_table, card_risk_table
from jalon.report.tables.table import Cell, Count, Heading, Interval, Number, PValue, Table, Text

__all__ = [
    "Cell",
    "CorrectedRow",
    "Count",
    "Heading",
    "Interval",
    "Number",
    "PValue",
    "Table",
    "Text",
    "card_points_table",
    "card_risk_table",
    "cell_text",
    "corrected_table",
    "curve_steps",
    "curve_table",
    "discrimination_table",
    "table_csv",
    "table_html",
]
