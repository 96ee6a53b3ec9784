"""Patients' rows: read from a file, checked by the dictionary, refused or questioned."""

from jalon.registry.batch import Batch, Issue
from jalon.registry.read import read

__all__ = ["Batch", "Issue", "read"]
