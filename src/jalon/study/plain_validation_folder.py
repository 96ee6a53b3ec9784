"""The folder of a validation: written in full beside the old one, then put in its place."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from jalon.core.errors import UserError
from jalon.core.files import write_file
from jalon.report.tables import table_csv
from jalon.study.plain_validation import PlainValidation
from jalon.study.plain_validation_figures import draw_figures
from jalon.study.plain_validation_record import write_record
from jalon.study.plain_validation_tables import write_tables

MARK = "validation.json"


def write_validation(folder: Path, found: PlainValidation) -> tuple[str, ...]:
    """Write figures, tables and every number of a validation, all or nothing.

    Args:
        folder: where they go; an older validation there is replaced.
        found: the validation.

    Returns:
        What could not be drawn, and why.

    Raises:
        UserError: the folder holds something that is not an older validation, or cannot be
            written.
    """
    check_validation_folder(folder)
    figures, notes = draw_figures(found)
    record = write_record(found)
    record["notes"] += list(notes)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}; name another --out") from None
    try:
        for name, svg in figures.items():
            write_file(fresh / "figures" / f"{name}.svg", svg)
        for name, table in write_tables(found).items():
            write_file(fresh / "tables" / f"{name}.csv", table_csv(table))
        write_file(fresh / MARK, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
        fresh.chmod(0o755)
        _replace(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return notes


def check_validation_folder(folder: Path) -> None:
    """Refuse to replace a folder that is not an older validation.

    Args:
        folder: where the outputs will go.

    Raises:
        UserError: it is a file, or holds other things.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).is_file()):
        raise UserError(
            f"{folder} exists and is not the result of an earlier validation; nothing was written. "
            "Name another folder with --out"
        )


def _replace(folder: Path, fresh: Path) -> None:
    if folder.exists():
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.old."))
        folder.rename(old / folder.name)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        fresh.rename(folder)
