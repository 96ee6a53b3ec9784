"""The ground floor: words that every room shares and that depend on no other room."""

from jalon.core.curve import Curve
from jalon.core.errors import (
    ConvergenceError,
    DataFileError,
    DefinitionError,
    JalonError,
    StudyFileError,
    UnsuitableDataError,
    UserError,
)
from jalon.core.estimate import Estimate
from jalon.core.survival_data import Floats, Integers, SurvivalData

__all__ = [
    "ConvergenceError",
    "Curve",
    "DataFileError",
    "DefinitionError",
    "Estimate",
    "Floats",
    "Integers",
    "JalonError",
    "StudyFileError",
    "SurvivalData",
    "UnsuitableDataError",
    "UserError",
]
