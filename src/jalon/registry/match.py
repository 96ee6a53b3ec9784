"""Which column of a file is which of ours?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jalon.core.errors import DataFileError
from jalon.dictionary import Table, suggest
from jalon.registry.finding import Finding, refuse
from jalon.registry.mapping import MappingPart
from jalon.registry.sheet import Sheet

MAX_NAMES = 5
"""How many names a message lists."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which column of a file gives which of ours, for one part of a mapping.

    Attributes:
        part: the part.
        theirs: for each of our columns that the file has, its name in the file.
    """

    part: MappingPart
    theirs: dict[str, str]

    def name(self, ours: str) -> str:
        """Return what the person calls one of our columns."""
        return self.theirs.get(ours, ours)

    @property
    def given(self) -> frozenset[str]:
        """Our columns that have values, from the file or the same in every row."""
        return frozenset(self.theirs) | frozenset(self.part.constants)


def match_columns(sheet: Sheet, table: Table, part: MappingPart) -> Match:
    """Match the columns of a file with those of a table.

    Args:
        sheet: the file.
        table: what its rows are.
        part: what the person said about names; a column that it does not name and that is
            called as one of ours is that one.

    Returns:
        The names.
    """
    taken = {ours for ours in part.columns.values() if ours} | set(part.constants)
    theirs = {ours: name for name, ours in part.columns.items() if ours and name in sheet.header}
    for name in sheet.header:
        if name in table.names and name not in part.columns and name not in taken:
            theirs[name] = name
    return Match(part, theirs)


def list_unknown(sheet: Sheet, matches: Sequence[Match]) -> tuple[str, ...]:
    """Return the columns of a file that become none of ours.

    Args:
        sheet: the file.
        matches: one for each part of the mapping.
    """
    used = {name for match in matches for name in match.theirs.values()}
    return tuple(name for name in sheet.header if name not in used)


def check_columns(
    sheet: Sheet, table: Table, matches: Sequence[Match], named: frozenset[str]
) -> None:
    """Refuse a file whose columns do not fit, with all that is wrong with them.

    Args:
        sheet: the file.
        table: what its rows are.
        matches: one for each part of the mapping.
        named: the columns that the mapping names, for this table or another.

    Raises:
        DataFileError: none of the columns is known, some are absent, or some are unknown.
    """
    if not any(match.theirs for match in matches):
        # The first line may be a patient's values, so its text is not repeated.
        listed = ", ".join(table.names[:MAX_NAMES])
        advice = (
            f"no column is known of table {table.name} ({listed}, …); the first line must name "
            "the columns; where they have other names, say what they mean in a mapping (--mapping)"
        )
        raise DataFileError(sheet.path, advice, line=sheet.header_line)
    findings = [*_not_in_file(sheet, named), *_absent(sheet, table, matches)]
    unknown = [name for name in list_unknown(sheet, matches) if name not in named]
    if unknown and not table.ignore_unknown:
        findings += _unknown(unknown, table, matches, sheet.header_line)
    refuse(sheet.path, findings)


def _not_in_file(sheet: Sheet, named: frozenset[str]) -> list[Finding]:
    absent = sorted(named - set(sheet.header))
    if not absent:
        return []
    word = "column is" if len(absent) == 1 else "columns are"
    listed = _list(name + suggest(name, sheet.header) for name in absent)
    text = f"{len(absent):,} {word} in the mapping but not in the file: {listed}"
    return [Finding(text, (sheet.header_line,))]


def _absent(sheet: Sheet, table: Table, matches: Sequence[Match]) -> list[Finding]:
    needed = [c.name for c in table.columns if c.required or c.name in table.keys]
    absent = dict.fromkeys(name for match in matches for name in needed if name not in match.given)
    if not absent:
        return []
    unknown = list_unknown(sheet, matches)
    listed = ", ".join(name + suggest(name, unknown) for name in absent)
    word = "column is" if len(absent) == 1 else "columns are"
    text = f"{len(absent)} required {word} absent: {listed}; add it, or name yours in a mapping"
    return [Finding(text, (sheet.header_line,))]


def _unknown(
    unknown: list[str], table: Table, matches: Sequence[Match], line: int
) -> list[Finding]:
    free = [name for name in table.names if all(name not in match.given for match in matches)]
    listed = _list(name + suggest(name, free) for name in unknown)
    word = "column is" if len(unknown) == 1 else "columns are"
    text = (
        f"{len(unknown):,} {word} not in table {table.name}: {listed}; say in a mapping what each "
        'means, or leave it out there with ""'
    )
    return [Finding(text, (line,))]


def _list(names: Iterable[str]) -> str:
    every = list(names)
    dots = ", …" if len(every) > MAX_NAMES else ""
    return ", ".join(every[:MAX_NAMES]) + dots
