"""Overall survival: death from any cause."""

from __future__ import annotations

from jalon.endpoints.endpoint import Cause, Endpoint

ENDPOINT = Endpoint(
    slug="overall_survival",
    label_en="Overall survival",
    label_fr="Survie globale",
    causes=(Cause(1, "death", "décès", ("death",)),),
    sufficient=(("death",),),
    reference="Cheson et al., J Clin Oncol 2007;25:579-586, doi:10.1200/JCO.2006.09.2403",
)
"""Time to death from any cause; patients alive are censored when last seen."""
