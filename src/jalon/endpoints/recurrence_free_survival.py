"""Recurrence-free survival: recurrence or death from any cause, whichever comes first."""

from __future__ import annotations

from jalon.endpoints.endpoint import Cause, Endpoint

ENDPOINT = Endpoint(
    slug="recurrence_free_survival",
    label_en="Recurrence-free survival",
    label_fr="Survie sans récidive",
    causes=(
        Cause(
            1,
            "recurrence or death",
            "récidive ou décès",
            ("recurrence", "recurrence_or_death", "death"),
        ),
    ),
    sufficient=(("recurrence_or_death",), ("recurrence", "death")),
    reference="Hudis et al., J Clin Oncol 2007;25:2127-2132, doi:10.1200/JCO.2006.10.3523",
)
"""Time to recurrence or death; others are censored when last seen alive."""
