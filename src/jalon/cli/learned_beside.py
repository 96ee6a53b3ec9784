"""What stands beside a learned score on a terminal: robustness, stability, path, rivals."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from jalon.core.numbers import write_number

WIDTH = 78
INDENT = 12

MOST = 8
"""Variables, limits and pairs that are listed; all of them are in the file."""

Facts = Mapping[str, Any]


def list_beside(learning: Facts) -> list[str]:
    """Write what a score's file says of how robust it is.

    Args:
        learning: the table ``learning`` of its file.

    Returns:
        Lines of at most 78 columns, a heading in the first 12.
    """
    lines: list[str] = []
    for name in ("robust", "prior"):
        if name in learning:
            lines += ["", *flow(name, learning[name]["sentence"])]
    parts = {"stability": _list_stability, "path": _list_path, "rivals": _list_rivals}
    for name, write in parts.items():
        if name in learning:
            lines += ["", *write(learning[name])]
    return lines


def flow(heading: str, text: str) -> list[str]:
    """Break a text into lines beside its heading.

    Args:
        heading: at most 11 letters.
        text: as long as it is.

    Returns:
        The lines.
    """
    parts = textwrap.wrap(text, WIDTH - INDENT) or [""]
    return [f"{heading if k == 0 else '':<{INDENT}}{part}" for k, part in enumerate(parts)]


def _list_stability(facts: Facts) -> Iterator[str]:
    agreement = 100 * facts["agreement"]
    yield from flow(
        "stability",
        f"learned again on {facts['draws']} halves of the patients; their variables agree with "
        f"the score's by {agreement:.0f} % on average (Jaccard index). In how many of them:",
    )
    rows = facts["variable"]
    shown = rows[:MOST]
    wide = max((len(row["name"]) for row in shown), default=0)
    for row in shown:
        limits = [one for one in facts["limit"] if one["variable"] == row["name"]]
        best = sorted(limits, key=lambda one: -one["share"])[:3]
        told = ", ".join(f"above {one['above']:g} {_percent(one['share'])}" for one in best)
        mark = "*" if row["in_score"] else " "
        line = f"{'':<{INDENT}}{mark} {row['name']:<{wide}}  {_percent(row['share']):>5}   {told}"
        yield _cut(line)
    if len(rows) > MOST:
        yield f"{'':<{INDENT}}  and {len(rows) - MOST} more in the file"
    pairs = [one for one in facts["pair"] if one["share"] < 1][:3]
    if pairs:
        told = "; ".join(f"{p['one']} and {p['other']} {_percent(p['share'])}" for p in pairs)
        yield from flow("", f"together: {told}")
    yield from flow("", "* in this score")


def _list_path(facts: Facts) -> Iterator[str]:
    yield f"{'path':<{INDENT}}{'most':>4}  {'C':>5}  {'corrected':>9}  {'BIC':>9}  variables"
    least = min(step["criterion"] for step in facts["step"])
    before: set[str] = set()
    for step in facts["step"]:
        now = set(step["variables"])
        change = [f"+ {name}" for name in step["variables"] if name not in before]
        change += [f"- {name}" for name in sorted(before - now)]
        mark = "*" if step["size"] == facts["used"] else " "
        numbers = (
            f"{step['size']:>3}{mark}  {write_number(step['concordance'], 3):>5}  "
            f"{write_number(step['corrected'], 3):>9}  {step['criterion'] - least:>+9.1f}  "
        )
        yield _cut(f"{'':<{INDENT}}{numbers}{', '.join(change) or 'the same'}")
        before = now
    if any(step["gap"] for step in facts["step"]):
        yield from flow("", "not every size is proven to be the best; the gaps are in the file")
    yield from flow(
        "",
        f"* used. Smallest within one standard error of the best corrected C: {facts['chosen']}; "
        f"highest corrected C: {facts['best']}; lowest BIC (shown as difference): "
        f"{facts['by_criterion']}",
    )


def _list_rivals(facts: Facts) -> Iterator[str]:
    if not facts["row"]:
        yield from flow("compared", facts["note"])
        return
    yield f"{'compared':<{INDENT}}{'':<28}{'variables':>9} {'gained':>8}  C"
    notes = []
    for row in facts["row"]:
        if math.isnan(row["loss"]):
            notes.append(f"{row['name']}: {row['note']}")
            continue
        c = row["concordance"]
        interval = (
            f"{write_number(c['value'])} ({write_number(c['low'])}-{write_number(c['high'])})"
        )
        head = f"{row['name']:<28}{row['variables']:>9} {row['gained']:>8.1f}"
        yield f"{'':<{INDENT}}{head}  {interval}"
    for note in notes:
        yield from flow("", note)
    text = "log-likelihood gained over no score, and C, both on these patients, not on new ones"
    yield from flow("", f"{text}; {facts['note']}" if facts["note"] else text)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
