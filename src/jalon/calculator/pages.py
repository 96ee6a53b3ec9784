"""The pages as text: rendered from templates, for the server or as one offline file."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

import jalon
from jalon.calculator.forms import (
    describe_form,
    describe_rule,
    describe_steps,
    list_fields,
    list_series,
)
from jalon.calculator.trajectory import describe_trajectory
from jalon.scores import Performance, ScoreDefinition
from jalon.scores.sentence import write_number

_FOLDER = files("jalon.calculator")
SCRIPTS = (
    "engine.js", "answer.js", "series.js", "words.js", "charts.js", "page.js", "trajectory.js",
    "start.js",
)  # fmt: skip
_SPELLED = {"umol/L": "µmol/L", "ug/L": "µg/L", "ukat/L": "µkat/L", "/uL": "/µL", "10^9/L": "10⁹/L",
            "kg/m2": "kg/m²"}  # fmt: skip
_CHECKED = {
    "primary": {"en": "the paper itself", "fr": "l'article lui-même"},
    "secondary": {"en": "a later paper or review", "fr": "un article ultérieur ou une revue"},
    "implementation": {"en": "public programs", "fr": "des programmes publics"},
    "seed": {"en": "notes of experts", "fr": "des notes d'experts"},
}
SHELVES = {
    "learned": {"en": "Learned with jalon", "fr": "Appris avec jalon"},
    "ready": {"en": "Computed", "fr": "Calculés"},
    "partial": {"en": "Computed in part", "fr": "Calculés en partie"},
    "blocked": {
        "en": "Refused: too little is published",
        "fr": "Refusés : trop peu est publié",
    },
}


def typeset(text: str) -> str:
    """Set French text with the narrow spaces that its signs want.

    Args:
        text: French text with plain spaces.

    Returns:
        The same with spaces that do not break before signs.
    """
    for sign in ":;?!%»":
        text = text.replace(f" {sign}", f"\u202f{sign}")
    return text.replace("« ", "«\u202f").replace(" < ", " <\u00a0")


def spell(unit: str) -> str:
    """Write a unit as laboratories print it.

    Args:
        unit: the unit of the definition.

    Returns:
        For example ``µmol/L`` for ``umol/L``.
    """
    return _SPELLED.get(unit, unit)


def found(result: Performance) -> str:
    """Write what a paper found, with its interval where it gives one.

    Args:
        result: the result.

    Returns:
        For example ``1.8 (1.2-2.6), p <0.01``.
    """
    text = "not reached" if math.isinf(result.value) else write_number(result.value, "en")
    if not (math.isnan(result.low) or math.isnan(result.high)):
        text += f" ({write_number(result.low, 'en')}-{write_number(result.high, 'en')})"
    return f"{text}, p {result.p}" if result.p else text


@lru_cache(maxsize=1)
def read_style() -> str:
    """Return the style sheet."""
    return (_FOLDER / "static" / "calculator.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def read_script() -> str:
    """Return the script: the engine and the page, as one text."""
    return "\n".join((_FOLDER / "static" / name).read_text(encoding="utf-8") for name in SCRIPTS)


def name_asset(text: str, ending: str) -> str:
    """Name a file by its content, so that a browser may keep it for ever.

    Args:
        text: the content.
        ending: of the name.

    Returns:
        The name.
    """
    return f"calculator-{hashlib.sha256(text.encode()).hexdigest()[:16]}.{ending}"


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("jalon.calculator", "templates")
    made = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    made.filters.update(typeset=typeset, spell=spell, found=found)
    return made


def _shared(language: str, root: str) -> dict[str, Any]:
    return {
        "language": language, "root": root, "release": jalon.__version__, "offline": False,
        "style_name": name_asset(read_style(), "css"),
        "script_name": name_asset(read_script(), "js"),
    }  # fmt: skip


def embed_json(value: Any) -> Markup:
    """Write a value as JSON that may stand within a page.

    Args:
        value: plain values.

    Returns:
        The JSON, without a sign that could end the element around it.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element


