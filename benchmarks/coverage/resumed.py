"""Simulations that go on where they stopped: finished cohorts are kept in the temporary folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from jalon.core import Floats
from jalon.validate import Running, Standing
from jalon.validate.kept_rounds import identify
from jalon.validate.rounds import Round, run_rounds

Judge = Callable[[np.random.Generator], Floats]


def simulate(judge: Judge, width: int, repeats: int, rng: np.random.Generator, name: str) -> Floats:
    """Judge so many simulated cohorts, each from a seed of its own; shape (repeats, width).

    More repeats later go on from those that are finished.
    """
    seeds = rng.spawn(1)[0].integers(2**63, size=repeats)
    folder = Path(tempfile.gettempdir()) / "jalon-coverage"
    folder.mkdir(exist_ok=True)

    def tell(now: Standing) -> None:
        if now.done % max(repeats // 10, 1) == 0:
            print(f"  {name}: {now.done}/{now.total}, {now.seconds_left:.0f} s left", flush=True)

    def work(number: int) -> Round:
        return Round(judge(np.random.default_rng(int(seeds[number]))))

    identity = identify("coverage", name, seeds[:1])
    keep = folder / name.replace(" ", "-").replace(",", "")
    rounds = run_rounds(work, repeats, width, identity, Running(1, tell, keep))
    return np.array([one.values for one in rounds])
