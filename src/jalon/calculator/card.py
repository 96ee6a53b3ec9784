"""The card that a hospital's record shows: the answer, what it rests on, what is missing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from jalon.calculator.given import list_sources
from jalon.calculator.observation import Chart
from jalon.scores import Assessment
from jalon.scores.sentence import say, write_number, write_points

MOST = 139
"""Characters of a summary: CDS Hooks asks for less than 140."""


def write_card(
    answer: Assessment, chart: Chart, today: date, stale: int, hook: str
) -> dict[str, Any]:
    """Write an answer as a card of CDS Hooks.

    Args:
        answer: the answer.
        chart: the values it rests on.
        today: the day of the question.
        stale: days after which a value is called old.
        hook: instance of the hook, of which the card's own id is made.

    Returns:
        The card.
    """
    definition = answer.definition
    old = list_old(answer, chart, today, stale)
    remarks = [r.text["en"] for r in answer.remarks if r.kind != "note" or r.text]
    worth = answer.group is None or old or chart.notes or remarks or answer.flips
    source: dict[str, Any] = {"label": f"jalon: {definition.short}, version {definition.version}"}
    if definition.doi:
        source["url"] = f"https://doi.org/{definition.doi}"
    return {
        "uuid": str(uuid5(NAMESPACE_URL, f"jalon:{definition.slug}:{hook}")),
        "summary": _summarise(answer),
        "indicator": "warning" if worth else "info",
        "detail": _detail(answer, chart, old + remarks),
        "source": source,
        "overrideReasons": [
            {"code": "not-applicable", "system": "urn:jalon:override",
             "display": "The score does not apply to this patient"},
            {"code": "value-wrong", "system": "urn:jalon:override", "display": "A value is wrong"},
        ],
    }  # fmt: skip


def list_old(answer: Assessment, chart: Chart, today: date, stale: int) -> list[str]:
    """Say which values are old, or of unknown date.

    Args:
        answer: the answer.
        chart: the values it rests on.
        today: the day of the question.
        stale: days after which a value is called old.

    Returns:
        A sentence each.
    """
    definition, found = answer.definition, []
    labels = {each.id: each.label["en"] for each in list_sources(definition)}
    for name, day in chart.dates.items():
        if day is None:
            found.append(f"{labels[name]}: the record does not say when it was taken")
        elif (today - day).days > stale:
            found.append(f"{labels[name]}: of {day}, {(today - day).days} days old")
    return found


def _points(answer: Assessment) -> str:
    formula = answer.definition.formula
    if formula is None:
        return write_points(answer.points_low, answer.points_high, "en")
    ends = [write_number(x, "en", 3) for x in (answer.points_low, answer.points_high)]
    return f"{formula.symbol} {' to '.join(dict.fromkeys(ends))}".replace("inf", "any")


def _summarise(answer: Assessment) -> str:
    definition = answer.definition
    if answer.group is not None:
        text = f"{definition.short}: {say(answer.group.label, 'en')} ({_points(answer)})"
    elif answer.state == "complete":
        text = f"{definition.short}: {_points(answer)}"
    else:
        labels = [definition.item(name).label["en"] for name in answer.deciding]
        text = f"{definition.short}: undetermined ({_points(answer)}); needs {', '.join(labels)}"
    return text if len(text) <= MOST else text[: MOST - 1].rstrip() + "…"


def _detail(answer: Assessment, chart: Chart, warnings: list[str]) -> str:
    definition = answer.definition
    lines = ["**Research use only.**", ""]
    if warnings or chart.notes:
        lines += ["Look at:", *(f"- {plain(text)}" for text in (*warnings, *chart.notes)), ""]
    if answer.group is None and answer.possible:
        groups = ", ".join(say(group.label, "en") for group in answer.possible)
        lines += [f"Still possible: {plain(groups)}", ""]
    lines += [f"- {plain(part.why['en'])}{_dated(part.item, chart)}" for part in
              answer.contributions]  # fmt: skip
    lines.append("")
    for risk in answer.risks:
        interval = (
            f", 95% {100 * risk.low:.3g}–{100 * risk.high:.3g}%" if risk.low == risk.low else ""
        )
        lines.append(
            f"- {plain(risk.event or definition.outcome)} by {risk.months:.3g} months: "
            f"{100 * risk.value:.3g}%{interval} ({plain(risk.cohort)})"
        )
    if answer.group is not None and not answer.risks:
        lines.append("No risk is published for this group.")
    lines += ["", f"For: {plain(definition.population)}", f"When: {plain(definition.time_point)}"]
    lines += ["", *(f"- {plain(pitfall)}" for pitfall in definition.pitfalls)]
    return "\n".join(lines) + "\n"


def _dated(item: str, chart: Chart) -> str:
    day = chart.dates.get(item)
    return f" — {day}" if day else ""


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is.

    Args:
        text: the text.

    Returns:
        The same with its signs of Markdown escaped.
    """
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text)
