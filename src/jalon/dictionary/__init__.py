"""What every table and column means: the one description that reading and checks follow."""

from jalon.dictionary.column import Column, ColumnKind, Level
from jalon.dictionary.load import load_table
from jalon.dictionary.nearest import suggest
from jalon.dictionary.registry_rule import RegistryRule, RuleBook, View, load_rules
from jalon.dictionary.rule import FlagRule, OrderRule, Rule, SumRule
from jalon.dictionary.table import Table
from jalon.dictionary.tables import find_table, list_tables, registry_files
from jalon.dictionary.visit import Visit, load_visits

__all__ = [
    "Column",
    "ColumnKind",
    "FlagRule",
    "Level",
    "OrderRule",
    "RegistryRule",
    "Rule",
    "RuleBook",
    "SumRule",
    "Table",
    "View",
    "Visit",
    "find_table",
    "list_tables",
    "load_rules",
    "load_table",
    "load_visits",
    "registry_files",
    "suggest",
]
