import csv
import io
import math

import pytest
from tests.unit.report.example_curves import HIGH, LOW, MONTH

from jalon.core import Estimate
from jalon.report.tables import (
    Count,
    Heading,
    Interval,
    Number,
    PValue,
    Table,
    Text,
    cell_text,
    curve_steps,
    curve_table,
    table_csv,
    table_html,
)

NAN = math.nan
TABLE = Table(
    "Patients, n = 448",
    (
        Heading("Variable"),
        Heading("All", note="Missing counted."),
        Heading("p", note="Exact test."),
    ),
    (
        (Text("LDH", note="Above normal."), Count(188, 448), PValue(0.0123)),
        (Text("missing", indent=1, note="Missing counted."), Count(9), None),
        ("<script>alert(1)</script>", Interval(Estimate(0.31, 0.26, 0.375), 0, 100), PValue(1e-9)),
        ("Median, months", Interval(Estimate(60.25, 41.5, NAN), 1), PValue(NAN)),
    ),
    ("Numbers & percentages.",),
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("words", "words"),
        (Text("words", note="n", indent=2), "words"),
        (Count(2982), "2,982"),
        (Count(188, 448), "188 (42)"),
        (Count(0, 0), "0 (-)"),
        (Number(0.125, 1), "0.1"),
        (Number(NAN), "–"),
        (PValue(0.00002), "< .001"),
        (PValue(NAN), "–"),
        (Interval(Estimate(0.668, 0.637, 0.699)), "0.67 (0.64-0.70)"),
        (Interval(Estimate(60, 41, NAN), 0), "60 (41 to not reached)"),
        (Interval(Estimate(0.684, NAN, NAN)), "0.68"),
        (Interval(Estimate(NAN, NAN, NAN)), "not reached"),
    ],
)
def test_cells_as_a_reader_sees_them(cell, text):
    assert cell_text(cell) == text


def test_html_escapes_numbers_notes_and_letters_them():
    html = table_html(TABLE)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "Numbers &amp; percentages." in html
    # Letters follow the reading order; the same words share a letter.
    assert 'All<sup class="note">a</sup>' in html
    assert 'p<sup class="note">b</sup>' in html
    assert 'LDH<sup class="note">c</sup>' in html
    assert 'missing<sup class="note">a</sup>' in html
    assert html.count("Missing counted.") == 1


def test_html_aligns_on_the_decimal_mark():
    html = table_html(TABLE)
    assert '<span class="whole" style="min-width:3ch">188</span> (42)' in html
    assert '<span class="whole" style="min-width:3ch">60</span>.2 (41.5 to not reached)' in html
    assert '<span class="whole" style="min-width:2ch">&lt; </span>.001' in html


def test_footnote_letters_go_beyond_z():
    rows = tuple((Text(f"row {i}", note=f"note {i}"),) for i in range(28))
    html = table_html(Table("t", (Heading("h"),), rows))
    assert 'row 25<sup class="note">z</sup>' in html
    assert 'row 27<sup class="note">ab</sup>' in html


def test_csv_keeps_every_digit_and_splits_intervals():
    rows = list(csv.reader(io.StringIO(table_csv(TABLE), newline="")))
    assert rows[0] == ["Variable", "All", "All of", "All low", "All high", "p"]
    assert rows[1] == ["LDH", "188", "448", "", "", "0.0123"]
    assert rows[3] == ["<script>alert(1)</script>", "0.31", "", "0.26", "0.375", "1e-09"]
    assert rows[4] == ["Median, months", "60.25", "", "41.5", "", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_never_starts_a_formula(start):
    table = Table("t", (Heading(start + "SUM(A1)"),), ((start + "cmd",), (Number(-1.5),)))
    rows = list(csv.reader(io.StringIO(table_csv(table), newline="")))
    assert rows == [[f"'{start}SUM(A1)"], [f"'{start}cmd"], ["-1.5"]]


def test_a_ragged_row_is_refused():
    with pytest.raises(ValueError, match="row 1: 2 cells for 1 columns"):
        Table("t", (Heading("h"),), (("a", "b"),))


def test_curve_table_reads_the_record_of_the_figure():
    table = curve_table([LOW, HIGH], (0, 12, 200), "Survival")
    group, month, at_risk, events, estimate = table.rows[1]
    assert (group, month.value, at_risk.count) == ("low", 12, 109)
    assert at_risk.count == LOW.curve.at_risk_at([12 * MONTH])[0]
    assert events.count == 3  # 30% of the twelve who left, rounded down
    assert estimate.estimate.value == LOW.curve.value[11]
    before = table.rows[0][4].estimate
    assert before.value == 1
    assert math.isnan(before.low)
    assert table.rows[2][2:] == (Count(0.0), Count(36.0), None)


def test_curve_steps_hold_the_whole_curve():
    table = curve_steps([LOW, HIGH], "Steps")
    rows = list(csv.DictReader(io.StringIO(table_csv(table), newline="")))
    assert len(rows) == 220
    assert [float(row["Estimate"]) for row in rows[:120]] == LOW.curve.value.tolist()
    assert [float(row["Estimate low"]) for row in rows[:120]] == LOW.curve.low.tolist()
    assert [float(row["At risk"]) for row in rows[120:]] == HIGH.curve.at_risk.tolist()
