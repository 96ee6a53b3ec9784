"""What treating by predicted risk brings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, UnsuitableDataError
from jalon.report.labelled_line import LabelledLine


@dataclass(frozen=True, slots=True, eq=False)
class DecisionLine:
    """The decision curve of one score.

    Attributes:
        benefit: its net benefit, ``x`` the threshold, 0 to below 1; as a share of patients, or
            of what a perfect prediction would bring when standardised.
        treated: share of patients treated at each threshold, in the order of ``benefit.x``
            (rising), 0 to 1; None to leave it out.

    Raises:
        UnsuitableDataError: a threshold outside 0 to 1, or another number of shares.
    """

    benefit: LabelledLine
    treated: Floats | None = None

    def __post_init__(self) -> None:
        x = self.benefit.x
        if len(x) and (x[0] < 0 or x[-1] >= 1):
            raise UnsuitableDataError(
                f"decision curve “{self.benefit.label}”: a threshold is outside 0 to 1; give risks "
                "as shares, not per cent"
            )
        if self.treated is not None:
            treated = np.asarray(self.treated, dtype=np.float64)
            if treated.shape != x.shape:
                raise UnsuitableDataError(
                    f"decision curve “{self.benefit.label}”: {len(x)} thresholds and "
                    f"{treated.shape} shares treated"
                )
            object.__setattr__(self, "treated", treated)


@dataclass(frozen=True, slots=True, eq=False)
class DecisionPicture:
    """All that a figure of decision curves shows.

    Attributes:
        month: the time of interest.
        scores: one to six scores, the one at issue first.
        treat_all: net benefit of treating everyone; None to leave it out.
        standardised: True when net benefit is given as a share of a perfect prediction's.

    Raises:
        UnsuitableDataError: no score with a number, or more than six.
    """

    month: float
    scores: tuple[DecisionLine, ...]
    treat_all: LabelledLine | None = None
    standardised: bool = False

    def __post_init__(self) -> None:
        if not any(score.benefit.seen for score in self.scores):
            raise UnsuitableDataError("no net benefit was given; there is nothing to draw")
        if len(self.scores) > 6:
            raise UnsuitableDataError(
                f"{len(self.scores)} decision curves cannot be told apart; draw at most 6"
            )
