"""What is timed: each task with jalon and its peers, on the same patients in the same run."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.speed.clock import clock, once, one_core, time_r
from benchmarks.speed.data import Patients, simulate
from jalon.core import SurvivalData
from jalon.stats import (
    bootstrap_cox,
    concordance,
    count_cells,
    fit_cox,
    fit_cox_cells,
    fit_fine_gray,
    kaplan_meier,
    log_rank,
    uno_concordance,
)


@dataclass(frozen=True)
class Row:
    """Seconds of one task.

    Attributes:
        task: what was done.
        n: patients.
        jalon: seconds.
        peers: seconds by peer.
    """

    task: str
    n: int
    jalon: float
    peers: dict[str, float] = field(default_factory=dict)


def outcomes(patients: Patients) -> SurvivalData:
    return SurvivalData(patients.time, patients.event)


def time_cox(n: int) -> list[Row]:
    patients = simulate(n)
    data = outcomes(patients)
    own = clock(lambda: fit_cox(patients.x, data))
    with one_core():
        alone = clock(lambda: fit_cox(patients.x, data))
    peers = time_r(patients, ["cox"])
    bare = _only(peers, "R coxph.fit") | {"jalon, all cores": own}
    if n <= 1_000_000:
        peers["lifelines"] = _lifelines_cox(patients)
    if n <= 100_000:
        peers["statsmodels"] = _statsmodels_cox(patients)
        peers["scikit-survival"] = _sksurv_cox(patients)
    rows = [Row("Cox, 10 covariates, Efron", n, own, peers)]
    # Few patients are left to one core anyway.
    if n > 10_000:
        rows.append(Row("Cox, 10 covariates, Efron, one core", n, alone, bare))
    return rows


def time_cells(n: int) -> list[Row]:
    patients = simulate(n)
    x, data = patients.x[:, :6], outcomes(patients)
    rowwise = clock(lambda: fit_cox(x, data, ties="breslow"))
    cells = count_cells(x, data)
    return [
        Row("Cox, 6 binary items, merging rows into cells", n, clock(lambda: count_cells(x, data))),
        Row(
            "Cox, 6 binary items, once merged",
            n,
            clock(lambda: fit_cox_cells(cells, ties="breslow")),
            {"jalon row by row": rowwise},
        ),
    ]


def time_bootstrap(n: int) -> Row:
    patients = simulate(n)
    data = outcomes(patients)
    rng = np.random.default_rng(1)
    own = clock(lambda: bootstrap_cox(fit_cox(patients.x, data), rng, 200, workers=2))
    peers = time_r(patients, ["bootstrap"])
    # One refit of lifelines is timed and scaled: 200 would take minutes.
    peers["lifelines (200 x one refit)"] = 200 * _lifelines_cox(patients)
    return Row("200 bootstrap refits, 10 covariates", n, own, peers)


def time_curves(n: int) -> list[Row]:
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test
    from statsmodels.duration.survfunc import SurvfuncRight, survdiff

    patients = simulate(n)
    data, time, event = outcomes(patients), patients.time, patients.event
    r = time_r(patients, ["curves"])
    curve = {
        "statsmodels": clock(lambda: SurvfuncRight(time, event)),
        "lifelines": clock(lambda: KaplanMeierFitter().fit(time, event)),
    }
    test = {
        "statsmodels": clock(lambda: survdiff(time, event, patients.group)),
        "lifelines": clock(lambda: multivariate_logrank_test(time, patients.group, event)),
    }
    return [
        Row("Kaplan-Meier", n, clock(lambda: kaplan_meier(data)), curve | _only(r, "R km")),
        Row(
            "log-rank, 4 groups",
            n,
            clock(lambda: log_rank(data, patients.group)),
            test | _only(r, "R logrank"),
        ),
    ]


def time_concordance(n: int) -> list[Row]:
    from lifelines.utils import concordance_index

    patients = simulate(n)
    data, r = outcomes(patients), time_r(patients, ["concordance"])
    rows = []
    for kind, risk in (("integer", patients.score), ("continuous", patients.risk)):
        own = clock(lambda risk=risk: concordance(risk, data))
        peers = {
            "lifelines (no SE)": clock(
                lambda risk=risk: concordance_index(patients.time, -risk, patients.event)
            )
        }
        peers |= _only(r, f"R c_{kind}")
        rows.append(Row(f"Harrell's C with SE, {kind} score", n, own, peers))
        uno = clock(lambda risk=risk: uno_concordance(risk, data))
        rows.append(Row(f"Uno's C, {kind} score", n, uno, _only(r, f"R uno_{kind}")))
    return rows


def time_fine_gray(n: int) -> Row:
    patients = simulate(n)
    data = SurvivalData(patients.time, patients.cause)
    own = clock(lambda: fit_fine_gray(patients.x, data, 1))
    return Row("Fine-Gray, 10 covariates", n, own, time_r(patients, ["finegray"]))


def _only(times: dict[str, float], name: str) -> dict[str, float]:
    return {name: times[name]} if name in times else {}


def _frame(patients: Patients):
    import pandas as pd

    names = [f"x{k}" for k in range(patients.x.shape[1])]
    return pd.DataFrame(patients.x, columns=names).assign(t=patients.time, e=patients.event)


def _lifelines_cox(patients: Patients) -> float:
    from lifelines import CoxPHFitter

    frame = _frame(patients)
    return once(lambda: CoxPHFitter().fit(frame, "t", "e"))


def _statsmodels_cox(patients: Patients) -> float:
    from statsmodels.duration.hazard_regression import PHReg

    return once(lambda: PHReg(patients.time, patients.x, status=patients.event, ties="efron").fit())


def _sksurv_cox(patients: Patients) -> float:
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.util import Surv

    y = Surv.from_arrays(patients.event.astype(bool), patients.time)
    return once(lambda: CoxPHSurvivalAnalysis(ties="efron").fit(patients.x, y))
