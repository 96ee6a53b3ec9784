"""Any file that a centre sends becomes a sheet of texts, or is refused with advice."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl

from jalon.core.errors import DataFileError
from jalon.registry.sheet.csv_file import split_csv
from jalon.registry.sheet.decimal import COMMA, check_decimal, find_decimal
from jalon.registry.sheet.encoding import decode
from jalon.registry.sheet.parquet import split_parquet
from jalon.registry.sheet.separator import name_separator
from jalon.registry.sheet.shape import tidy
from jalon.registry.sheet.sheet import Raw, Sheet, SheetKind, SheetOptions
from jalon.registry.sheet.xlsx import split_xlsx
from jalon.registry.text import read_bytes

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES = 4_000_000_000
"""More than any centre has; reading it would fill the machine's memory."""

KINDS = ((b"%PDF", "a PDF document"), (b"{\\rtf", "a text document"), (b"\x1f\x8b", "packed"))


def read_sheet(path: Path, options: SheetOptions = SheetOptions()) -> Sheet:  # noqa: B008 - frozen
    """Read a CSV, XLSX or Parquet file as it was written, and say how it was understood.

    Args:
        path: the file; its first bytes, not its name, tell the format.
        options: what the person said about it; what was not said is found out.

    Returns:
        The cells as texts, each row with its line.

    Raises:
        DataFileError: a file that cannot be read, or whose reading would be a guess; with the
            line and what to do. A message never repeats what a cell holds.
        UserError: an option that is not known.

    Example:
        >>> sheet = read_sheet(Path("examples/data/follic.csv"))
        >>> len(sheet), sheet.header[:2], sheet.read_as
        (541, ('age', 'hgb'), 'CSV, comma, decimal point, UTF-8')
    """
    check_decimal(options.decimal)
    _refuse_huge(path)
    content = read_bytes(path)
    if content.startswith(OLD_OFFICE):
        advice = (
            "is an old XLS spreadsheet, or one protected by a password; save it as XLSX or CSV "
            "without a password"
        )
        raise DataFileError(path, advice)
    for start, kind in KINDS:
        if content.startswith(start):
            raise DataFileError(path, f"is {kind}; give CSV, XLSX or Parquet")
    if content.startswith(b"PK\x03\x04"):
        return _read_xlsx(path, content, options)
    if content.startswith(b"PAR1"):
        return _finish(path, content, "parquet", tidy(path, split_parquet(path, content)))
    return _read_csv(path, content, options)


def _refuse_huge(path: Path) -> None:
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        advice = f"is larger than {MAX_BYTES / 1e9:g} GB; split it into files of fewer rows"
        raise DataFileError(path, advice)


def _read_csv(path: Path, content: bytes, options: SheetOptions) -> Sheet:
    decoded = decode(path, content, options.encoding)
    raw, mark = split_csv(path, decoded.content, options.separator)
    raw = tidy(path, raw)
    decimal = options.decimal
    said = f"decimal {'comma' if decimal == ',' else 'point'}"
    if decimal is None:
        # Without quotes no cell can hold the separator.
        quoted = mark != "," or b'"' in decoded.content
        found = find_decimal(path, raw.cells, raw.lines, mark) if quoted else (".", "decimal point")
        decimal, said = found
    read_as = f"CSV, {name_separator(mark)}, {said}, {decoded.label}"
    return Sheet(
        path=path,
        kind="csv",
        cells=raw.cells,
        lines=raw.lines,
        read_as=read_as,
        decimal=decimal,
        separator=mark,
        encoding=decoded.encoding,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        notes=raw.notes,
        header_line=raw.header_line,
    )


def _read_xlsx(path: Path, content: bytes, options: SheetOptions) -> Sheet:
    raw, title = split_xlsx(path, content, options.sheet)
    raw = tidy(path, raw)
    if options.decimal == ",":
        # Numbers typed as texts; those typed as numbers have no mark of their own.
        marked = pl.all().str.contains(COMMA)
        point = pl.all().str.replace(",", ".", literal=True)
        cells = raw.cells.select(pl.when(marked).then(point).otherwise(pl.all()).name.keep())
        raw = Raw(raw.header, cells, raw.lines, raw.header_line, raw.notes)
    return _finish(path, content, "xlsx", raw, f"XLSX, sheet {title}")


def _finish(
    path: Path, content: bytes, kind: SheetKind, raw: Raw, read_as: str = "Parquet"
) -> Sheet:
    return Sheet(
        path=path,
        kind=kind,
        cells=raw.cells,
        lines=raw.lines,
        read_as=read_as,
        decimal=".",
        separator="",
        encoding="",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        notes=raw.notes,
        header_line=raw.header_line,
    )
