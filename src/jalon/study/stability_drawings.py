"""Would other patients have given the same score? Drawn from the resamples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import ConvergenceError, UnsuitableDataError
from jalon.core.units import DAYS_PER
from jalon.report import (
    FrequencyBar,
    InstabilityPicture,
    LabelledLine,
    frequency_figure,
    instability_figure,
)
from jalon.report.tables import Heading, Number, Table
from jalon.study.analysis import EndpointResult
from jalon.study.drawings import Drawer, Drawing
from jalon.study.judged_drawings import draw_both
from jalon.study.resampled_risk import ResampledRisks
from jalon.study.stability_tables import list_stability
from jalon.validate import (
    CalibrationInstability,
    GroupInstability,
    PredictionInstability,
    compare_calibration,
    measure_instability,
    regroup,
)

LEAST, MOST = 0.0005, 0.9995
MOST_CURVES = 100
"""Resamples whose calibration curves are computed; more cannot be told apart on a figure."""


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How far the score would be another with other patients.

    Attributes:
        month: the time of interest.
        risks: how far predictions move.
        groups: how often patients change their group.
        calibration: curves of the resamples' scores; None where they cannot be drawn.
        resampled: predictions of every resample.
    """

    month: float
    risks: PredictionInstability
    groups: GroupInstability
    calibration: CalibrationInstability | None
    resampled: ResampledRisks


def measure_stability(result: EndpointResult) -> Stability | None:
    """Measure how far the scores of the resamples are from the score.

    Args:
        result: what was found for the endpoint.

    Returns:
        The figures; None without risks of the resamples.
    """
    found = result.resampled
    if found is None:
        return None
    data, day = result.learning.data, found.month * DAYS_PER["months"]
    own, models = (np.clip(part, LEAST, MOST) for part in (found.risk, found.risks))
    every = -(-len(models) // MOST_CURVES)
    try:
        curves = compare_calibration(own, models[::every], data, day)
    except (UnsuitableDataError, ConvergenceError):
        curves = None
    return Stability(
        month=found.month,
        risks=measure_instability(found.risk, found.risks),
        groups=regroup(found.group, found.groups),
        calibration=curves,
        resampled=found,
    )


def draw_instability(drawer: Drawer, result: EndpointResult, found: Stability) -> Drawing:
    """Draw how predictions, calibration and groups change with other patients.

    Args:
        drawer: the endpoint's.
        result: what was found for the endpoint.
        found: its stability.

    Returns:
        The drawing.
    """
    risks, curves = found.risks, found.calibration
    own: LabelledLine | None = None
    lines: tuple[LabelledLine, ...] = ()
    if curves is not None:
        own = LabelledLine("", curves.predicted, curves.original)
        lines = tuple(LabelledLine("", curves.predicted, row) for row in curves.curves)
    envelope = LabelledLine("", risks.original, risks.original, risks.low, risks.high, risks.level)
    picture = InstabilityPicture(
        found.month, risks.original, found.resampled.risks, envelope, risks.error,
        risks.mean_error, own, lines, found.groups.share,
    )  # fmt: skip
    outcome = result.outcome
    caption = (
        f"The score beside those of {risks.resamples} resamples of the whole pipeline, on the same "
        f"patients. {outcome.cohort.name}, n = {len(risks.original):,}, risk by {found.month:g} "
        "months."
    )
    return draw_both(
        drawer,
        "instability",
        lambda width: instability_figure(picture, drawer.note, width),
        caption,
        _list_instability(found, caption),
    )


def _list_instability(found: Stability, title: str) -> Table:
    """By risk, not by patient: those of one total are alike in every resample but by chance."""
    risks, share = found.risks, found.groups.share
    places, place, counts = np.unique(risks.original, return_inverse=True, return_counts=True)
    means = [
        np.bincount(place, weights=part) / counts
        for part in (risks.low, risks.high, risks.error, share)
    ]
    table = np.column_stack([places, counts, *means])
    rows = tuple(
        tuple(Number(float(cell), 0 if k == 1 else 4) for k, cell in enumerate(row))
        for row in table
    )
    names = "Risk|Patients|Low|High|Mean absolute difference|In another group, share"
    return Table(title, tuple(Heading(name) for name in names.split("|")), rows)


def draw_choices(drawer: Drawer, result: EndpointResult) -> Drawing | None:
    """Draw how often variables, limits and group limits were chosen again.

    Args:
        drawer: the endpoint's.
        result: what was found for the endpoint.

    Returns:
        The drawing; tables of the report hold its numbers.
    """
    bars = [
        FrequencyBar(label, share, chosen, section)
        for section, label, share, chosen in list_stability(result)
    ]
    if not bars:
        return None
    caption = (
        f"How often {result.internal.resamples} resamples of the whole pipeline chose the same. "
        f"Dark: in the score. {result.outcome.cohort.name}."
    )
    return draw_both(
        drawer,
        "choices",
        lambda width: frequency_figure(bars, drawer.note, width),
        caption,
        None,
    )
