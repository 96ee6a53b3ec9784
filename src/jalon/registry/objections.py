"""Who objects to what, on which day; a patient's word reaches every extract."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

import polars as pl

from jalon.core.errors import UserError

ALL = "*"
"""The project of an objection to every project."""

SEPARATORS = r"[\s_.\-]+"
"""What may stand between the words of a project's name: an objection must not miss its project
for the sake of a blank."""


@dataclass(frozen=True, slots=True, eq=False)
class Objecting:
    """The patients who object to a project on a day.

    Attributes:
        project: the project.
        on: the day.
        patients: columns centre and patient, one row each, in order.
    """

    project: str
    on: date
    patients: pl.DataFrame

    @property
    def digest(self) -> str:
        """The SHA-256 of the list, which tells two states of objections apart."""
        lines = "".join(f"{centre} {patient}\n" for centre, patient in self.patients.iter_rows())
        return hashlib.sha256(lines.encode()).hexdigest()


def find_objecting(objections: pl.DataFrame, project: str, on: date) -> Objecting:
    """Return who objects to a project, or to all, on a day.

    An objection counts from its day on, that day included, until the day on which it is
    withdrawn, that day not included. Withdrawing an objection to one project leaves one to all
    projects as it is.

    Args:
        objections: current rows of the table objection.
        project: the project's name.
        on: the day.

    Returns:
        The patients who object.

    Example:
        >>> rows = {"centre": ["A"], "patient": ["p"], "project": ["*"],
        ...     "objected_on": [date(2026, 1, 5)], "withdrawn_on": [None]}
        >>> frame = pl.DataFrame(rows, schema_overrides={"withdrawn_on": pl.Date})
        >>> find_objecting(frame, "score", date(2026, 1, 5)).patients.height
        1
        >>> find_objecting(frame, "score", date(2026, 1, 4)).patients.height
        0
    """
    withdrawn = pl.col("withdrawn_on")
    in_force = objections.filter(
        is_project(project) | (pl.col("project") == ALL),
        pl.col("objected_on") <= on,
        withdrawn.is_null() | (withdrawn > on),
    )
    return Objecting(project, on, in_force.select("centre", "patient").unique().sort(pl.all()))


def is_project(project: str) -> pl.Expr:
    """Return whether a row names a project; capitals, blanks, - and _ make no difference.

    Args:
        project: the project's name.

    Example:
        >>> names = pl.DataFrame({"project": ["CAR score", "car-score", "car-scores"]})
        >>> names.filter(is_project("car_score")).height
        2
    """
    letters = pl.col("project").str.to_lowercase().str.replace_all(SEPARATORS, "")
    return letters == re.sub(SEPARATORS, "", project.lower())


def plan_objection(
    mine: pl.DataFrame, project: str, on: date, by: str, withdraw: bool
) -> dict[str, object]:
    """Return the row that records an objection, or its withdrawal.

    Args:
        mine: current objections of this patient.
        project: the project, "*" for all.
        on: the day on which the patient objected, or withdrew.
        by: who recorded it.
        withdraw: whether it is withdrawn.

    Returns:
        The values of the row, the patient left out.

    Raises:
        UserError: the same was recorded before, there is nothing to withdraw, or the order of
            the days is impossible.
    """
    same = mine.filter(pl.col("project") == ALL if project == ALL else is_project(project))
    standing = same.filter(pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > on))
    standing = standing.filter(pl.col("objected_on") <= on).sort("objected_on")
    what = "all projects" if project == ALL else f"project {project}"
    if not withdraw:
        if standing.height:
            since = standing["objected_on"][0]
            raise UserError(f"this patient objects to {what} since {since}; nothing was changed")
        return {"project": project, "objected_on": on, "recorded_by": by}
    if standing.is_empty():
        raise UserError(f"this patient has no objection to {what} on {on} that could be withdrawn")
    found = standing.row(-1, named=True)
    kept = {name: found[name] for name in ("project", "objected_on", "recorded_by")}
    return kept | {"withdrawn_on": on, "withdrawn_by": by}
