"""A score on one page of plain text: what it asks, what it gives, what to know."""

from __future__ import annotations

import math
import textwrap

from jalon.core.errors import DefinitionError
from jalon.core.units import DAYS_PER
from jalon.scores.definition import Risk, ScoreDefinition
from jalon.scores.item import Item
from jalon.scores.rule import Row, Term
from jalon.scores.sentence import say, write_number, write_step, write_unit

WIDTH = 80
_WORDS = {
    "en": {
        "for": "For", "tells": "Tells", "when": "When", "points": "Points", "total": "Total",
        "group": "Group", "rows": "The answer is that of the first line that fits",
        "otherwise": "otherwise", "or": "or", "know": "To know", "source": "Source",
        "blocked": "Cannot be computed", "partial": "Computed in part",
        "research": "Research use only.", "by": "by {months} months", "days": "by {days} days",
        "not_known": "interval not given", "one": "one of",
        "worst": "of one organ the worst counts", "version": "version", "n": "n",
        "nothing": "no published risk", "adds": "Items",
    },
    "fr": {
        "for": "Pour", "tells": "Prédit", "when": "Quand", "points": "Points", "total": "Total",
        "group": "Groupe", "rows": "La réponse est celle de la première ligne qui convient",
        "otherwise": "sinon", "or": "ou", "know": "À savoir", "source": "Source",
        "blocked": "Ne peut pas être calculé", "partial": "Calculé en partie",
        "research": "Usage de recherche uniquement.", "by": "à {months} mois",
        "days": "à {days} jours", "one": "au choix",
        "not_known": "intervalle non publié", "worst": "par organe, le plus grave compte",
        "version": "version", "n": "n", "nothing": "aucun risque publié", "adds": "Données",
    },
}  # fmt: skip


def write_card(definition: ScoreDefinition, language: str = "en") -> str:
    """Write a score as a page of plain text, at most 80 columns wide.

    Args:
        definition: the score.
        language: "en" or "fr".

    Returns:
        The page, without numbers when the score cannot be computed.

    Example:
        >>> from jalon.scores import find_definition
        >>> print(write_card(find_definition("car_ipi")).splitlines()[0])
        CAR-IPI (DESCAR-T), not published
    """
    words = _WORDS[language]
    lines = [*textwrap.wrap(say(definition.name, language), WIDTH), ""]
    for key, field in (("for", "population"), ("tells", "outcome"), ("when", "time_point")):
        lines += _entry(words[key], str(definition.text(field, language)))
    if definition.availability != "ready":
        lines += ["", *_entry(words[definition.availability], say(definition.reason, language))]
    if definition.computes:
        lines += ["", *_list_items(definition, language)]
        lines += _list_rule(definition, language)
        lines += ["", *_list_groups(definition, language)]
    pitfalls = definition.text("pitfalls", language)
    if pitfalls:
        lines += ["", words["know"]]
        for pitfall in pitfalls:
            lines += textwrap.wrap(pitfall, WIDTH, initial_indent="  - ", subsequent_indent="    ")
    link = f" doi:{definition.doi}" if definition.doi else ""
    lines += ["", *_entry(words["source"], f"{definition.citation}{link}")]
    lines += [f"{definition.short}, {words['version']} {definition.version}. {words['research']}"]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _entry(head: str, text: str) -> list[str]:
    start = f"{head:<9} " if len(head) < 10 else f"{head}: "
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * 10)


def _list_items(definition: ScoreDefinition, language: str) -> list[str]:
    words, lines = _WORDS[language], []
    counted = definition.rule == "sum"
    head = words["adds"]
    lines.append(f"{head:<{WIDTH - 8}}{words['points']:>8}" if counted else head)
    for item in definition.items:
        unit = write_unit(item.unit, language)
        name = f"{say(item.label, language)}{f', {unit}' if unit else ''}"
        lines += textwrap.wrap(name, WIDTH - 10, initial_indent="  ", subsequent_indent="    ")
        if len(lines[-1]) + len(item.id) + 2 > WIDTH:
            lines.append("")
        lines[-1] += item.id.rjust(WIDTH - len(lines[-1]))
        if counted:
            lines += [_step_line(item, k, language) for k in range(len(item.steps))]
        elif len(item.levels) > 2:
            lines += textwrap.wrap(
                f"{words['one']} {', '.join(item.levels)}", WIDTH, initial_indent="    ",
                subsequent_indent="    ",
            )  # fmt: skip
    if any(item.exclusive for item in definition.items):
        lines.append(f"  ({words['worst']})")
    return lines


def _step_line(item: Item, index: int, language: str) -> str:
    text = textwrap.shorten(write_step(item, index, language), WIDTH - 16, placeholder=" …")
    return f"    {text:<{WIDTH - 12}}{item.steps[index].points:>8}"


