"""A good CSV file of a centre, and ways to break it."""

from __future__ import annotations

import random
from collections.abc import Callable

from jalon.dictionary import Column, Level, Table

TABLE = Table(
    name="mutant",
    label_en="Mutants",
    source="made for this test; synthetic",
    licence="Apache-2.0",
    data_kind="synthetic",
    keys=("patient", "visit"),
    missing=("NA",),
    columns=(
        Column("patient", "identifier", "Patient", required=True),
        Column("visit", "integer", "Visit", required=True, low=0, high=99),
        Column("day", "date", "Day", required=True),
        Column("ldh", "number", "LDH", unit="U/L", low=1, high=20_000, soft_high=5000),
        Column("crp", "number", "CRP", unit="mg/L", above=0),
        Column("ecog", "integer", "ECOG", low=0, high=4),
        Column("dead", "flag", "Died", levels=(Level("1", aliases=("oui",)), Level("0"))),
        Column("stage", "category", "Stage", label_fr="Stade", levels=(Level("I"), Level("II"))),
    ),
)

SEPARATORS = (",", ";", "\t", "|")
CODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "cp850", "utf-16-le")
CELLS = (
    "", " ", "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "\t=1", "31/02/2020", "2020-02-30",
    "01/02/20", "43831", "2031-01-01", "0000-00-00", "1,5", "1.5", "1.234,5", "1 234", "1e999",
    "nan", "inf", "NULL", "#REF!", "é", "\u00e9\u0301", "٣", "\u2028", "\ufeff", "\u202e",
    "x" * 300, "0x1F", "1_000", '"', '""', "NA", "oui", "OUI", "III", "I ", "DUPONT Marie",
    "a@b.fr", "06 12 34 56 78", "269054958815780", "\x00", "\x1b[31m", "-0", "1e-400",
    "9" * 400, "{}", "\\", "'",
)  # fmt: skip
NAMES = (
    "", "patient", "Nom", "date de naissance", "LDH (U/L)", "ldh ", "commentaire", "Stage",
    "\ufeff", "day", "x" * 200, "=1", "1", "prénom",
)  # fmt: skip
BYTES = (
    b'"', b'""', b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"|", b"\0", b"\xff", b"\xfe", b"\xe9",
    b"\xc3", b"\xc3\xa9", b"\x80", b"\x1a", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04", b"PAR1",
    b"sep=;\n", b" ", b"\n\n\n", b'"\n"', b"x" * 140_000,
)  # fmt: skip


def make_file(rng: random.Random) -> tuple[list[list[str]], str, str]:
    """Return the rows of a good file, its separator and its coding."""
    mark, comma = rng.choice(SEPARATORS), rng.random() < 0.5
    rows = [list(TABLE.names)]
    for number in range(rng.choice((1, 2, 5, 20))):
        crp = f"{rng.uniform(0.5, 200):.1f}"
        rows.append([
            f"P{number // 2}", str(number % 2), f"2020-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}",
            rng.choice(("", str(rng.randint(100, 900)))),
            crp.replace(".", ",") if comma and mark != "," else crp,
            str(rng.randint(0, 4)), rng.choice("01"), rng.choice(("I", "II", "")),
        ])  # fmt: skip
    return rows, mark, rng.choice(CODINGS[:5])


def write_rows(rows: list[list[str]], mark: str, rng: random.Random) -> str:
    """Write rows as CSV text, sometimes with quotes everywhere or other ends of lines."""
    end = rng.choice(("\n", "\n", "\n", "\r\n", "\r"))
    quote = rng.random() < 0.2
    careful = rng.random() < 0.7
    lines = [mark.join(_write_cell(cell, mark, quote, careful) for cell in row) for row in rows]
    return end.join(lines) + rng.choice(("", end, end * 3))


def _write_cell(cell: str, mark: str, quote: bool, careful: bool) -> str:
    if quote or (careful and any(sign in cell for sign in (mark, '"', "\n", "\r"))):
        cell = cell.replace('"', '""') if careful else cell
        return f'"{cell}"'
    return cell


def mutate(rng: random.Random) -> bytes:
    """Return a centre's file that was good before something happened to it."""
    rows, mark, coding = make_file(rng)
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        rng.choice(ROW_CHANGES)(rows, rng)
    text = write_rows(rows, mark, rng)
    if rng.random() < 0.05:
        coding = rng.choice(CODINGS)
    content = text.encode(coding, "replace")
    for _ in range(rng.choice((0, 0, 0, 1, 3))):
        content = rng.choice(BYTE_CHANGES)(content, rng)
    return content


def _set_cell(rows: list[list[str]], rng: random.Random) -> None:
    row = rng.choice(rows)
    if row:
        row[rng.randrange(len(row))] = rng.choice(CELLS)


def _set_column(rows: list[list[str]], rng: random.Random) -> None:
    place, text = rng.randrange(len(TABLE.names)), rng.choice(CELLS)
    for row in rows[1:]:
        if place < len(row):
            row[place] = text


def _set_name(rows: list[list[str]], rng: random.Random) -> None:
    if rows and rows[0]:
        rows[0][rng.randrange(len(rows[0]))] = rng.choice(NAMES)


def _add_cell(rows: list[list[str]], rng: random.Random) -> None:
    row = rng.choice(rows)
    row.insert(rng.randint(0, len(row)), rng.choice(CELLS))


def _drop_cell(rows: list[list[str]], rng: random.Random) -> None:
    row = rng.choice(rows)
    if row:
        del row[rng.randrange(len(row))]


def _add_column(rows: list[list[str]], rng: random.Random) -> None:
    name = rng.choice(NAMES)
    for number, row in enumerate(rows):
        row.append(name if number == 0 else rng.choice(CELLS))


def _repeat_row(rows: list[list[str]], rng: random.Random) -> None:
    rows.insert(rng.randint(0, len(rows)), list(rng.choice(rows)))


def _shuffle_columns(rows: list[list[str]], rng: random.Random) -> None:
    order = list(range(len(TABLE.names)))
    rng.shuffle(order)
    for row in rows:
        row[:] = [row[place] for place in order if place < len(row)]


def _drop_header(rows: list[list[str]], _: random.Random) -> None:
    if len(rows) > 1:
        del rows[0]


def _insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, len(content))
    return content[:at] + rng.choice(BYTES) + content[at:]


def _prepend(content: bytes, rng: random.Random) -> bytes:
    return rng.choice(BYTES) + content


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randint(0, len(content))]


def _flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _remove(content: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, len(content))
    return content[:at] + content[at + rng.randint(1, 30) :]


def _swap_marks(content: bytes, rng: random.Random) -> bytes:
    old, new = rng.sample([b",", b";", b"\t", b"|", b".", b"\n", b'"'], 2)
    return content.replace(old, new, rng.choice((1, 3, -1)))


def _double(content: bytes, _: random.Random) -> bytes:
    return content + content


def _noise(content: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.randint(0, 200)) + content[: rng.randint(0, 50)]


ROW_CHANGES: tuple[Callable[[list[list[str]], random.Random], None], ...] = (
    _set_cell, _set_cell, _set_cell, _set_column, _set_name, _add_cell, _drop_cell, _add_column,
    _repeat_row, _shuffle_columns, _drop_header,
)  # fmt: skip
BYTE_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _insert, _insert, _prepend, _cut, _flip, _flip, _remove, _swap_marks, _double, _noise,
)  # fmt: skip
