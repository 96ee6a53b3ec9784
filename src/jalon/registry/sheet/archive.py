"""Is a file the archive of a spreadsheet, whole, not encrypted and not too large to open?"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from jalon.core.errors import DataFileError

MAX_BYTES = 4_000_000_000
"""Unpacked size that is still opened: a full sheet of numbers is about half of it."""

SUSPECT_BYTES, SUSPECT_RATIO = 100_000_000, 200
"""A large member that packs better than this is no table of patients."""

PROLOGUE = 65_536
DAMAGED = "is not a whole spreadsheet; it may have been cut short; save it again as XLSX or CSV"


def check_archive(path: Path, content: bytes) -> None:
    """Refuse a file that cannot be opened as an XLSX spreadsheet, or should not be.

    Args:
        path: the file, for messages.
        content: its bytes, beginning like an archive.

    Raises:
        DataFileError: damaged, encrypted, another kind of archive, or far too large unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise DataFileError(path, DAMAGED) from error


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    if "mimetype" in names or "content.xml" in names:
        raise DataFileError(path, "is an OpenDocument file; save the sheet as XLSX or CSV")
    if "xl/workbook.bin" in names:
        raise DataFileError(path, "is a binary spreadsheet (XLSB); save it as XLSX or CSV")
    if not any(name.startswith("xl/") for name in names):
        raise DataFileError(path, "is a zip archive and no XLSX spreadsheet; unpack it first")
    if any(member.flag_bits & 1 for member in members):
        raise DataFileError(path, "is protected by a password; save it without one")
    total = sum(member.file_size for member in members)
    bomb = any(
        member.file_size > SUSPECT_BYTES
        and member.file_size > SUSPECT_RATIO * max(member.compress_size, 1)
        for member in members
    )
    if bomb or total > MAX_BYTES:
        advice = "unpacks to far more than a table of patients; save the sheet as CSV"
        raise DataFileError(path, advice)
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            _check_prologue(path, archive, member)


def _check_prologue(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    with archive.open(member) as stream:
        start = stream.read(PROLOGUE)
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        advice = "holds definitions that no spreadsheet program writes; save it again as XLSX"
        raise DataFileError(path, advice)
