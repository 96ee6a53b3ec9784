"""What was predicted and what happened, at one month."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.report.labelled_line import LabelledLine


@dataclass(frozen=True, slots=True)
class CalibrationGroup:
    """A group of patients of about the same predicted risk.

    Attributes:
        predicted: their mean predicted risk, 0 to 1.
        observed: the share who had the event, with its interval.
    """

    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """The figures of calibration; None leaves one out.

    Attributes:
        ratio: observed over expected events, 1 when right.
        slope: of the calibration, 1 when right.
        ici: mean distance between curve and diagonal, on the scale 0 to 1.
        e50: median distance.
        e90: distance that nine in ten patients stay below.
    """

    ratio: Estimate | None = None
    slope: Estimate | None = None
    ici: Estimate | None = None
    e50: Estimate | None = None
    e90: Estimate | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationPicture:
    """All that a calibration plot shows.

    Attributes:
        month: the time of interest.
        endpoint: what the risk is of, in words that follow "risk of".
        curves: one to three smooth curves (``x`` predicted, ``y`` observed, 0 to 1), for
            example as published and recalibrated; none for groups alone.
        groups: groups of patients, of the first curve.
        risks_event: shape (a,), predicted risks of patients seen to have the event by then.
        risks_free: shape (b,), predicted risks of the others.
        figures: the figures of calibration of the first curve.
        competing: True when other causes compete, so that observed means cumulative incidence.

    Raises:
        UnsuitableDataError: there is neither a curve nor a group with a number, or more than
            three curves.
    """

    month: float
    endpoint: str
    curves: tuple[LabelledLine, ...] = ()
    groups: tuple[CalibrationGroup, ...] = ()
    risks_event: Floats = field(default_factory=lambda: np.zeros(0))
    risks_free: Floats = field(default_factory=lambda: np.zeros(0))
    figures: CalibrationFigures = field(default_factory=CalibrationFigures)
    competing: bool = False

    def __post_init__(self) -> None:
        known = [group for group in self.groups if np.isfinite(group.observed.value)]
        if not known and not any(curve.seen for curve in self.curves):
            raise UnsuitableDataError(
                "calibration: neither a curve nor a group has a number; there is nothing to draw"
            )
        if len(self.curves) > 3:
            raise UnsuitableDataError(f"calibration: {len(self.curves)} curves; draw at most 3")
        for name in ("risks_event", "risks_free"):
            risks = np.asarray(getattr(self, name), dtype=np.float64).ravel()
            object.__setattr__(self, name, risks[np.isfinite(risks)])
