"""Time the learning of scores and keep the results in ``results.md`` and ``gap.svg``.

``python -m benchmarks.learning`` runs every part, each in a process of its own; name parts to run
only these (``again cohorts sizes imputed many peers weak nation``). The page is made anew from
what all parts have left in ``results``.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys

from benchmarks.learning.report import keep_rows, write_report
from benchmarks.learning.tasks import PARTS


def main(parts: list[str]) -> None:
    if len(parts) == 1:
        rows = PARTS[parts[0]]()
        for row in rows:
            print({name: value for name, value in row.items() if name != "trace"}, flush=True)
        keep_rows(parts[0], rows)
    else:
        for part in parts or PARTS:
            subprocess.run([sys.executable, "-m", "benchmarks.learning", part], check=True)
    write_report(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
