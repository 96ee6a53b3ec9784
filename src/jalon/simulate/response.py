"""Synthetic evaluations of the lymphoma, by PET at the planned visits and at progression."""

from __future__ import annotations

import numpy as np
import polars as pl

from jalon.dictionary import find_table
from jalon.simulate.cast import Cast
from jalon.simulate.day import to_dates
from jalon.simulate.disease_course import NEVER
from jalon.simulate.rows import assemble, pick, repeat
from jalon.simulate.visit_plan import Attendance

LUGANO = ("CR", "PR", "SD", "PD")


def make_responses(cast: Cast, seen: Attendance) -> pl.DataFrame:
    """Make the table of responses: one for each visit until progression, and at progression.

    Args:
        cast: who plays.
        seen: when each patient was seen.

    Returns:
        One row per evaluation.
    """
    course, rng = cast.course, cast.rng
    names = np.array(seen.names)[seen.moment]
    is_visit = np.isin(names, [name for name in seen.names if name[0] in "dmy" and name not in
                               ("decision", "d0", "d7", "d14")])  # fmt: skip
    before = is_visit & (seen.day < course.progressed[seen.who])
    chosen = np.flatnonzero(before | (names == "progression"))
    who, day = seen.who[chosen], seen.day[chosen]
    lugano = np.where(names[chosen] == "progression", 3, _draw_best(cast)[who])
    # A partial response of a patient who stays well becomes complete.
    well = (course.progressed[who] >= NEVER) & (day > 60) & (lugano < 3)
    lugano = np.where(well, 0, lugano)
    deauville = np.array([2, 4, 4, 5])[lugano] + np.where(
        lugano == 0, rng.integers(-1, 2, len(chosen)), 0
    )
    suv = np.array([2.0, 6.0, 8.0, 14.0])[lugano] * np.exp(0.25 * rng.standard_normal(len(chosen)))
    given = {
        "patient": cast.patient.gather(who),
        "infusion_number": repeat(cast.infusion_number, len(chosen)),
        "time_point": seen.time_point.gather(chosen),
        "repeat": repeat(1, len(chosen)),
        "date": to_dates(course.infused[who] + day),
        "method": repeat("pet_ct", len(chosen)),
        "lugano": pick(LUGANO, lugano),
        "deauville": pl.Series(deauville),
        "deauville_x": repeat(0, len(chosen)),
        "new_lesion": pl.Series(((lugano == 3) & (rng.random(len(chosen)) < 0.7)).astype(np.int64)),
        "suvmax": pl.Series(np.round(suv, 1)),
    }
    return assemble(find_table("response"), given, cast.centre.gather(who))


def _draw_best(cast: Cast) -> np.ndarray:
    """Draw the best response before any progression: 54 % complete, 72 % with partial."""
    chance = cast.rng.random(len(cast))
    later = np.searchsorted(np.array([0.35, 0.80]), chance)
    cured = np.where(chance < 0.9, 0, 1)
    return np.where(cast.course.progressed >= NEVER, cured, later)
