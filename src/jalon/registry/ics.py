"""The open visits of a calendar as a file for any calendar program, without a patient in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import polars as pl

from jalon.core.errors import UserError
from jalon.dictionary import Visit
from jalon.dictionary.wording import Language

if TYPE_CHECKING:
    import icalendar

PRODUCT = "-//jalon//registry calendar//EN"

AHEAD = 400
"""Days from today within which a visit to come is shown; a newer file shows the next ones."""

_WORDS = {
    "en": {
        "many": "{label}: {count} visits",
        "one": "{label}: 1 visit",
        "late_many": "{label}: {count} overdue visits",
        "late_one": "{label}: 1 overdue visit",
        "window": "The visit counts from {first} to {last}.",
        "late": "The window is over and nothing was entered.",
        "centre": "Centre {centre}.",
    },
    "fr": {
        "many": "{label}\u202f: {count} visites",
        "one": "{label}\u202f: 1 visite",
        "late_many": "{label}\u202f: {count} visites en retard",
        "late_one": "{label}\u202f: 1 visite en retard",
        "window": "La visite compte du {first} au {last}.",
        "late": "La fenêtre est passée et rien n’a été saisi.",
        "centre": "Centre {centre}.",
    },
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole-day entry of the file.

    Attributes:
        day: the day.
        centre: the centre's code.
        time_point: which visit.
        count: how many patients owe it.
        first: the first day that counts as the visit; None when the windows are over.
        last: the last such day.
    """

    day: date
    centre: str
    time_point: str
    count: int
    first: date | None = None
    last: date | None = None

    @property
    def is_late(self) -> bool:
        """Whether its visits are overdue."""
        return self.first is None

    @property
    def uid(self) -> str:
        """A name that is the same in every file, so that a newer file replaces the entry."""
        day = "overdue" if self.is_late else self.day.isoformat()
        text = f"{self.centre}\n{self.time_point}\n{day}"
        return f"{hashlib.sha256(text.encode()).hexdigest()[:32]}@jalon"


def write_ics(
    calendar: pl.DataFrame,
    visits: tuple[Visit, ...],
    today: date,
    language: Language = "en",
    ahead: int = AHEAD,
) -> bytes:
    """Write the visits that are overdue, due or to come as an iCalendar file.

    Each entry is a whole day: the centre, the visit and how many patients owe it. A visit that
    is due or to come stands on its planned day; all overdue visits of one kind stand on the
    day on which the file was made. No pseudonym and no patient's number is in the file.

    Args:
        calendar: as `plan_visits` returns it; visits that ask for nothing are left out.
        visits: the planned visits, for their names.
        today: the day on which the calendar was made; it is the file's time stamp.
        language: the reader's language.
        ahead: days within which a visit to come is shown.

    Returns:
        The file's bytes (RFC 5545); the same rows give the same bytes.

    Raises:
        UserError: no visit is open; a calendar file must hold an entry.

    Reference:
        RFC 5545, doi:10.17487/RFC5545, sections 3.1 (folding), 3.6.1 (events) and 3.8.7.2
        (time stamp).
    """
    import icalendar  # noqa: PLC0415 - only in the extra "registry"

    near = calendar.filter(pl.col("planned") <= today + timedelta(days=ahead))
    entries = _gather(near, [visit.time_point for visit in visits], today)
    if not entries:
        raise UserError("no visit is overdue, due or soon to come, so no calendar was written")
    made = icalendar.Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    labels = {
        visit.time_point: visit.label_fr if language == "fr" else visit.label_en for visit in visits
    }
    for entry in entries:
        made.add_component(_make_event(entry, labels[entry.time_point], today, language))
    return bytes(made.to_ical())


def _gather(calendar: pl.DataFrame, order: list[str], today: date) -> list[Entry]:
    """Count the open visits of each centre, day and kind of visit."""
    late = calendar.filter(pl.col("state") == "overdue").group_by("centre", "time_point").len()
    entries = [Entry(today, *row) for row in late.iter_rows()]
    by = ["planned", "centre", "time_point"]
    due = calendar.filter(pl.col("state").is_in(["due", "upcoming"]))
    due = due.group_by(by).agg(pl.len(), pl.col("from").first(), pl.col("to").first())
    entries += [Entry(*row) for row in due.iter_rows()]
    return sorted(
        entries, key=lambda entry: (entry.day, entry.centre, order.index(entry.time_point))
    )


def _make_event(entry: Entry, label: str, today: date, language: Language) -> icalendar.Event:
    import icalendar  # noqa: PLC0415

    words = _WORDS[language]
    form = ("late_" if entry.is_late else "") + ("one" if entry.count == 1 else "many")
    about = words["late" if entry.is_late else "window"]
    about = about.format(first=entry.first, last=entry.last)
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", datetime.combine(today, time(), UTC))
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", words[form].format(label=label, count=entry.count))
    event.add("description", f"{words['centre'].format(centre=entry.centre)} {about}")
    event.add("transp", "TRANSPARENT")
    return event
