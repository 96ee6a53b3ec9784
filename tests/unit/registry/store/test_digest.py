"""The hash of rows is that of bytes which are written out here by hand."""

import hashlib
import struct
from datetime import date

import polars as pl
import pytest

from jalon.registry.store.digest import digest_frame, digest_record, write_canonical

FRAME = pl.DataFrame(
    {
        "patient": ["b", "a", "é"],
        "n": [2, None, -1],
        "x": [0.5, -0.0, None],
        "day": [date(1970, 1, 2), None, date(1969, 12, 31)],
    },
    schema={"patient": pl.String, "n": pl.Int64, "x": pl.Float64, "day": pl.Date},
)


def test_the_bytes_are_these():
    # Rows in the order of the bytes of "a", "b", "é".
    parts = [
        b"3\n",
        b"patient\n", b"\1\1\1", struct.pack("<3q", 1, 1, 2), b"ab\xc3\xa9",
        b"n\n", b"\0\1\1", struct.pack("<3q", 0, 2, -1),
        b"x\n", b"\1\1\0", struct.pack("<3d", 0.0, 0.5, 0.0),
        b"day\n", b"\0\1\1", struct.pack("<3q", 0, 1, -1),
    ]  # fmt: skip
    assert digest_frame(FRAME, ("patient",)) == hashlib.sha256(b"".join(parts)).hexdigest()


def test_the_order_of_rows_does_not_count():
    expected = digest_frame(FRAME, ("patient",))
    for order in ([1, 2, 0], [2, 1, 0], [0, 2, 1]):
        assert digest_frame(FRAME[order], ("patient",)) == expected


@pytest.mark.parametrize(
    "change",
    [
        pl.col("patient").replace("a", "A"),
        pl.col("n").fill_null(0),
        pl.col("n").replace(2, 3),
        pl.col("x").fill_null(0.0),
        pl.col("x").replace(0.5, 0.5000000000000001),
        pl.col("day").fill_null(date(1970, 1, 1)),
        pl.col("patient").alias("other"),
    ],
)
def test_any_change_counts(change):
    assert digest_frame(FRAME.with_columns(change), ("patient",)) != digest_frame(
        FRAME, ("patient",)
    )


def test_text_that_moves_to_its_neighbour_counts():
    def digest(a, b):
        return digest_frame(pl.DataFrame({"k": [1, 2], "t": [a, b]}), ("k",))

    assert digest("ab", "c") != digest("a", "bc")
    assert digest("", "x") != digest("x", "")


def test_canonical_json_is_one_spelling():
    assert write_canonical({"b": 1, "a": "é", "d": date(2026, 1, 2)}) == (
        '{"a":"é","b":1,"d":"2026-01-02"}'
    )
    text = '{"a":1}'
    assert digest_record({"a": 1}) == hashlib.sha256(text.encode()).hexdigest()
