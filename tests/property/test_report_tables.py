"""Tables keep their numbers and words whatever they are."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.report.tables import Heading, Number, Table, table_csv, table_html

words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(words, numbers), max_size=6), heading=words)
def test_csv_reads_back(rows, heading):
    cells = tuple((text, Number(value)) for text, value in rows)
    table = Table("t", (Heading(heading), Heading("n")), cells)
    back = list(csv.reader(io.StringIO(table_csv(table), newline="")))[1:]
    assert len(back) == len(rows)
    for (text, value), (text_read, value_read) in zip(rows, back, strict=True):
        assert text_read in (text, "'" + text)
        assert text_read[:1] not in tuple("=+-@\t\r")
        assert float(value_read) == value


@settings(max_examples=60, deadline=None)
@given(text=words, note=words)
def test_html_holds_no_foreign_tag(text, note):
    plain = table_html(Table("t", (Heading("h"),), (("x",),), ("y",)))
    html = table_html(Table("t", (Heading("h"),), ((text,),), (note,)))
    assert html.count("<") == plain.count("<")
