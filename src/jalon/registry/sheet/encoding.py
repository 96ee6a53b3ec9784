"""How a file's text is coded: said by the person, or found out and told."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from jalon.core.errors import DataFileError, UserError

NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "iso8859-1": "Latin-1",
    "iso8859-15": "Latin-9",
    "cp1252": "Windows-1252",
    "cp850": "DOS 850",
    "mac-roman": "Mac Roman",
    "utf-16": "UTF-16",
}
"""Text codings that can be read, by Python's name, and what a person calls them."""

CODINGS = "utf-8, latin-1, iso8859-15, cp1252, cp850, mac-roman or utf-16"

UTF_8_PAIR = re.compile(rb"\xc3[\x80-\xbf]")
CONTROL = re.compile(rb"[\x80-\x9f]")
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
NOT_WINDOWS = re.compile(rb"[A-Za-z][\x82-\x84\x87-\x8b\x8e\x95\x98\x99\x9b\x9e][a-z]")
"""Signs of Windows-1252 that never stand within a word, but are letters of DOS and Mac."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text and how it was coded.

    Attributes:
        content: the text in UTF-8, without a byte order mark.
        encoding: Python's name of the coding that the file had.
        label: what a person calls it.
    """

    content: bytes
    encoding: str
    label: str


def decode(path: Path, content: bytes, encoding: str | None) -> Decoded:
    """Turn a file's bytes into UTF-8.

    Args:
        path: the file, for messages.
        content: its bytes.
        encoding: how it is coded; None to find it out.

    Returns:
        The text and its coding.

    Raises:
        DataFileError: not text, or text whose coding cannot be told for sure.
        UserError: a coding that is not known here.
    """
    name = _find(path, content) if encoding is None else _codec(encoding)
    if name not in {"utf-16"}:
        _refuse_nul(path, content)
    if name in {"utf-8", "utf-8-sig"}:
        content = content.removeprefix(codecs.BOM_UTF8)
    if name == "utf-8-sig":
        name = "utf-8"
    try:
        text = content.decode(name)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        advice = f"is not {NAMES[name]} text from here on; name its coding with --encoding: "
        raise DataFileError(path, advice + CODINGS, line=_line(content, start)) from error
    plain = content if name == "utf-8" else _encode(path, text)
    _refuse_nul(path, plain)
    return Decoded(plain, name, NAMES[name])


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    if name not in NAMES:
        raise UserError(f"unknown --encoding; use {CODINGS}")
    return name


def _find(path: Path, content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _one_byte(path, content, error.start)
    return "utf-8"


def _one_byte(path: Path, content: bytes, start: int) -> str:
    _refuse_nul(path, content)
    mixed = UTF_8_PAIR.search(content)
    if mixed is not None:
        advice = (
            f"is partly UTF-8 (line {_line(content, mixed.start())}) and partly another coding "
            "from this line on; export the whole file again as UTF-8"
        )
        raise DataFileError(path, advice, line=_line(content, start))
    strange = UNDEFINED.search(content) or NOT_WINDOWS.search(content)
    if strange is not None:
        advice = (
            "this text is neither UTF-8 nor Latin-1 nor Windows-1252; save the file as UTF-8, or "
            "name its coding, often --encoding cp850 or --encoding mac-roman"
        )
        raise DataFileError(path, advice, line=_line(content, strange.start()))
    return "cp1252" if CONTROL.search(content) else "iso8859-1"


def _encode(path: Path, text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        advice = "holds half a character; export the file again as UTF-8"
        raise DataFileError(path, advice, line=line) from error


def _refuse_nul(path: Path, content: bytes) -> None:
    at = content.find(b"\0")
    if at < 0:
        return
    advice = (
        "holds NUL bytes, so it is not a CSV text or was damaged; export it again, or add "
        "--encoding utf-16 when it is UTF-16"
    )
    raise DataFileError(path, advice, line=_line(content, at))


def _line(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1
