"""A score as a page of the manual, written from its definition alone."""

from __future__ import annotations

import math
from collections.abc import Iterable

from jalon.core.units import DAYS_PER, Quantity
from jalon.scores.card import list_row, write_equation
from jalon.scores.definition import Performance, Risk, ScoreDefinition
from jalon.scores.example import Example
from jalon.scores.item import Item
from jalon.scores.reading import Between, Value
from jalon.scores.sentence import say, write_number, write_step

_STATES = {"ready": "computed", "partial": "computed in part", "blocked": "not computed"}


def write_markdown(definition: ScoreDefinition, examples: Iterable[Example] = ()) -> str:
    """Write a score as a page of the manual.

    Args:
        definition: the score.
        examples: worked examples to show.

    Returns:
        The page in Markdown.
    """
    lines = [f"# {say(definition.name, 'en')}", "", f"*{say(definition.name, 'fr')}*", ""]
    lines += [f"`{definition.slug}`, version {definition.version}, "
              f"{_STATES[definition.availability]}.", ""]  # fmt: skip
    if definition.reason:
        lines += [f"**{_STATES[definition.availability].capitalize()}**: "
                  f"{say(definition.reason, 'en')}.", ""]  # fmt: skip
    lines += [
        f"- For: {definition.population}",
        f"- Tells: {definition.outcome}",
        f"- When: {definition.time_point}",
        "",
    ]
    if definition.computes:
        lines += [*_items(definition), *_rule(definition), *_groups(definition)]
    lines += _performance(definition.performance)
    if definition.pitfalls:
        lines += ["## To know", "", *(f"- {pitfall}" for pitfall in definition.pitfalls), ""]
    lines += _examples(examples)
    lines += ["## Source", "", _cite(definition), ""]
    if definition.unverified:
        lines += ["Not verified:", "", *(f"- {fact}" for fact in definition.unverified), ""]
    return "\n".join(lines)


def _cite(definition: ScoreDefinition) -> str:
    doi = definition.doi
    link = doi.replace("(", "%28").replace(")", "%29")
    return f"{definition.citation} [doi:{doi}](https://doi.org/{link})" if doi else (
        definition.citation
    )  # fmt: skip


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *body, ""]


def _items(definition: ScoreDefinition) -> list[str]:
    counted = definition.rule == "sum"
    rows = []
    for item in definition.items:
        steps = [
            f"{write_step(item, k, 'en')}: **{step.points}**" if counted
            else write_step(item, k, "en")
            for k, step in enumerate(item.steps)
        ]  # fmt: skip
        rows.append((f"`{item.id}`", say(item.label, "en"), _unit(item), "; ".join(steps)))
    lines = ["## Items", "", *_table(("item", "what", "unit", "limits"), rows)]
    for item in definition.items:
        lines += [f"- `{item.id}`: {dispute.why['en']}." for dispute in item.disputes]
    lines += [
        f"- `{item.id}` may be given as `{item.over[0]}` over `{item.over[1]}`."
        for item in definition.items
        if item.over
    ]
    lines += [
        f"- `{item.id}`: when not given, level {item.assumed:g} is taken, and the answer says so."
        for item in definition.items
        if item.assumed is not None
    ]
    return [*lines, ""] if lines[-1] else lines


def _unit(item: Item) -> str:
    span = item.span
    if item.levels:
        return ", ".join(item.levels)
    return (
        f"{item.unit} ({write_number(span[0], 'en')} to {write_number(span[1], 'en', 8)})"
        if span
        else item.unit
    )


def _rule(definition: ScoreDefinition) -> list[str]:
    if definition.rule == "formula":
        return ["## Formula", "", f"`{write_equation(definition)}`", ""]
    if definition.rule == "table":
        rows = [list_row(definition, row, "en") for row in definition.rows]
        head = "The answer is that of the first line that fits."
        return ["## Rule", "", head, "", *_table(("when", "answer"), rows)]
    notes = [f"- {say(override.note, 'en')}" for override in definition.overrides]
    if any(item.exclusive for item in definition.items):
        notes.append("- Several items describe one organ or domain: the worst counts.")
    return [*notes, ""] if notes else []


def _groups(definition: ScoreDefinition) -> list[str]:
    if not definition.groups:
        return []
    rows = []
    for group in definition.groups:
        totals = f"{group.low}" if group.low == group.high else f"{group.low} to {group.high}"
        risks = [_risk(risk) for risk in definition.risks if risk.group == group.slug]
        rows.append(
            (
                "" if definition.rule == "formula" else totals,
                say(group.label, "en"),
                "; ".join(risks) or "none published",
            )
        )
    return ["## Groups", "", *_table(("total", "group", "published risk"), rows)]


def _risk(risk: Risk) -> str:
    whole = risk.months == round(risk.months)
    by = f"{risk.months:g} months" if whole else f"{round(risk.months * DAYS_PER['months'])} days"
    size = f", n {risk.n}" if risk.n else ""
    interval = _interval(100 * risk.low, 100 * risk.high) or "no interval"
    return f"{risk.event} by {by} {100 * risk.value:.3g} % ({interval}{size}), {risk.cohort}"


def _interval(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{write_number(low, 'en')}-{write_number(high, 'en')}"


def _performance(found: Iterable[Performance]) -> list[str]:
    rows = []
    for each in found:
        value = "not reached" if math.isinf(each.value) else write_number(each.value, "en", 4)
        interval = _interval(each.low, each.high)
        shown = f"{value} ({interval})" if interval else value
        p = f", p {each.p}" if each.p else ""
        rows.append((each.cohort, each.outcome, each.measure, each.group, f"{shown}{p}", each.note))
    head = ("cohort", "outcome", "measure", "group", "value", "note")
    return ["## What papers found", "", *_table(head, rows)] if rows else []


def _examples(examples: Iterable[Example]) -> list[str]:
    rows = []
    for example in examples:
        given = ", ".join(f"{name} {_given(value)}" for name, value in example.inputs.items())
        if "series" in example.expected:
            days = zip(example.expected["days"], example.expected["counts"], strict=True)
            given = ", ".join(f"day {day}: {count:g}" for day, count in days)
        rows.append((given or "nothing", _expected(example), example.why))
    return ["## Worked examples", "", *_table(("given", "answer", "why"), rows)] if rows else []


def _given(value: Value) -> str:
    if isinstance(value, Quantity):
        return f"{value.value:g} {value.unit}"
    if isinstance(value, Between):
        return f"{value.low:g} to {value.high:g} {value.unit}".rstrip()
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def _expected(example: Example) -> str:
    expected = example.expected
    if "error" in expected:
        return f"refused: {expected['error']}"
    if "value" in expected:
        text = f"{expected['value']:g}"
    else:
        low, high = expected.get("points", ("", ""))
        text = f"{low}" if low == high else f"{low} to {high}"
    return f"{text} {expected.get('group', '')}".strip()
