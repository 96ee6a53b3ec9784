"""A snapshot's tables become one row per patient, counted from the first infusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from jalon.dictionary import Column, Level, Table, find_table
from jalon.registry import Batch
from jalon.registry.manifest import Manifest, check_files, read_manifest

BASELINE_DAYS = 60
"""A measurement counts as the patient's state at infusion when it is at most so many days old."""

ONE_ROW = ("patient", "disease", "infusion")
"""Tables with at most one row per patient, once the first infusion is chosen."""

SEEN_IN = ("assessment", "response", "toxicity", "treatment_after", "event")
"""Tables whose dates say that a patient was alive and known."""

MEASURED = ("number", "integer", "flag", "category")

SAME = ["centre", "patient"]

EVENTS = {"death": ("death",), "progression": ("progression", "relapse")}
"""Events that are dated, and the kinds of row that tell of them; the earliest counts."""

OUTCOMES = (
    Column("death", "flag", "Died", "Décédé"),
    Column("death_days", "number", "Days to death", "Jours jusqu’au décès", unit="days"),
    Column("progression", "flag", "Progression or relapse", "Progression ou rechute"),
    Column(
        "progression_days", "number", "Days to progression", "Jours jusqu’à la progression",
        unit="days",
    ),
    Column("last_seen_days", "number", "Days to last news", "Jours jusqu’aux dernières nouvelles",
           unit="days"),
    Column("age", "number", "Age at infusion", "Âge à la perfusion", unit="years"),
    Column("ldh_ratio", "number", "LDH over its upper limit", "LDH sur sa limite supérieure"),
)  # fmt: skip
"""What is worked out from the tables; days are counted from the day of infusion."""


