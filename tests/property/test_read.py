"""Whatever bytes a file holds, reading gives a batch or advice; and numbers survive."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jalon.core import JalonError
from jalon.dictionary import Column, Level, Table
from jalon.registry import Batch, read

TABLE = Table(
    name="mutant",
    label_en="Mutants",
    source="made for this test",
    licence="Apache-2.0",
    data_kind="synthetic",
    key="id",
    columns=(
        Column("id", "identifier", "Patient"),
        Column("x", "number", "Number", above=-1e300),
        Column("n", "integer", "Count"),
        Column("dead", "flag", "Died"),
        Column("stage", "category", "Stage", levels=(Level("I"), Level("II"))),
    ),
)
GOOD = b"id,x,n,dead,stage\na,1.5,2,0,I\nb,-2e3,,1,II\nc,,7.0,,\n"

MARKS = [b'"', b'""', b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"\0", b" ", b"\xe9"]
WORDS = [b"1,5", b"nan", b"1e999", b"-0", b"9" * 25, b"0x1", b"=1+1", b"1_0", b"+.e1", b"id"]
TEXTS = [b"\xef\xbb\xbf", "\u2028\u0664".encode(), b"a,1.5,2,0,I\n", b"x" * 140_000]
SHARDS = st.one_of(st.binary(max_size=6), st.sampled_from(MARKS + WORDS + TEXTS))


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    content = GOOD
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        stop = min(len(content), start + draw(st.integers(0, 5)))
        content = content[:start] + draw(SHARDS) + content[stop:]
    return content


@given(
    content=mutants(),
    separator=st.sampled_from([",", ";", "tab"]),
    decimal=st.sampled_from([".", ","]),
    encoding=st.sampled_from(["utf-8", "latin-1", "utf-16"]),
)
@example(b'""', ",", ".", "utf-8")
@example(b"\xef\xbb\xbf", ",", ".", "utf-8")
@example(b"id\n\n", ",", ".", "utf-8")
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_batch_or_advice(
    content: bytes, separator: str, decimal: str, encoding: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.csv"
        path.write_bytes(content)
        try:
            batch = read(path, TABLE, separator, decimal, encoding)
        except JalonError:
            return
    assert isinstance(batch, Batch)
    assert batch.frame.columns == list(TABLE.names)
    assert len(batch) == len(batch.lines) > 0
    assert batch.frame["id"].null_count() == 0
    assert batch.frame["x"].drop_nulls().is_finite().all()
    assert batch.frame["dead"].drop_nulls().is_in([0, 1]).all()


@given(
    st.lists(st.floats(min_value=-1e299, max_value=1e300, allow_nan=False), min_size=1, max_size=20)
)
@settings(max_examples=100, deadline=None)
def test_every_number_survives_reading_exactly(numbers: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "numbers.csv"
        path.write_text("id,x\n" + "".join(f"{i},{x!r}\n" for i, x in enumerate(numbers)))
        assert read(path, TABLE).frame["x"].to_list() == pytest.approx(numbers, rel=0, abs=0)
