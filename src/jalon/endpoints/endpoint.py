"""What counts as an event, and in which order of precedence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """One way in which follow-up ends with an event.

    Attributes:
        code: the event indicator it gets; 1 is the event of interest.
        label_en: its name for a reader, in English.
        label_fr: its name for a reader, in French.
        events: names of the dated facts that are this cause, in order of precedence.
    """

    code: int
    label_en: str
    label_fr: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is awaited, and what competes with it.

    Attributes:
        slug: its name in study files, the same as its file's.
        label_en: its name for a reader, in English.
        label_fr: its name for a reader, in French.
        causes: the causes, the event of interest first.
        sufficient: sets of facts, each enough to derive it; with fewer, an event would
            pass for censoring.
        reference: where the definition comes from.
    """

    slug: str
    label_en: str
    label_fr: str
    causes: tuple[Cause, ...]
    sufficient: tuple[tuple[str, ...], ...]
    reference: str

    @property
    def codes(self) -> dict[str, int]:
        """The cause code of each event name, in order of precedence."""
        return {event: cause.code for cause in self.causes for event in cause.events}
