"""The answer of a score for one patient, on a terminal."""

from __future__ import annotations

import math
import textwrap

from jalon.scores import Assessment
from jalon.scores.sentence import say, write_number

WIDTH = 80
HEAD = 8
_WORDS = {
    "en": {
        "points": "points", "value": "value", "group": "group", "missing": "missing",
        "undetermined": "undetermined", "or": " or ", "to": " to ", "decides": "decides",
        "because": "because", "other": "limit", "look": "look at", "assumed": "assumed",
        "risk": "risk", "none": "no published risk for this group",
        "interval": "interval not given", "by": "by {} months", "days": "by {} days",
        "part": "in part", "read": "by another reading {}", "end": "Research use only.",
        "no_bound": "cannot be bounded",
        "when": "when", "for": "for",
    },
    "fr": {
        "points": "points", "value": "valeur", "group": "groupe", "missing": "manque",
        "undetermined": "indéterminé", "or": " ou ", "to": " à ", "decides": "décide",
        "because": "car", "other": "limite", "look": "à voir", "assumed": "supposé",
        "risk": "risque", "none": "aucun risque publié pour ce groupe",
        "interval": "intervalle non publié", "by": "à {} mois", "days": "à {} jours",
        "part": "partiel", "read": "selon une autre lecture {}",
        "end": "Usage de recherche uniquement.", "no_bound": "sans limite connue",
        "when": "quand", "for": "pour",
    },
}  # fmt: skip


def write_screen(answer: Assessment, language: str) -> str:
    """Write an answer for a terminal, at most 80 columns wide.

    Args:
        answer: the answer.
        language: "en" or "fr".

    Returns:
        Points, group, risks, what is missing and what would decide, and why.
    """
    words, definition = _WORDS[language], answer.definition
    lines = [*textwrap.wrap(say(definition.name, language), WIDTH), ""]
    formula = definition.formula
    head = words["points"] if formula is None else words["value"]
    lines += _line(head, _write_range(answer, language))
    if definition.groups:
        lines += _line(words["group"], _write_group(answer, language))
    if answer.flips and answer.alternative is not None:
        other = answer.alternative
        names = words["or"].join(say(g.label, language) for g in other.groups)
        ends = f"{other.points_low:g}{words['to']}{other.points_high:g}"
        lines += _line(words["other"], words["read"].format(f"{ends}, {names}".rstrip(", ")))
    if answer.missing:
        lines += _line(words["missing"], ", ".join(answer.missing))
    if answer.deciding and answer.deciding != answer.missing:
        lines += _line(words["decides"], ", ".join(answer.deciding))
    for risk in _write_risks(answer, language):
        lines += _line(words["risk"], risk)
    lines += [""]
    for part in answer.contributions:
        lines += textwrap.wrap(
            say(part.why, language), WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    told = [r for r in answer.remarks if r.kind != "assumed"]
    if told or definition.reason:
        lines += [""]
    for remark in told:
        lines += _line(words["look"], say(remark.text, language))
    if definition.reason:
        lines += _line(words["part"], say(definition.reason, language))
    lines += ["", *_line(words["when"], str(definition.text("time_point", language)))]
    lines += _line(words["for"], str(definition.text("population", language)))
    lines += [f"{definition.short} {definition.version}. {words['end']}"]
    return "\n".join(lines) + "\n"


def _line(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"{head:<{HEAD}}", subsequent_indent=" " * HEAD,
        break_on_hyphens=False,
    )  # fmt: skip


def _write_range(answer: Assessment, language: str) -> str:
    low, high = answer.points_low, answer.points_high
    if math.isinf(low) or math.isinf(high):
        return _WORDS[language]["no_bound"]
    formula = answer.definition.formula
    digits = 4 if formula is None else max(4, formula.decimals + 2)
    ends = [write_number(end, language, digits) for end in (low, high)]
    text = ends[0] if low == high else _WORDS[language]["to"].join(ends)
    if answer.log2 is not None:
        text += f" (log2 {write_number(answer.log2, language, 3)})"
    return text


def _write_group(answer: Assessment, language: str) -> str:
    if answer.group is not None:
        return say(answer.group.label, language)
    words = _WORDS[language]
    names = words["or"].join(say(group.label, language) for group in answer.possible)
    colon = " : " if language == "fr" else ": "
    return f"{words['undetermined']}{colon}{names}"


def _write_risks(answer: Assessment, language: str) -> list[str]:
    words = _WORDS[language]
    if answer.group is None or not answer.group.applies:
        return []
    found = []
    for risk in answer.risks:
        event, cohort = risk.words(language)
        event = event or str(answer.definition.text("outcome", language))
        by = (
            words["by"].format(write_number(risk.months, language, 3))
            if risk.months == round(risk.months)
            else words["days"].format(round(risk.months * 365.25 / 12))
        )
        value = write_number(100 * risk.value, language, 3)
        interval = words["interval"]
        if not (math.isnan(risk.low) or math.isnan(risk.high)):
            ends = (write_number(100 * end, language, 3) for end in (risk.low, risk.high))
            interval = "-".join(ends)
        size = f", n {risk.n}" if risk.n else ""
        found.append(f"{event} {by} {value} % ({interval}{size}); {cohort}")
    return found or [words["none"]]
