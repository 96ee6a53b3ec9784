"""The codebook written as a page: HTML for a browser, Markdown for a repository."""

from __future__ import annotations

from importlib.resources import files

import jinja2
from markupsafe import Markup

import jalon
from jalon.dictionary.codebook import Codebook
from jalon.dictionary.wording import load_words

_PAGES = files("jalon.dictionary") / "pages"


def write_codebook_html(book: Codebook) -> str:
    """Write the codebook as one page that needs no other file.

    Args:
        book: the dictionary in one language.

    Returns:
        HTML; the same dictionary gives the same text.
    """
    return _render("codebook.html.j2", book, autoescape=True)


def write_codebook_markdown(book: Codebook) -> str:
    """Write the codebook as plain text with headings and tables.

    Args:
        book: the dictionary in one language.

    Returns:
        Markdown; the same dictionary gives the same text.
    """
    return _render("codebook.md.j2", book, autoescape=False)


def _render(template: str, book: Codebook, autoescape: bool) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("jalon.dictionary", "pages"),
        autoescape=autoescape,  # noqa: S701 - Markdown is no HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    return environment.get_template(template).render(
        book=book,
        w=load_words(book.language),
        language=book.language,
        release=jalon.__version__,
        colon="\u202f:" if book.language == "fr" else ":",
        # Our own files, so they are not escaped.
        style=Markup((_PAGES / "codebook.css").read_text(encoding="utf-8")),  # noqa: S704
        script=Markup((_PAGES / "codebook.js").read_text(encoding="utf-8")),  # noqa: S704
    )


def _cell(text: str) -> str:
    """Keep a text within its cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
