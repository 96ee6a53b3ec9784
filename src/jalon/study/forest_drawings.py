"""Forest plots: centres left out in turn, and parts of the patients."""

from __future__ import annotations

import math

import numpy as np

from jalon.core import UnsuitableDataError
from jalon.core.units import DAYS_PER
from jalon.report import ForestMeasure, ForestPicture, ForestSection, forest_figure
from jalon.report.tables import Cell, Count, Heading, Interval, Table
from jalon.study.analysis import EndpointResult
from jalon.study.drawings import Drawer, Drawing
from jalon.study.forest_parts import list_merits, measure_forest
from jalon.study.judged_drawings import draw_both
from jalon.study.judgement import Judgement
from jalon.study.protocol import Role
from jalon.validate import (
    Aim,
    CentreValidation,
    MeritName,
    Predicted,
    Subgroups,
    compare_subgroups,
)

SHOWN: tuple[tuple[MeritName, str], ...] = (
    ("concordance", "Concordance"), ("slope", "Calibration slope"), ("ratio", "Observed / expected")
)  # fmt: skip


def compare_parts(result: EndpointResult, role: Role, judged: Judgement) -> dict[str, Subgroups]:
    """Judge the score in each part of a cohort's patients that the study names.

    Args:
        result: what was found for the endpoint.
        role: which cohort.
        judged: the score's risks there.

    Returns:
        Figures by what parts the patients; what parts nobody is left out.
    """
    if not judged.months:
        return {}
    trial, last = result.trials[role], judged.months[-1]
    log_hazard = result.learning.score.scale * trial.total
    own = Predicted(trial.rank[trial.complete], last.risk, log_hazard)
    found = {}
    for label in result.parts.get(role, ()):
        aim = Aim(last.month * DAYS_PER["months"])
        try:
            found[label.name] = compare_subgroups(
                own, judged.data, label.labels[trial.complete], aim, order=label.order
            )
        except UnsuitableDataError:
            continue
    return found


def draw_parts(drawer: Drawer, judged: Judgement, parts: dict[str, Subgroups]) -> Drawing | None:
    """Draw how good the score is in each part of the patients.

    Args:
        drawer: the endpoint's.
        judged: the cohort.
        parts: figures by what parts the patients.

    Returns:
        The drawing; None where no part has enough events.
    """
    sections = []
    for label, part in parts.items():
        rows = tuple(list_merits(level, merits, SHOWN) for level, merits in part.levels.items())
        tests = tuple(part.tests[name].p if name in part.tests else math.nan for name, _ in SHOWN)
        sections.append(ForestSection(rows, label, tests))
    outcome, month = judged.outcome, judged.months[-1].month
    caption = (
        f"The score in parts of the patients, risks by {month:g} months. {outcome.cohort.name}. "
        "Bars: 95% interval; p: test that the parts do not differ. Parts with fewer than 10 events "
        "are counted only."
    )
    picture = _picture("Patients", measure_forest({}, SHOWN), tuple(sections))
    if picture is None:
        return None
    return draw_both(
        drawer,
        f"parts_{outcome.cohort.role}",
        lambda width: forest_figure(picture, drawer.note, width),
        caption,
        _list_rows(caption, tuple(sections)),
    )


def draw_centres(
    drawer: Drawer, result: EndpointResult, centres: CentreValidation, name: str
) -> Drawing | None:
    """Draw how good the score of the other centres is in each.

    Args:
        drawer: the endpoint's.
        result: what was found for the endpoint.
        centres: each centre, judged.
        name: what the centres are.

    Returns:
        The drawing; None where no centre could be judged.
    """
    rows = tuple(
        list_merits(one.name, one.merits, SHOWN)
        for one in centres.centres
        if one.merits is not None
    )
    sections = (ForestSection(rows),)
    caption = (
        f"Internal-external validation: each {name} judged by the score that the whole "
        f"pipeline learned from the others. {result.outcome.cohort.name}. Bars: 95% interval; last "
        "row: what is expected in a new one."
    )
    if centres.rule:
        caption += f" {centres.rule[0].upper()}{centres.rule[1:]}."
    head = name[:1].upper() + name[1:]
    picture = _picture(head, measure_forest(centres.pooled, SHOWN), sections, f"A new {name}")
    if picture is None:
        return None
    return draw_both(
        drawer,
        "centres",
        lambda width: forest_figure(picture, drawer.note, width),
        caption,
        _list_rows(caption, sections),
    )


def _picture(
    head: str,
    measures: tuple[ForestMeasure, ...],
    sections: tuple[ForestSection, ...],
    new_label: str = "",
) -> ForestPicture | None:
    try:
        return ForestPicture(head, measures, sections, new_label=new_label)
    except UnsuitableDataError:
        return None


def _list_rows(title: str, sections: tuple[ForestSection, ...]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            section.label, row.label, Count(row.patients), Count(row.events),
            *(None if np.isnan(one.value) else Interval(one, 4) for one in row.estimates),
        )
        for section in sections
        for row in section.rows
    ]  # fmt: skip
    columns = (
        Heading("By"), Heading("Part"), Heading("Patients"), Heading("Events"),
        *(Heading(name) for _, name in SHOWN),
    )  # fmt: skip
    return Table(title, columns, tuple(rows))
