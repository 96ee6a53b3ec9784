"""Many rows of invented patients, drawn fast; no real person is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from jalon.core.survival_data import Integers
from jalon.dictionary import find_table
from jalon.registry.delivery import Part
from jalon.registry.kinds import KINDS

VISITS = ("d0", "d1", "d3", "d7", "d14", "d30", "d90", "d180", "d270", "d360")
"""Every patient has one assessment at each."""

LEVELS = {"platelets": 150.0, "hemoglobin": 10.0, "anc": 2.0, "leukocytes": 5.0, "crp": 12.0,
          "ferritin": 400.0, "ldh": 240.0, "ldh_uln": 245.0, "creatinine": 70.0, "albumin": 38.0,
          "lymphocytes": 0.6, "monocytes": 0.4, "weight": 70.0, "bilirubin": 8.0, "ast": 25.0,
          "alt": 25.0, "igg": 6.0, "fibrinogen": 3.5, "bmi": 24.0}  # fmt: skip
"""What is measured at every visit, around which value."""


def make_tables(centre: str, assessments: int, seed: int) -> dict[str, pl.DataFrame]:
    """Draw a centre's patients, infusions, assessments and last contacts.

    Args:
        centre: the centre's code.
        assessments: how many, a multiple of 10.
        seed: the same seed gives the same tables.

    Returns:
        The columns that a file of each table would have.
    """
    rng = np.random.default_rng(seed)
    patients = assessments // len(VISITS)
    numbers = pl.Series([f"{centre}-{seed}-{i:07d}" for i in range(patients)])
    start = np.datetime64("2019-01-01") + rng.integers(0, 2000, patients).astype("timedelta64[D]")
    infusion = {"patient": numbers, "infusion_number": np.ones(patients, np.int64)}
    days = np.array([0, 1, 3, 7, 14, 30, 90, 180, 270, 360], dtype="timedelta64[D]")
    assessment: dict[str, pl.Series | Integers] = {
        "patient": numbers.gather(np.repeat(np.arange(patients), len(VISITS))),
        "infusion_number": np.ones(assessments, np.int64),
        "time_point": pl.Series(VISITS * patients),
        "repeat": np.ones(assessments, np.int64),
        "date": pl.Series((start[:, None] + days).ravel()).cast(pl.Date),
        "ecog": rng.integers(0, 3, assessments),
    }
    for name, level in LEVELS.items():
        assessment[name] = np.round(level * rng.uniform(0.9, 1.1, assessments), 2)
    sex = pl.Series(["female", "male"]).gather(rng.integers(0, 2, patients))
    birth = rng.integers(1940, 1995, patients)
    return {
        "patient": pl.DataFrame({"patient": numbers, "sex": sex, "birth_year": birth}),
        "infusion": pl.DataFrame(infusion | {"infusion_date": pl.Series(start).cast(pl.Date)}),
        "assessment": pl.DataFrame(assessment),
        "event": pl.DataFrame(
            {
                "patient": numbers,
                "kind": ["last_contact"] * patients,
                "event_number": np.ones(patients, np.int64),
                "date": pl.Series(start + np.timedelta64(400, "D")).cast(pl.Date),
            }
        ),
    }


def make_part(name: str, rows: pl.DataFrame, path: Path | None = None) -> Part:
    """Return rows as if they had been read from a file.

    Args:
        name: the table.
        rows: the columns of the file.
        path: the file, which is written here; the rows are kept in memory when there is none.
    """
    table = find_table(name)
    types = {column.name: KINDS[column.kind] for column in table.columns}
    frame = rows.select(
        (pl.col(c) if c in rows.columns else pl.lit(None)).cast(kind).alias(c)
        for c, kind in types.items()
    )
    content = None if path else rows.write_csv().encode()
    if path:
        rows.write_csv(path)
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    else:
        sha256 = hashlib.sha256(content or b"").hexdigest()
    where = path or Path(f"{name}.csv")
    lines = np.arange(2, frame.height + 2)
    return Part(table, frame, lines, frozenset(rows.columns), where, sha256, content=content)


def make_parts(tables: Mapping[str, pl.DataFrame], folder: Path | None = None) -> list[Part]:
    """Return one part per table."""
    return [
        make_part(name, rows, folder / f"{name}.csv" if folder else None)
        for name, rows in tables.items()
    ]