def _list_rule(definition: ScoreDefinition, language: str) -> list[str]:
    if definition.rule == "formula":
        return ["", *textwrap.wrap(write_equation(definition), WIDTH, subsequent_indent="    ")]
    lines = []
    if definition.rule == "table":
        lines = ["", _WORDS[language]["rows"]]
        for row in definition.rows:
            lines += _row_lines(definition, row, language)
    for override in definition.overrides:
        lines += textwrap.wrap(say(override.note, language), WIDTH, initial_indent="  ")
    return lines


def _row_lines(definition: ScoreDefinition, row: Row, language: str) -> list[str]:
    text, answer = list_row(definition, row, language)
    return textwrap.wrap(
        f"{text} -> {answer}", WIDTH, initial_indent="  - ", subsequent_indent="    "
    )


def list_row(definition: ScoreDefinition, row: Row, language: str) -> tuple[str, str]:
    """Write a row of a decision table in words.

    Args:
        definition: a decision table.
        row: the row.
        language: "en" or "fr".

    Returns:
        When it fits, and the answer it gives.
    """
    words = _WORDS[language]
    parts = []
    for name, points in row.when.items():
        item = definition.item(name)
        bands = [k for k, step in enumerate(item.steps) if step.points in points]
        said = f" {words['or']} ".join(_join_bands(item, bands, language))
        parts.append(f"{say(item.label, language)}{' : ' if language == 'fr' else ': '}{said}")
    text = (" ; " if language == "fr" else "; ").join(parts) or words["otherwise"]
    answer = f" {words['or']} ".join(
        say(definition.group_of(total).label, language) if definition.groups else str(total)
        for total in row.totals
    )
    return text, answer


def _join_bands(item: Item, bands: list[int], language: str) -> list[str]:
    """Neighbouring steps said as one: from the limit of the first to that of the last."""
    if item.levels or len(bands) < 2 or bands != list(range(bands[0], bands[-1] + 1)):
        return [write_step(item, k, language) for k in bands]
    first = write_step(item, bands[0], language).split(", ")
    last = write_step(item, bands[-1], language).split(", ")
    ends = ([first[0]] if bands[0] else []) + (
        [last[-1]] if bands[-1] + 1 < len(item.steps) else []
    )
    return [", ".join(ends)]


def write_equation(definition: ScoreDefinition) -> str:
    """Write a formula as an equation, with the ids of the items.

    Args:
        definition: a formula.

    Returns:
        For example ``EASIX = ldh × creatinine ÷ platelets``.

    Raises:
        DefinitionError: the score is not a formula.
    """
    formula = definition.formula
    if formula is None:
        raise DefinitionError(f"{definition.slug} is not a formula")
    if formula.multiplies:
        text = formula.terms[0].item
        for term in formula.terms[1:]:
            text += f" {'×' if term.weight > 0 else '÷'} {term.item}"
        return f"{formula.symbol} = {text}"
    return f"{formula.symbol} = " + " + ".join(_write_term(term) for term in formula.terms)


def _write_term(term: Term) -> str:
    if term.link == "level":
        each = ", ".join(f"{value:g}: {weight!r}" for value, weight in term.levels)
        return f"{{{term.item} {each}}}"
    inner = {"log2": f"log2({term.item})", "excess": f"max({term.item} - {term.knot!r}, 0)"}
    return f"{term.weight!r} × {inner.get(term.link, term.item)}"


def _list_groups(definition: ScoreDefinition, language: str) -> list[str]:
    words, lines = _WORDS[language], []
    for group in definition.groups:
        low, high = group.low, group.high
        totals = f"{low}" if low == high else f"{low}-{high}"
        if definition.rule == "formula":
            totals = ""
        label = say(group.label, language)
        lines.append(f"  {totals:<6} {label}".rstrip())
        risks = [risk for risk in definition.risks if risk.group == group.slug]
        for risk in risks:
            lines += textwrap.wrap(
                _write_risk(risk, language), WIDTH, initial_indent=" " * 9,
                subsequent_indent=" " * 11,
            )  # fmt: skip
    if not lines:
        return []
    tail = [] if definition.risks else [f"  ({words['nothing']})"]
    return [f"{words['total']:<8} {words['group']}", *lines, *tail]


def _write_risk(risk: Risk, language: str) -> str:
    words = _WORDS[language]
    event, cohort = risk.words(language)
    value = write_number(100 * risk.value, language, 3)
    if math.isnan(risk.low) or math.isnan(risk.high):
        interval = words["not_known"]
    else:
        interval = "-".join(write_number(100 * x, language, 3) for x in (risk.low, risk.high))
    if risk.months == round(risk.months):
        by = words["by"].format(months=write_number(risk.months, language, 3))
    else:
        by = words["days"].format(days=round(risk.months * DAYS_PER["months"]))
    size = f", n {risk.n}" if risk.n else ""
    return f"{event} {by} {value} % ({interval}{size}); {cohort}"
