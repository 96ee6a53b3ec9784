"""What is timed. Each part returns rows; each row says what was done and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.generalisation.cohorts import read_cohorts
from benchmarks.learning.data import complete_tables, cut_cohort, name_terms, simulate
from benchmarks.learning.memory import read_peak
from benchmarks.learning.peers import learn_fasterrisk
from jalon.core import SurvivalData
from jalon.learn import Effort, SearchSettings, Terms, learn_score
from jalon.learn.aim import measure_loss
from jalon.learn.baselines import BaselineSettings, autoscore, sullivan_score
from jalon.learn.imputations import learn_stacked, stack_tables
from jalon.learn.objective import lay_ground
from jalon.learn.proof import Progress
from jalon.learn.score import refit_score

Row = dict[str, Any]
COHORTS = ["rotterdam", "gbsg", "whas500", "flchain", "leuksurv", "colon", "pbc"]
STRONG = (0.6, 0.5, 0.4, 0.4, 0.3, 0.3)
WEAK = (0.2,) * 8
EVENTS = SearchSettings(max_terms=1, target="events", price=0.0)


def prove(task: str, terms: Terms, data: SurvivalData, k: int, seconds: float = 120.0) -> Row:
    """Learn with a proof and note wall-clock seconds, core seconds and the gap."""
    before, trace = read_peak(), []

    def tell(now: Progress) -> None:
        trace.append((now.seconds, now.cost, now.bound))

    begun, used = time.perf_counter(), time.process_time()
    score = learn_score(
        terms, data, replace(EVENTS, max_variables=k), effort=Effort(seconds), tell=tell
    )
    wall, core = time.perf_counter() - begun, time.process_time() - used
    proof = score.certificate
    assert proof is not None
    return {
        "task": task, "n": len(data), "events": int(np.sum(data.event)), "terms": len(terms.cut),
        "k": k, "seconds": wall, "core_seconds": core, "gap": proof.gap, "gained": proof.gained,
        "nodes": proof.nodes, "input_mb": before, "peak_mb": read_peak(), "trace": trace,
    }  # fmt: skip


def time_cohorts() -> list[Row]:
    warm_up()
    found = read_cohorts(COHORTS)
    return [prove(one.name, *cut_cohort(one), 5, 60.0) for one in found]


def time_sizes() -> list[Row]:
    warm_up()
    data = simulate(1_000, STRONG, 40, 0.3, 1)
    return [prove("strong effects", *data, k) for k in (5, 6, 8)]


def time_weak() -> list[Row]:
    warm_up()
    plan = ((500, 50, 0.5, 0.1), (500, 50, 0.5, 1.0), (1_000, 80, 0.5, 1.0), (4_000, 120, 0.8, 1.0))
    return [
        prove(f"weak effects, correlation {rho:g}", *simulate(n, WEAK, p, rho, 1, end), 5, 60.0)
        for n, p, rho, end in plan
    ]


def time_many() -> list[Row]:
    warm_up()
    return [prove("many patients", *simulate(100_000, STRONG, 60, 0.3, 1), 6)]


def time_nation() -> list[Row]:
    warm_up()
    return [prove("a nation", *simulate(10_000_000, STRONG, 40, 0.0, 1), 5, 600.0)]


def time_imputed() -> list[Row]:
    warm_up()
    candidates, tables, data = complete_tables(957, 8, 10, 27, 1)
    terms, stacked = stack_tables(candidates, tables, data)
    begun, used = time.perf_counter(), time.process_time()
    score = learn_stacked(terms, stacked, 10, EVENTS)
    wall, core = time.perf_counter() - begun, time.process_time() - used
    proof = score.certificate
    assert proof is not None
    return [{
        "task": "10 imputations x 27 centres", "n": len(data), "events": int(np.sum(data.event)),
        "terms": len(terms.cut), "k": 5, "seconds": wall, "core_seconds": core, "gap": proof.gap,
        "gained": proof.gained, "nodes": proof.nodes,
    }]  # fmt: skip


def time_again() -> list[Row]:
    """One learning on a bootstrap sample, without a proof."""
    candidates, tables, data = complete_tables(957, 8, 1, 1, 1)
    terms, data = stack_tables(candidates, tables, data)
    drawn = np.random.default_rng(1).integers(0, len(data), len(data))
    sample = replace(data, weight=np.bincount(drawn, minlength=len(data)).astype(float))
    rows = []
    for task, settings in (
        ("re-learning, teacher, up to 6 limits a variable", SearchSettings()),
        ("re-learning, events, 1 limit a variable", EVENTS),
    ):
        work = _work(lambda s=settings: refit_score(terms, sample, s, penalty=10.0))
        rows.append({
            "task": task, "n": len(data), "events": int(np.sum(data.event)),
            "terms": len(terms.cut), "k": 5, **work,
        })  # fmt: skip
    return rows


def _work(work: Callable[[], object]) -> Row:
    """Time a call after one that compiles; the median of nine."""
    work()
    walls, cores = [], []
    for _ in range(9):
        begun, used = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - begun)
        cores.append(time.process_time() - used)
    return {"seconds": float(np.median(walls)), "core_seconds": float(np.median(cores))}


def time_peers() -> list[Row]:
    """Five terms and five points for everybody; each limit counts as a variable of its own."""
    warm_up()
    found = [(one.name, *cut_cohort(one)) for one in read_cohorts(["rotterdam", "gbsg", "colon"])]
    found.append(("strong effects", *simulate(1_000, STRONG, 40, 0.3, 1)))
    limits = BaselineSettings(max_variables=5, max_terms=1, max_points=5)
    rows = []
    for name, given, data in found:
        terms = name_terms(given.bits)
        ground = lay_ground(terms.bits, data)
        ways: dict[str, Callable[[], Any]] = {
            "jalon, proven": lambda t=terms, d=data: learn_score(t, d, EVENTS),
            "Sullivan rounding": lambda t=terms, d=data: sullivan_score(t, d, limits),
            "AutoScore's recipe": lambda t=terms, d=data: autoscore(t, d, limits),
            "FasterRisk": lambda t=terms, d=data: learn_fasterrisk(t.bits, d, 5, 5),
        }
        for way, work in ways.items():
            work()
            begun = time.perf_counter()
            points = work().points
            wall = time.perf_counter() - begun
            loss = measure_loss(ground, [round(value) for value in points])[0]
            most = max(abs(value) for value in points)
            rows.append({"task": name, "way": way, "seconds": wall, "loss": loss, "most": most})
    return rows


def warm_up() -> None:
    """Compile, or load, what the search needs."""
    learn_score(*simulate(300, STRONG, 12, 0.3, 1), EVENTS)


PARTS: dict[str, Callable[[], list[Row]]] = {
    "again": time_again,
    "cohorts": time_cohorts,
    "sizes": time_sizes,
    "imputed": time_imputed,
    "many": time_many,
    "peers": time_peers,
    "weak": time_weak,
    "nation": time_nation,
}
