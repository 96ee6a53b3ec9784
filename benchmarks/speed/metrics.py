"""Figures of merit: jalon, with its standard errors, beside scikit-survival, which gives none."""

from __future__ import annotations

import numpy as np

from benchmarks.speed.clock import clock, once
from benchmarks.speed.data import simulate
from benchmarks.speed.tasks import Row, outcomes
from jalon.stats import (
    brier_score,
    brier_values,
    concordance,
    concordance_value,
    time_auc,
    time_auc_values,
    uno_concordance,
)

TIMES = np.arange(1, 13) * 100.0 + 0.5
"""Half days, so that no event falls on a time asked for."""


def time_metrics(n: int) -> list[Row]:
    """Time C, Uno's C, AUC at twelve times and the Brier score at twelve times."""
    from sksurv.metrics import (
        brier_score as peer_brier,
    )
    from sksurv.metrics import (
        concordance_index_censored,
        concordance_index_ipcw,
        cumulative_dynamic_auc,
    )
    from sksurv.util import Surv

    patients = simulate(n)
    data, risk = outcomes(patients), patients.risk
    y = Surv.from_arrays(patients.event.astype(bool), patients.time)
    hazard = np.exp(risk - risk.max())[:, None] * TIMES / 300
    chance = -np.expm1(-hazard)
    # Above a few thousand patients the peer's pairs take too long to be timed more than once.
    watch = clock if n <= 1_000 else once
    return [
        Row(
            "Harrell's C, continuous score",
            n,
            clock(lambda: concordance_value(risk, data)),
            {
                "scikit-survival": watch(
                    lambda: concordance_index_censored(y["event"], y["time"], risk)
                ),
                "jalon, with SE": clock(lambda: concordance(risk, data)),
            },
        ),
        Row(
            "Uno's C with SE to day 1200",
            n,
            clock(lambda: uno_concordance(risk, data, 1200.5)),
            {"scikit-survival (no SE)": watch(lambda: concordance_index_ipcw(y, y, risk, 1200.5))},
        ),
        Row(
            "AUC at 12 times",
            n,
            clock(lambda: time_auc_values(risk, data, TIMES)),
            {
                "scikit-survival": clock(lambda: cumulative_dynamic_auc(y, y, risk, TIMES)),
                "jalon, with SE": clock(lambda: time_auc(risk, data, TIMES)),
            },
        ),
        Row(
            "Brier score at 12 times",
            n,
            clock(lambda: brier_values(chance, data, TIMES)),
            {
                "scikit-survival": clock(lambda: peer_brier(y, y, 1 - chance, TIMES)),
                "jalon, with IPA and SE": clock(lambda: brier_score(chance, data, TIMES)),
            },
        ),
    ]
