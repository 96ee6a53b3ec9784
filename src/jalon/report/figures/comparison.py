"""Scores compared on the same patients: each difference with its paired interval."""

from __future__ import annotations

from jalon.report.comparison import ComparisonMeasure, ComparisonPicture
from jalon.report.figures.forest import describe_forest, draw_forest
from jalon.report.figures.sheet import house_settings
from jalon.report.forest import ForestMeasure, ForestPicture, ForestRow, ForestSection
from jalon.report.wording import Language, Wording


def comparison_figure(
    picture: ComparisonPicture, note: str = "", width_mm: float = 180, language: Language = "en"
) -> str:
    """Draw how much better or worse each score is than a reference, on the same patients.

    Args:
        picture: differences with paired intervals.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column (measures below each other), 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.

    Raises:
        UnsuitableDataError: no difference with a number, or a row with another number of
            differences than measures.
    """
    wording = Wording(language)
    forest = turn_to_forest(picture, wording)
    with house_settings():
        sheet = draw_forest(forest, note, width_mm, wording)
        title = wording.say("comparison.title", reference=picture.reference)
        return sheet.svg(title, describe_forest(forest, note, wording))


def turn_to_forest(picture: ComparisonPicture, wording: Wording) -> ForestPicture:
    """Return a comparison as the rows of a forest plot.

    Args:
        picture: differences with paired intervals.
        wording: the language.

    Returns:
        What ``draw_forest`` takes.
    """
    rows = tuple(ForestRow(row.label, row.differences) for row in picture.rows)
    levels = [e.level for row in picture.rows for e in row.differences] or [0.95]
    remark = wording.say("comparison.level", level=wording.level(levels[0]))
    return ForestPicture(
        head=wording.say("comparison.head", reference=picture.reference),
        measures=tuple(_measure(measure, wording) for measure in picture.measures),
        sections=(ForestSection(rows),),
        remark=f"{remark} · {picture.patients}" if picture.patients else remark,
    )


def _measure(measure: ComparisonMeasure, wording: Wording) -> ForestMeasure:
    sides = (wording.say("comparison.worse"), wording.say("comparison.better"))
    return ForestMeasure(
        measure.name,
        reference=0.0,
        digits=measure.digits,
        sides=sides[::-1] if measure.lower_is_better else sides,
    )
