"""One page of results, and the gap against time, from what the parts have left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from benchmarks.learning.tasks import PARTS, Row

HERE = Path(__file__).parent
KEPT = HERE / "results"

mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "jalon", "font.size": 8})


def keep_rows(part: str, rows: list[Row]) -> None:
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{part}.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def write_report(machine: str) -> None:
    found = {part: _read(part) for part in PARTS}
    timed = [row for part, rows in found.items() if part != "peers" for row in rows]
    lines = [
        "# Learning a score: time, proof and gap",
        "",
        machine,
        "",
        "Seconds are of the clock, on a machine that others used at the same time; core seconds "
        "are those that the process itself computed, on all cores together. The gap is in "
        "log-likelihood units, and as a share of what the score gains over no score. Five points "
        "at most, one limit per variable, the events as target, unless said otherwise. Memory is "
        "the peak of the process, and what it held before learning began.",
        "",
        *_table(
            ("task", "n", "events", "terms", "k", "seconds", "core seconds", "gap", "gap, %",
             "nodes", "peak (before), MB"),
            map(_timed, timed),
        ),
        "",
        "## Beside other ways to make a score",
        "",
        "Five terms for all, the loss is the negative log partial likelihood at the best scale, "
        "on the patients learned from. AutoScore's recipe gives up to 100 points, so its loss may "
        "be lower than that of any score of at most 5. FasterRisk learns the event by its median "
        "time, not the time; its seconds hold the start of its process.",
        "",
        *_table(("data", "way", "loss", "largest points", "seconds"), map(_peer, found["peers"])),
        "",
        "![Gap against time](gap.svg)",
    ]  # fmt: skip
    (HERE / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _draw(found["weak"])


def _read(part: str) -> list[Row]:
    file = KEPT / f"{part}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def _table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _timed(row: Row) -> tuple[str, ...]:
    proof = ("no proof", "", "", "")
    if "gap" in row:
        closed = row["gap"] < 1e-5
        memory = f"{row['peak_mb']:.0f} ({row['input_mb']:.0f})" if "peak_mb" in row else ""
        share = "0" if closed else f"{100 * row['gap'] / row['gained']:.1f}"
        proof = ("0" if closed else f"{row['gap']:.2f}", share, f"{row['nodes']:,}", memory)
    sizes = (f"{row['n']:,}", f"{row['events']:,}", str(row["terms"]), str(row["k"]))
    return row["task"], *sizes, f"{row['seconds']:.2f}", f"{row['core_seconds']:.2f}", *proof


def _peer(row: Row) -> tuple[str, ...]:
    return (
        row["task"],
        row["way"],
        f"{row['loss']:.3f}",
        f"{row['most']:g}",
        f"{row['seconds']:.2f}",
    )


def _draw(rows: list[Row]) -> None:
    figure, axis = plt.subplots(figsize=(5.2, 3.0))
    for row in rows:
        best = row["trace"][-1][1] if row["trace"] else 0.0
        trace = [(second, max(best - bound, 0.0)) for second, _, bound in row["trace"]]
        label = f"{row['n']:,} patients, {row['terms']} terms, {row['events']:,} events"
        axis.step(*zip(*trace, strict=True), where="post", label=label, lw=1.2)
    axis.set_xscale("log")
    axis.set_ylim(bottom=0)
    axis.set_xlabel("seconds since the proof began")
    axis.set_ylabel("gap, log-likelihood units")
    axis.spines[["top", "right"]].set_visible(False)
    if rows:
        axis.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(HERE / "gap.svg", metadata={"Date": None})
    plt.close(figure)
