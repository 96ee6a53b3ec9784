"""Synthetic centres, patients and lymphomas: what is known before any treatment."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from jalon.dictionary import find_table
from jalon.simulate.cast import Cast
from jalon.simulate.day import days_of_years
from jalon.simulate.fill import complete
from jalon.simulate.history import History

OPENED = date(2018, 7, 1)


def make_centres(cast: Cast) -> pl.DataFrame:
    """Make the table of centres; every name says that it is invented.

    Args:
        cast: who plays.

    Returns:
        One row per centre.
    """
    rows = len(cast.centres)
    given = {
        "centre": pl.Series(cast.centres, dtype=pl.String),
        "label": pl.Series([f"Synthetic Hospital {code}" for code in cast.centres]),
        "city": pl.Series([f"Nowhere-{i:02d}" for i in range(1, rows + 1)]),
        "country": pl.Series(["Nowhere"] * rows),
        "opened_on": pl.Series([OPENED] * rows),
    }
    return complete(find_table("centre"), given, rows, cast.rng)


def make_patients(cast: Cast, history: History) -> pl.DataFrame:
    """Make the table of patients.

    Args:
        cast: who plays.
        history: days before the infusion.

    Returns:
        One row per patient.
    """
    course, rng, rows = cast.course, cast.rng, len(cast)
    born = course.infused - np.floor(course.age * days_of_years(1.0)).astype(np.int64)
    birth = pl.Series(born.astype(np.int32)).cast(pl.Date)
    informed = history.decision + rng.integers(0, 4, rows)
    given = {
        "patient": cast.patient,
        "informed_on": cast.date(informed),
        "registered_on": cast.date(np.minimum(informed + rng.integers(0, 20, rows), -1)),
        "sex": _choose(course.male, "male", "female"),
        "birth_year": birth.dt.year().cast(pl.Int64),
        "birth_month": birth.dt.month().cast(pl.Int64),
        "diabetes": pl.Series(course.diabetes.astype(np.int64)),
    }
    frame = complete(find_table("patient"), given, rows, rng)
    no_diabetes = pl.col("diabetes").fill_null(0) != 1
    tumour = pl.col("solid_tumour").is_in(["localised", "metastatic"])
    earlier = pl.col("birth_year") + 20 + pl.Series(rng.integers(0, 10, rows))
    decided = cast.date(history.decision).dt.year().cast(pl.Int64)
    frame = frame.with_columns(
        _only("diabetes_treatment", ~no_diabetes),
        _only("diabetes_end_organ", ~no_diabetes),
        pl.when(tumour).then(pl.min_horizontal(earlier, decided)).alias("solid_tumour_year"),
        *[
            pl.Series(name, rng.choice(5, size=rows, p=[0.70, 0.15, 0.10, 0.04, 0.01]))
            for name in frame.columns
            if name.startswith("cirs_")
        ],
    )
    # Diabetes counts in the endocrine system of CIRS.
    endocrine = pl.col("cirs_endocrine_metabolic")
    frame = frame.with_columns(
        pl.when(no_diabetes).then(endocrine).otherwise(endocrine.clip(lower_bound=1))
    )
    return _with_centre(frame, cast)


def make_diseases(cast: Cast, history: History) -> pl.DataFrame:
    """Make the table of lymphomas.

    Args:
        cast: who plays.
        history: days before the infusion.

    Returns:
        One row per patient.
    """
    given = {"patient": cast.patient, "diagnosis_date": cast.date(history.diagnosis)}
    frame = complete(find_table("disease"), given, len(cast), cast.rng)
    partners = pl.col("bcl2_rearranged") + pl.col("bcl6_rearranged")
    hit = (
        pl.when(pl.col("myc_rearranged") == 0)
        .then(pl.lit("none"))
        .when((pl.col("myc_rearranged") == 1) & partners.is_not_null())
        .then(partners.replace_strict({0: "none", 1: "double", 2: "triple"}, default=None))
    )
    frame = frame.with_columns(
        hit.alias("double_hit"),
        _only("tp53_kind", pl.col("tp53_altered") == 1),
        _only("cell_of_origin_method", pl.col("cell_of_origin").is_not_null()),
    )
    return _with_centre(frame, cast)


def _choose(mask: np.ndarray, yes: str, no: str) -> pl.Series:
    return pl.Series([no, yes], dtype=pl.String).gather(mask.astype(np.int64))


def _only(name: str, condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.col(name)).alias(name)


def _with_centre(frame: pl.DataFrame, cast: Cast) -> pl.DataFrame:
    return frame.insert_column(0, cast.centre)
