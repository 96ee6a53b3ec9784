"""A curve and the name of its group."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.core import Curve, Estimate


@dataclass(frozen=True, slots=True, eq=False)
class LabelledCurve:
    """A curve and the name of its group, as the reader will see it.

    Attributes:
        label: the name of the group; "" for a single curve that needs none.
        curve: its steps, interval and counts, times in days.
        median: median time in months, written after the label; NaN when not reached, None to
            leave it out.
    """

    label: str
    curve: Curve
    median: Estimate | None = None
