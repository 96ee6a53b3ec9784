"""The risks, outcomes and options behind R's records of accuracy at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit
from tests.reference.external.records import load_table

from jalon.core import SurvivalData
from jalon.stats import estimate_censoring


def follic(unit, times):
    """``follic2`` of scripts/prediction_more.R: follow-up rounded up to 1 / ``unit`` years."""
    table = load_table("follic")
    stage = table["clinstg"] - 1.5 + (table["hgb"] < 120) / 2 - 0.5
    x, y = expit((table["age"] - 60) / 15), expit(stage)
    data = SurvivalData(np.ceil(table["time"] * unit), table["status"])
    first = np.column_stack([x * 0.4, x * 0.6 + 0.1, x * 0.7 + 0.2])
    return data, times, first, np.column_stack([y * 0.5, y * 0.6, y * 0.8])


def gbsg(times, uncensored=False):
    table = load_table("gbsg")
    keep = table["status"] == 1 if uncensored else np.ones(686, dtype=bool)
    x, y = np.minimum(table["nodes"], 20)[keep] / 21, (table["grade"][keep] - 0.5) / 3
    data = SurvivalData(np.ceil(table["rfstime"] / 30)[keep], table["status"][keep])
    return data, times, np.column_stack([x, np.sqrt(x)]), np.column_stack([y, y])


def melanoma():
    table = load_table("melanoma")
    x = np.column_stack([table["sex"] == "Male", table["age"], np.log(table["thick"])])
    return x.astype(float), SurvivalData(table["time"], table["status"])


def known(name, data, times):
    """The weights of a record that takes them as known; None for the others."""
    if name != "more.score.fixed":
        return None
    return replace(estimate_censoring(data, times), estimated=False)


GIVEN = {
    "more.score.cr.months": lambda: follic(12, [12, 60, 120]),
    "more.score.cr.years": lambda: follic(1, [2, 5, 10]),
    "more.score.fixed": lambda: follic(1, [2, 5, 10]),
    "more.score.gbsg": lambda: gbsg([24, 48]),
    "more.score.uncensored": lambda: gbsg([12, 24], uncensored=True),
}