def flatten_snapshot(folder: Path) -> tuple[Batch, Manifest]:
    """Read a snapshot as one row per patient, for studies that start at the first infusion.

    Columns of the tables patient, disease, infusion (number 1) and assessment keep their names; one
    that two tables share gets its table's name in front. A measurement is the latest one that is
    not after the infusion and at most 60 days old, each column for itself; without one it is
    missing. Death and progression or relapse are dated in days from the infusion, whichever row
    of that kind comes first; those before the infusion do not count. The last news are the latest
    date of any table.

    Args:
        folder: the snapshot.

    Returns:
        The rows with a dictionary of their own, and the snapshot's manifest. A patient without an
        infusion has a row too, without any day.

    Raises:
        DataFileError: the folder is no snapshot, or a file of it was changed.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    frames = {name: pl.read_parquet(folder / t.file) for name, t in manifest.tables.items()}
    frames["infusion"] = frames["infusion"].filter(pl.col("infusion_number") == 1)
    start = frames["infusion"].select(*SAME, start="infusion_date")
    last_news = _date_last_news(frames)
    frames["assessment"] = _choose_baseline(frames["assessment"], start)
    names = _name_columns(frames)
    flat = frames["patient"].select(SAME)
    for table, renamed in names.items():
        part = frames[table].select(
            *SAME, *(pl.col(old).alias(new) for old, new in renamed.items())
        )
        flat = flat.join(part, on=SAME, how="left", maintain_order="left")
    flat = flat.join(
        _date_outcomes(frames, start, last_news), on=SAME, how="left", maintain_order="left"
    )
    flat = flat.sort(SAME)
    centres = flat["centre"].unique().sort().to_list()
    described = _describe(names, manifest, centres)
    frame = flat.select(described.names)
    lines = np.arange(1, frame.height + 1)
    return Batch(described, frame, lines, (), manifest.snapshot_id), manifest


def _choose_baseline(assessments: pl.DataFrame, start: pl.DataFrame) -> pl.DataFrame:
    age = pl.col("start") - pl.col("date")
    usable = assessments.join(start, on=SAME).filter(
        pl.col("infusion_number") == 1,
        pl.col("time_point") != "diagnosis",
        age >= pl.duration(days=0),
        age <= pl.duration(days=BASELINE_DAYS),
    )
    columns = [column.name for column in _list_measured(find_table("assessment"))]
    latest = usable.sort("date", "time_point", "repeat")
    return latest.group_by(SAME).agg(pl.col(columns).drop_nulls().last())


def _list_measured(table: Table) -> list[Column]:
    keys = {"centre", *table.keys}
    return [c for c in table.columns if c.name not in keys and c.kind in {*MEASURED, "date"}
            and not (table.name == "assessment" and c.kind == "date")]  # fmt: skip


def _name_columns(frames: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, str]]:
    tables = [find_table(name) for name in (*ONE_ROW, "assessment")]
    taken = Counter(column.name for table in tables for column in _list_measured(table))
    taken.update(column.name for column in OUTCOMES)
    return {
        table.name: {
            column.name: f"{table.name}_{column.name}" if taken[column.name] > 1 else column.name
            for column in _list_measured(table)
            if column.name in frames[table.name].columns
        }
        for table in tables
    }


def _date_outcomes(
    frames: Mapping[str, pl.DataFrame], start: pl.DataFrame, last_news: pl.DataFrame
) -> pl.DataFrame:
    found = frames["patient"].select(*SAME, "birth_year", "birth_month")
    found = found.join(start, on=SAME, how="left").join(last_news, on=SAME, how="left")
    for name, kinds in EVENTS.items():
        rows = frames["event"].filter(pl.col("kind").is_in(kinds)).join(start, on=SAME)
        first = rows.filter(pl.col("date") >= pl.col("start")).group_by(SAME)
        found = found.join(first.agg(pl.col("date").min().alias(name)), on=SAME, how="left")
    born = pl.date("birth_year", pl.col("birth_month").fill_null(7), 15)
    measured = frames["assessment"].select(*SAME, ldh_ratio=pl.col("ldh") / pl.col("ldh_uln"))
    known = pl.col("start").is_not_null()
    return found.join(measured, on=SAME, how="left").select(
        *SAME,
        *(_flag(name, known) for name in EVENTS),
        *(_count_days(name).alias(f"{name}_days") for name in EVENTS),
        _count_days("last").alias("last_seen_days"),
        ((pl.col("start") - born).dt.total_days() / 365.25).floor().alias("age"),
        "ldh_ratio",
    )


def _flag(name: str, known: pl.Expr) -> pl.Expr:
    return pl.when(known).then(pl.col(name).is_not_null().cast(pl.Int64)).alias(name)


def _count_days(name: str) -> pl.Expr:
    return (pl.col(name) - pl.col("start")).dt.total_days().cast(pl.Float64)


def _date_last_news(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    dates = [
        frames[name].select(*SAME, last=find_table(name).date or "date").drop_nulls()
        for name in SEEN_IN
    ]
    return pl.concat(dates).group_by(SAME).agg(pl.col("last").max())


def _describe(
    names: Mapping[str, Mapping[str, str]], manifest: Manifest, centres: list[str]
) -> Table:
    levels = tuple(Level(centre, centre, centre) for centre in centres)
    columns = [Column("centre", "category", "Centre", "Centre", levels=levels)]
    columns.append(Column("patient", "identifier", "Patient (pseudonym)", "Patient (pseudonyme)"))
    for name, renamed in names.items():
        known = {column.name: column for column in find_table(name).columns}
        columns += [replace(known[old], name=new, required=False) for old, new in renamed.items()]
    return Table(
        name=f"snapshot_{manifest.project}",
        label_en=f"Registry, one row per patient, for project {manifest.project}",
        label_fr=f"Registre, une ligne par patient, pour le projet {manifest.project}",
        source=f"snapshot {manifest.snapshot_id[:12]}, objections of {manifest.on}",
        licence="not for release: individual data",
        data_kind="synthetic" if manifest.data_kind == "synthetic" else "real",
        key="patient",
        columns=(*columns, *OUTCOMES),
    )
