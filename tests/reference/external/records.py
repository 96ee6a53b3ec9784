"""Results of other programs: each record keeps its call, its versions and its tolerance."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "examples" / "data"

Record = dict[str, Any]
Table = dict[str, npt.NDArray[Any]]


@cache
def load_records(family: str) -> tuple[Record, ...]:
    """Return the records of ``records/<family>.json``, in the order of the file."""
    content = json.loads((HERE / "records" / f"{family}.json").read_text(encoding="utf-8"))
    return tuple(content["records"])


def load_record(family: str, name: str) -> Record:
    """Return one record's ``values`` by its id; KeyError when there is none."""
    found: dict[str, Record] = {record["id"]: record["values"] for record in load_records(family)}
    return found[name]


def load_table(name: str) -> Table:
    """Return a CSV as columns: numbers with NaN, or text with None, where a cell is missing."""
    path = HERE / "data" / f"{name}.csv"
    if not path.exists():
        path = EXAMPLES / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    return {key: _column([row[i] for row in rows]) for i, key in enumerate(header)}


def numbers(values: Any) -> npt.NDArray[np.float64]:
    """Return R's numbers as floats; null and "NaN" become NaN, "Inf" infinity."""
    if isinstance(values, dict):
        values = values["values"] if "values" in values else list(values.values())
    return np.asarray(_plain(values), dtype=np.float64)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return np.nan if value is None else float(value)


def _column(cells: list[str]) -> npt.NDArray[Any]:
    missing = ("", "NA")
    try:
        return np.array([np.nan if cell in missing else float(cell) for cell in cells])
    except ValueError:
        return np.array([None if cell in missing else cell for cell in cells], dtype=object)
