"""The propensity models behind R's records: covariates, arms and strata."""

from __future__ import annotations

from functools import cache

import numpy as np
from tests.reference.external.records import load_table

from jalon.stats.propensity import fit_propensity

LALONDE = ("age", "educ", "raceblack", "racehispan", "racewhite", "married", "nodegree")
LALONDE += ("re74", "re75")


def column(table, name):
    """Return one column of R's model matrix: a variable, or a level of a factor."""
    if name in table:
        return table[name].astype(float)
    variable = next(key for key in sorted(table, key=len)[::-1] if name.startswith(key))
    return (table[variable] == name.removeprefix(variable)).astype(float)


def columns(table, names):
    return np.column_stack([column(table, name) for name in names])


def lalonde(*names):
    table = load_table("lalonde")
    return columns(table, names), table["treat"]


def rotterdam(*names):
    table = load_table("rotterdam")
    return columns(table, names), table["hormon"]


@cache
def full(name):
    """The model of propensity_more.R for lalonde (and match.nn.logit), or for rotterdam."""
    if name == "lalonde":
        x, arms = lalonde(*(word for word in LALONDE if word != "raceblack"))
    else:
        x, arms = rotterdam("age", "nodes", "pgr", "er", "meno")
    return fit_propensity(x, arms), arms


def strata(name):
    table = load_table(name)
    names = {"lalonde": ("race", "married"), "rotterdam": ("meno", "size")}[name]
    return np.column_stack([table[word].astype(str) for word in names])


@cache
def node_positive():
    """Rotterdam with positive nodes, of iptw.cox: covariates and outcome."""
    table = load_table("rotterdam")
    keep = table["nodes"] > 0
    table = {key: values[keep] for key, values in table.items()}
    large = columns(table, ("size>50", "size20-50"))
    x = np.column_stack([table["age"], table["grade"] == 3, table["nodes"], large])
    return x, table
