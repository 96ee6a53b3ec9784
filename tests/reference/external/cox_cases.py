"""The models behind R's records of Cox regression: covariates, outcomes and options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from tests.reference.external.records import load_table

from jalon.core import SurvivalData

Case = tuple[Any, SurvivalData, dict[str, Any]]


def columns(table, *names):
    return np.column_stack([table[name] for name in names])


def dummies(values, *levels):
    return np.column_stack([values == level for level in levels]).astype(float)


def codes(values):
    return np.unique(values.astype(str), return_inverse=True)[1]


def lung(*names, stratum=None):
    table = load_table("lung")
    keep = ~np.isnan(table["ph.ecog"]) if "ph.ecog" in names else np.ones(228, dtype=bool)
    if stratum is not None:
        keep &= ~np.isnan(table[stratum])
        stratum = table[stratum][keep]
    data = SurvivalData(table["time"][keep], table["status"][keep] == 2, stratum=stratum)
    return columns(table, *names)[keep], data, {}


def lung_offset():
    x, data, _ = lung("sex")
    return x, data, {"offset": 0.02 * load_table("lung")["age"]}


def veteran(x, stratum=None):
    table = load_table("veteran")
    return x, SurvivalData(table["time"], table["status"], stratum=stratum), {}


def veteran_full():
    table = load_table("veteran")
    cells = dummies(table["celltype"], "smallcell", "adeno", "large")
    rest = columns(table, "karno", "diagtime", "age", "prior")
    return veteran(np.column_stack([table["trt"], cells, rest]))


def veteran_interaction():
    table = load_table("veteran")
    both = table["trt"] * table["karno"]
    return veteran(np.column_stack([columns(table, "trt", "karno"), both]))


def veteran_strata():
    table = load_table("veteran")
    return veteran(columns(table, "trt", "karno"), stratum=codes(table["celltype"]))


def veteran_changing_effect():
    """One stratum per day of death: within it, karno * log(t + 20) is a plain covariate."""
    table = load_table("veteran")
    days = np.unique(table["time"][table["status"] == 1])
    day, row = np.nonzero(table["time"][None, :] >= days[:, None])
    at_day = table["time"][row] == days[day]
    data = SurvivalData(days[day], at_day * table["status"][row], stratum=day)
    trt, karno = table["trt"][row], table["karno"][row]
    return np.column_stack([trt, karno, karno * np.log(days[day] + 20)]), data, {}


def heart():
    table = load_table("heart")
    data = SurvivalData(table["stop"], table["event"], entry=table["start"])
    return columns(table, "age", "year", "surgery", "transplant"), data, {}


def colon():
    table = load_table("colon")
    data = SurvivalData(table["time"], table["status"], stratum=table["etype"])
    return dummies(table["rx"], "Lev", "Lev+5FU"), data, {}


def gbsg_twice():
    table = load_table("gbsg")
    weight = np.where(table["meno"] == 1, 2.0, 1.0)
    data = SurvivalData(table["rfstime"], table["status"], weight=weight)
    return columns(table, "hormon", "nodes"), data, {}


def gbsg_spline():
    table = load_table("gbsg")
    curve = restricted_cubic(table["nodes"], (1, 3, 8, 15))
    data = SurvivalData(table["rfstime"], table["status"])
    return np.column_stack([table["nodes"], curve, table["hormon"]]), data, {}


def rotterdam():
    table = load_table("rotterdam")
    x = columns(table, "age", "meno", "nodes", "pgr", "er", "hormon", "chemo", "grade")
    return x, SurvivalData(table["dtime"], table["death"]), {}


def gbsg_months():
    table = load_table("gbsg")
    weight = 0.5 + (np.arange(1, 687) % 5) / 3
    month = np.ceil(table["rfstime"] / 30)
    data = SurvivalData(month, table["status"], weight=weight, stratum=table["grade"])
    return columns(table, "hormon", "nodes", "age"), data, {"offset": 0.01 * table["size"]}


def rotterdam_entry():
    table = load_table("rotterdam")
    row = np.arange(1, 2983)
    stop = np.ceil(table["dtime"] / 90)
    entry = np.minimum((row * 7) % 40, stop - 1)
    weight = 1.0 + row % 3
    data = SurvivalData(stop, table["death"], entry, weight, table["grade"])
    return columns(table, "age", "nodes", "hormon"), data, {}


def restricted_cubic(x, knots):
    """Harrell's restricted cubic spline without its linear term, in units of the knots' span.

    Durrleman S, Simon R (1989), doi:10.1002/sim.4780080504; Harrell's norm=2 divides by the
    squared distance of the outer knots.
    """
    t, last, before = np.asarray(knots, dtype=float), knots[-1], knots[-2]

    def cube(u):
        return np.maximum(u, 0.0) ** 3

    terms = [
        cube(x - knot)
        - cube(x - before) * (last - knot) / (last - before)
        + cube(x - last) * (before - knot) / (last - before)
        for knot in t[:-2]
    ]
    return np.column_stack(terms) / (last - t[0]) ** 2


def prepare_mclernon(part: str) -> tuple[Any, SurvivalData]:
    """The worked example of McLernon 2023 as in ``mcl()`` of scripts/open_prediction.R."""
    source, g = load_table("rotterdam"), load_table("gbsg")
    most = np.quantile(source["nodes"], 0.99, method="inverted_cdf")
    if part == "rotterdam":
        died_first = (source["recur"] == 0) & (source["death"] == 1)
        died_first &= source["rtime"] < source["dtime"]
        year = np.where(died_first, source["dtime"], source["rtime"]) / 365.25
        event = np.maximum(source["recur"], source["death"])
        size = dummies(source["size"], "20-50", ">50")
        nodes, grade = source["nodes"], source["grade"]
    else:
        year, event, nodes, grade = g["rfstime"] / 365.25, g["status"], g["nodes"], g["grade"]
        size = np.column_stack([(g["size"] > 20) & (g["size"] <= 50), g["size"] > 50])
    nodes = np.minimum(nodes, most)
    curve = restricted_cubic(nodes, (0, 1, 9))
    x = np.column_stack([size, nodes, curve, grade == 3]).astype(float)
    return x, SurvivalData(np.minimum(year, 5), np.where(year > 5, 0, event))


CASES: dict[str, tuple[str, Callable[[], Case]]] = {
    "cox.lung.efron": ("cox", lambda: lung("age", "sex", "ph.ecog")),
    "cox.lung.breslow": ("cox", lambda: lung("age", "sex", "ph.ecog")),
    "cox.veteran.full": ("cox", veteran_full),
    "cox.veteran.interaction": ("cox", veteran_interaction),
    "cox.veteran.strata": ("cox_strata", veteran_strata),
    "cox.lung.strata_inst": ("cox_strata", lambda: lung("age", "sex", stratum="inst")),
    "cox.gbsg.caseweights": ("cox_weights", gbsg_twice),
    "cox.heart.startstop": ("cox_startstop", heart),
    "cox.veteran.tt": ("cox_startstop", veteran_changing_effect),
}
"""Records whose standard errors are the model's own."""

