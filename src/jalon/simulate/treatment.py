"""Synthetic lines of treatment before CAR-T cells, and the CAR-T treatment itself."""

from __future__ import annotations

import numpy as np
import polars as pl

from jalon.dictionary import find_table
from jalon.simulate.cast import Cast
from jalon.simulate.day import to_dates
from jalon.simulate.fill import complete
from jalon.simulate.history import History
from jalon.simulate.rows import pick
from jalon.simulate.target import load_targets

FIRST_LINE = ("r_chop", "r_acvbp", "r_mini_chop", "r_epoch", "pola_r_chp")
SALVAGE = ("r_dhap", "r_dhax", "r_ice", "r_gemox", "r_bendamustine", "pola_r_bendamustine")
ANTHRACYCLINES = FIRST_LINE
AUTHORISED = 17_775
"""Day on which axi-cel and tisa-cel were sold rather than given early: 1 September 2018."""


REASONS = ("progression", "infection", "manufacturing", "response", "refusal")
"""Why cells were not given; the first for those who died."""

BEFORE = ("patient", "infusion_number", "product", "access", "prior_lines", "decision_date",
          "apheresis_date", "not_infused_reason", "infusion_date", "bridging_given",
          "bridging_class", "bridging_polatuzumab", "bridging_start", "bridging_end",
          "bridging_response")  # fmt: skip
"""What is known of a treatment whose cells were not given."""


