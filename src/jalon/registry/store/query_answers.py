"""Questions go to the centre as a file, and come back with answers."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from jalon.core.errors import DataFileError, UserError
from jalon.dictionary.wording import Language, typeset
from jalon.registry.finding import Finding, refuse
from jalon.registry.safe_csv import write_safe_csv
from jalon.registry.sheet import read_sheet
from jalon.registry.store.query_book import answer_query, find_query
from jalon.registry.store.query_list import Choice, list_queries
from jalon.registry.store.query_place import locate_rows
from jalon.registry.store.writing import Writing

QUERY, ANSWER = "query", "answer"


def export_queries(
    connection: sa.Connection, choice: Choice, target: Path, today: date, language: Language = "en"
) -> list[tuple[Path, int]]:
    """Write the questions of each centre as one CSV file.

    Args:
        connection: inside a transaction.
        choice: which questions.
        target: the folder of the files, one per centre; or, for one centre, a file called
            something.csv.
        today: the day from which waiting is counted.
        language: "en" or "fr".

    Returns:
        Each file with the number of its questions.

    Raises:
        UserError: one file for several centres.
    """
    single = target.suffix.lower() == ".csv"
    if single and choice.centre is None:
        raise UserError("one file is for one centre: add --centre, or name a folder")
    found = locate_rows(connection, list_queries(connection, choice))
    rows = pl.Series("row", [tell_key(key) for key in found["row_key"]], dtype=pl.String)
    told = found.select(
        "centre",
        pl.col("query_id").alias(QUERY),
        "state",
        count_days(today).alias("days"),
        pl.col("table_name").alias("table"),
        "patient",
        rows,
        "line",
        "imported_on",
        "columns",
        _typeset(found[f"text_{language}"], language).alias("question"),
        _typeset(found[f"advice_{language}"], language).alias("advice"),
        pl.col("comment").alias("last_comment"),
        pl.lit("").alias(ANSWER),
    )
    written = []
    for (centre,), part in told.group_by("centre", maintain_order=True):
        name = re.sub(r"[^\w-]+", "_", str(centre), flags=re.ASCII)
        path = target if single else target / f"queries_{name}.csv"
        write_safe_csv(part, path)
        written.append((path, part.height))
    return sorted(written)


def answer_file(writing: Writing, path: Path, centre: str | None = None) -> int:
    """Take a centre's answers from an export that it filled in; all of them or none.

    Args:
        writing: the transaction.
        path: CSV or XLSX with the columns query and answer; further ones are not read.
        centre: the centre whose questions may be answered; None for any.

    Returns:
        How many were answered; lines without an answer are left as they are.

    Raises:
        DataFileError: with the line of each answer that cannot be taken, and why.
    """
    sheet = read_sheet(path)
    for name in (QUERY, ANSWER):
        if name not in sheet.header:
            word = f"has no column {name}; send back the export with its column answer filled in"
            raise DataFileError(path, word, line=sheet.header_line)
    findings, count = [], 0
    cells = zip(sheet.cells[QUERY], sheet.cells[ANSWER], sheet.lines, strict=True)
    for name, text, line in cells:
        if not text:
            continue
        try:
            _check_centre(writing.connection, name, centre)
            answer_query(writing, name, text.removeprefix("'"))
            count += 1
        except UserError as error:
            findings.append(Finding(str(error), (int(line),)))
    refuse(path, findings)
    if not count:
        raise DataFileError(path, "holds no answer; fill in its column answer")
    return count


def count_days(today: date) -> pl.Expr:
    """Return how long each question has waited: since it was opened, or since its last step."""
    since = pl.when(pl.col("state") == "open").then("opened_at").otherwise("last_at")
    day = since.str.head(10).str.to_date("%Y-%m-%d")
    return (pl.lit(today) - day).dt.total_days().clip(lower_bound=0)


def tell_key(row_key: str) -> str:
    """Say which row of the patient is meant; where rows are counted, the first needs no number.

    Args:
        row_key: the key as it is kept.

    Example:
        >>> tell_key('{"patient":"a","infusion_number":1,"time_point":"d30","repeat":1}')
        'infusion 1, d30'
        >>> tell_key('{"patient":"a","infusion_number":1,"time_point":"d30","repeat":2}')
        'infusion 1, d30, repeat 2'
    """
    key = {name: value for name, value in json.loads(row_key).items() if name != "patient"}
    if len(key) > 1 and list(key.values())[-1] == 1:
        key.popitem()
    parts = [
        str(value) if isinstance(value, str) else f"{name.removesuffix('_number')} {value}"
        for name, value in key.items()
    ]
    return ", ".join(parts)


def _typeset(texts: pl.Series, language: Language) -> pl.Series:
    set_once = {text: typeset(text, language) for text in texts.unique().drop_nulls()}
    return texts.replace(set_once)


def _check_centre(connection: sa.Connection, name: str, centre: str | None) -> None:
    if centre is not None and find_query(connection, name)["centre"][0] != centre:
        raise UserError(f"this query is not asked of centre {centre}")
