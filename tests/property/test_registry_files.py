"""Whatever a centre's file holds: the same cells on every way, and an intake or advice."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from benchmarks.registry.fuzz import OPTIONS, try_file
from benchmarks.registry.mutation import mutate
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jalon.core import DataFileError
from jalon.registry.days import read_days
from jalon.registry.identity_value import is_national_number
from jalon.registry.safe_csv import make_safe, write_safe_csv
from jalon.registry.sheet import SheetOptions, read_sheet
from jalon.registry.sheet.clean_csv import read_clean
from jalon.registry.sheet.csv_file import split_carefully

PATH = Path("centre.csv")
MARKS = st.sampled_from([",", ";", "\t", "|"])
SIGNS = st.sampled_from([*"a1,;\t|\"\n\r .é€\u00a0=-'", "", "1,5", '""', "\r\n"])
CELLS = st.lists(SIGNS, max_size=4).map("".join)


@st.composite
def csv_texts(draw: st.DrawFn) -> tuple[str, str]:
    """A CSV text as programs and people write it, and its separator."""
    mark = draw(MARKS)
    width = draw(st.integers(1, 4))
    table = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6))
    style = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, None]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    if style is None:
        return end.join(mark.join(row) for row in table) + draw(st.sampled_from(["", end])), mark
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=mark, lineterminator=end, quoting=style).writerows(table)
    return stream.getvalue(), mark


@given(csv_texts())
@example(('a;b\n"";""\n', ";"))
@example(('a;b\n"x;y";1\r\n', ";"))
@example(("a;b\n1;2\n\n", ";"))
@settings(max_examples=400, deadline=None)
def test_the_fast_way_gives_the_cells_and_lines_of_the_careful_way(case: tuple[str, str]) -> None:
    text, mark = case
    try:
        raw = split_carefully(PATH, text, mark, 0)
    except DataFileError:
        raw = None
    for width in {2, 3, len(raw.header) if raw else 2}:
        fast = read_clean(text.encode(), mark, width)
        if fast is None:
            continue
        # Where the fast way is taken at all, the careful one agrees to the last cell.
        assert raw is not None
        assert fast.rows()[0] == raw.header
        assert fast.rows()[1:] == raw.cells.rows()
        assert raw.lines.tolist() == list(range(2, fast.height + 1))


def test_the_fast_way_is_taken_where_it_can_be() -> None:
    plain = b"a;b;c\n1;2;3\n" * 10
    assert read_clean(plain, ";", 3) is not None
    assert read_clean(plain.replace(b"\n", b"\r\n"), ";", 3) is not None
    assert read_clean(plain.replace(b"2", b'"2;,"'), ";", 3) is not None
    assert read_clean(plain.replace(b"2", b'"2\n"'), ";", 3) is None
    assert read_clean(plain.replace(b"2", b'"2""3"'), ";", 3) is None
    assert read_clean(plain.replace(b"2", b'2"3"'), ";", 3) is None
    assert read_clean(plain + b"1;2\n", ";", 3) is None
    assert read_clean(plain + b"\n1;2;3\n", ";", 3) is None
    assert read_clean(plain.replace(b"1", b"x" * 200_000), ";", 3) is None


@given(
    st.lists(
        st.lists(st.text("abé€1 ,;|\"'\n", max_size=5), min_size=3, max_size=3),
        min_size=1,
        max_size=8,
    ),
    MARKS,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
@settings(max_examples=200, deadline=None)
def test_what_was_written_is_read_in_every_coding(
    table: list[list[str]], mark: str, encoding: str
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=mark, lineterminator="\n")
    writer.writerows([["one", "two", "thré"], *table])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "centre.csv"
        path.write_bytes(stream.getvalue().encode(encoding))
        options = SheetOptions(separator=mark, decimal=".", encoding=encoding)
        expected = [tuple(cell.strip() for cell in row) for row in table]
        expected = [row for row in expected if any(row)]
        if not expected:
            return
        assert read_sheet(path, options).cells.rows() == expected


@given(st.lists(st.floats(min_value=-1e300, max_value=1e300), min_size=1, max_size=10))
@settings(max_examples=20, deadline=None)
def test_numbers_survive_a_spreadsheet_and_a_parquet_file(numbers: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "centre.parquet"
        pl.DataFrame({"x": numbers}).write_parquet(path)
        assert [float(text) for text in read_sheet(path).cells["x"].to_list()] == numbers
        book = openpyxl.Workbook()
        for value in ["x", *numbers]:
            book.active.append([value])
        book.save(Path(folder) / "centre.xlsx")
        texts = read_sheet(Path(folder) / "centre.xlsx").cells["x"].to_list()
        # The writer of the test keeps 16 digits, the reader loses none of them.
        assert [float(text) for text in texts] == pytest.approx(numbers, rel=1e-15)


@given(st.integers(0, 2**48))
@settings(max_examples=300, deadline=None)
def test_a_mutated_file_gives_an_intake_or_advice_and_writes_nothing(seed: int) -> None:
    rng = random.Random(seed)
    content = mutate(rng)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.csv"
        path.write_bytes(content)
        assert try_file(path, rng.choice(OPTIONS)) in {
            "taken", "cells rejected", "refused with advice",
        }  # fmt: skip
        assert path.read_bytes() == content
        assert list(Path(folder).iterdir()) == [path]


@given(
    st.binary(max_size=60), st.sampled_from([b"PAR1", b"PK\x03\x04", b"\xff\xfe", b"", b"sep=;\n"])
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_sheet_or_advice(content: bytes, start: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes"
        path.write_bytes(start + content)
        assert try_file(path, SheetOptions()) != ""


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(["dmy", "mdy", "iso"]))
@settings(max_examples=100, deadline=None)
def test_a_day_is_read_in_the_order_that_was_said(day: date, order: str) -> None:
    written = {
        "iso": day.isoformat(),
        "dmy": f"{day.day}/{day.month:02}/{day.year}",
        "mdy": f"{day.month:02}.{day.day}.{day.year}",
    }
    days, faults = read_days(pl.Series([written[order], day.isoformat(), None]), order)
    assert (days.to_list(), faults) == ([day, day, None], [])
    _, told = read_days(pl.Series([written["dmy"]]), "iso")
    assert [fault.found for fault in told] == ["a date whose order of day and month is not known"]


@given(st.lists(st.text("=+-@\t\r\n;,|\"' a1＝", max_size=6), min_size=1, max_size=10))
@settings(max_examples=200, deadline=None)
def test_no_cell_of_an_export_begins_like_a_formula(texts: list[str]) -> None:
    frame = pl.DataFrame({"name": texts, "n": range(len(texts))})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.csv"
        write_safe_csv(frame, path)
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
    for row in rows:
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    safe = make_safe(frame)["name"].to_list()
    assert [row[0] for row in rows[1:]] == safe
    # Nothing but apostrophes was added.
    assert [text.replace("'", "") for text in safe] == [text.replace("'", "") for text in texts]


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 95), st.integers(1, 999))
@settings(max_examples=60, deadline=None)
def test_one_wrong_digit_of_a_national_number_is_found(
    year: int, month: int, place: int, order: int
) -> None:
    number = f"1{year:02}{month:02}{place:02}{order:03}{order:03}"
    key = 97 - int(number) % 97
    assert is_national_number(f"{number}{key:02}")
    for digit in range(1, 10):
        changed = f"{(int(number[2]) + digit) % 10}"
        assert not is_national_number(f"{number[:2]}{changed}{number[3:]}{key:02}")
