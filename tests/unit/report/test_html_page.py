import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from tests.unit.report.example_curves import HIGH, LOW

from jalon.core import JalonError
from jalon.report.documents import Document, Figure, FirstPage, Merit, Section, write_html
from jalon.report.figures import survival_figure
from jalon.report.tables import Count, Heading, Table

HOSTILE = '<script>alert("x")</script> & "quotes"'
TABLE = Table(HOSTILE, (Heading(HOSTILE), Heading("n")), ((HOSTILE, Count(3)),), (HOSTILE,))


def page(note="", label="Real data", narrow=True):
    wide = survival_figure([LOW, HIGH], "Overall survival", 60, note=note)
    column = survival_figure([LOW, HIGH], "Overall survival", 60, note=note, width_mm=85)
    figure = Figure(wide, HOSTILE, column if narrow else "")
    first = FirstPage(HOSTILE, (figure, figure), (Merit(HOSTILE, "0.67", HOSTILE),), (HOSTILE,))
    sections = (Section(HOSTILE, (HOSTILE, figure, TABLE)), Section("Next", ("End.", TABLE)))
    provenance = Table("Provenance", (Heading("What"), Heading("Value")), (("seed", "1"),))
    return write_html(Document(HOSTILE, HOSTILE, label, first, sections, provenance, HOSTILE))


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def all(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module")
def html():
    return page()


def test_page_is_the_same_twice(html):
    assert html == page()


def test_ids_are_unique_and_every_reference_leads_to_one(html):
    reader = Reader(html)
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) > 50
    targets = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html)
    assert {a or b for a, b in targets} <= set(ids)
    named = [attributes.get("aria-labelledby", "") for _, attributes in reader.elements]
    assert {name for names in named for name in names.split()} <= set(ids)


def test_page_loads_nothing_and_runs_nothing(html):
    reader = Reader(html)
    assert reader.all("script", "link", "iframe", "object", "embed", "img", "form") == []
    links = {attributes.get("href", "#") for attributes in reader.all("a")}
    assert all(link.startswith("#") for link in links)
    assert "@import" not in html
    without_names = re.sub(r'xmlns(:xlink)?="http://www\.w3\.org/[^"]+"', "", html)
    assert "http" not in without_names
    assert not [a for _, attributes in reader.elements for a in attributes if a.startswith("on")]


def test_hostile_words_stay_words(html):
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 10


def test_outline_is_in_order_and_figures_are_named(html):
    reader = Reader(html)
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    names = [attributes["aria-label"] for attributes in reader.all("figure")]
    assert names == ["Figure 1", "Figure 2", "Figure 3"]
    assert len(reader.all("figcaption")) == 3
    assert all(attributes["role"] == "img" for attributes in reader.all("svg"))
    assert reader.all("html") == [{"lang": "en"}]
    assert {"class": "skip", "href": "#answer"} in reader.all("a")
    assert all("scope" in attributes for attributes in reader.all("th"))


def test_first_page_comes_in_its_order(html):
    marks = [
        "<h1>",
        'class="summary"',
        "<figure",
        'class="merits"',
        'class="doubts"',
        "<nav",
        "<section aria",
    ]
    places = [html.index(mark) for mark in marks]
    assert places == sorted(places)


def test_synthetic_label_is_on_every_figure():
    html = page("SYNTHETIC DATA", "SYNTHETIC DATA")
    captions = re.findall(r"<figcaption>.*?</figcaption>", html, flags=re.DOTALL)
    assert all("SYNTHETIC DATA" in caption for caption in captions)
    descriptions = re.findall(r"<desc[^>]*>(.*?)</desc>", html)
    assert len(descriptions) == 6
    assert all(words.startswith("SYNTHETIC DATA.") for words in descriptions)
    assert "(SYNTHETIC DATA)</title>" in html


def test_synthetic_page_refuses_an_unlabelled_figure():
    with pytest.raises(JalonError, match="does not say that its data are synthetic"):
        page("", "Synthetic data")


def test_empty_parts_leave_no_empty_boxes():
    html = write_html(Document("t", "s", "Real data", FirstPage("Answer.")))
    assert "<nav" not in html
    assert "<dl" not in html
    assert 'doubts">' not in html
