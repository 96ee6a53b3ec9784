"""The figures of a report, and the tables of the numbers that they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jalon.core import Curve
from jalon.core.units import DAYS_PER
from jalon.report import LabelledCurve
from jalon.report.documents import Figure
from jalon.report.figures import discrimination_figure, score_card_figure, survival_figure
from jalon.report.tables import Table, curve_steps, discrimination_table
from jalon.study.analysis import Course, EndpointResult
from jalon.study.protocol import StudyFile
from jalon.study.score_tables import discrimination_rows, write_score_card, write_test
from jalon.study.trial import Trial

NARROW = 85.0
WIDE = 180.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure with its numbers.

    Attributes:
        name: name of its files.
        figure: the figure and its caption.
        numbers: every number that it shows; None when a table of the report holds them.
    """

    name: str
    figure: Figure
    numbers: Table | None


class Drawer:
    """Draws the figures of one endpoint with the label that their data need."""

    def __init__(self, study: StudyFile, prefix: str) -> None:
        self.note = "SYNTHETIC DATA" if study.protocol.study.data_label != "real data" else ""
        self.study, self.prefix = study, prefix

    def curves(
        self, name: str, curves: Sequence[tuple[str, Curve]], words: tuple[str, str, str]
    ) -> Drawing:
        """Draw curves with their numbers at risk.

        Args:
            name: name of the files.
            curves: label and curve of each group.
            words: label of the axis, test above the frame, caption.

        Returns:
            The drawing, with every step of the curves as its numbers.
        """
        axis, test, caption = words
        labelled = [LabelledCurve(label, curve) for label, curve in curves]
        horizon = find_horizon([curve for _, curve in curves])
        wide, narrow = (
            survival_figure(labelled, axis, horizon, test, self.note, width)
            for width in (WIDE, NARROW)
        )
        numbers = curve_steps(labelled, caption)
        return Drawing(f"{self.prefix}_{name}", Figure(wide, caption, narrow), numbers)

    def course(self, course: Course) -> Drawing:
        """Draw how an endpoint went in a whole cohort."""
        outcome, n = course.outcome, len(course.outcome.data)
        where = f"{outcome.cohort.name}, n = {n:,}"
        if course.incidence:
            curves = [(outcome.derived.causes[code], c) for code, c in course.incidence.items()]
            axis = "Cumulative incidence"
            caption = f"Cumulative incidence by cause. {where}."
        else:
            curves, axis = [("", course.free)], outcome.endpoint.label_en
            caption = f"{axis}, Kaplan-Meier estimate. {where}."
        words = (axis, "", f"{caption} Bands: 95% interval. Ticks: censoring.")
        return self.curves(f"course_{outcome.cohort.role}", curves, words)

    def groups(self, trial: Trial, name: str) -> Drawing:
        """Draw the curves of a score's groups in a cohort."""
        outcome = trial.outcome
        curves = [
            (trial.definition.groups[group].label["en"], curve)
            for group, curve in trial.curves.items()
        ]
        if outcome.competes:
            axis = f"Cumulative incidence of {outcome.risk_name}"
        else:
            axis = outcome.endpoint.label_en
        title = (
            trial.definition.name["en"] if trial.definition.status == "published" else "the score"
        )
        caption = (
            f"{axis} by risk group of {title}. {outcome.cohort.name}, "
            f"n = {trial.patients:,} with every item known, {trial.events:,} events. "
            "Bands: 95% interval. Ticks: censoring."
        )
        return self.curves(
            f"{name}_{outcome.cohort.role}", curves, (axis, write_test(trial), caption)
        )

    def card(self, result: EndpointResult) -> Drawing:
        """Draw the score card."""
        card = write_score_card(self.study, result)
        wide, narrow = (score_card_figure(card, self.note, width) for width in (WIDE, NARROW))
        caption = (
            f"The score card: points, groups and risks observed in {result.outcome.cohort.name}, "
            "with 95% interval."
        )
        return Drawing(f"{self.prefix}_score_card", Figure(wide, caption, narrow), None)

    def discrimination(self, result: EndpointResult) -> Drawing:
        """Draw how well scores rank patients, one row per score and cohort."""
        rows = discrimination_rows(result)
        wide, narrow = (discrimination_figure(rows, self.note, width) for width in (WIDE, NARROW))
        caption = (
            "Concordance (the share of pairs of patients that the score puts in the right order) "
            "with 95% interval."
        )
        if any(result.rivals.values()):
            caption += " Filled: the learned score. Open: published scores on the same patients."
        numbers = discrimination_table(rows, "Concordance")
        return Drawing(f"{self.prefix}_concordance", Figure(wide, caption, narrow), numbers)


def find_horizon(curves: Sequence[Curve]) -> float | None:
    """Find the last month worth drawing: until fewer than one patient in twenty is left.

    Args:
        curves: the curves of one figure, times in days.

    Returns:
        Months, a multiple of 12; None when the whole range is to be shown.
    """
    last = 0.0
    for curve in curves:
        enough = curve.time[curve.at_risk >= max(5.0, 0.05 * curve.at_risk[0])]
        last = max(last, float(enough[-1]) if len(enough) else 0.0)
    months = 12 * -(-last // (12 * DAYS_PER["months"]))
    return months or None
