"""Do a file's column names fit its dictionary?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from jalon.core.errors import DataFileError
from jalon.dictionary import Table, suggest
from jalon.registry.finding import Finding, refuse

OPTION = {",": '--separator ","', ";": '--separator ";"', "\t": "--separator tab"}
"""Separators that files are found with, and the option that names each."""

MAX_NAMES = 5
"""How many unknown names a message lists."""


def suggest_separator(line: str, table: Table, separator: str) -> str:
    """Say which separator a header was written with, when it is another one.

    Args:
        line: the header's text as it stands.
        table: the dictionary whose names are looked for.
        separator: the one that was tried.

    Returns:
        The advice, or the empty text when no other separator explains the header.
    """
    for other, option in OPTION.items():
        names = {name.strip().strip('"') for name in line.split(other)}
        if other != separator and len(names) > 1 and names & set(table.names):
            tried = "tab" if separator == "\t" else f'"{separator}"'
            return f"the columns are not separated by {tried}; add {option}"
    return ""


def check_header(path: Path, header: tuple[str, ...], table: Table, separator: str) -> None:
    """Refuse a header that does not fit the dictionary, with all that is wrong with it.

    Args:
        path: the file, for messages.
        header: the names, blanks around them removed.
        table: the dictionary.
        separator: the one that split the header.

    Raises:
        DataFileError: a wrong separator, no header, names twice, absent or not known.
    """
    if not set(header) & set(table.names):
        # The first line may be a patient's values, so its text is not repeated.
        hint = suggest_separator(separator.join(header), table, separator)
        raise DataFileError(path, hint or _explain_header(table), line=1)
    refuse(path, [*_twice(header), *_absent(header, table), *_unknown(header, table)])


def _explain_header(table: Table) -> str:
    return (
        f"the first line holds none of the column names of dictionary {table.name}; "
        f"it must name the columns: {', '.join(table.names)}"
    )


def _twice(header: tuple[str, ...]) -> list[Finding]:
    return [
        Finding(f"{count} columns have this name; keep or rename one", (1,), name)
        for name, count in Counter(header).items()
        if count > 1 and name
    ]


def _absent(header: tuple[str, ...], table: Table) -> list[Finding]:
    absent = [
        column.name
        for column in table.columns
        if (column.required or column.name == table.key) and column.name not in header
    ]
    if not absent:
        return []
    unknown = [name for name in header if name not in table.names]
    listed = ", ".join(name + suggest(name, unknown) for name in absent)
    word = "column is" if len(absent) == 1 else "columns are"
    return [Finding(f"{len(absent)} required {word} absent: {listed}", (1,))]


def _unknown(header: tuple[str, ...], table: Table) -> list[Finding]:
    unknown = [name or "(no name)" for name in header if name not in table.names]
    if not unknown or table.ignore_unknown:
        return []
    listed = ", ".join(name + suggest(name, table.names) for name in unknown[:MAX_NAMES])
    dots = ", …" if len(unknown) > MAX_NAMES else ""
    word = "column is" if len(unknown) == 1 else "columns are"
    return [
        Finding(
            f"{len(unknown):,} {word} not in dictionary {table.name}: {listed}{dots}; add each "
            "to the dictionary, or set ignore_unknown = true in it to leave them out",
            (1,),
        )
    ]
