"""From single results to paired differences with intervals, tables and verdicts."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from benchmarks.generalisation.cohorts import Patients
from benchmarks.generalisation.figure import draw_differences
from benchmarks.generalisation.methods import CEILINGS, OURS, RIVALS

RESULTS = Path(__file__).with_name("results")
FIGURES = ("uno", "harrell", "deviance", "brier", "slope", "variables", "steps", "reach")
COMPARED = ("uno", "harrell", "deviance", "brier")
HELD_TO_LEARNED = 3 / 7
LEVEL = 0.95
Rows = Sequence[Mapping[str, float | str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours less theirs, on the same splits.

    Attributes:
        name: the data set, or "all".
        rival: the other method.
        figure: what was compared.
        mean: mean difference.
        low: lower limit of its 95% interval.
        high: upper limit.
        wins: splits (sets, when all) on which ours was better.
        pairs: how many there were.
    """

    name: str
    rival: str
    figure: str
    mean: float
    low: float
    high: float
    wins: int
    pairs: int


def write_report(rows: Rows, cohorts: Mapping[str, Patients]) -> None:
    """Write ``means.csv``, ``differences.csv``, ``results.md`` and the figure."""
    RESULTS.mkdir(exist_ok=True)
    table = {(str(r["set"]), str(r["method"]), int(r["split"])): r for r in rows}
    means = _average(table, cohorts)
    found = [
        *(
            _compare(table, name, rival, figure)
            for name in cohorts for rival in (*RIVALS, *CEILINGS) for figure in COMPARED
        ),
    ]  # fmt: skip
    found += [
        _pool([d for d in found if (d.rival, d.figure) == (rival, figure)])
        for rival in (*RIVALS, *CEILINGS) for figure in COMPARED
    ]  # fmt: skip
    _write("means.csv", means)
    _write("differences.csv", [_as_row(d) for d in found])
    text = "\n".join([*_tabulate(means), "", *_tabulate_pooled(found), "", *_judge(means, found)])
    (RESULTS / "results.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    draw_differences(
        [d for d in found if d.figure == "uno"], list(cohorts), RESULTS / "differences.svg"
    )


def _average(
    table: Mapping[tuple[str, str, int], Mapping[str, float | str]],
    cohorts: Mapping[str, Patients],
) -> list[dict[str, float | str]]:
    means: list[dict[str, float | str]] = []
    for name, patients in cohorts.items():
        for method in (*OURS, *RIVALS, *CEILINGS):
            rows = [row for (s, m, _), row in table.items() if (s, m) == (name, method)]
            head: dict[str, float | str] = {
                "set": name,
                "tuning": int(patients.tuning),
                "n": len(patients.time),
                "events": int(patients.event.sum()),
                "variables_offered": len(patients.names),
                "method": method,
                "splits": len(rows),
            }
            figures = {f: float(np.mean([float(r[f]) for r in rows])) for f in FIGURES}
            means.append(head | {f: round(value, 5) for f, value in figures.items()})
    return means


def _compare(
    table: Mapping[tuple[str, str, int], Mapping[str, float | str]],
    name: str,
    rival: str,
    figure: str,
) -> Difference:
    splits = sorted(number for (s, m, number) in table if (s, m) == (name, rival))
    change = np.array([
        float(table[name, OURS[0], k][figure]) - float(table[name, rival, k][figure])
        for k in splits
    ])  # fmt: skip
    # Splits share patients: the variance of their mean is not 1/k of that of one (Nadeau C,
    # Bengio Y 2003, doi:10.1023/A:1024068626366, equation 9).
    error = change.std(ddof=1) * np.sqrt(1 / len(change) + HELD_TO_LEARNED)
    return _interval(name, rival, figure, change, error)


def _pool(found: Sequence[Difference]) -> Difference:
    """The mean over data sets; its error is what the sets differ by."""
    change = np.array([d.mean for d in found])
    error = change.std(ddof=1) / np.sqrt(len(change))
    return _interval("all", found[0].rival, found[0].figure, change, error)


