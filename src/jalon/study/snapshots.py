"""A study on a registry's snapshot: refused when a patient left it, noted when it ran."""

from __future__ import annotations

from pathlib import Path

from jalon.core.files import hash_file
from jalon.registry.manifest import read_manifest
from jalon.study.cohorts import find_data
from jalon.study.protocol import StudyFile


def check_snapshots(study: StudyFile, store: str | None) -> None:
    """Refuse a study on a snapshot that holds a patient who objects by now.

    Args:
        study: the study.
        store: the address of the registry; None where it is not known.

    Raises:
        UserError: a snapshot is out of date, was changed, or cannot be checked.
    """
    snapshots = _list_snapshots(study)
    if not snapshots:
        return
    from jalon.registry.ledger import check_current  # noqa: PLC0415 - needs an extra

    for folder in snapshots:
        check_current(folder, store)


def note_runs(study: StudyFile, folder: Path, store: str | None, by: str) -> None:
    """Note in the registry that a study ran, and which scores it learned.

    Args:
        study: the study.
        folder: its results.
        store: the address of the registry; None where it is not known.
        by: who ran it.
    """
    snapshots = _list_snapshots(study)
    if not snapshots or store is None:
        return
    from jalon.registry.ledger import Output, record_run  # noqa: PLC0415 - needs an extra
    from jalon.registry.store.store import open_store  # noqa: PLC0415 - needs an extra

    outputs = [
        Output(path.name, "score", hash_file(path)) for path in sorted(folder.glob("score*.toml"))
    ]
    report = folder / "report.html"
    outputs.append(Output(report.name, "report", hash_file(report)))
    opened = open_store(store)
    with opened.write(by) as writing:
        for snapshot in snapshots:
            record_run(writing, read_manifest(snapshot), study.path, outputs)
    opened.close()


def _list_snapshots(study: StudyFile) -> list[Path]:
    parts = study.protocol.cohort.values()
    return [find_data(study, part) for part in parts if part.snapshot]
