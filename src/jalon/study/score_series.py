"""Counts of several days graded for every patient of a CSV file: a row a count."""

from __future__ import annotations

import csv
import io

from jalon.core import DataFileError, DefinitionError, Quantity
from jalon.scores import Assessment, ScoreDefinition, assess_series
from jalon.scores.engine import refuse_blocked
from jalon.scores.reading import read_value
from jalon.study.score_file import NOT_KNOWN, FileRequest, ScoredFile, read_rows

NEEDED = ("patient", "day", "count")


def grade_file(definition: ScoreDefinition, series: str, request: FileRequest) -> ScoredFile:
    """Grade every patient of a CSV file that has a row for each count.

    Args:
        definition: a score that reads series of counts.
        series: which of its series, for example "early".
        request: the file; its columns are ``patient``, ``day`` and ``count``, and ``until``
            where something ends the window of a patient early.

    Returns:
        A file with a row per patient; nothing is written.

    Raises:
        DataFileError: a column or a value that is missing or cannot be used, with its line.
        DefinitionError: a score without such a series.
    """
    refuse_blocked(definition)
    if series not in [spec.id for spec in definition.series]:
        known = ", ".join(spec.id for spec in definition.series) or "none"
        raise DefinitionError(f"{definition.slug} reads no series {series!r}; known: {known}")
    header, rows, lines = read_rows(request)
    places = _place(header, request)
    taken: dict[str, list[tuple[int, int, float]]] = {}
    ends: dict[str, int] = {}
    for row, line in zip(rows, lines, strict=True):
        patient = row[places["patient"]].strip()
        if row[places["count"]].strip().lower() not in NOT_KNOWN:
            day = _read(request, row, (places, line), "day")
            count = _read(request, row, (places, line), "count")
            taken.setdefault(patient, []).append((line, int(day), count))
            if day != int(day):
                raise DataFileError(request.path, "not a whole number of days", line, "day")
        if "until" in places and row[places["until"]].strip().lower() not in NOT_KNOWN:
            ends[patient] = int(_read(request, row, (places, line), "until"))
        taken.setdefault(patient, [])
    graded = {
        patient: _grade(definition, series, request, (taken[patient], ends.get(patient)))
        for patient in taken
    }
    return _lay_out(definition, request, places, (header, taken, graded))


def _place(header: list[str], request: FileRequest) -> dict[str, int]:
    places = {}
    for name in (*NEEDED, "until"):
        column = request.columns.get(name, name)
        if column in header:
            places[name] = header.index(column)
        elif name in NEEDED or name in request.columns:
            raise DataFileError(
                request.path, f"there is no column {column!r}; say which holds the {name}, for "
                f"example --map {name}={header[0]}", 1,
            )  # fmt: skip
    return places


def _read(
    request: FileRequest, row: list[str], where: tuple[dict[str, int], int], name: str
) -> float:
    places, line = where
    try:
        return float(row[places[name]].strip().replace(request.decimal, "."))
    except ValueError:
        column = request.columns.get(name, name)
        problem = "not a number; give one or leave the count empty"
        raise DataFileError(request.path, problem, line, column) from None


def _grade(
    definition: ScoreDefinition,
    series: str,
    request: FileRequest,
    seen: tuple[list[tuple[int, int, float]], int | None],
) -> Assessment | None:
    """A patient's grade, None when no count falls into the window."""
    counts, until = seen
    spec = next(each for each in definition.series if each.id == series)
    last = spec.last if until is None else min(until, spec.last)
    if not any(spec.first <= day <= last for _, day, _ in counts):
        return None
    unit = request.units.get("count", "")
    measure = definition.measure(spec.measure)
    for line, _, value in counts:
        try:
            read_value(measure, Quantity(value, unit) if unit else value)
        except DefinitionError as error:
            # The message may leave the site: it says which count, never how much.
            told = "outside what is possible; check its unit and say it: --unit count=…"
            problem = told if "outside" in str(error) else str(error)
            column = request.columns.get("count", "count")
            raise DataFileError(request.path, problem, line, column) from None
    days, values = [day for _, day, _ in counts], [value for *_, value in counts]
    return assess_series(definition, series, days, values, unit, until)


def _lay_out(
    definition: ScoreDefinition,
    request: FileRequest,
    places: dict[str, int],
    found: tuple[list[str], dict[str, list[tuple[int, int, float]]], dict[str, Assessment | None]],
) -> ScoredFile:
    header, taken, graded = found
    out = io.StringIO()
    writer = csv.writer(out, delimiter=request.separator, lineterminator="\n")
    slug = definition.slug
    names = ("counts", "points_low", "points_high", "group", "boundary")
    writer.writerow([header[places["patient"]], *(f"{slug}_{name}" for name in names)])
    counts = {group.label["en"]: 0 for group in definition.groups}
    counts |= {"undetermined": 0, "no count in the window": 0}
    flips = 0
    for patient, answer in graded.items():
        size = len(taken[patient])
        if answer is None:
            counts["no count in the window"] += 1
            writer.writerow([patient, size, "", "", "", ""])
            continue
        group = answer.group
        counts[group.label["en"] if group else "undetermined"] += 1
        flips += answer.flips
        told = "another reading changes the answer" if answer.flips else ""
        ends = (f"{answer.points_low:g}", f"{answer.points_high:g}")
        writer.writerow([patient, size, *ends, group.slug if group else "undetermined", told])
    warnings = [f"{flips} patients have another grade by the other reading"] if flips else []
    used = {name: header[place] for name, place in places.items()}
    return ScoredFile(out.getvalue(), used, len(graded), counts, tuple(warnings))
