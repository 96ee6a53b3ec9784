"""How long a snapshot takes beside writing the same Parquet files alone, and in how much memory."""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from benchmarks.registry.centre import PROCESSES, TODAY, make_key
from benchmarks.registry.data import make_parts, make_tables
from jalon.registry.delivery import take_delivery
from jalon.registry.freeze import GROUP_ROWS
from jalon.registry.snapshot import take_snapshot
from jalon.registry.store.store import Store, create_store, open_store


@dataclass(frozen=True)
class Frozen:
    """Seconds of the snapshot and of writing its largest table alone; MB at the peak."""

    rows: int
    snapshot: float
    bare: float
    megabytes: float

    @property
    def ratio(self) -> float:
        """How many times as long the snapshot takes."""
        return self.snapshot / self.bare


def fill(store: Store, centre: str, rows: int, seed: int) -> None:
    """Import one more delivery."""
    with store.write("benchmark") as writing:
        parts = make_parts(make_tables(centre, rows, seed))
        take_delivery(writing, parts, make_key(centre), TODAY)


def time_snapshots(url: str, centres: int, rows: int) -> list[Frozen]:
    """Fill a store centre by centre, and take a snapshot after each.

    Args:
        url: an empty database, or a file that is not there.
        centres: how many.
        rows: assessments of each.
    """
    store, _ = create_store(url, "synthetic", "benchmark")
    found = []
    for i in range(1, centres + 1):
        fill(store, f"S{i:02d}", rows, i)
        ours, theirs = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=measure, args=(url, theirs))
        process.start()
        found.append(ours.recv())
        process.join()
    store.close()
    return found


def measure(url: str, say: Connection) -> None:
    """Take a snapshot in a process of its own, then write the same tables alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = open_store(url)
        start = time.perf_counter()
        taken = take_snapshot(store, "benchmark", folder / "s", date(2026, 11, 26), "benchmark")
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        bare = sum(
            write_alone(path, folder / "bare") for path in sorted(taken.folder.glob("*.parquet"))
        )
        rows = taken.manifest.tables["assessment"].rows
        say.send(Frozen(rows, seconds, bare, peak))


def write_alone(source: Path, target: Path) -> float:
    """Write a table that is in memory, with the codec and row groups of a snapshot."""
    table = pl.read_parquet(source).to_arrow().cast(pq.read_schema(source))
    start = time.perf_counter()
    with pq.ParquetWriter(target, table.schema, compression="zstd", compression_level=1) as writer:
        writer.write_table(table, row_group_size=GROUP_ROWS)
    return time.perf_counter() - start