def make_prior_lines(cast: Cast, history: History) -> pl.DataFrame:
    """Make the table of lines before CAR-T cells.

    Args:
        cast: who plays.
        history: days before the infusion.

    Returns:
        One row per patient and line.
    """
    who = np.repeat(np.arange(len(cast)), history.lines)
    line = np.arange(len(who)) - np.repeat(np.cumsum(history.lines) - history.lines, history.lines)
    infused = cast.course.infused[who]
    start, end = history.starts[who, line], history.ends[who, line]
    is_last = line + 1 == history.lines[who]
    following = np.where(
        is_last, history.decision[who], history.starts[who, np.minimum(line + 1, 8)]
    )
    regimen = _draw_regimen(line, cast.rng)
    transplant = _draw_transplant(who, line, history, cast.rng)
    given = {
        "patient": cast.patient.gather(who),
        "line_number": pl.Series(line + 1),
        "start_date": to_dates(infused + start),
        "end_date": to_dates(infused + end),
        "regimen_class": pl.Series(["immunochemotherapy"]).new_from_index(0, len(who)),
        "regimen": regimen,
        "cycles": pl.Series(1 + (end - start) // 25),
        "anthracycline": regimen.is_in(ANTHRACYCLINES).cast(pl.Int64),
        "anti_cd20": pl.Series(np.ones(len(who), dtype=np.int64)),
        "bendamustine": regimen.str.contains("bendamustine").cast(pl.Int64),
        "polatuzumab": regimen.str.contains("pola").cast(pl.Int64),
        "radiotherapy": pl.Series((cast.rng.random(len(who)) < 0.05).astype(np.int64)),
        "response_date": to_dates(infused + end),
        "relapse_date": to_dates(infused + np.minimum(end + 5, following)),
        "transplant": transplant,
        "transplant_date": to_dates(
            infused + np.minimum(end + 10, following), (transplant != "none").to_numpy()
        ),
    }
    frame = complete(find_table("prior_line"), given, len(who), cast.rng)
    failed = pl.col("response").is_in(["SD", "PD"])
    frame = frame.with_columns(
        pl.when(failed).then(pl.lit(1)).otherwise(pl.col("refractory")).alias("refractory")
    )
    return frame.insert_column(0, cast.centre.gather(who).alias("centre"))


def make_infusions(cast: Cast, history: History) -> pl.DataFrame:
    """Make the table of CAR-T treatments.

    Args:
        cast: who plays.
        history: days before the infusion.

    Returns:
        One row per patient.
    """
    course, rng, rows = cast.course, cast.rng, len(cast)
    none = np.zeros(rows, dtype=np.int64)
    bridged = rng.random(rows) < load_targets("published")["bridging"]
    early = course.infused < AUTHORISED
    bridging_start = history.apheresis + rng.integers(1, 8, rows)
    room = history.lymphodepletion - 2 - bridging_start
    bridging_end = bridging_start + np.minimum(rng.integers(3, 22, rows), room)
    # A stay ends after two to four weeks, with death if it comes first.
    stay = np.minimum(rng.integers(12, 32, rows), course.seen)
    given = {
        "patient": cast.patient,
        "infusion_number": pl.Series(none + cast.infusion_number),
        "product": pick(("tisa_cel", "axi_cel"), course.axi_cel.astype(np.int64)),
        "access": pick(("market", "early_access"), early.astype(np.int64)),
        "prior_lines": pl.Series(history.lines),
        "decision_date": cast.date(history.decision),
        "apheresis_date": cast.date(history.apheresis),
        "product_received_date": cast.date(history.lymphodepletion - 2),
        "lymphodepletion_date": cast.date(history.lymphodepletion),
        "infusion_date": cast.date(none, course.given),
        "not_infused_reason": _draw_reason(cast),
        "bridging_given": pl.Series(bridged.astype(np.int64)),
        "bridging_start": cast.date(bridging_start, bridged),
        "bridging_end": cast.date(bridging_end, bridged),
        "disease_status_date": cast.date(history.lymphodepletion - 1),
        "discharge_date": cast.date(stay),
    }
    given |= _draw_doses(cast)
    frame = complete(find_table("infusion"), given, rows, rng)
    bridging = [
        pl.when(pl.col("bridging_given") == 1).then(pl.col(name)).alias(name)
        for name in ("bridging_class", "bridging_polatuzumab", "bridging_response")
    ]
    after = [
        pl.when(pl.col("infusion_date").is_not_null()).then(pl.col(name)).alias(name)
        for name in frame.columns
        if name not in BEFORE
    ]
    return frame.with_columns(bridging).with_columns(after).insert_column(0, cast.centre)


def _draw_reason(cast: Cast) -> pl.Series:
    """Draw why the cells were not given: the lymphoma, or for the living something else."""
    drawn = np.where(cast.course.is_dead, 0, cast.rng.integers(1, len(REASONS), len(cast)))
    return pick(REASONS, np.where(cast.course.given, -1, drawn))


def _draw_doses(cast: Cast) -> dict[str, pl.Series]:
    axi_cel, rng = cast.course.axi_cel, cast.rng
    weight = cast.course.weight
    # axi-cel is given by weight up to 100 kg, tisa-cel by count.
    counted = np.clip(rng.normal(300, 80, len(cast)), 80, 600)
    counted = np.minimum(counted, 9.5 * weight)
    total = np.where(axi_cel, np.minimum(2.0 * weight, 200.0), counted)
    return {
        "dose_cells": pl.Series(np.round(total)),
        "dose_per_kg": pl.Series(np.round(total / weight, 1)),
    }


def _draw_regimen(line: np.ndarray, rng: np.random.Generator) -> pl.Series:
    first = rng.choice(len(FIRST_LINE), size=len(line), p=[0.66, 0.18, 0.06, 0.07, 0.03])
    later = rng.integers(0, len(SALVAGE), len(line)) + len(FIRST_LINE)
    names = pl.Series([*FIRST_LINE, *SALVAGE], dtype=pl.String)
    return names.gather(np.where(line == 0, first, later))


def _draw_transplant(
    who: np.ndarray, line: np.ndarray, history: History, rng: np.random.Generator
) -> pl.Series:
    chosen = rng.random(len(history.lines))
    has_auto = chosen < load_targets("published")["autologous_transplant"]
    is_place = line == np.minimum(1, history.lines[who] - 1)
    auto = has_auto[who] & is_place
    allo = (chosen[who] > 0.992) & (line == history.lines[who] - 1)
    names = pl.Series(["none", "autologous", "allogeneic"], dtype=pl.String)
    return names.gather(np.where(auto, 1, np.where(allo, 2, 0)))
