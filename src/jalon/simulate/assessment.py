"""Synthetic assessments: examination, blood tests and scans at every time point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from jalon.core.survival_data import Floats
from jalon.dictionary import Column, find_table
from jalon.registry.kinds import KINDS
from jalon.simulate.cast import Cast
from jalon.simulate.day import to_dates
from jalon.simulate.fill import MISSING, fill, find_range, load_usual, round_values
from jalon.simulate.visit_plan import Attendance

ULN = {"crp_uln": 5.0, "ferritin_uln": 300.0, "bilirubin_uln": 17.0, "ast_uln": 35.0,
       "alt_uln": 45.0, "hemoglobin_lln": 12.0, "platelets_lln": 150.0,
       "anc_lln": 1.5}  # fmt: skip
"""Limits of normal, the same in every centre; that of LDH differs."""

ONLY_WITH = {"mtv_method": "mtv", "tlg": "mtv", "dmax": "mtv", "ctdna_method": "ctdna"}
"""Columns that say nothing without another one."""


def make_assessments(cast: Cast, seen: Attendance) -> pl.DataFrame:
    """Make the table of assessments.

    Args:
        cast: who plays.
        seen: when each patient was seen.

    Returns:
        One row per patient and time point.
    """
    rows = len(seen)
    one = pl.Series(np.ones(rows, dtype=np.int64))
    given = {
        "patient": cast.patient.gather(seen.who),
        "infusion_number": one * cast.infusion_number,
        "time_point": seen.time_point,
        "repeat": one,
        "date": to_dates(cast.course.infused[seen.who] + seen.day),
        "weight": _draw_weight(cast, seen),
        "height": pl.Series(cast.course.height[seen.who]),
        "ecog": _draw_ecog(cast, seen),
        "stage": _draw_stage(cast, seen),
        "ldh_uln": pl.Series(cast.rng.integers(235, 267, len(cast.centres)).astype(float)).gather(
            cast.course.centre[seen.who]
        ),
    }
    given |= {name: pl.Series([limit]).new_from_index(0, rows) for name, limit in ULN.items()}
    usual = load_usual("assessment")
    table = find_table("assessment")
    columns = []
    for column in table.columns:
        if column.name in given:
            values = given[column.name].cast(KINDS[column.kind]).alias(column.name)
        elif "medians" in usual.get(column.name, {}):
            values = _draw_values(column, usual[column.name], cast, seen)
        else:
            values = fill(column, rows, cast.rng, usual.get(column.name, {}))
        columns.append(_where_collected(column, values, seen))
    frame = _agree(pl.DataFrame(columns))
    return frame.insert_column(0, cast.centre.gather(seen.who).alias("centre"))


def _draw_values(
    column: Column, usual: Mapping[str, Any], cast: Cast, seen: Attendance
) -> pl.Series:
    rng, who = cast.rng, seen.who
    risk, own = usual.get("risk", 0.0), usual.get("own", 0.5)
    # Part of the spread follows the hidden risk, part is the patient's own, the rest is chance.
    own = np.sqrt(max(own**2 - risk**2, 0.0))
    patient = risk * cast.course.risk + own * rng.standard_normal(len(cast))
    chance = np.sqrt(max(1 - risk**2 - own**2, 0.0))
    deviation = patient[who] + chance * rng.standard_normal(len(seen))
    drawn = np.array(usual["medians"])[seen.phase] * np.exp(usual["spread"] * deviation)
    values = pl.Series(column.name, _hold(drawn, column, usual)).cast(KINDS[column.kind])
    known = usual.get("known", 1 - MISSING)
    return values.set(pl.Series(rng.random(len(seen)) >= known), None)


def _hold(values: Floats, column: Column, usual: Mapping[str, Any]) -> Floats:
    low, high = find_range(column)
    held = np.clip(values, usual.get("low", low), usual.get("high", high))
    return round_values(held, column)


def _draw_weight(cast: Cast, seen: Attendance) -> pl.Series:
    lost = np.array([1.0, 0.99, 0.97, 1.0])[seen.phase]
    noise = np.exp(0.02 * cast.rng.standard_normal(len(seen)))
    return pl.Series(np.round(np.clip(cast.course.weight[seen.who] * lost * noise, 38, 160), 1))


def _draw_ecog(cast: Cast, seen: Attendance) -> pl.Series:
    # 12.5 % had 2 or more; worse in the first weeks, and with the hidden risk.
    own = 0.45 * cast.course.risk + np.sqrt(1 - 0.45**2 - 0.3**2) * cast.rng.standard_normal(
        len(cast)
    )
    score = own[seen.who] + 0.3 * cast.rng.standard_normal(len(seen))
    shift = np.array([0.0, 0.0, 0.5, -0.2])[seen.phase]
    ecog = np.searchsorted(np.array([-0.25, 1.15, 1.95, 2.9]), score + shift)
    values = pl.Series(ecog.astype(np.int64))
    return values.set(pl.Series(cast.rng.random(len(seen)) < 0.06), None)


def _draw_stage(cast: Cast, seen: Attendance) -> pl.Series:
    score = 0.5 * cast.course.risk + 0.85 * cast.rng.standard_normal(len(cast))
    stage = 1 + np.searchsorted(np.array([-1.2, -0.85, -0.55]), score)
    return pl.Series(stage.astype(np.int64)).gather(seen.who)


def _where_collected(column: Column, values: pl.Series, seen: Attendance) -> pl.Series:
    if not column.time_points:
        return values
    wanted = np.array([name in column.time_points for name in seen.names])
    return values.set(pl.Series(~wanted[seen.moment]), None)


def _agree(frame: pl.DataFrame) -> pl.DataFrame:
    """Make the columns of a row say the same thing."""
    sites = [pl.col(name) for name in frame.columns if name.startswith("site_")]
    counted = pl.sum_horizontal(sites)
    collected = pl.any_horizontal(site.is_not_null() for site in sites)
    body = (pl.col("weight") / (pl.col("height") / 100) ** 2).round(1)
    spread = pl.any_horizontal(pl.col("site_bone_marrow", "site_liver", "site_cns") == 1)
    cells = pl.max_horizontal("leukocytes", pl.sum_horizontal("anc", "lymphocytes", "monocytes"))
    return frame.with_columns(
        pl.when(collected).then(counted).cast(pl.Int64).alias("extranodal_sites"),
        body.alias("bmi"),
        pl.when(spread).then(pl.lit(4)).otherwise(pl.col("stage")).alias("stage"),
        pl.when(pl.col("leukocytes").is_not_null()).then(cells.round(2)).alias("leukocytes"),
        # Nobody's LDH is exactly its limit: that is how exchanged columns are found.
        pl.when(pl.col("ldh") == pl.col("ldh_uln"))
        .then(pl.col("ldh") + 1)
        .otherwise(pl.col("ldh"))
        .alias("ldh"),
        (pl.col("largest_mass") >= 7.5).cast(pl.Int64).alias("bulk"),
        *[
            pl.when(pl.col(other).is_not_null()).then(pl.col(name)).alias(name)
            for name, other in ONLY_WITH.items()
        ],
        pl.when(pl.col("ctdna").is_not_null())
        .then((pl.col("ctdna") > 0).cast(pl.Int64))
        .alias("ctdna_detectable"),
    )
