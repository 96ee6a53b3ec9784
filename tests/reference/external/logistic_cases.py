"""The models behind R's records of logistic and Poisson regression."""

from __future__ import annotations

import numpy as np
from tests.reference.external.records import load_table

from jalon.stats import fit_logistic, fit_poisson


def columns(table, *names):
    return np.column_stack([table[name] for name in names])


def lung():
    """Deaths within a year; patients censored before it are left out."""
    table = load_table("lung")
    x = columns(table, "age", "sex", "ph.ecog", "wt.loss")
    keep = ~np.isnan(x).any(axis=1) & ~((table["status"] == 1) & (table["time"] < 365))
    return fit_logistic(x[keep], ((table["status"] == 2) & (table["time"] <= 365))[keep])


def lalonde_factors(parts=7):
    table = load_table("lalonde")
    black, hispanic = table["race"] == "black", table["race"] == "hispan"
    married = table["married"]
    x = columns(table, "age")
    x = np.column_stack([x, black, hispanic, married, table["nodegree"]])
    x = np.column_stack([x, black * married, hispanic * married]).astype(float)
    return fit_logistic(x[:, :parts] if parts else None, table["treat"])


def admissions():
    table = load_table("ucbadmissions")
    departments = [table["Dept"] == name for name in "BCDEF"]
    x = np.column_stack([table["Gender"] == "Male", *departments]).astype(float)
    return fit_logistic(x, table["Admit"] == "Admitted", weight=table["Freq"])


def lalonde_tight():
    table = load_table("lalonde")
    x = np.column_stack(
        [
            table["age"],
            table["race"] == "black",
            columns(table, "married", "nodegree"),
            table["re74"] / 1000,
        ]
    )
    return fit_logistic(x.astype(float), table["treat"]), table["educ"]


def gbsg_weights():
    table = load_table("gbsg")
    x = columns(table, "age", "nodes", "hormon", "grade")
    weight = 1 + np.arange(1, 687) % 3
    return fit_logistic(x, table["status"], weight, offset=table["size"] / 100), table["age"]


def gbsg_poisson():
    table = load_table("gbsg")
    x = columns(table, "age", "hormon", "grade")
    return fit_poisson(x, table["status"], offset=np.log(table["rfstime"])), table["nodes"]


def rotterdam():
    table = load_table("rotterdam")
    x = np.column_stack([columns(table, "age", "nodes", "hormon", "chemo"), np.log1p(table["pgr"])])
    return fit_logistic(x, table["death"]), table["year"]


TIGHT = {
    "tight.lalonde": lalonde_tight,
    "tight.gbsg.weights": gbsg_weights,
    "tight.gbsg.poisson": gbsg_poisson,
    "tight.rotterdam": rotterdam,
}
