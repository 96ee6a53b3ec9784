"""Scores as data, and the small engine that computes them. No numpy at import."""

from jalon.scores.answer import Alternative, Assessment, Contribution, write_answer
from jalon.scores.card import write_card
from jalon.scores.catalogue import find_definition, list_slugs
from jalon.scores.definition import Group, Performance, Risk, ScoreDefinition
from jalon.scores.engine import assess
from jalon.scores.example import Example, list_examples
from jalon.scores.export_fhir import write_questionnaire
from jalon.scores.export_pmml import write_pmml
from jalon.scores.export_sql import write_sql
from jalon.scores.item import Dispute, Item, Measure, Step
from jalon.scores.many import AssessedColumns, assess_many
from jalon.scores.markdown import write_markdown
from jalon.scores.reading import Between, Reading, Remark
from jalon.scores.rule import Cut, Formula, Override, Row, Series, Summary, Term
from jalon.scores.series import SeriesReading, assess_series, read_series
from jalon.scores.toml import load_definition, parse_definition, write_definition, write_json

__all__ = [
    "Alternative",
    "AssessedColumns",
    "Assessment",
    "Between",
    "Contribution",
    "Cut",
    "Dispute",
    "Example",
    "Formula",
    "Group",
    "Item",
    "Measure",
    "Override",
    "Performance",
    "Reading",
    "Remark",
    "Risk",
    "Row",
    "ScoreDefinition",
    "Series",
    "SeriesReading",
    "Step",
    "Summary",
    "Term",
    "assess",
    "assess_many",
    "assess_series",
    "find_definition",
    "list_examples",
    "list_slugs",
    "load_definition",
    "parse_definition",
    "read_series",
    "write_answer",
    "write_card",
    "write_definition",
    "write_json",
    "write_markdown",
    "write_pmml",
    "write_questionnaire",
    "write_sql",
]
