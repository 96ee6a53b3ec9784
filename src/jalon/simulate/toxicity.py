"""Synthetic complications: CRS, ICANS, cytopenias and infections."""

from __future__ import annotations

import numpy as np
import polars as pl

from jalon.dictionary import find_table
from jalon.simulate.cast import Cast
from jalon.simulate.day import to_dates
from jalon.simulate.disease_course import APART
from jalon.simulate.rows import assemble, pick, repeat

GRADES = {
    "crs": (0.15, 0.47, 0.305, 0.055, 0.02),
    "icans": (0.58, 0.17, 0.135, 0.085, 0.03),
    "neutropenia": (0.15, 0.05, 0.10, 0.25, 0.45),
    "thrombocytopenia": (0.30, 0.20, 0.15, 0.15, 0.20),
    "infection": (0.60, 0.05, 0.15, 0.17, 0.03),
    "hypogammaglobulinaemia": (0.60, 0.20, 0.20, 0.0, 0.0),
}
"""Share of the patients with grade 0 to 4; CRS and ICANS of grade 3 or more as in Lemoine 2023."""

ONSET = {"crs": (0, 8), "icans": (3, 12), "neutropenia": (0, 10), "thrombocytopenia": (0, 15),
         "infection": (1, 120), "hypogammaglobulinaemia": (20, 100)}  # fmt: skip
LENGTH = {"crs": (2, 9), "icans": (2, 12), "neutropenia": (5, 40), "thrombocytopenia": (5, 60),
          "infection": (5, 25), "hypogammaglobulinaemia": (30, 300)}  # fmt: skip
SCALES = {"crs": "astct", "icans": "astct", "neutropenia": "ctcae5", "thrombocytopenia": "ctcae5"}


def make_toxicities(cast: Cast) -> pl.DataFrame:
    """Make the table of complications.

    Args:
        cast: who plays.

    Returns:
        One row per episode.
    """
    parts = [_make_kind(kind, cast) for kind in GRADES]
    return pl.concat(parts).sort("centre", "patient", "kind", maintain_order=True)


def _make_kind(kind: str, cast: Cast) -> pl.DataFrame:
    course, rng = cast.course, cast.rng
    grade = rng.choice(5, size=len(cast), p=GRADES[kind])
    onset = rng.integers(*ONSET[kind], len(cast))
    fatal = course.is_dead & course.apart & np.isin(course.cause, _list_causes(kind))
    grade = np.where(fatal, 5, grade)
    onset = np.where(fatal, np.maximum(course.died - rng.integers(1, 9, len(cast)), 0), onset)
    who = np.flatnonzero((grade > 0) & course.given & (onset <= course.seen))
    onset, grade, last = onset[who], grade[who], course.seen[who]
    length = rng.integers(*LENGTH[kind], len(who))
    end = np.where(grade == 5, last, onset + length)
    infused, over = course.infused[who], end <= last
    given = {
        "patient": cast.patient.gather(who),
        "infusion_number": repeat(1, len(who)),
        "kind": repeat(kind, len(who)),
        "episode": repeat(1, len(who)),
        "grade": pl.Series(grade),
        "scale": repeat(SCALES.get(kind, "ctcae5"), len(who)),
        "onset": to_dates(infused + onset),
        "highest_grade_date": to_dates(infused + np.minimum(onset + (end - onset) // 2, last)),
        "end_date": to_dates(infused + end, over),
        "outcome": pick(
            ("resolved", "ongoing", "fatal"), np.where(grade == 5, 2, np.where(over, 0, 1))
        ),
    }
    # The signs of a fatal episode are those of grade 4.
    given |= _describe(kind, np.minimum(grade, 4), cast)
    if kind in ("neutropenia", "thrombocytopenia"):
        given["phase"] = pick(("early", "late"), (onset > 30).astype(np.int64))
    return assemble(find_table("toxicity"), given, cast.centre.gather(who))


def _list_causes(kind: str) -> list[int]:
    """Return the causes of death that a kind of complication stands for."""
    names = {"crs": ["crs"], "icans": ["icans"], "infection": ["infection", "covid19"]}
    return [list(APART).index(name) for name in names.get(kind, [])]


def _describe(kind: str, grade: np.ndarray, cast: Cast) -> dict[str, pl.Series]:
    """Give the signs that the grade rests on."""
    rng, rows = cast.rng, len(grade)
    if kind == "crs":
        return {
            "tocilizumab_doses": pl.Series(np.minimum(grade - 1, 3)),
            "steroids": pl.Series((grade >= 2) & (rng.random(rows) < 0.5)).cast(pl.Int64),
            "temperature": pl.Series(np.round(38.1 + rng.random(rows) * 2.2, 1)),
            "hypotension": pl.Series((grade >= 2).astype(np.int64)),
            "vasopressors": pl.Series(np.maximum(grade - 2, 0)),
            "vasopressin": repeat(0, rows),
            "oxygen": repeat("none", rows),
        }
    if kind == "icans":
        low = np.array([0, 7, 3, 0, 0])[grade]
        high = np.array([11, 10, 7, 3, 1])[grade]
        return {
            "steroids": pl.Series((grade >= 2).astype(np.int64)),
            "ice": pl.Series(low + np.floor(rng.random(rows) * (high - low)).astype(np.int64)),
            "consciousness": pick(
                ("awake", "voice", "tactile", "unarousable"), np.maximum(grade - 1, 0)
            ),
            "seizure": repeat("none", rows),
            "motor_weakness": repeat(0, rows),
            "cerebral_oedema": repeat("none", rows),
        }
    if kind == "infection":
        classes = ("bacterial", "viral", "covid19", "fungal", "none_found")
        sites = ("blood", "lung", "upper_airways", "urinary", "digestive", "skin")
        return {
            "pathogen_class": pick(classes, rng.choice(5, rows, p=[0.4, 0.2, 0.15, 0.05, 0.2])),
            "infection_site": pick(sites, rng.integers(0, len(sites), rows)),
            "septic_shock": pl.Series((grade == 4).astype(np.int64)),
        }
    return {}
