"""A file's bytes become text, or the reason why not."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

from jalon.core.errors import DataFileError, UserError
from jalon.dictionary import suggest

ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-8-sig": "utf-8-sig",
    "iso8859-1": "iso8859-1",
    "iso8859-15": "iso8859-15",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
}
"""Text encodings that can be read, and how: a byte order mark before UTF-8 is dropped."""


def load_text(path: Path, encoding: str) -> tuple[str, str]:
    """Return a file's text and the hash of its bytes.

    Args:
        path: the file.
        encoding: how its text is coded, for example "utf-8" or "latin-1".

    Returns:
        The text without its byte order mark, and the SHA-256 of the bytes in hexadecimal.

    Raises:
        DataFileError: no such file, a folder, nothing in it, or not text in that encoding.
        UserError: an encoding that is not known here.
    """
    codec = _codec(encoding)
    content = read_bytes(path)
    _refuse_binary(path, content, codec)
    try:
        text = content.decode(codec)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise DataFileError(
            path, _advise_encoding(encoding, codec), line=content.count(b"\n", 0, start) + 1
        ) from error
    if not text.strip():
        raise DataFileError(path, "is empty; it needs a line of column names and one per patient")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataFileError(path, "holds NUL characters; export it again as CSV", line=line)
    return text, hashlib.sha256(content).hexdigest()


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    if name not in ENCODINGS:
        raise UserError("unknown --encoding; use utf-8, latin-1, iso8859-15, cp1252 or utf-16")
    return ENCODINGS[name]


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, or say why it cannot be read.

    Args:
        path: the file.

    Raises:
        DataFileError: no such file, a folder, or not to be read.
    """
    try:
        if path.is_dir():
            raise DataFileError(path, "is a folder; name a CSV file in it")
        if not path.exists():
            raise DataFileError(path, f"no such file in {path.parent}{_suggest_file(path)}")
        if not path.is_file():
            raise DataFileError(path, "is not a regular file; name a CSV file")
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise DataFileError(path, f"cannot be read: {reason}") from error


def _suggest_file(path: Path) -> str:
    if not path.parent.is_dir():
        return ", and no such folder"
    return suggest(path.name, (entry.name for entry in path.parent.iterdir()))


def _refuse_binary(path: Path, content: bytes, codec: str) -> None:
    if content.startswith(b"PK\x03\x04"):
        raise DataFileError(path, "is a spreadsheet or zip archive; save the sheet as CSV first")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and codec != "utf-16":
        raise DataFileError(path, "looks like UTF-16 text; add --encoding utf-16", line=1)
    if b"\0" in content and codec != "utf-16":
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise DataFileError(
            path, "holds NUL bytes, so it is not a CSV text; export it again as CSV", line=line
        )


def _advise_encoding(encoding: str, codec: str) -> str:
    if codec == "utf-8-sig":
        return (
            "is not UTF-8 text; save it as UTF-8, or say how it is coded, "
            "often --encoding latin-1 or --encoding cp1252"
        )
    return f"is not {encoding} text; try --encoding utf-8"
