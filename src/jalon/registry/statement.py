"""What a patient's objection touched: the answer to the data protection officer."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from jalon.dictionary import find_table
from jalon.registry.members import unpack_patients
from jalon.registry.store.current import read_history
from jalon.registry.store.schema import outdated, run, snapshot, snapshot_centre


@dataclass(frozen=True, slots=True)
class TouchedRun:
    """A study that ran on a snapshot with the patient in it.

    Attributes:
        study: its file.
        at: when it ran.
        scores: names and hashes of the scores that it learned.
    """

    study: str
    at: str
    scores: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TouchedSnapshot:
    """A snapshot that the patient is in, or was left out of.

    Attributes:
        snapshot_id: its name in the store.
        project: its project.
        on: the day whose objections it honours.
        at: when it was taken.
        inside: whether the patient is in it.
        outdated_since: since when it may not be used; empty while it may.
        runs: studies that ran on it; none when the patient is not in it.
    """

    snapshot_id: str
    project: str
    on: str
    at: str
    inside: bool
    outdated_since: str
    runs: tuple[TouchedRun, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """All that concerns one patient's objections.

    Attributes:
        centre: the patient's centre.
        patient: the pseudonym.
        objections: every version of every objection, with the moment and the writer of each.
        snapshots: what they touched, in the order in which it was made.
    """

    centre: str
    patient: str
    objections: pl.DataFrame
    snapshots: tuple[TouchedSnapshot, ...]


def trace_objection(connection: sa.Connection, centre: str, patient: str) -> Statement:
    """List the snapshots, runs and learned scores that hold a patient's data, or do not.

    Args:
        connection: inside a transaction.
        centre: the patient's centre.
        patient: the pseudonym.

    Returns:
        The statement.
    """
    history = read_history(connection, find_table("objection"), centre, patient)
    late = {row.snapshot_id: row.at for row in connection.execute(sa.select(outdated))}
    touched = []
    part = snapshot_centre.c
    chosen = sa.select(snapshot, part.members, part.left_out)
    chosen = chosen.join(snapshot_centre, part.snapshot_id == snapshot.c.snapshot_id)
    chosen = chosen.where(part.centre == centre).order_by(snapshot.c.at, snapshot.c.snapshot_id)
    for row in connection.execute(chosen).all():
        inside = _is_in(row.members, centre, patient)
        if not inside and not _is_in(row.left_out, centre, patient):
            continue
        runs = _list_runs(connection, row.snapshot_id) if inside else ()
        touched.append(
            TouchedSnapshot(
                row.snapshot_id, row.project, row.on_date, row.at, inside,
                late.get(row.snapshot_id, ""), runs,
            )
        )  # fmt: skip
    return Statement(centre, patient, history, tuple(touched))


def _is_in(packed: bytes, centre: str, patient: str) -> bool:
    patients = unpack_patients(packed)
    return patients.filter(centre=centre, patient=patient).height > 0


def _list_runs(connection: sa.Connection, snapshot_id: str) -> tuple[TouchedRun, ...]:
    chosen = sa.select(run).where(run.c.snapshot_id == snapshot_id).order_by(run.c.at)
    return tuple(
        TouchedRun(row.study, row.at, _list_scores(row.outputs))
        for row in connection.execute(chosen)
    )


def _list_scores(outputs: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, sha256) for name, kind, sha256 in json.loads(outputs) if kind == "score")