def _describe_score(definition: ScoreDefinition) -> dict[str, Any]:
    form = describe_form(definition)
    return {
        "d": definition, "fields": list_fields(definition), "rule": describe_rule(definition),
        "all_steps": {item.id: describe_steps(item) for item in definition.items},
        "checked": _CHECKED.get(definition.checked, {"en": definition.checked, "fr": ""}),
        "sha256": form["sha256"], "data": embed_json(form),
        "units": form["form"]["unit_words"], "series": list_series(definition),
        "labels": {group.slug: group.label["en"] for group in definition.groups},
        "learned": _tell_learning(definition),
    }  # fmt: skip


def _tell_learning(definition: ScoreDefinition) -> str:
    told = definition.learning
    parts = [str(told[key]) for key in ("data", "method", "proof") if key in told]
    if "patients" in told and "events" in told:
        parts.append(f"{told['patients']:,} patients, {told['events']:,} events")
    return "; ".join(parts)


def write_page(definition: ScoreDefinition, language: str = "en", root: str = "") -> str:
    """Write the page of a score, as the server sends it.

    Args:
        definition: the score.
        language: "en" or "fr"; the reader can change it on the page.
        root: what stands before every address, where the server is mounted below a path.

    Returns:
        The HTML.
    """
    page = _environment().get_template("score.html")
    return page.render(**_shared(language, root), **_describe_score(definition))


def write_offline(definition: ScoreDefinition, language: str = "en") -> str:
    """Write the page of a score as one file that needs no network.

    Args:
        definition: the score.
        language: "en" or "fr"; the reader can change it on the page.

    Returns:
        The HTML. Its policy allows only its own script and style, by their hashes.
    """
    style, script = read_style(), read_script()
    policy = (
        f"default-src 'none'; style-src '{_fingerprint(style)}'; "
        f"script-src '{_fingerprint(script)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    own = {"offline": True, "policy": policy, "style": Markup(style), "script": Markup(script)}  # noqa: S704 - our own files
    page = _environment().get_template("score.html")
    return page.render(**(_shared(language, "") | own), **_describe_score(definition))


def _fingerprint(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def write_index(
    definitions: Iterable[ScoreDefinition], language: str = "en", root: str = ""
) -> str:
    """Write the page that lists all scores.

    Args:
        definitions: the scores.
        language: "en" or "fr".
        root: what stands before every address.

    Returns:
        The HTML.
    """
    return (
        _environment()
        .get_template("index.html")
        .render(**_shared(language, root), shelves=_sort_shelves(tuple(definitions)))
    )


def _sort_shelves(
    definitions: Sequence[ScoreDefinition],
) -> list[tuple[dict[str, str], list[ScoreDefinition]]]:
    shelves: dict[str, list[ScoreDefinition]] = {key: [] for key in SHELVES}
    for each in definitions:
        shelves["learned" if each.status == "learned" else each.availability].append(each)
    return [
        (SHELVES[key], sorted(members, key=lambda each: each.short.lower()))
        for key, members in shelves.items()
    ]


def write_missing(language: str = "en", root: str = "") -> str:
    """Write the page that says that no score has the name that was asked for.

    Args:
        language: "en" or "fr".
        root: what stands before every address.

    Returns:
        The HTML.
    """
    return _environment().get_template("missing.html").render(**_shared(language, root))


def write_trajectory(
    scores: Mapping[str, ScoreDefinition], language: str = "en", root: str = ""
) -> str:
    """Write the page that follows one patient through the scores.

    Args:
        scores: the scores that are served, by slug.
        language: "en" or "fr".
        root: what stands before every address.

    Returns:
        The HTML.
    """
    page = _environment().get_template("trajectory.html")
    data = embed_json(describe_trajectory(scores))
    return page.render(**_shared(language, root), data=data)
