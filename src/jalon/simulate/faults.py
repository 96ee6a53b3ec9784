"""Rows broken on purpose, each in one known way, to see whether they are caught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from jalon.core.errors import UserError


@dataclass(frozen=True, slots=True, eq=False)
class Breach:
    """One way to break a row.

    Attributes:
        table: the table.
        rule: the dictionary's rule that the row then breaks; "range", "level" or "required"
            for a value that its column does not allow.
        column: the column that is changed.
        value: what it becomes.
        where: the rows that can be broken so.
    """

    table: str
    rule: str
    column: str
    value: pl.Expr
    where: pl.Expr


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A registry with broken rows, and where they are.

    Attributes:
        tables: a frame per table, as before but for the broken rows.
        faults: one row each: table, row (its position in the table's frame), centre, rule,
            column.
    """

    tables: dict[str, pl.DataFrame]
    faults: pl.DataFrame


def _days(column: str, count: int) -> pl.Expr:
    return pl.col(column) + timedelta(days=count)


def _known(*columns: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(column).is_not_null() for column in columns)


BREACHES = (
    Breach("patient", "range", "birth_year", pl.lit(1850), _known("birth_year")),
    Breach("patient", "level", "sex", pl.lit("neither"), _known("sex")),
    Breach("patient", "required", "sex", pl.lit(None, dtype=pl.String), _known("sex")),
    Breach("patient", "patient.informed_before_entry", "informed_on",
           _days("registered_on", 5), _known("registered_on")),
    Breach("infusion", "infusion.order", "lymphodepletion_date",
           _days("infusion_date", 2), _known("infusion_date")),
    Breach("infusion", "infusion.product.since", "product", pl.lit("liso_cel"),
           pl.col("infusion_date") < pl.date(2022, 4, 1)),
    Breach("assessment", "range", "platelets", pl.lit(1e9), _known("platelets")),
    Breach("assessment", "assessment.ldh_without_uln", "ldh_uln",
           pl.lit(None, dtype=pl.Float64), _known("ldh", "ldh_uln")),
    Breach("assessment", "assessment.outside_window", "date", _days("date", -60),
           pl.col("time_point") == "d180"),
    Breach("response", "response.complete_with_deauville", "deauville", pl.lit(5),
           pl.col("lugano") == "CR"),
    Breach("toxicity", "toxicity.end_before_onset", "end_date", _days("onset", -3),
           _known("onset", "end_date")),
    Breach("event", "event.death_cause_missing", "cause", pl.lit(None, dtype=pl.String),
           pl.col("kind") == "death"),
    Breach("objection", "objection.withdrawn_before_made", "withdrawn_on",
           _days("objected_on", -1), _known("objected_on")),
)  # fmt: skip
"""Every way in which a row is broken."""


def plant_faults(tables: Mapping[str, pl.DataFrame], share: float, seed: int) -> Planted:
    """Break some rows of a registry, each in one known way.

    Args:
        tables: a frame per table, as `simulate_tables` returns them.
        share: share of the rows that can be broken which are, from 0 to 1.
        seed: the same seed breaks the same rows.

    Returns:
        The tables with broken rows, and where each is.

    Raises:
        UserError: a share outside 0 to 1, or a negative seed.

    Example:
        >>> from jalon.simulate import simulate_tables
        >>> planted = plant_faults(simulate_tables(50, seed=1), share=0.1, seed=1)
        >>> planted.faults.columns
        ['table', 'row', 'centre', 'rule', 'column']
    """
    if not 0 <= share <= 1:
        raise UserError("the share of broken rows is a number from 0 to 1")
    if seed < 0:
        raise UserError("a seed is a whole number of at least 0")
    rng = np.random.default_rng(seed)
    broken, faults = {}, []
    for name, frame in tables.items():
        breaches = [breach for breach in BREACHES if breach.table == name]
        broken[name], found = _break(frame, breaches, share, rng)
        faults += found
    columns = {"table": pl.String, "row": pl.Int64, "centre": pl.String, "rule": pl.String,
               "column": pl.String}  # fmt: skip
    return Planted(broken, pl.concat([pl.DataFrame(schema=columns), *faults]))


def _break(
    frame: pl.DataFrame, breaches: list[Breach], share: float, rng: np.random.Generator
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Break some rows; which breach a row may get is drawn first, so that none gets two."""
    if not breaches:
        return frame, []
    drawn = pl.Series(rng.integers(0, len(breaches), frame.height))
    chosen = pl.Series(rng.random(frame.height) < share)
    faults = []
    for place, breach in enumerate(breaches):
        can = frame.select(breach.where.fill_null(value=False)).to_series()
        rows = can & chosen & (drawn == place)
        value = breach.value.cast(frame.schema[breach.column])
        # What a breach changes is never what another one asks: each row gets one at most.
        frame = frame.with_columns(
            pl.when(rows).then(value).otherwise(pl.col(breach.column)).alias(breach.column)
        )
        where = rows.arg_true().cast(pl.Int64)
        faults.append(
            pl.DataFrame({"row": where, "centre": frame["centre"].gather(where)}).select(
                pl.lit(breach.table).alias("table"),
                "row",
                "centre",
                pl.lit(breach.rule).alias("rule"),
                pl.lit(breach.column).alias("column"),
            )
        )
    return frame, faults
