"""A document as a tree of records, written to a page in one go."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.report.tables.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption.

    Attributes:
        svg: SVG text as the functions of ``jalon.report.figures`` return it.
        caption: words that stand alone: who, what, how many, which interval.
        narrow: the same drawing at column width (85 mm), shown on a phone; "" to show
            ``svg`` everywhere.
    """

    svg: str
    caption: str
    narrow: str = ""


@dataclass(frozen=True, slots=True)
class Merit:
    """One figure of merit: a number that the first page shows large.

    Attributes:
        name: what it is ("Concordance in GBSG").
        number: the number as written, with its interval.
        remark: one line that says what it means or rests on.
    """

    name: str
    number: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Details that a reader may open; on paper they are open.

    Attributes:
        heading: what they are, in a few words.
        blocks: paragraphs, figures and tables in reading order.
    """

    heading: str
    blocks: tuple[str | Figure | Table, ...]


Block = str | Figure | Table | Fold
"""What a section is made of; a string is a paragraph."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a document.

    Attributes:
        heading: its title.
        blocks: paragraphs, figures and tables in reading order.
    """

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What a reader sees first.

    Attributes:
        summary: the answer in one paragraph of plain words.
        figures: the score card, then the curves by group with numbers at risk.
        merits: figures of merit, three for preference.
        doubts: what a careful reader should doubt, one sentence each.
    """

    summary: str
    figures: tuple[Figure, ...] = ()
    merits: tuple[Merit, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes:
        title: what was studied.
        subtitle: one line: from which cohort to which, endpoint.
        data_label: "real data" or "SYNTHETIC DATA"; a synthetic label is demanded on
            every figure and repeated in every caption.
        first_page: the answer and why to doubt it.
        sections: the rest, in the order a reviewer reads.
        provenance: hashes and versions behind the numbers; None for none.
        footer: the last line.
        banner: what the document may be used for.
        language: the language it is written in, as HTML names it ("en", "fr").
    """

    title: str
    subtitle: str
    data_label: str
    first_page: FirstPage
    sections: tuple[Section, ...] = ()
    provenance: Table | None = None
    footer: str = ""
    banner: str = "Research use only"
    language: str = "en"
