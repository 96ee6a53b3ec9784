"""What the markup of a sheet says beside its values: merged cells, hidden rows, formulas."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*ref=\"([A-Z]+[0-9]+:[A-Z]+[0-9]+)\"")
HIDDEN = re.compile(rb"<(?:\w+:)?row\s[^>]*hidden=\"(?:1|true)\"")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
PIECE, OVERLAP = 1 << 22, 4096


@dataclass(frozen=True, slots=True)
class Markup:
    """What the markup of one sheet says.

    Attributes:
        merged: ranges of merged cells, for example "A1:C1", in the order of the file.
        hidden_rows: how many rows are hidden.
        has_formulas: whether any cell holds a formula.
    """

    merged: tuple[str, ...]
    hidden_rows: int
    has_formulas: bool

    @property
    def first_merged_row(self) -> int:
        """The first row that holds a merged cell."""
        return min(int(re.sub("[A-Z]", "", area.partition(":")[0])) for area in self.merged)


def read_markup(content: bytes, member: str) -> Markup:
    """Read what the markup of a sheet says beside its values.

    Args:
        content: the bytes of the spreadsheet's file.
        member: name of the sheet within it.

    Returns:
        Merged cells, hidden rows and formulas.
    """
    merged: dict[str, None] = {}
    hidden = 0
    has_formulas = False
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(member) as stream:
        tail = b""
        while piece := stream.read(PIECE):
            text = tail + piece
            # A tag is looked at once it is whole; the rest waits for the next piece.
            cut = text.rfind(b"<", max(len(text) - OVERLAP, 0))
            whole, tail = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
            merged |= dict.fromkeys(name.decode() for name in MERGED.findall(whole))
            hidden += len(HIDDEN.findall(whole))
            has_formulas = has_formulas or FORMULA.search(whole) is not None
        merged |= dict.fromkeys(name.decode() for name in MERGED.findall(tail))
    return Markup(tuple(merged), hidden, has_formulas)