def _interval(name: str, rival: str, figure: str, change: np.ndarray, error: float) -> Difference:
    mean = float(change.mean())
    half = float(student.ppf(0.5 + LEVEL / 2, len(change) - 1) * error)
    better = change > 0 if figure in {"uno", "harrell"} else change < 0
    return Difference(
        name, rival, figure, mean, mean - half, mean + half, int(better.sum()), len(change)
    )


def _as_row(d: Difference) -> dict[str, float | str]:
    return {
        "set": d.name, "rival": d.rival, "figure": d.figure, "mean": round(d.mean, 5),
        "low": round(d.low, 5), "high": round(d.high, 5), "better_on": d.wins, "pairs": d.pairs,
    }  # fmt: skip


def _write(name: str, rows: Sequence[Mapping[str, float | str]]) -> None:
    with (RESULTS / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _tabulate(means: Rows) -> Iterable[str]:
    yield "| method | Uno's C | Harrell's C | deviance / event | Brier | slope | steps | splits |"
    yield "|---|---|---|---|---|---|---|---|"
    for method in (*OURS, *RIVALS, *CEILINGS):
        value = {f: _mean(means, method, f) for f in FIGURES}
        yield (
            f"| {method} | {value['uno']:.4f} | {value['harrell']:.4f} | {value['deviance']:.3f} "
            f"| {value['brier']:.4f} | {value['slope']:.2f} | {value['steps']:.1f} "
            f"| {_mean(means, method, 'splits'):.0f} |"
        )


def _tabulate_pooled(found: Sequence[Difference]) -> Iterable[str]:
    yield "| jalon less | Uno's C | deviance / event | Brier | sets with higher C |"
    yield "|---|---|---|---|---|"
    for rival in (*RIVALS, *CEILINGS):
        by = {d.figure: d for d in found if d.name == "all" and d.rival == rival}
        cells = [
            f"{by[f].mean:+.4f} ({by[f].low:+.4f} to {by[f].high:+.4f})"
            for f in ("uno", "deviance", "brier")
        ]
        yield f"| {rival} | {' | '.join(cells)} | {by['uno'].wins} of {by['uno'].pairs} |"


def _judge(means: Rows, found: Sequence[Difference]) -> Iterable[str]:
    """Say which targets are met."""
    c = {m: _mean(means, m, "uno") for m in (*OURS, *RIVALS, *CEILINGS)}
    best = max(RIVALS, key=lambda m: c[m])
    worst = min((d for d in found if d.figure == "uno" and d.name != "all" and d.rival in RIVALS),
                key=lambda d: d.mean)  # fmt: skip
    ceiling = max(CEILINGS, key=lambda m: c[m])
    closed = (c[OURS[0]] - c["sullivan"]) / (c[ceiling] - c["sullivan"])
    pairs = _pair(found)
    both = sum(uno > 0 and dev < 0 for uno, dev in pairs)
    ahead = sum(uno > 0 for uno, _ in pairs)
    yield f"- Best rival: {best}, by {c[OURS[0]] - c[best]:+.4f} of Uno's C (target +0.005)."
    yield (
        f"- Worst pair: {worst.name} against {worst.rival}, {worst.mean:+.4f} "
        f"({worst.low:+.4f} to {worst.high:+.4f}; target not below -0.005)."
    )
    yield f"- Deviance better in {both} of the {ahead} pairs of set and rival where C is."
    yield f"- Gap from Sullivan to {ceiling} closed: {100 * closed:.0f}% (target 90%)."


def _pair(found: Sequence[Difference]) -> list[tuple[float, float]]:
    by = {(d.name, d.rival, d.figure): d.mean for d in found if d.name != "all"}
    return [
        (value, by[name, rival, "deviance"])
        for (name, rival, figure), value in by.items()
        if figure == "uno" and rival in RIVALS
    ]


def _mean(means: Rows, method: str, figure: str) -> float:
    return float(np.mean([float(row[figure]) for row in means if row["method"] == method]))
