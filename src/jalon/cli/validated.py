"""A validation on a terminal: how well the score ranks, is calibrated, for whom, against what."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from rich.text import Text

from jalon.core.numbers import write_estimate, write_p

if TYPE_CHECKING:
    from rich.console import Console

    from jalon.core import Estimate
    from jalon.study.plain_validation import PlainValidation
    from jalon.validate import Merits

WIDTH = 78
INDENT = 12
NAME = 20
CELL = 17
RIVAL, PAIR = 14, 23
LEVEL, PART = INDENT + 7, 18
RISK = 14
MOST_ROWS = 12
"""With more centres, levels or rivals than this the rest are left to the tables."""


def show_validation(
    console: Console, found: PlainValidation, undrawn: tuple[str, ...] = ()
) -> None:
    """Write a validation as a summary.

    Args:
        console: where to.
        found: the validation.
        undrawn: what could not be drawn, and why.
    """
    parts = [
        _list_ranking(found), _list_risks(found), _list_groups(found), _list_centres(found),
        _list_subgroups(found), _list_rivals(found), _list_notes((*found.notes, *undrawn)),
    ]  # fmt: skip
    lines = [line for part in parts if part for line in ("", *part)]
    for line in lines:
        heading, rest = line[:INDENT], line[INDENT:]
        named = heading.strip() and not heading.startswith(" ")
        text = Text.assemble((heading, "dim"), rest) if named else Text(line)
        console.print(text, soft_wrap=True)


def _list_ranking(found: PlainValidation) -> list[str]:
    ranks = found.verdict.discrimination
    lines = [_row("ranking", "Harrell's C", [ranks.harrell]), _row("", "Uno's C", [ranks.uno])]
    if ranks.royston is not None:
        lines.append(_row("", "Royston's D", [ranks.royston.separation]))
        lines.append(_row("", "R squared of D", [ranks.royston.explained]))
    return lines


def _list_risks(found: PlainValidation) -> list[str]:
    """The figures at each month; the last months that fit."""
    verdict, horizon = found.verdict, found.cohort.horizon
    shown = list(range(len(horizon.months)))[-_room() :]
    heads = "".join(f"{'by ' + horizon.name(horizon.months[k]):>{CELL}}" for k in shown)
    lines = [f"{'by month':<{INDENT}}{'':<{NAME}}{heads}"]
    areas = verdict.discrimination.auc.auc.estimates
    lines.append(_row("", "AUC", [areas[k] for k in shown]))
    if not verdict.months:
        return lines
    months = [verdict.months[k] for k in shown]
    for title, percent, cells in (
        ("observed, %", 100, [None if m.ratio is None else m.ratio.observed for m in months]),
        (
            "expected, %",
            100,
            [None if m.ratio is None else _bare(m.ratio.expected) for m in months],
        ),
        ("observed/expected", 1, [None if m.ratio is None else m.ratio.ratio for m in months]),
        ("calibration slope", 1, [None if m.weak is None else m.weak.slope for m in months]),
        ("ICI, %", 100, [None if m.smooth is None else m.smooth.error_mean for m in months]),
    ):
        lines.append(_row("", title, cells, percent))
    if verdict.accuracy is not None:
        score = verdict.accuracy.score
        for title, kind, percent in (
            ("Brier score", score.error, 1),
            ("IPA, %", score.accuracy, 100),
        ):
            lines.append(_row("", title, [kind.estimates[k] for k in shown], percent))
    return lines


def _list_groups(found: PlainValidation) -> list[str]:
    separation, horizon = found.verdict.separation, found.cohort.horizon
    if separation is None:
        return []
    shown = list(range(len(horizon.months)))[-2:]
    heads = "".join(f"{'by ' + horizon.name(horizon.months[k]):>{RISK}}" for k in shown)
    width = WIDTH - INDENT - 6 - RISK * (len(shown) + 1)
    lines = [f"{'groups, %':<{INDENT}}{'':<{width}}{'n':>6}{heads}{'hazard ratio':>{RISK}}"]
    for one in separation.groups:
        risks = "".join(f"{_write(one.risk[k], 0, 100):>{RISK}}" for k in shown)
        ratio = "" if one.hazard_ratio is None else _write(one.hazard_ratio, 1)
        name = f"{_cut(one.name, width):<{width}}"
        lines.append(f"{'':<{INDENT}}{name}{one.patients:>6,}{risks}{ratio:>{RISK}}")
    tests = []
    if separation.test is not None:
        tests.append(f"log-rank p {_p(separation.test.p)}")
    if separation.gray is not None:
        tests.append(f"Gray p {_p(separation.gray.p)}")
    if tests:
        lines += _flow("", f"{', '.join(tests)}; hazard ratio to the group of the line above")
    return lines


def _list_centres(found: PlainValidation) -> list[str]:
    centres = found.verdict.centres
    if centres is None:
        return []
    lines = [_head(found.request.stratum)]
    judged = [one for one in centres.centres if one.merits is not None]
    lines += [_level(one.name, one.merits) for one in judged[:MOST_ROWS] if one.merits is not None]
    lines += _more(len(judged))
    for title, kind in (("all", "estimate"), ("a new one", "prediction")):
        cells = [
            _write(getattr(centres.pooled[name], kind), width=PART)
            if name in centres.pooled
            else "-"
            for name in ("concordance", "slope", "ratio")
        ]
        joined = "".join(f"{cell:>{PART}}" for cell in cells)
        lines.append(f"  {title:<{LEVEL - 2}}{'':>6}{joined}")
    if centres.rule:
        lines += _flow("", centres.rule)
    return lines


def _list_subgroups(found: PlainValidation) -> list[str]:
    lines: list[str] = []
    for label, part in found.verdict.subgroups.items():
        lines += ["", _head(f"by {label}")] if lines else [_head(f"by {label}")]
        levels = list(part.levels.items())
        lines += [_level(name, merits) for name, merits in levels[:MOST_ROWS]]
        lines += _more(len(levels))
        tests = [
            _p(part.tests[name].p) if name in part.tests else "-"
            for name in ("concordance", "slope", "ratio")
        ]
        joined = "".join(f"{cell:>{PART}}" for cell in tests)
        lines.append(f"  {'p of a difference':<{LEVEL - 2}}{'':>6}{joined}")
    return lines


def _list_rivals(found: PlainValidation) -> list[str]:
    if not found.verdict.comparisons:
        return []
    month = found.cohort.horizon.name(found.cohort.horizon.months[-1])
    heads = f"{'n':>6}{'C less':>{PAIR}}{'AUC less':>{PAIR}}"
    lines = [f"{'compared':<{INDENT}}{'':<{RIVAL}}{heads}"]
    for name, pair in list(found.verdict.comparisons.items())[:MOST_ROWS]:
        one = pair.contenders[name]
        gains = one.harrell_gain.estimate, one.auc_gain.estimates[-1]
        cells = "".join(f"{write_estimate(gain):>{PAIR}}" for gain in gains)
        lines.append(f"{'':<{INDENT}}{_cut(name, RIVAL):<{RIVAL}}{pair.patients:>6,}{cells}")
    short = found.cohort.scored.definition.short
    return [*lines, *_flow("", f"below 0: worse than {short} on the same patients; AUC by {month}")]


def _list_notes(notes: tuple[str, ...]) -> list[str]:
    return [line for note in notes for line in _flow("note", note)]


def _head(title: str) -> str:
    heads = "".join(f"{word:>{PART}}" for word in ("C", "slope", "obs/expected"))
    return f"{_cut(title, LEVEL - 1):<{LEVEL}}{'n':>6}{heads}"


def _level(name: str, merits: Merits) -> str:
    figures = {str(key): one.estimate for key, one in merits.figures.items()}
    cells = [
        _write(figures[key], width=PART) if key in figures else "-"
        for key in ("concordance", "slope", "ratio")
    ]
    joined = "".join(f"{cell:>{PART}}" for cell in cells)
    return f"  {_cut(name, LEVEL - 3):<{LEVEL - 2}}{merits.patients:>6,}{joined}"


def _more(count: int) -> list[str]:
    rest = count - MOST_ROWS
    return [f"{'':<{INDENT}}and {rest} more, in the tables"] if rest > 0 else []


def _row(heading: str, title: str, cells: list[Estimate | None], percent: int = 1) -> str:
    digits = 0 if percent == 100 else 2
    texts = [
        "-" if one is None or math.isnan(one.value) else _write(one, digits, percent)
        for one in cells
    ]
    joined = "".join(f"{text:>{CELL}}" for text in texts)
    return f"{heading:<{INDENT}}{title:<{NAME}}{joined}"


def _bare(value: float) -> Estimate:
    from jalon.core import Estimate  # noqa: PLC0415

    return Estimate(value, math.nan, math.nan)


def _write(one: Estimate, digits: int = 2, scale: float = 1.0, width: int = CELL) -> str:
    if math.isnan(one.value):
        return "-"
    if math.isnan(one.low):
        return f"{one.value * scale:.{digits}f}"
    texts = [write_estimate(one, fewer, scale) for fewer in range(digits, -1, -1)]
    return next((text for text in texts if len(text) < width), texts[-1])


def _p(p: float) -> str:
    text = write_p(p)
    return text if text[0] in "<>" else f"= {text}"


def _room() -> int:
    return (WIDTH - INDENT - NAME) // CELL


def _flow(heading: str, text: str) -> list[str]:
    parts = textwrap.wrap(text, WIDTH - INDENT) or [""]
    return [f"{heading if k == 0 else '':<{INDENT}}{part}" for k, part in enumerate(parts)]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
