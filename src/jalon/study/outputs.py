"""The folder of a run: written in full beside the old one, then put in its place."""

from __future__ import annotations

from pathlib import Path

from jalon.core.files import write_file
from jalon.core.provenance import Provenance
from jalon.report.documents import write_html
from jalon.report.tables import table_csv
from jalon.scores import ScoreDefinition, write_definition
from jalon.study.page import Report
from jalon.study.result_folder import check_result_folder, replace_result_folder

MARK, MADE_BY = "provenance.json", "run"


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
    check_result_folder(folder, MARK, MADE_BY)

    def fill(fresh: Path) -> None:
        _fill(fresh, report, scores)
        write_file(fresh / MARK, provenance.to_json(times))

    replace_result_folder(folder, fill)


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
