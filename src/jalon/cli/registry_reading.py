"""From the files that were named to checked parts of each centre's delivery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jalon.core.errors import UserError
from jalon.dictionary import Table, find_table, list_tables
from jalon.registry.delivery import Part
from jalon.registry.inbox import Letter, sort_letters
from jalon.registry.intake import Intake, check_sheet
from jalon.registry.mapping import Mapping, load_mapping
from jalon.registry.rejected import RejectedError
from jalon.registry.rejection import Rejections, join_rejections
from jalon.registry.sheet import SheetOptions, read_sheet

Say = Callable[[str], None]

USUAL = "CSV, comma, decimal point, UTF-8"
"""How most files are read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked to import.

    Attributes:
        files: files and folders.
        table: the table, when it was named.
        centre: the centre's code, when it was named.
        mapping: the mapping's file.
        options: how to read a file.
        redcap: whether the files are flat exports of REDCap.
        missing: REDCap's codes for missing.
    """

    files: Sequence[Path]
    table: str | None
    centre: str | None
    mapping: Path | None
    options: SheetOptions
    redcap: bool = False
    missing: tuple[str, ...] = ()


def read_deliveries(asked: Asked, say: Say | None = None) -> dict[str, list[Part]]:
    """Read and check every file; nothing is written anywhere.

    Args:
        asked: what the command line asked.
        say: who is told how each file was understood; None for nobody.

    Returns:
        For each centre the parts of its delivery.

    Raises:
        RejectedError: cells that cannot be, of all files together.
        UserError: a file that cannot be read or understood.
    """
    rejected: dict[Path, list[Rejections]] = {}
    found: dict[str, list[Part]] = {}
    checked = _check(asked)
    several = len({centre for centre, _, _ in checked}) > 1
    for centre, path, intake in checked:
        if say is not None:
            _tell(path, intake, say, f"{centre} " if several else "")
        rejected.setdefault(path, []).append(intake.rejections)
        found.setdefault(centre, []).append(make_part(intake, path))
    joined = {path: join_rejections(parts) for path, parts in rejected.items()}
    if any(len(one) for one in joined.values()):
        raise RejectedError(joined)
    return found


def make_part(intake: Intake, path: Path) -> Part:
    """Return a checked file as a part of a delivery."""
    return Part(
        intake.table,
        intake.frame,
        intake.lines,
        intake.given,
        path,
        intake.sha256,
        intake.mapping_sha256,
    )


def _check(asked: Asked) -> list[tuple[str, Path, Intake]]:
    if asked.redcap:
        return _check_redcap(asked)
    mapping = load_mapping(asked.mapping) if asked.mapping else None
    tables = (asked.table,) if asked.table else mapping.tables if mapping else ()
    letters = sort_letters(asked.files, asked.centre, tables)
    return [
        (centre, letter.path, _check_letter(letter, mapping, asked.options))
        for centre, several in letters.items()
        for letter in several
    ]


def _check_letter(letter: Letter, mapping: Mapping | None, options: SheetOptions) -> Intake:
    table = find_table(letter.table)
    chosen = replace(options, sheet=letter.sheet) if letter.sheet else options
    sheet = read_sheet(letter.path, chosen)
    return check_sheet(sheet, table, mapping if mapping and _maps(mapping, table) else None)


def _maps(mapping: Mapping, table: Table) -> bool:
    return table.name in mapping.tables


def _check_redcap(asked: Asked) -> list[tuple[str, Path, Intake]]:
    from jalon.exchange import check_redcap, load_redcap_mapping  # noqa: PLC0415 - one of several

    centre = asked.centre
    if centre is None:
        raise UserError("of which centre is this export? name it with --centre CODE")
    tables = list_tables()
    mapping = load_redcap_mapping(asked.mapping, tables) if asked.mapping else None
    return [
        (centre, path, intake)
        for path in asked.files
        for intake in check_redcap(
            path, tables, mapping, asked.missing, centre, asked.options.decimal
        )
    ]


def _tell(path: Path, intake: Intake, say: Say, centre: str) -> None:
    # With several centres a file is named only where it was not read as most are.
    if not centre or intake.notes or intake.read_as != USUAL:
        rows = f"{len(intake):>9,} rows"
        say(f"{centre}{path.name:<24}{intake.table.name:<16}{rows}  {intake.read_as}")
    for note in intake.notes:
        say(f"  note: {note}")
