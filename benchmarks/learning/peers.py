"""FasterRisk, asked of a second process in its own environment."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.generalisation.fasterrisk import PYTHON, WORKER
from jalon.core import SurvivalData


@dataclass(frozen=True, slots=True)
class Points:
    """What a peer found.

    Attributes:
        points: one whole number per term.
    """

    points: tuple[int, ...]


def learn_fasterrisk(bits: np.ndarray, data: SurvivalData, k: int, most: int) -> Points:
    """Learn on the event by the median event time; who left before it is not used.

    Time of the process that starts is part of it. All zeros without its environment
    (``make generalisation`` makes it).
    """
    if not PYTHON.is_file():
        return Points((0,) * len(bits))
    horizon = float(np.median(data.time[data.event == 1]))
    early = (data.event == 1) & (data.time <= horizon)
    known = early | (data.time > horizon)
    with tempfile.TemporaryDirectory() as folder:
        task = Path(folder) / "task.npz"
        np.savez(
            task,
            bits=bits[:, known].T,
            labels=np.where(early[known], 1.0, -1.0),
            groups=np.arange(len(bits)),
            variables=k,
            terms=k,
            limit=most,
        )
        done = subprocess.run(
            [str(PYTHON), "-P", str(WORKER)],
            input=f"{task}\n",
            capture_output=True,
            text=True,
            check=True,
        )
    return Points(tuple(json.loads(done.stdout)))
