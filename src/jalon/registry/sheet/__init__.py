"""A centre's file as it was written: texts in columns, whatever format it came in."""

from jalon.registry.sheet.read import read_sheet
from jalon.registry.sheet.sheet import Sheet, SheetOptions

__all__ = ["Sheet", "SheetOptions", "read_sheet"]
