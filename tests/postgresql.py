"""One PostgreSQL server for all tests that need one.

It is a real server without a network, in a folder of its own. It needs the Debian package
postgresql and root, which hands the server over to the user postgres. Where it cannot be started
the tests skip with the reason; in CI they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
NUMBERS = count(1)

ACCESS = "local all postgres trust\nlocal all all scram-sha-256\n"
"""Who may come in: the owner of everything as he is, everybody else with a password."""


@dataclass(frozen=True)
class Server:
    """A server that is running."""

    folder: Path

    def name_store(self, database: str, user: str = "postgres", password: str = "") -> str:
        """Return the address of a database as jalon reads it."""
        who = f"{user}:{password}" if password else user
        return f"postgresql+psycopg://{who}@/{database}?host={self.folder}"

    def make_database(self, pattern: str = "template1") -> str:
        """Make a database, empty or like another, and return its name."""
        name = f"registry_{next(NUMBERS)}"
        self.send(f"CREATE DATABASE {name} TEMPLATE {pattern}")
        return name

    def send(self, sql: str, database: str = "postgres") -> str:
        """Send SQL as the owner of everything and return the rows of its last query as CSV."""
        return _run(
            self.folder, f"{FOLDERS[-1]}/psql", "-h", str(self.folder), "-d", database, "-X", "-q",
            "--csv", "-t", "-v", "ON_ERROR_STOP=1", text=sql,
        )  # fmt: skip


def find_missing() -> str:
    """Return what is missing to start a server; empty when nothing is."""
    if not FOLDERS:
        return "PostgreSQL is not installed (Debian: postgresql)"
    if os.geteuid() != 0 or shutil.which("runuser") is None:
        return "root is needed to start PostgreSQL as the user postgres"
    return ""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A running server; the tests of a session share it, each with a database of its own."""
    missing = find_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="jalon-"))
    shutil.chown(folder, "postgres")
    tools, data = FOLDERS[-1], folder / "data"
    try:
        _run(folder, f"{tools}/initdb", "-D", str(data), "-A", "trust", "-E", "UTF8", "--no-sync")
        (data / "pg_hba.conf").write_text(ACCESS, encoding="utf-8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c jit=off"
        _run(folder, f"{tools}/pg_ctl", "-D", str(data), "-o", options, "-l", f"{folder}/log",
             "-w", "start")  # fmt: skip
        folder.chmod(0o755)
        yield Server(folder)
        _run(folder, f"{tools}/pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, *command: str, text: str | None = None) -> str:
    done = subprocess.run(
        ["runuser", "-u", "postgres", "--", *command], cwd=folder, input=text,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
