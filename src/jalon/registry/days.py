"""Texts become dates: ISO always, another order only when it was said."""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl

from jalon.registry.fault import Fault, gather

DateOrder = Literal["iso", "dmy", "mdy"]

MIDNIGHT = r"([T ]00:00(:00(\.0+)?)?Z?)?"
ISO = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{MIDNIGHT}$"
CLOCK = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:[0-9]{2}"
OTHER_ORDER = rf"^[0-9]{{1,2}}[/.\- ][0-9]{{1,2}}[/.\- ][0-9]{{4}}{MIDNIGHT}$"
TWO_DIGITS = r"^[0-9]{1,2}[/.\- ][0-9]{1,2}[/.\- ][0-9]{2}$"
SERIAL = r"^[1-9][0-9]{4}([.,][0-9]+)?$"
PARTIAL = r"^([0-9]{4}|[0-9]{4}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{4})$"
ORDERS = {"dmy": "%d-%m-%Y", "mdy": "%m-%d-%Y"}

EARLIEST = date(1900, 1, 1)


def read_days(cells: pl.Series, order: DateOrder) -> tuple[pl.Series, list[Fault]]:
    """Turn texts into dates; what cannot be one is a fault.

    Args:
        cells: one text per row, blanks around it removed; null where missing.
        order: "iso" for year-month-day only; "dmy" or "mdy" when texts such as 05/04/2020 are
            also there and their order is known.

    Returns:
        The dates, null where there is none, and what was wrong with the other cells.
    """
    iso = cells.str.contains(ISO)
    days = cells.set(~iso, None).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    written = cells.str.contains(OTHER_ORDER)
    if order != "iso" and written.any():
        swapped = cells.set(~written, None).str.replace_all(r"[/. ]", "-")
        swapped = swapped.str.extract(r"^([0-9]+-[0-9]+-[0-9]{4})")
        days = days.zip_with(~written, swapped.str.to_date(ORDERS[order], strict=False))
    early = days < EARLIEST
    faults = gather(early, "a date before 1900", "date", "check its year")
    faults += _explain(cells, cells.is_not_null() & days.is_null(), order)
    return days.set(early.fill_null(value=False), None), faults


def _explain(cells: pl.Series, bad: pl.Series, order: DateOrder) -> list[Fault]:
    if not bad.any():
        return []
    left = bad.fill_null(value=False)
    faults: list[Fault] = []
    for pattern, found, advice in _kinds(order):
        rows = left & cells.str.contains(pattern).fill_null(value=False)
        faults += gather(rows, found, "date", advice)
        left = left & ~rows
    advice = "write it as year-month-day, for example 2020-12-31"
    return faults + gather(left, "text that is not a date", "date", advice)


def _kinds(order: DateOrder) -> tuple[tuple[str, str, str], ...]:
    impossible = ("a date that does not exist", "check its day and month")
    turned = impossible if order != "iso" else (
        "a date whose order of day and month is not known",
        'write it as year-month-day, or say dates = "dmy" or "mdy" in the mapping',
    )  # fmt: skip
    return (
        (ISO, *impossible),
        (CLOCK, "a date with a time of day", "give the day alone, as year-month-day"),
        (OTHER_ORDER, *turned),
        (TWO_DIGITS, "a date with a year of two digits", "write the year with four digits"),
        (
            SERIAL,
            "a number, perhaps a spreadsheet's day number",
            "format the column as a date in the spreadsheet, year-month-day, and export again",
        ),
        (PARTIAL, "a date without its day or month", "give the whole date, or leave it empty"),
    )
