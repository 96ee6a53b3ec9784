"""Public survival data: where each set is found, its outcome, and the variables allowed.

Three sources: files of this repository, the SurvSet package of the benchmark environment, and,
when ``JALON_DATA`` names a folder, files that may be read but not kept here. A variable missing
for more than one patient in five is left out, then patients with a missing value are.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
KEPT = (ROOT / "examples" / "data", ROOT / "tests" / "reference" / "external" / "data")
MOST_MISSING = 0.2
RAREST_LEVEL = 0.02
Values = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """How a data set is read.

    Attributes:
        name: its name in the results.
        found: "kept" in this repository, "survset", or "folder" (``JALON_DATA``).
        file: name of the file or of the SurvSet data set.
        time: column of the follow-up time.
        event: column of the event and the values that mean it happened.
        ordered: numbers and ordered categories.
        named: categories without an order; each level but the commonest is a variable.
        levels: order of the words of an ordered category.
        keep: column and values of the rows to use; None for all.
        tuning: whether the method was chosen on it; the other sets were looked at once.
    """

    name: str
    found: str
    file: str
    time: str
    event: tuple[str, tuple[str, ...]]
    ordered: str
    named: str = ""
    levels: tuple[str, ...] = ()
    keep: tuple[str, tuple[str, ...]] | None = None
    tuning: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Patients:
    """A data set ready to split.

    Attributes:
        name: its name in the results.
        tuning: whether the method was chosen on it.
        time: shape (n,), follow-up time.
        event: shape (n,), 1 the event, 0 censored.
        names: the variables.
        x: shape (n, v), their values, none missing.
    """

    name: str
    tuning: bool
    time: np.ndarray
    event: np.ndarray
    names: tuple[str, ...]
    x: np.ndarray


DEATH = ("death", ("1",))
EVENT = ("event", ("1",))
SIZES = ("<=20", "20-50", ">50")
PERFORMANCE = (
    "normal activity", "in bed < 50% daytime", "in bed > 50% daytime", "confined to bed"
)  # fmt: skip

SOURCES = (
    Source("rotterdam", "kept", "rotterdam.csv", "dtime", DEATH,
           "age meno size grade nodes pgr er hormon chemo", levels=SIZES, tuning=True),
    Source("gbsg", "kept", "gbsg.csv", "rfstime", ("status", ("1",)),
           "age meno size grade nodes pgr er hormon", tuning=True),
    Source("flchain", "survset", "flchain", "time", EVENT,
           "num_age fac_sex num_kappa num_lambda num_creatinine fac_mgus num_sample_yr",
           levels=("F", "M"), tuning=True),
    Source("pbc", "kept", "pbc.csv", "time", ("status", ("2",)),
           "age sex ascites hepato spiders edema bili chol albumin copper alk.phos ast trig "
           "platelet protime stage trt", levels=("f", "m"),
           keep=("trt", ("1", "2")), tuning=True),
    Source("colon", "kept", "colon.csv", "time", ("status", ("1",)),
           "sex age obstruct perfor adhere nodes differ extent surg node4", "rx",
           keep=("etype", ("2",)), tuning=True),
    Source("whas500", "survset", "whas500", "time", EVENT,
           "fac_gender fac_cvd fac_afb fac_sho fac_chf fac_av3 fac_miord fac_mitype num_age "
           "num_hr num_sysbp num_diasbp num_bmi", tuning=True),
    Source("leuksurv", "survset", "LeukSurv", "time", EVENT,
           "fac_sex num_age num_wbc num_tpi num_xcoord num_ycoord", tuning=True),
    Source("follic", "kept", "follic.csv", "time", ("status", ("1", "2")),
           "age hgb clinstg ch", levels=("N", "Y"), tuning=True),
    Source("prostate", "survset", "prostate", "time", EVENT,
           "fac_stage fac_pf fac_hx fac_bm num_age num_wt num_sbp num_dbp num_hg num_sz num_sg "
           "num_ap", "fac_rx fac_ekg", levels=PERFORMANCE),
    Source("trace", "survset", "TRACE", "time", EVENT,
           "num_wmi num_age fac_sex fac_chf fac_diabetes fac_vf"),
    Source("framingham", "survset", "Framingham", "time", EVENT,
           "num_sbp num_dbp num_scl num_age num_bmi fac_sex"),
    Source("cost", "survset", "cost", "time", EVENT,
           "fac_sex fac_hypTen fac_ihd fac_prevStroke fac_othDisease fac_alcohol fac_diabetes "
           "fac_smoke fac_atrialFib fac_hemor num_age num_strokeScore num_cholest",
           levels=("no", "yes", "female", "male")),
    Source("uis", "survset", "uis", "time", EVENT,
           "fac_race fac_treat fac_site num_age num_beck num_ndrugtx", "fac_heroic fac_ivhx"),
    Source("grace", "survset", "grace", "time", EVENT,
           "num_los num_age num_sysbp fac_revasc fac_stchange"),
    Source("lung", "kept", "lung.csv", "time", ("status", ("2",)),
           "age sex ph.ecog ph.karno pat.karno wt.loss"),
    Source("mgus2", "folder", "mgus2.csv", "futime", DEATH,
           "age sex dxyr hgb creat mspike", levels=("F", "M")),
    Source("dlbcl", "folder", "dlbcl_reddy2017.csv", "os_years", DEATH,
           "sex age ipi_ecog ipi_stage ipi_ldh ipi_extranodal b_symptoms", "coo_rnaseq",
           levels=("F", "M", "no", "yes")),
)  # fmt: skip


def read_cohorts(names: list[str] | None = None) -> list[Patients]:
    """Read the data sets that can be reached, all of them when none is named."""
    chosen = [s for s in SOURCES if not names or s.name in names]
    return [_prepare(s, table) for s in chosen if (table := _read(s)) is not None]


def _read(source: Source) -> Values | None:
    if source.found == "survset":
        return _read_survset(source.file)
    folders = KEPT if source.found == "kept" else (Path(os.environ.get("JALON_DATA", "")),)
    if source.found == "folder" and not os.environ.get("JALON_DATA"):
        return None
    for folder in folders:
        if (folder / source.file).is_file():
            with (folder / source.file).open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
            return {name: [row[name] for row in rows] for name in rows[0]}
    return None


def _read_survset(name: str) -> Values:
    from SurvSet.data import SurvLoader

    table = SurvLoader().load_dataset(ds_name=name)["df"]
    return {str(name): _as_text(table[name].tolist(), table[name].isna()) for name in table}


def _as_text(values: list[object], missing: Iterable[bool]) -> list[str]:
    return ["" if gone else str(value) for value, gone in zip(values, missing, strict=True)]


def _prepare(source: Source, table: Values) -> Patients:
    columns: dict[str, np.ndarray] = {}
    for name in source.ordered.split():
        columns[name] = _read_numbers(table[name], source.levels)
    for name in source.named.split():
        columns.update(_read_levels(name, table[name]))
    time = np.array([float(v) if v else np.nan for v in table[source.time]])
    column, happened = source.event
    event = np.array([v.removesuffix(".0") in happened for v in table[column]]).astype(np.int64)
    rows = ~np.isnan(time)
    if source.keep:
        rows &= np.array([v in source.keep[1] for v in table[source.keep[0]]])
    known = {k: v for k, v in columns.items() if np.isnan(v[rows]).mean() <= MOST_MISSING}
    x = np.column_stack(list(known.values()))
    rows &= ~np.isnan(x).any(axis=1)
    x = x[rows]
    varies = [j for j in range(x.shape[1]) if _varies(x[:, j])]
    names = tuple(name for j, name in enumerate(known) if j in varies)
    return Patients(source.name, source.tuning, time[rows], event[rows], names, x[:, varies])


def _read_numbers(values: list[str], levels: tuple[str, ...]) -> np.ndarray:
    def read(value: str) -> float:
        if value in levels:
            return float(levels.index(value))
        return np.nan if value in {"", "NA", "missing"} else float(value)

    return np.array([read(value) for value in values])


def _read_levels(name: str, values: list[str]) -> dict[str, np.ndarray]:
    """One column of zeros and ones per level but the commonest; missing stays missing."""
    found = sorted({v for v in values if v not in {"", "NA", "missing"}})
    counts = {level: values.count(level) for level in found}
    reference = max(found, key=lambda level: counts[level])
    unknown = np.array([v in {"", "NA", "missing"} for v in values])
    columns = {}
    for level in found:
        if level != reference and counts[level] >= RAREST_LEVEL * len(values):
            column = np.array([float(v == level) for v in values])
            column[unknown] = np.nan
            columns[f"{name}={level}"] = column
    return columns


def _varies(column: np.ndarray) -> bool:
    """Whether the second commonest value is not too rare to be split between halves."""
    _, counts = np.unique(column, return_counts=True)
    return len(column) - counts.max() >= RAREST_LEVEL * len(column)
