"""Scores as data, and the small engine that computes them. No numpy at import."""

from jalon.scores.catalogue import find_definition, list_slugs
from jalon.scores.definition import Group, Item, Risk, ScoreDefinition, Step
from jalon.scores.engine import AssessedColumns, Assessment, Contribution, assess, assess_many
from jalon.scores.toml import load_definition, parse_definition, write_definition

__all__ = [
    "AssessedColumns",
    "Assessment",
    "Contribution",
    "Group",
    "Item",
    "Risk",
    "ScoreDefinition",
    "Step",
    "assess",
    "assess_many",
    "find_definition",
    "list_slugs",
    "load_definition",
    "parse_definition",
    "write_definition",
]