TIGHT: dict[str, Callable[[], Case]] = {
    "tight.rotterdam": rotterdam,
    "tight.lung": lambda: lung("age", "sex", "ph.ecog"),
    "tight.weights": gbsg_months,
    "tight.heart": heart,
    "tight.entry": rotterdam_entry,
}
"""Records of fits that R iterated to rounding."""


def select_rows(case: Case, **changes: Any) -> tuple[Any, SurvivalData]:
    """The covariates and outcomes of a case, parts of the outcomes replaced."""
    x, data, _ = case
    return x, replace(data, **changes)


def gbsg_terms():
    """Size in three groups, as ``months()`` of scripts/cox_more.R."""
    table, (_, data, _) = load_table("gbsg"), gbsg_months()
    group = np.digitize(table["size"], [20.5, 35.5])
    x = np.column_stack([columns(table, "hormon", "nodes"), group == 1, group == 2])
    return x, data, {"offset": 0.01 * table["age"]}


def rotterdam_terms():
    table, (_, data, _) = load_table("rotterdam"), rotterdam_entry()
    return (
        np.column_stack([columns(table, "age", "nodes"), dummies(table["size"], ">50", "20-50")]),
        data,
        {},
    )


def gbsg_constant():
    """Age is the same for everyone of one stratum."""
    table = load_table("gbsg")
    stratum = 2 * (table["grade"] == 3) + table["meno"]
    x = columns(table, "hormon", "nodes", "age")
    x[stratum == 3, 2] = 50
    data = SurvivalData(np.ceil(table["rfstime"] / 30), table["status"], stratum=stratum)
    return x, data, {}


def veteran_cells():
    table = load_table("veteran")
    cells = dummies(table["celltype"], "smallcell", "adeno", "large")
    return veteran(np.column_stack([table["trt"], cells, table["karno"]]))
