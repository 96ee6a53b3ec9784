"""How predictions change when the model is made anew on resampled patients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, UnsuitableDataError
from jalon.report.labelled_line import LabelledLine


@dataclass(frozen=True, slots=True, eq=False)
class InstabilityPicture:
    """All that instability plots show; what is None is left out.

    Attributes:
        month: the time of interest.
        predicted: shape (n,), each patient's risk by the model, 0 to 1.
        resampled: shape (b, n), the same patients' risks by the models of b resamples.
        envelope: range that holds most of ``resampled``, ``x`` the predicted risks, its limits in
            ``low`` and ``high``, ``y`` anything between; ``level`` says how much it holds. Limits
            of more than 60 patients are drawn as medians of 60 neighbourhoods.
        error: shape (n,), each patient's mean absolute difference between the two.
        mean_error: its mean over patients; NaN to leave it out.
        calibration: calibration curve of the model.
        resampled_calibration: those of the models of resamples.
        change: shape (n,), share of resamples that put the patient on the other side of
            ``threshold``, or in another group.
        threshold: risk that divides patients; None for groups.
        resamples: how many resamples there were; 0 takes the rows of ``resampled``.

    Raises:
        UnsuitableDataError: no patient, a risk outside 0 to 1, or arrays of other lengths.
    """

    month: float
    predicted: Floats
    resampled: Floats | None = None
    envelope: LabelledLine | None = None
    error: Floats | None = None
    mean_error: float = math.nan
    calibration: LabelledLine | None = None
    resampled_calibration: tuple[LabelledLine, ...] = ()
    change: Floats | None = None
    threshold: float | None = None
    resamples: int = 0

    def __post_init__(self) -> None:
        predicted = np.asarray(self.predicted, dtype=np.float64)
        object.__setattr__(self, "predicted", predicted)
        if predicted.ndim != 1 or not len(predicted):
            raise UnsuitableDataError("instability: no predicted risk; there is nothing to draw")
        if not np.all((predicted >= 0) & (predicted <= 1)):
            raise UnsuitableDataError("instability: a predicted risk is missing or outside 0 to 1")
        for name in ("resampled", "error", "change"):
            if getattr(self, name) is not None:
                array = np.asarray(getattr(self, name), dtype=np.float64)
                if array.shape[-1:] != predicted.shape or array.ndim != 1 + (name == "resampled"):
                    raise UnsuitableDataError(
                        f"instability: {name} has shape {array.shape} for {len(predicted)} patients"
                    )
                object.__setattr__(self, name, array)
        if not self.resamples and self.resampled is not None:
            object.__setattr__(self, "resamples", self.resampled.shape[0])
        parts = (self.resampled, self.envelope, self.error, self.change)
        if all(part is None for part in parts) and not self.resampled_calibration:
            raise UnsuitableDataError("instability: nothing but the model itself; nothing to draw")
