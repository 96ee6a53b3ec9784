"""``python -m benchmarks.registry [ROWS] [URL]``: import, check and snapshot beside bare writing.

ROWS assessments (a million by default) are imported in one delivery; then a tenth of them by each
of ten centres, with a snapshot after each. URL is an empty database; without one, a file of SQLite.
"""

from __future__ import annotations

import sys
import tempfile

from benchmarks.registry.freezing import time_snapshots
from benchmarks.registry.importing import time_import


def main() -> None:
    """Measure, and write what results.md quotes."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    given = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as folder:
        timing = time_import(given or f"sqlite:///{folder}/import.db", rows)
        sys.stdout.write(
            f"import of {rows:,} rows: {timing.imported:.1f} s, bare {timing.bare:.1f} s, ratio "
            f"{timing.ratio:.2f}; check of all {timing.checked:.1f} s; {timing.queries} queries\n"
        )
        if given:
            sys.stdout.write("snapshots are measured in SQLite: leave the address away\n")
            return
        for one in time_snapshots(f"sqlite:///{folder}/freeze.db", 10, rows // 10):
            sys.stdout.write(
                f"snapshot of {one.rows:,} rows: {one.snapshot:.1f} s, the Parquet alone "
                f"{one.bare:.1f} s, ratio {one.ratio:.2f}, peak {one.megabytes:.0f} MB\n"
            )


if __name__ == "__main__":
    main()
