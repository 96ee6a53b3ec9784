"""An import killed at a random moment leaves the store unchanged or complete.

``python -m benchmarks.registry.kill 200 [URL]`` kills so many imports into a store; without an
address it is a file of SQLite in a temporary folder.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from dataclasses import dataclass

import sqlalchemy as sa

from benchmarks.registry.centre import BEGIN, KEPT, Work, start
from jalon.registry.store.schema import audit, data_table, import_batch
from jalon.registry.store.store import Store, create_store, open_store
from jalon.registry.store.verify import verify_audit

ROWS = 200
TABLES = ("patient", "infusion", "assessment", "event")


@dataclass(frozen=True)
class Count:
    """How many imports were killed, and what the store held afterwards."""

    unchanged: int
    complete: int
    finished: int


def look(store: Store) -> dict[str, int]:
    """Count what an import adds to."""
    with store.read() as connection:
        tables = [audit, import_batch, *(data_table(name) for name in TABLES)]
        return {
            t.name: int(connection.execute(sa.select(sa.func.count()).select_from(t)).scalar_one())
            for t in tables
        }


def kill_imports(url: str, kills: int, seed: int = 1) -> Count:
    """Kill imports and check the store after each.

    Args:
        url: a store that is there.
        kills: how many.
        seed: of the moments.

    Returns:
        How often the store was as before, or held the whole import.

    Raises:
        AssertionError: the store held a part of an import, or its audit was not whole.
    """
    rng = random.Random(seed)
    store = open_store(url)
    unchanged = complete = finished = 0
    longest = time_one(url)
    for turn in range(1, kills + 1):
        before = look(store)
        worker = start(Work(url, "S01", ROWS, first=turn))
        assert worker.said.recv() == BEGIN
        time.sleep(rng.uniform(0, 1.1 * longest))
        worker.process.kill()
        said = worker.listen()
        after = wait_until_quiet(store)
        added = {name: after[name] - before[name] for name in after}
        if not any(added.values()):
            assert KEPT not in said, "what was acknowledged is not there"
            unchanged += 1
        else:
            assert added["import_batch"] == len(TABLES), added
            complete += 1
            finished += KEPT in said
        faults = verify_audit(store)
        assert faults == [], faults
        if turn % 20 == 0:
            sys.stderr.write(f"{turn} killed: {unchanged} unchanged, {complete} complete\n")
    store.close()
    return Count(unchanged, complete, finished)


def wait_until_quiet(store: Store) -> dict[str, int]:
    """Look, once a server has noticed that its client is gone."""
    if store.engine.dialect.name == "postgresql":
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        for _ in range(600):
            with store.read() as connection:
                if connection.exec_driver_sql(asked).scalar_one() == 1:
                    break
            time.sleep(0.05)
    return look(store)


def time_one(url: str) -> float:
    """Return the seconds from the beginning of an import to its end."""
    worker = start(Work(url, "S01", ROWS))
    assert worker.said.recv() == BEGIN
    begun = time.perf_counter()
    assert worker.said.recv() == KEPT
    seconds = time.perf_counter() - begun
    worker.listen()
    return seconds


def main() -> None:
    """Kill as many imports as the command line says."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/kill.db"
        create_store(url, "synthetic", "benchmark")[0].close()
        count = kill_imports(url, kills)
    sys.stdout.write(
        f"{kills} imports killed: the store was unchanged {count.unchanged} times and complete "
        f"{count.complete} times (of which {count.finished} had been acknowledged); its audit "
        "was whole every time\n"
    )


if __name__ == "__main__":
    main()
