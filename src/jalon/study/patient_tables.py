"""Tables of who was studied and what happened to them."""

from __future__ import annotations

import numpy as np

from jalon.core import Estimate
from jalon.core.numbers import write_count
from jalon.core.units import DAYS_PER
from jalon.report.tables import Cell, Count, Heading, Interval, Table, Text
from jalon.stats.description import Description, describe
from jalon.study.analysis import Course
from jalon.study.cohorts import StudyCohort
from jalon.study.outcome import read_risk
from jalon.study.protocol import Role, StudyFile, VariablePart

ROLE_NAMES: dict[Role, str] = {"development": "development", "validation": "validation"}


def attrition_table(cohorts: dict[Role, StudyCohort]) -> Table:
    """Tabulate who left each cohort, and why.

    Args:
        cohorts: the cohorts of the study.

    Returns:
        One row per criterion and cohort.
    """
    rows: list[tuple[Cell, ...]] = []
    for role, cohort in cohorts.items():
        name = f"{cohort.name} ({ROLE_NAMES[role]})"
        rows.append((name, "patients in the file", None, Count(cohort.read_rows)))
        for step in cohort.attrition:
            rows.append(("", step.label, Count(step.excluded), Count(step.after)))
        rows.append(("", "patients in the cohort", None, Count(len(cohort))))
    columns = (Heading("Cohort"), Heading("Criterion"), Heading("Excluded"), Heading("Left"))
    return Table("Who is in each cohort", columns, tuple(rows))


def issues_table(cohorts: dict[Role, StudyCohort]) -> Table | None:
    """Tabulate questions about the data that did not stop the reading.

    Args:
        cohorts: the cohorts of the study.

    Returns:
        One row per question; None when there is none.
    """
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (cohort.name, issue.text, Count(issue.count) if issue.lines else "whole column")
        for cohort in cohorts.values()
        for issue in cohort.issues
    )
    if not rows:
        return None
    columns = (Heading("Cohort"), Heading("What does not hold"), Heading("Patients"))
    return Table("Questions about the data", columns, rows)


def patients_table(study: StudyFile, cohorts: dict[Role, StudyCohort]) -> Table:
    """Tabulate the patients: Table 1.

    Args:
        study: the study, for its variables.
        cohorts: the cohorts.

    Returns:
        Median and quartiles of numbers, count and percentage of levels, missing counts.
    """
    rows: list[tuple[Cell, ...]] = []
    for part in study.protocol.variable:
        described = [
            describe(cohort.values[part.name], len(part.levels)) for cohort in cohorts.values()
        ]
        rows += _variable_rows(part, described)
    heads = tuple(Heading(f"{c.name}, n = {write_count(len(c))}") for c in cohorts.values())
    notes = (
        "Numbers: median (first and third quartile). Levels: patients (% of those with a known "
        "value). Variables without a row “missing” are known for everyone.",
    )
    return Table("The patients", (Heading("Variable"), *heads), tuple(rows), notes)


def _variable_rows(part: VariablePart, described: list[Description]) -> list[tuple[Cell, ...]]:
    label = f"{part.label}, {part.unit}" if part.unit else part.label
    rows: list[tuple[Cell, ...]] = []
    if part.levels == ("no", "yes"):
        rows.append((label, *(_level(one, 1) for one in described)))
    elif part.levels:
        rows.append((label, *(None for _ in described)))
        for rank, level in enumerate(part.levels):
            rows.append((Text(level, indent=1), *(_level(one, rank) for one in described)))
    else:
        rows.append((label, *(Interval(one.quartiles, 0) for one in described)))
    if any(one.missing for one in described):
        missing = (Count(one.missing, one.patients) for one in described)
        rows.append((Text("missing", indent=1), *missing))
    return rows


def _level(one: Description, rank: int) -> Count:
    return Count(int(one.counts[rank]), one.patients - one.missing)


def course_table(courses: dict[Role, Course], months: tuple[float, ...]) -> Table:
    """Tabulate an endpoint: patients, events, follow-up, median and risks at the horizons.

    Args:
        courses: the endpoint in each cohort.
        months: the horizons.

    Returns:
        One column per cohort.
    """
    each = list(courses.values())
    first = each[0].outcome
    causes = first.derived.causes
    rows: list[tuple[Cell, ...]] = [("Patients", *(Count(len(c.outcome.data)) for c in each))]
    for code, label in causes.items():
        counts = (Count(int(np.sum(c.outcome.data.event == code))) for c in each)
        rows.append((f"Patients with {label}", *counts))
    rows.append(("Median follow-up, months", *(_in_months(c.watched) for c in each)))
    free = " and ".join(causes.values())
    rows.append((f"Median time free of {free}, months", *(_in_months(c.median) for c in each)))
    for month in months:
        for code, label in causes.items():
            risks = (read_risk(c.incidence.get(code, c.free), month) for c in each)
            row = (Interval(risk, 0, 100) for risk in risks)
            rows.append((f"Risk of {label} by {month:g} months, %", *row))
    columns = (Heading(""), *(Heading(c.outcome.cohort.name) for c in each))
    notes = (
        "Estimates with 95% interval (log-log scale). Follow-up by the reverse Kaplan-Meier "
        "estimate. A dash: follow-up does not reach so far.",
    )
    return Table(f"{first.endpoint.label_en}: follow-up and events", columns, tuple(rows), notes)


def _in_months(days: Estimate) -> Interval:
    return Interval(days, 1, 1 / DAYS_PER["months"])
