"""Incidence of relapse, with death before relapse as the competing event."""

from __future__ import annotations

from jalon.endpoints.endpoint import Cause, Endpoint

ENDPOINT = Endpoint(
    slug="relapse_incidence",
    label_en="Cumulative incidence of relapse",
    label_fr="Incidence cumulée de rechute",
    causes=(
        Cause(1, "relapse", "rechute", ("relapse",)),
        Cause(2, "death without relapse", "décès sans rechute", ("death",)),
    ),
    sufficient=(("relapse", "death"),),
    reference="Pintilie, Competing Risks: A Practical Perspective, Wiley 2006, "
    "doi:10.1002/9780470870709",
)
"""Time to relapse or death, whichever comes first, keeping which one it was."""
