"""The ground floor: words that every room shares and that depend on no other room.

The names that need numpy are looked up when first used, so that the bedside (``scores``) and
``jalon --help`` start without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
from jalon.core.units import Quantity, convert

if TYPE_CHECKING:
    from jalon.core.curve import Curve
    from jalon.core.survival_data import Floats, Integers, SurvivalData

_ARRAYS = {
    "Curve": "jalon.core.curve",
    "Floats": "jalon.core.survival_data",
    "Integers": "jalon.core.survival_data",
    "SurvivalData": "jalon.core.survival_data",
}

__all__ = [
    "ConvergenceError",
    "Curve",
    "DataFileError",
    "DefinitionError",
    "Estimate",
    "Floats",
    "Integers",
    "JalonError",
    "Quantity",
    "StudyFileError",
    "SurvivalData",
    "UnsuitableDataError",
    "UserError",
    "convert",
]


def __getattr__(name: str) -> Any:
    if name in _ARRAYS:
        return getattr(import_module(_ARRAYS[name]), name)
    raise AttributeError(f"module 'jalon.core' has no name {name!r}")
