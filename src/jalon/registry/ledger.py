"""Which studies ran on which snapshot; one that a patient has left since is no longer used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.core.files import hash_file
from jalon.registry.manifest import Manifest, check_files, read_manifest
from jalon.registry.store.audit import append_audit
from jalon.registry.store.digest import digest_record, write_canonical
from jalon.registry.store.schema import outdated, run, snapshot
from jalon.registry.store.store import open_store
from jalon.registry.store.verify import digest_book
from jalon.registry.store.writing import Writing


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a run made.

    Attributes:
        name: its name.
        kind: "score" for a learned score, "report" and so on for others.
        sha256: the hash of its bytes.
    """

    name: str
    kind: str
    sha256: str


def check_current(folder: Path, store_url: str | None) -> Manifest:
    """Refuse a snapshot that was changed, or that holds a patient who objects by now.

    Args:
        folder: the snapshot.
        store_url: the address of the store that made it; a snapshot of synthetic patients can do
            without.

    Returns:
        Its manifest.

    Raises:
        DataFileError: the folder is no snapshot, or a file of it was changed.
        UserError: the snapshot is out of date, unknown to the store, or no store was named.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    if store_url is None:
        if manifest.data_kind == "synthetic":
            return manifest
        raise UserError(
            "name the registry with --store or JALON_STORE, so that patients who object since "
            "this snapshot can be left out"
        )
    store = open_store(store_url)
    with store.read() as connection:
        known = sa.select(snapshot.c.project).where(snapshot.c.snapshot_id == manifest.snapshot_id)
        if connection.execute(known).first() is None:
            raise UserError(f"the store does not know the snapshot {folder.name}; take it again")
        late = sa.select(outdated.c.at).where(outdated.c.snapshot_id == manifest.snapshot_id)
        since = connection.execute(late).scalar()
    store.close()
    if since is not None:
        raise UserError(
            f"snapshot {folder.name} is out of date since {since[:10]}: a patient in it objects "
            f"to project {manifest.project}; take a new one with: jalon registry snapshot "
            f"--project {manifest.project}"
        )
    return manifest


def record_run(writing: Writing, manifest: Manifest, study: Path, outputs: list[Output]) -> str:
    """Note that a study ran on a snapshot and what it made; the same run is noted once.

    Args:
        writing: the transaction.
        manifest: the snapshot's manifest.
        study: the study file.
        outputs: what the run made.

    Returns:
        The run's name in the store.
    """
    files = [[one.name, one.kind, one.sha256] for one in outputs]
    what = {
        "snapshot_id": manifest.snapshot_id,
        "study": study.name,
        "study_sha256": hash_file(study),
        "outputs": write_canonical(files),
    }
    name = digest_record(what)[:16]
    if writing.connection.execute(sa.select(run).where(run.c.run_id == name)).first() is None:
        row = {"run_id": name, **what, "at": writing.at, "by": writing.by}
        writing.connection.execute(sa.insert(run).values(row))
        details = {"run_id": name, "snapshot_id": manifest.snapshot_id, "study": study.name}
        append_audit(writing, "run", details | {"record": digest_book(row)})
    return name
