"""Who is studied, why others are not, and what each variable is in every file."""

from jalon.cohort.build import AttritionStep, Cohort, build_cohort
from jalon.cohort.criterion import Criterion
from jalon.cohort.flat import flatten_snapshot
from jalon.cohort.variable import Source, Variable, VariableKind, derive_variable

__all__ = [
    "AttritionStep",
    "Cohort",
    "Criterion",
    "Source",
    "Variable",
    "VariableKind",
    "build_cohort",
    "derive_variable",
    "flatten_snapshot",
]
