"""A score computed for every row of a CSV file, without a study: every mistake with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from jalon.core import DataFileError, Floats, UserError
from jalon.core.numbers import write_count
from jalon.registry.text import load_text
from jalon.scores import AssessedColumns, Item, Measure, ScoreDefinition, assess_many
from jalon.scores.column import Fault, read_columns
from jalon.scores.engine import refuse_blocked
from jalon.scores.reading import advise_unit, factor_of

NOT_KNOWN = {"", "na", "n/a", "nan", "null", "none known", "nd", "."}
YES_NO = {"yes": 1.0, "true": 1.0, "oui": 1.0, "no": 0.0, "false": 0.0, "non": 0.0}
SHOWN = 10
"""Mistakes that are listed with their line; the rest are counted."""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What file to score, and how to read it.

    Attributes:
        path: the CSV file.
        columns: column of the file by name of an input, where they differ.
        units: unit of an input, where it is not that of the definition.
        separator: what stands between values.
        decimal: the decimal mark.
        encoding: how the text is coded.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """A file with its score.

    Attributes:
        text: the CSV text, all columns of the file and those of the score.
        used: column of the file by name of the input it was taken for.
        rows: rows with a patient.
        counts: rows by group, or by what is known of them.
        warnings: what a careful reader should look at.
    """

    text: str
    used: dict[str, str]
    rows: int
    counts: dict[str, int]
    warnings: tuple[str, ...]


def score_file(definition: ScoreDefinition, request: FileRequest) -> ScoredFile:
    """Compute a score for every row of a CSV file.

    Args:
        definition: the score.
        request: the file and how to read it.

    Returns:
        The file with the score's columns; nothing is written.

    Raises:
        DataFileError: a cell that cannot be used, with its line and column.
        UserError: the score cannot be computed, or is not asked for what it has.
    """
    refuse_blocked(definition)
    header, rows, lines = read_rows(request)
    used = _match(definition, header, request)
    places = {name: header.index(column) for name, column in used.items()}
    values = _read_values(definition, request, rows, (lines, places))
    _refuse_faults(definition, request, values, (lines, used))
    answer = assess_many(definition, values, request.units)
    return ScoredFile(
        text=_write(request, header, rows, _write_cells(definition, answer)),
        used=used,
        rows=len(rows),
        counts=_count(definition, answer),
        warnings=(
            *_doubt(definition, values, request.units, used),
            *_warn(definition, answer),
        ),
    )


def read_rows(request: FileRequest) -> tuple[list[str], list[list[str]], list[int]]:
    """Split a CSV file into its header, its rows and their lines.

    Args:
        request: the file and how to read it.

    Returns:
        Header, rows that hold anything, and the line on which each ends.

    Raises:
        DataFileError: the file cannot be read, or a line does not fit the header.
    """
    text, _ = load_text(request.path, request.encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=request.separator, strict=True)
    rows, lines = [], []
    try:
        header = [name.strip() for name in next(reader, [])]
        for row in reader:
            if row and any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
                if len(row) != len(header):
                    raise DataFileError(
                        request.path,
                        f"{len(row)} values under {len(header)} columns; mend the line, or give "
                        "the file's own --separator",
                        reader.line_num,
                    )
    except csv.Error as error:
        raise DataFileError(request.path, f"{error}; mend it", reader.line_num) from None
    if not rows:
        raise DataFileError(request.path, "no row with a patient below the header")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataFileError(request.path, f"the column {twice[0]} stands twice; rename one", 1)
    return header, rows, lines


def _inputs_of(definition: ScoreDefinition) -> dict[str, Item | Measure | None]:
    found: dict[str, Item | Measure | None] = {item.id: item for item in definition.items}
    read = {name for item in definition.items for name in item.over or ()}
    found |= {measure.id: measure for measure in definition.measures if measure.id in read}
    return found | {item.flag: None for item in definition.items if item.flag}


def _match(definition: ScoreDefinition, header: list[str], request: FileRequest) -> dict[str, str]:
    known = _inputs_of(definition)
    for name in (*request.columns, *request.units):
        if name not in known:
            raise UserError(f"{definition.slug} has no item {name}; it asks for {', '.join(known)}")
    for name, column in request.columns.items():
        if column not in header:
            raise DataFileError(
                request.path, f"there is no column {column!r} for {name}; the file has "
                f"{', '.join(header)}", 1,
            )  # fmt: skip
    used = {name: request.columns.get(name, name) for name in known}
    used = {name: column for name, column in used.items() if column in header}
    if not used:
        raise DataFileError(
            request.path,
            f"no column is an input of {definition.slug}; it asks for {', '.join(known)}. Say "
            f"which column holds which, for example --map {next(iter(known))}={header[0]}",
            1,
        )
    return used


def _read_values(
    definition: ScoreDefinition,
    request: FileRequest,
    rows: list[list[str]],
    where: tuple[list[int], dict[str, int]],
) -> dict[str, Floats]:
    lines, places = where
    inputs, problems, values = _inputs_of(definition), [], {}
    for name, place in places.items():
        column = np.full(len(rows), np.nan)
        for k, row in enumerate(rows):
            cell = row[place].strip()
            try:
                column[k] = _read_cell(inputs[name], cell, request.decimal)
            except ValueError as error:
                problems.append((lines[k], name, str(error)))
        values[name] = column
    if problems:
        _refuse(request.path, {name: request.columns.get(name, name) for name in places}, problems)
    return values


def _read_cell(item: Item | Measure | None, cell: str, decimal: str) -> float:
    """A number, a level or yes/no; the message never repeats the value."""
    if cell.lower() in NOT_KNOWN:
        return float("nan")
    levels = item.levels if isinstance(item, Item) else ()
    if cell in levels:
        return float(levels.index(cell))
    if (not levels and item is None) or levels == ("no", "yes"):
        known = YES_NO.get(cell.lower())
        if known is not None:
            return known
    try:
        return float(cell.replace(decimal, ".") if decimal != "." else cell)
    except ValueError:
        pass
    if levels:
        raise ValueError(f"give one of {', '.join(levels)}, or leave it empty")
    if cell[0] in "<>":
        raise ValueError(
            "a value beyond a detection limit; give a number (half the limit, and say so) or "
            "leave it empty"
        )
    comma = "; is its decimal mark a comma? say --decimal ," if "," in cell else ""
    raise ValueError(f"not a number{comma}; give a number or leave it empty")


def _refuse(path: Path, used: Mapping[str, str], problems: list[tuple[int, str, str]]) -> None:
    problems.sort()
    line, name, problem = problems[0]
    more = tuple(
        f"line {row}, column {used.get(which, which)}: {text}"
        for row, which, text in problems[1 : SHOWN + 1]
    )
    if len(problems) > len(more) + 1:
        problem += f" ({len(problems)} cells like this; the first {len(more) + 1} are named)"
    raise DataFileError(path, problem, line, used.get(name, name), more)


def _refuse_faults(
    definition: ScoreDefinition,
    request: FileRequest,
    values: Mapping[str, Floats],
    where: tuple[list[int], dict[str, str]],
) -> None:
    lines, used = where
    _, faults = read_columns(definition, values, request.units, len(lines))
    problems = [
        (lines[row], fault.column, _explain(fault)) for fault in faults for row in fault.rows
    ]
    if problems:
        _refuse(request.path, used, problems)


def _explain(fault: Fault) -> str:
    return f"{fault.problem}{f'; {fault.advice}' if fault.advice else ''}"


def _write_cells(definition: ScoreDefinition, answer: AssessedColumns) -> dict[str, list[str]]:
    slug, formula = definition.slug, definition.formula
    names = [group.slug for group in definition.groups] + ["undetermined"]
    kind = "value" if formula else "points"
    cells = {
        f"{slug}_{kind}_low": [_number(x) for x in answer.points_low.tolist()],
        f"{slug}_{kind}_high": [_number(x) for x in answer.points_high.tolist()],
    }
    if definition.groups:
        cells[f"{slug}_group"] = [names[k] for k in answer.group.tolist()]
    if any(item.disputes for item in definition.items):
        told = {True: "another reading changes the answer", False: ""}
        cells[f"{slug}_boundary"] = [told[flip] for flip in answer.flips.tolist()]
    return cells


def _number(value: float) -> str:
    if value in (float("inf"), float("-inf")):
        return ""
    return f"{value:.12g}"


def _write(
    request: FileRequest, header: list[str], rows: list[list[str]], cells: dict[str, list[str]]
) -> str:
    clash = sorted(set(header) & cells.keys())
    if clash:
        raise DataFileError(request.path, f"the column {clash[0]} is there already; rename it", 1)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=request.separator, lineterminator="\n")
    writer.writerow([*header, *cells])
    new = [list(row) for row in zip(*cells.values(), strict=True)]
    if request.decimal != ".":
        new = [[cell.replace(".", request.decimal) for cell in row] for row in new]
    writer.writerows([*row, *more] for row, more in zip(rows, new, strict=True))
    return out.getvalue()


def _count(definition: ScoreDefinition, answer: AssessedColumns) -> dict[str, int]:
    if definition.groups:
        counts = {
            group.label["en"]: int(np.sum(answer.group == k))
            for k, group in enumerate(definition.groups)
        }
        return counts | {"undetermined": int(np.sum(answer.group < 0))}
    known = int(np.sum(answer.points_low == answer.points_high))
    return {"known": known, "a range": len(answer.group) - known}


def _doubt(
    definition: ScoreDefinition,
    values: Mapping[str, Floats],
    units: Mapping[str, str],
    used: Mapping[str, str],
) -> list[str]:
    """Columns with values that are hardly plausible: most often one wrong unit."""
    found = []
    for name, item in _inputs_of(definition).items():
        if item is None or item.plausible is None or name not in values:
            continue
        times, over, less = factor_of(item, units[name]) if name in units else (1.0, 1.0, 0.0)
        value = (values[name] - less) * times / over
        low, high = item.plausible
        odd = (value < low) | (value > high)
        count, known = int(odd.sum()), int(np.sum(~np.isnan(value)))
        if count:
            advice = "" if name in units else advise_unit(item, float(np.median(value[odd])), False)
            hint = f"; {advice}: --unit {name}=…" if advice else ""
            found.append(
                f"{used[name]}: {write_count(count)} of {write_count(known)} values outside "
                f"{low:g} to {high:g} {item.unit}, unusual{hint}"
            )
    return found


def _warn(definition: ScoreDefinition, answer: AssessedColumns) -> list[str]:
    found, formula = [], definition.formula
    flips = int(answer.flips.sum())
    if flips:
        found.append(f"{flips} rows lie on a limit that sources read otherwise: another answer")
    if formula is not None:
        whole = answer.points_low[answer.points_low == answer.points_high]
        median = float(np.median(whole)) if len(whole) else 0.0
        if formula.usual_median is not None and median > formula.usual_median:
            found.append(
                f"the median {formula.symbol} is {median:.3g}; above {formula.usual_median:g} one "
                "unit is probably wrong"
            )
    return found
