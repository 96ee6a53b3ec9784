"""A learned score on a terminal: its card, its proof, its near-equals, its warnings."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from jalon.cli.learned_beside import INDENT, WIDTH, flow, list_beside
from jalon.core.numbers import write_estimate
from jalon.report.figures.parsimony import ParsimonyPoint, parsimony_figure
from jalon.study.score_words import write_items

if TYPE_CHECKING:
    from rich.console import Console

    from jalon.core import Estimate
    from jalon.learn import ParsimonyPath
    from jalon.study.plain_score import PlainScore

BESIDE = ("robust", "prior", "stability", "path", "rivals")
"""What a file may say beside its score."""

MOST_TOTALS = 20
"""With more totals than this their risks are left to the file."""


def show_score(console: Console, found: PlainScore) -> None:
    """Write a score as a card.

    Args:
        console: where to.
        found: the score.
    """
    lines = [
        "", *_list_points(found), "", *_list_groups(found), "", *_list_totals(found), "",
        *flow("proof", found.sentence + "; on its training data, not in new patients"),
        *_list_near(found), *list_beside(found.definition.learning), *_list_notes(found),
    ]  # fmt: skip
    for line in lines:
        heading, rest = line[:INDENT], line[INDENT:]
        text = Text.assemble((heading, "dim"), rest) if heading.strip() else Text(line)
        console.print(text, soft_wrap=True)


def summarise(found: PlainScore, out: Path) -> dict[str, Any]:
    """Return a score as one object for a program.

    Args:
        found: the score.
        out: the file it was written to.

    Returns:
        Plain values; what does not exist is null.
    """
    certificate = found.score.certificate
    proof: dict[str, Any] = {"sentence": found.sentence}
    if certificate is not None:
        proof |= asdict(certificate)
        proof |= {"proven": certificate.proven, "gap": certificate.gap}
        proof["relative_gap"] = certificate.relative_gap
    months = list(found.horizon.months)
    summary = {
        "file": str(out),
        "slug": found.definition.slug,
        "patients": len(found.data),
        "events": int((found.data.event == 1).sum()),
        "left_out": found.left_out,
        "points": [
            {"condition": text, "points": points} for text, points in write_items(found.definition)
        ],
        "months": months,
        "groups": [
            {
                "label": part.label["en"], "low": part.low, "high": part.high,
                "patients": row.n, "events": row.events,
                "risk": [_write_risk(one) for one in row.observed],
            }
            for part, row in zip(found.definition.groups, found.risks.groups, strict=True)
        ],
        "totals": [
            {
                "total": row.total, "patients": row.n, "events": row.events,
                "risk": [_write_risk(one) for one in row.predicted],
            }
            for row in found.risks.totals
        ],
        "certificate": proof,
        "near_equals": asdict(found.near) if found.near else None,
        **{name: found.definition.learning.get(name) for name in BESIDE},
        "warnings": list(found.notes),
    }  # fmt: skip
    plain: dict[str, Any] = _clear(summary)
    return plain


def draw_path(path: ParsimonyPath) -> str:
    """Draw how C changes with the number of variables.

    Args:
        path: the best score of every size.

    Returns:
        SVG text.
    """
    points = [
        ParsimonyPoint(step.size, step.corrected, step.std_error, step.concordance)
        for step in path.steps
    ]
    return parsimony_figure(points, path.chosen)


def _write_risk(one: Estimate) -> dict[str, float]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _clear(value: Any) -> Any:
    """Replace numbers that JSON has no word for."""
    if isinstance(value, dict):
        return {key: _clear(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clear(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _list_points(found: PlainScore) -> list[str]:
    rows = write_items(found.definition)
    width = min(max(len(text) for text, _ in rows), WIDTH - INDENT - 6)
    return [
        f"{'points' if k == 0 else '':<{INDENT}}{_cut(text, width):<{width}}  {points:>3}"
        for k, (text, points) in enumerate(rows)
    ]


def _list_groups(found: PlainScore) -> list[str]:
    shown = _choose_horizons(found, 16)
    head = "".join(f"{'by ' + found.horizon.name(found.horizon.months[k]):>16}" for k in shown)
    lines = [f"{'groups':<{INDENT}}{'':<13}{'total':>7}{'n':>8}{head}"]
    for part, row in zip(found.definition.groups, found.risks.groups, strict=True):
        totals = f"{part.low}" if part.low == part.high else f"{part.low}-{part.high}"
        risks = "".join(f"{_percent(row.observed[k]):>16}" for k in shown)
        lines.append(f"{'':<{INDENT}}{part.label['en']:<13}{totals:>7}{row.n:>8,.0f}{risks}")
    return lines


def _list_totals(found: PlainScore) -> list[str]:
    seen = [row for row in found.risks.totals if row.n]
    if len(seen) > MOST_TOTALS:
        text = (
            f"the risk of each of {len(seen)} totals is in the file; --max-total makes them fewer"
        )
        return flow("risk, %", text)
    shown = _choose_horizons(found, 16)
    head = "".join(f"{'by ' + found.horizon.name(found.horizon.months[k]):>16}" for k in shown)
    lines = [f"{'risk, %':<{INDENT}}{'':<13}{'total':>7}{'n':>8}{head}"]
    for row in seen:
        risks = "".join(f"{_percent(row.predicted[k]):>16}" for k in shown)
        few = "few" if row.sparse else ""
        lines.append(f"{'':<{INDENT}}{few:<13}{row.total:>7}{row.n:>8,.0f}{risks}")
    if any(row.sparse for row in seen):
        text = "few: fewer than 10 patients or 5 events; these risks borrow from all totals"
        lines += flow("", text)
    return lines


def _choose_horizons(found: PlainScore, width: int) -> list[int]:
    """Keep the last horizons that fit; all of them are in the file."""
    room = max((WIDTH - INDENT - 28) // width, 1)
    return list(range(len(found.horizon.months)))[-room:]


def _percent(one: Estimate) -> str:
    if math.isnan(one.value):
        return "-"
    if math.isnan(one.low):
        return f"{100 * one.value:.0f}"
    return write_estimate(one, 0, 100)


def _list_near(found: PlainScore) -> list[str]:
    near = found.near
    if near is None:
        return []
    every = "proven to be all" if near.complete else "there may be more"
    text = (
        f"{_count(near.scores, 'score')}, {every}; {_count(near.sets, 'set')} of variables, "
        f"{_count(near.supports, 'set')} of limits"
    )
    lines = ["", *flow("near-equal", text)]
    always = [use.name for use in near.variables if use.always]
    some = [f"{use.name} {_share(use.of_scores)}" for use in near.variables if not use.always]
    if always:
        lines += flow("", f"in every one: {', '.join(always)}")
    if some:
        lines += flow("", f"in some: {', '.join(some[:8])}{', …' if len(some) > 8 else ''}")
    used = {item.id for item in found.definition.items}
    swaps = [one for one in near.replacements if one.out in used and one.into not in used]
    if swaps:
        listed = "; ".join(f"{one.into} for {one.out}" for one in swaps[:5])
        lines += flow("", f"can replace: {listed}")
    priced = any(candidate.outlay for candidate in found.terms.candidates)
    if priced:
        lines += flow("", f"cheapest: number {near.cheapest}, cost {near.outlay:g}")
    if near.scores > 1:
        own = "this one" if near.simplest == 1 else f"number {near.simplest}"
        lines += flow("", f"simplest: {own}; --pick NUMBER uses another")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _share(share: float) -> str:
    percent = 100 * share
    return "< 1 %" if percent < 1 else f"{min(percent, 99):.0f} %"


def _list_notes(found: PlainScore) -> list[str]:
    if not found.notes:
        return []
    return ["", *(line for note in found.notes for line in flow("warning", note))]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
