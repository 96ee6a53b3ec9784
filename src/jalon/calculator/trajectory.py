"""The patient's way: which scores apply at which moment, and what their form asks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jalon.calculator.forms import describe_form, list_fields
from jalon.scores import ScoreDefinition


@lru_cache(maxsize=1)
def read_moments() -> dict[str, Any]:
    """Return the moments, their scores and the worked case, as their file has them."""
    text = (files("jalon.calculator") / "trajectory.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def describe_trajectory(scores: Mapping[str, ScoreDefinition]) -> dict[str, Any]:
    """Return all that the browser needs to follow a patient through the scores.

    Args:
        scores: the scores that are served, by slug.

    Returns:
        Moments with the fields that their scores ask for, each field once; the scores; and
        the worked case. Ready for JSON.
    """
    table = read_moments()
    used = dict.fromkeys(slug for moment in table["moment"] for slug in moment["scores"])
    forms = {slug: describe_form(scores[slug]) for slug in used}
    return {
        "fixed": table["fixed"],
        "moments": [
            {**moment, "fields": _join_fields(moment["scores"], scores)}
            for moment in table["moment"]
        ],
        "scores": forms,
        "case": table["case"],
    }


def _join_fields(slugs: list[str], scores: Mapping[str, ScoreDefinition]) -> list[dict[str, Any]]:
    """Fields of several scores; what two of them ask by one name is asked once."""
    seen: set[str] = set()
    joined = []
    for slug in slugs:
        for item in list_fields(scores[slug]):
            for field in (*item["inputs"], *([item["flag"]] if item["flag"] else [])):
                if field["id"] in seen:
                    continue
                seen.add(field["id"])
                levels = (
                    scores[slug].item(field["id"]).levels if _is_item(scores[slug], field) else ()
                )
                judged = item["flag"] is not None and field["id"] == item["flag"]["id"]
                joined.append({**field, "levels": list(levels), "judged": judged})
    return joined


def _is_item(definition: ScoreDefinition, field: dict[str, Any]) -> bool:
    return any(item.id == field["id"] for item in definition.items)
