"""One centre at work in a process of its own, which can be killed."""

from __future__ import annotations

import hashlib
import multiprocessing
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from benchmarks.registry.data import make_parts, make_tables
from jalon.registry.delivery import take_delivery
from jalon.registry.pseudonym import CentreKey
from jalon.registry.store.store import open_store

TODAY = date(2026, 11, 26)
BEGIN, KEPT = "begin", "kept"

# Processes are split off one that has read all modules and done nothing yet: quick and clean.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["benchmarks.registry.centre"])


def make_key(centre: str) -> CentreKey:
    """Return a key that hides nobody: the patients are invented."""
    return CentreKey(centre, hashlib.sha256(centre.encode()).digest())


@dataclass(frozen=True)
class Work:
    """Deliveries of a centre, one after the other.

    Attributes:
        url: the store.
        centre: the centre's code.
        rows: assessments of one delivery.
        deliveries: how many.
        first: the number of the first one, from which its rows are drawn.
    """

    url: str
    centre: str
    rows: int
    deliveries: int = 1
    first: int = 0


@dataclass(frozen=True)
class Worker:
    """A process at work.

    Attributes:
        process: the process.
        said: what it says: "begin" and "kept" of each delivery.
    """

    process: ForkServerProcess
    said: Connection

    def listen(self) -> list[str]:
        """Wait for its end and return what it said last."""
        words = []
        while True:
            try:
                words.append(self.said.recv())
            except EOFError:
                break
        self.process.join()
        self.said.close()
        return words


def start(work: Work) -> Worker:
    """Start a process that imports."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=do, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    return Worker(process, ours)


def do(work: Work, say: Connection) -> None:
    """Import, and say of each delivery when it begins and when it is kept."""
    store = open_store(work.url)
    key = make_key(work.centre)
    for seed in range(work.first, work.first + work.deliveries):
        parts = make_parts(make_tables(work.centre, work.rows, seed))
        say.send(BEGIN)
        with store.write(work.centre) as writing:
            take_delivery(writing, parts, key, TODAY)
        say.send(KEPT)
