"""The folder of a validation: written in full beside the old one, then put in its place."""

from __future__ import annotations

import json
from pathlib import Path

from jalon.core.files import write_file
from jalon.report.tables import table_csv
from jalon.study.plain_validation import PlainValidation
from jalon.study.plain_validation_figures import draw_figures
from jalon.study.plain_validation_record import write_record
from jalon.study.plain_validation_tables import write_tables
from jalon.study.result_folder import check_result_folder, replace_result_folder

MARK, MADE_BY = "validation.json", "validation"


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
    check_result_folder(folder, MARK, MADE_BY)
    figures, notes = draw_figures(found)
    record = write_record(found)
    record["notes"] += list(notes)

    def fill(fresh: Path) -> None:
        for name, svg in figures.items():
            write_file(fresh / "figures" / f"{name}.svg", svg)
        for name, table in write_tables(found).items():
            write_file(fresh / "tables" / f"{name}.csv", table_csv(table))
        write_file(fresh / MARK, json.dumps(record, indent=1, ensure_ascii=False) + "\n")

    replace_result_folder(folder, fill)
    return notes
