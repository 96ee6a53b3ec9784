"""The folder of a run: written in full beside the old one, then put in its place."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from jalon.core import UserError
from jalon.core.files import write_file
from jalon.core.provenance import Provenance
from jalon.report.documents import write_html
from jalon.report.tables import table_csv
from jalon.scores import ScoreDefinition, write_definition
from jalon.study.page import Report

MARK = "provenance.json"


def write_outputs(
    folder: Path,
    report: Report,
    scores: dict[str, ScoreDefinition],
    provenance: Provenance,
    times: dict[str, str],
) -> None:
    """Write report, figures, tables, scores and provenance, all or nothing.

    Args:
        folder: where they go; an older run there is replaced.
        report: the report.
        scores: the learned scores by name of their file.
        provenance: what the numbers were made from.
        times: when the run began and ended; kept in ``provenance.json`` only.

    Raises:
        UserError: the folder holds something that is not an older run, or cannot be written.
    """
    check_folder(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}; name another --out") from None
    try:
        _fill(fresh, report, scores)
        write_file(fresh / MARK, provenance.to_json(times))
        fresh.chmod(0o755)
        _replace(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_folder(folder: Path) -> None:
    """Refuse to replace a folder that is not an older run.

    Args:
        folder: where the outputs will go.

    Raises:
        UserError: it is a file, or holds other things.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).is_file()):
        raise UserError(
            f"{folder} exists and is not the result of an earlier run; nothing was written. Name "
            "another folder with --out"
        )


def _fill(folder: Path, report: Report, scores: dict[str, ScoreDefinition]) -> None:
    write_file(folder / "report.html", write_html(report.document))
    for drawing in report.drawings:
        write_file(folder / "figures" / f"{drawing.name}.svg", drawing.figure.svg)
        if drawing.numbers is not None:
            write_file(folder / "figures" / f"{drawing.name}.csv", table_csv(drawing.numbers))
    for name, table in report.tables.items():
        write_file(folder / "tables" / f"{name}.csv", table_csv(table))
    for name, definition in scores.items():
        write_file(folder / name, write_definition(definition))


def _replace(folder: Path, fresh: Path) -> None:
    if folder.exists():
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.old."))
        folder.rename(old / folder.name)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        fresh.rename(folder)
