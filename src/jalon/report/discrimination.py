"""How well scores rank patients, one row per score and data set."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.core import Estimate


@dataclass(frozen=True, slots=True)
class DiscriminationRow:
    """The concordance of one score in one data set.

    Attributes:
        label: what was measured where ("This score, GBSG").
        estimate: concordance with its interval; NaN limits are not drawn.
        n_text: who it rests on ("686 patients, 299 events").
        reference: True for a score that the others are compared with (IPI); drawn as an
            open mark.
    """

    label: str
    estimate: Estimate
    n_text: str = ""
    reference: bool = False
