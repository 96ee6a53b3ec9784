"""FasterRisk on a yes-or-no endpoint, asked of a second process in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.generalisation.measures import Prediction
from benchmarks.generalisation.rivals import POINTS, score_points
from benchmarks.generalisation.splits import Split

PYTHON = Path(__file__).parents[2] / ".venv-fasterrisk" / "bin" / "python"
WORKER = Path(__file__).with_name("fasterrisk_worker.py")
TERMS_PER_VARIABLE = 2


def fasterrisk(split: Split) -> Prediction:
    """FasterRisk on the event by the median event time; who left before it is not used.

    Reference:
        Liu J et al. (2022), doi:10.48550/arXiv.2210.05846, algorithm 1; groups of cut-points as
        in its version 0.1.10.
    """
    data = split.train.data
    horizon = float(np.median(data.time[data.event == 1]))
    early = (data.event == 1) & (data.time <= horizon)
    known = early | (data.time > horizon)
    with tempfile.TemporaryDirectory() as folder:
        task = Path(folder) / "task.npz"
        np.savez(
            task,
            bits=split.train.bits[known],
            labels=np.where(early[known], 1.0, -1.0),
            groups=np.unique(split.variable, return_inverse=True)[1],
            variables=split.variables,
            terms=TERMS_PER_VARIABLE * split.variables,
            limit=POINTS,
        )
        points = np.array(_ask(task), dtype=np.float64)
    return score_points(split, split.train.bits, split.test.bits, split.variable, points)


def _ask(task: Path) -> list[int]:
    worker = _start(os.getpid())
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(f"{task}\n")
    worker.stdin.flush()
    answer = worker.stdout.readline()
    if not answer:
        raise RuntimeError("FasterRisk stopped without an answer; its message is above")
    points: list[int] = json.loads(answer)
    return points


@cache
def _start(process: int) -> subprocess.Popen[str]:
    """One worker per process, which ends with it."""
    del process
    return subprocess.Popen(
        [str(PYTHON), "-P", str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
