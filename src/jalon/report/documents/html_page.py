"""A document written as one HTML file that opens with the network off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from jalon.core import JalonError
from jalon.report.documents.document import Block, Document, Figure, Fold
from jalon.report.figures.svg_text import prefix_ids
from jalon.report.tables.html_text import table_html
from jalon.report.tables.table import Table


@dataclass(frozen=True, slots=True)
class _Shown:
    """A block ready for the template; only what we wrote ourselves is Markup."""

    kind: Literal["paragraph", "figure", "table", "fold"]
    name: str = ""
    words: str = ""
    caption: str = ""
    html: str = ""
    svg: str = ""
    narrow: str = ""
    blocks: tuple[_Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class _ShownSection:
    """A section ready for the template."""

    heading: str
    anchor: str
    blocks: tuple[_Shown, ...]
    provenance: bool = False


class _Numbering:
    """Counts figures and tables in the order in which they are shown."""

    def __init__(self) -> None:
        self.figures = 0
        self.tables = 0

    def show(self, block: Block) -> _Shown:
        if isinstance(block, str):
            return _Shown("paragraph", words=block)
        if isinstance(block, Fold):
            return _Shown("fold", words=block.heading, blocks=self.show_all(block.blocks))
        if isinstance(block, Table):
            self.tables += 1
            return _show_table(block, self.tables)
        self.figures += 1
        return _show_figure(block, self.figures)

    def show_all(self, blocks: Sequence[Block]) -> tuple[_Shown, ...]:
        return tuple(self.show(block) for block in blocks)


def write_html(document: Document) -> str:
    """Write a report as one page that anyone can open, print or send.

    Figures and tables are numbered in reading order. The page loads nothing from
    anywhere and runs no script.

    Args:
        document: the report.

    Returns:
        HTML text; the same document gives the same bytes.

    Raises:
        JalonError: the document says that its data are synthetic but a figure does not.
    """
    synthetic = "synthetic" in document.data_label.lower()
    if synthetic:
        _check_labels(document)
    numbering = _Numbering()
    first = numbering.show_all(document.first_page.figures)
    sections = [
        _ShownSection(section.heading, f"section-{i}", numbering.show_all(section.blocks))
        for i, section in enumerate(document.sections, start=1)
    ]
    if document.provenance is not None:
        shown = (numbering.show(document.provenance),)
        sections.append(_ShownSection("Where the numbers come from", "provenance", shown, True))
    return _load_template().render(
        document=document,
        synthetic=synthetic,
        first=first,
        sections=sections,
        style=Markup(_read("style.css")),  # noqa: S704 - our own file
    )


def _read(name: str) -> str:
    return files("jalon.report.documents").joinpath("templates", name).read_text("utf-8")


@cache
def _load_template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_read("document.html.j2"))


def _check_labels(document: Document) -> None:
    """Refuse a page on synthetic data with a figure that could pass for real once copied."""
    blocks: list[Block] = [*document.first_page.figures]
    for part in (block for section in document.sections for block in section.blocks):
        blocks += part.blocks if isinstance(part, Fold) else (part,)
    for block in blocks:
        if isinstance(block, Figure):
            for svg in filter(None, (block.svg, block.narrow)):
                if "synthetic" not in svg.lower():
                    raise JalonError(
                        f"the figure “{block.caption[:60]}” does not say that its data are "
                        f"synthetic; draw it with note={document.data_label!r}"
                    )


def _show_table(table: Table, number: int) -> _Shown:
    name = f"Table {number}"
    html = table_html(table).replace("<caption><div>", f"<caption><div><b>{name}.</b> ", 1)
    return _Shown("table", name=name, html=Markup(html))  # noqa: S704 - escaped by table_html


def _show_figure(figure: Figure, number: int) -> _Shown:
    # The same drawing may stand twice on a page; its number keeps its ids apart.
    wide = prefix_ids(figure.svg, f"figure-{number}-")
    narrow = prefix_ids(figure.narrow, f"figure-{number}-narrow-")
    return _Shown(
        "figure",
        name=f"Figure {number}",
        caption=figure.caption,
        svg=Markup(wide),  # noqa: S704 - drawn by jalon.report.figures
        narrow=Markup(narrow),  # noqa: S704
    )
