"""Progression-free survival: progression, relapse or death, whichever comes first."""

from __future__ import annotations

from jalon.endpoints.endpoint import Cause, Endpoint

ENDPOINT = Endpoint(
    slug="progression_free_survival",
    label_en="Progression-free survival",
    label_fr="Survie sans progression",
    causes=(
        Cause(
            1,
            "progression or death",
            "progression ou décès",
            ("progression", "progression_or_death", "death"),
        ),
    ),
    sufficient=(("progression_or_death",), ("progression", "death")),
    reference="Cheson et al., J Clin Oncol 2007;25:579-586, doi:10.1200/JCO.2006.09.2403",
)
"""Time to progression, relapse or death; others are censored when last seen."""
