"""What every table and column means: the one description that reading and checks follow."""

from jalon.dictionary.column import Column, ColumnKind, Level
from jalon.dictionary.load import load_table
from jalon.dictionary.nearest import suggest
from jalon.dictionary.rule import FlagRule, OrderRule, Rule, SumRule
from jalon.dictionary.table import Table

__all__ = [
    "Column",
    "ColumnKind",
    "FlagRule",
    "Level",
    "OrderRule",
    "Rule",
    "SumRule",
    "Table",
    "load_table",
    "suggest",
]
