"""Several centres import at once while a snapshot is taken: nothing lost, nothing twice."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from benchmarks.registry.centre import KEPT, Work, start
from benchmarks.registry.data import VISITS
from jalon.dictionary import find_table
from jalon.registry.snapshot import take_snapshot
from jalon.registry.store.current import read_current
from jalon.registry.store.schema import import_batch
from jalon.registry.store.store import open_store
from jalon.registry.store.verify import verify_audit

TODAY = date(2026, 11, 26)
CENTRES = tuple(f"S{i:02d}" for i in range(1, 9))


@dataclass(frozen=True)
class Outcome:
    """What was acknowledged, and what is there.

    Attributes:
        acknowledged: deliveries that were said to be kept, by centre.
        stored: assessments in the store, by centre.
        twice: rows that stand there more than once.
        snapshots: how many were taken meanwhile, each one whole moment.
        frozen: deliveries in the last snapshot that was taken meanwhile.
        faults: what the audit says.
        seconds: from the first process's start to the last one's end.
    """

    acknowledged: dict[str, int]
    stored: dict[str, int]
    twice: int
    snapshots: int
    frozen: int
    faults: list[str]
    seconds: float


def import_together(url: str, rows: int, deliveries: int, folder: Path) -> Outcome:
    """Let eight processes import, and take snapshots until they are done.

    Args:
        url: a store that is there.
        rows: assessments of one delivery.
        deliveries: how many each centre sends.
        folder: where the snapshots go.
    """
    begun = time.perf_counter()
    workers = {c: start(Work(url, c, rows, deliveries)) for c in CENTRES}
    taken, frozen = 0, 0
    store = open_store(url)
    while any(worker.process.is_alive() for worker in workers.values()):
        with store.read() as connection:
            first = connection.execute(sa.select(import_batch.c.import_id).limit(1)).first()
        if first is None:
            time.sleep(0.1)
            continue
        taken += 1
        snapshot = take_snapshot(store, "score", folder / f"s{taken}", TODAY, "benchmark")
        frozen = check_moment(snapshot.folder, rows)
    said = {centre: worker.listen() for centre, worker in workers.items()}
    seconds = time.perf_counter() - begun
    with store.read() as connection:
        stored = read_current(connection, find_table("assessment"))
    keys = ["centre", *find_table("assessment").keys]
    faults = verify_audit(store)
    store.close()
    return Outcome(
        {centre: words.count(KEPT) for centre, words in said.items()},
        dict(stored.group_by("centre").len().iter_rows()),
        stored.height - stored.select(keys).unique().height,
        taken,
        frozen,
        faults,
        seconds,
    )


def check_moment(folder: Path, rows: int) -> int:
    """Check that a snapshot holds whole deliveries only.

    Args:
        folder: the snapshot.
        rows: assessments of one delivery.

    Returns:
        How many deliveries it holds.

    Raises:
        AssertionError: a delivery is there in part.
    """
    counts = {}
    for name in ("patient", "infusion", "assessment", "event"):
        frame = pl.read_parquet(folder / f"{name}.parquet", columns=["centre", "patient"])
        counts[name] = dict(frame.group_by("centre").len().iter_rows())
    for centre, count in counts["assessment"].items():
        assert count % rows == 0, f"{centre} has {count} assessments"
        patients = count // len(VISITS)
        for name in ("patient", "infusion", "event"):
            assert counts[name][centre] == patients, (centre, name)
    assert set(counts["patient"]) == set(counts["assessment"])
    return sum(counts["assessment"].values()) // rows
