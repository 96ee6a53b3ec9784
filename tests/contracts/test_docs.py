"""The manual is up to date, and nothing in it leads nowhere."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from docs.generate import OUT, build_pages, find_stale

from jalon import stats

DOCS = Path(__file__).parents[2] / "docs"
EXPLANATION = DOCS / "explanation"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def links_of(page):
    """Targets of the links of a page, code left out."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return [unquote(target) for target in LINK.findall(text)]


def anchors_of(page):
    """What can be linked to within a page: its headings, as they are written in an address."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_reference_pages_are_what_the_generator_writes():
    # Each run is a new process with new hashes, so this also holds the pages to one order.
    assert find_stale(build_pages()) == [], "run: make docs"


def test_changed_missing_and_foreign_pages_are_stale(tmp_path, monkeypatch):
    pages = {"a.md": "a", "b.md": "b", "c.md": "c"}
    monkeypatch.setattr("docs.generate.OUT", tmp_path)
    for name, text in {"a.md": "a", "b.md": "old", "d.md": "d"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert find_stale(pages) == ["b.md", "c.md", "d.md"]


def test_every_public_statistic_has_a_heading():
    pages = (OUT / "statistics").glob("*.md")
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    headings = re.findall(r"^## (\w+)$", text, re.M)
    assert sorted(headings) == stats.__all__


def test_no_formatting_of_docstrings_is_left_over():
    for page in OUT.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"^(Args|Returns|Raises|Attributes|References?):$", text, re.M), page
        assert not re.search(r" at 0x[0-9a-f]+|UP/", text), page


def test_every_explanation_is_linked_from_its_index():
    index = EXPLANATION / "index.md"
    pages = {page.name for page in EXPLANATION.glob("*.md")} - {index.name}
    assert pages <= set(links_of(index))


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in links_of(page):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors_of(found), f"{page.name}: {target}"
