"""The part of a report that judges the score: the answer first, details folded."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.core import UnsuitableDataError
from jalon.report.documents import Block, Figure, Fold
from jalon.report.tables import Table
from jalon.study.analysis import EndpointResult
from jalon.study.drawings import Drawer, Drawing
from jalon.study.forest_drawings import compare_parts, draw_centres, draw_parts
from jalon.study.judged_drawings import draw_areas, draw_calibration, draw_decisions
from jalon.study.judged_words import (
    say_area,
    say_calibration,
    say_centres,
    say_decision,
    say_parts,
    say_stability,
)
from jalon.study.judgement import Judgement, judge_everywhere
from jalon.study.parts import name_centre
from jalon.study.protocol import Role, StudyFile
from jalon.study.stability_drawings import draw_choices, draw_instability, measure_stability

Shown = str | Figure | Table


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """Blocks of a report.

    Attributes:
        blocks: what is read first.
        folds: what may be opened.
        drawings: all figures in them.
    """

    blocks: tuple[Block, ...]
    folds: tuple[Fold, ...]
    drawings: tuple[Drawing, ...]


class _Pages:
    """Collects blocks and the figures among them."""

    def __init__(self) -> None:
        self.drawings: list[Drawing] = []

    def pair(self, words: str, drawing: Drawing | None) -> list[Shown]:
        """A sentence and its figure; nothing where there is no figure."""
        if drawing is None:
            return []
        self.drawings.append(drawing)
        return [words, drawing.figure] if words else [drawing.figure]


def write_judged(
    study: StudyFile, result: EndpointResult, drawer: Drawer, tables: dict[str, Table]
) -> JudgedPart:
    """Lay out what the score's risks are worth, where and for how long.

    Args:
        study: the study.
        result: what was found for the endpoint.
        drawer: draws its figures.
        tables: the endpoint's tables; ``chosen`` and ``chosen_limits`` are shown with the figure.

    Returns:
        Calibration and net benefit by the last month, in patients not learned from where there
        are any; the rest folded.
    """
    judged = judge_everywhere(study, result)
    pages = _Pages()
    order: list[Role] = [role for role in ("validation", "development") if role in judged]
    first, shown = order[0], judged[order[0]]
    blocks: list[Block] = []
    if shown.months:
        last = shown.months[-1]
        blocks += pages.pair(
            say_calibration(result, shown, last), draw_calibration(drawer, shown, last)
        )
        blocks += pages.pair(say_decision(shown, last), draw_decisions(drawer, shown, last))
    areas: list[Shown] = []
    calibrations: list[Shown] = []
    decisions: list[Shown] = []
    for role in order:
        one = judged[role]
        rest = one.months[:-1] if role == first else one.months
        areas += pages.pair(_say_area(one), draw_areas(drawer, one))
        for part in reversed(rest):
            calibrations += pages.pair(
                say_calibration(result, one, part), draw_calibration(drawer, one, part)
            )
            decisions += pages.pair(say_decision(one, part), draw_decisions(drawer, one, part))
    also = "" if first == "development" else " and in the patients it was learned from"
    folds = [
        Fold(f"Calibration by other months{also}", tuple(calibrations)),
        Fold(f"Net benefit by other months{also}", tuple(decisions)),
        Fold("How well it ranks over time (time-dependent AUC)", tuple(areas)),
        _fold_centres(study, result, drawer, pages),
        _fold_parts(result, drawer, pages, judged),
        _fold_stability(result, drawer, pages),
        _fold_choices(result, drawer, pages, tables),
    ]  # fmt: skip
    kept = tuple(fold for fold in folds if fold.blocks)
    return JudgedPart(tuple(blocks), kept, tuple(pages.drawings))


def _say_area(judged: Judgement) -> str:
    return say_area(judged, judged.months[-1].month) if judged.months else ""


def _fold_centres(study: StudyFile, result: EndpointResult, drawer: Drawer, pages: _Pages) -> Fold:
    if result.centres is None:
        return Fold("", ())
    name = name_centre(study, result.outcome.cohort)
    heading = f"Would it hold elsewhere? Each {name} left out in turn"
    drawing = draw_centres(drawer, result, result.centres, name)
    return Fold(heading, tuple(pages.pair(say_centres(result.centres, name), drawing)))


def _fold_parts(
    result: EndpointResult, drawer: Drawer, pages: _Pages, judged: dict[Role, Judgement]
) -> Fold:
    blocks: list[Shown] = []
    for role, one in judged.items():
        parts = compare_parts(result, role, one)
        if parts:
            words = say_parts(parts, one.outcome.cohort.name)
            blocks += pages.pair(words, draw_parts(drawer, one, parts))
    return Fold("Is it as good for everyone?", tuple(blocks))


def _fold_stability(result: EndpointResult, drawer: Drawer, pages: _Pages) -> Fold:
    heading = "Would other patients have given the same risks and groups?"
    try:
        found = measure_stability(result)
    except UnsuitableDataError:
        found = None
    if found is None:
        return Fold(heading, ())
    drawing = draw_instability(drawer, result, found)
    return Fold(heading, tuple(pages.pair(say_stability(found), drawing)))


def _fold_choices(
    result: EndpointResult, drawer: Drawer, pages: _Pages, tables: dict[str, Table]
) -> Fold:
    words = (
        "What nearly every resample chose again would be in the score of other patients too; what "
        "few chose might as well have been something else."
    )
    blocks = pages.pair(words, draw_choices(drawer, result))
    blocks += [tables[name] for name in ("chosen", "chosen_limits")]
    return Fold("Would other patients have given the same variables and limits?", tuple(blocks))
