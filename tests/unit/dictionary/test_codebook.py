"""The codebook: complete, one file, the same every time, in both languages."""

import re
from html.parser import HTMLParser

import pytest

from jalon.core.errors import UserError
from jalon.dictionary import Column, find_table, list_tables, load_rules, load_visits
from jalon.dictionary.codebook import build_codebook, shorten_time_points
from jalon.dictionary.codebook_page import write_codebook_html, write_codebook_markdown
from jalon.dictionary.wording import (
    LANGUAGES,
    find_language,
    load_words,
    say_asked,
    say_limits,
    say_number,
    say_refused,
    say_unit,
    typeset,
)

VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """Checks that elements are closed, and gathers anchors, links and whatever is fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.fetched, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if tag == "a" else []
        self.fetched += [attrs[key] for key in ("src", "srcset") if key in attrs]
        self.fetched += [attrs["href"]] if tag == "link" else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module", params=LANGUAGES)
def book(request):
    return build_codebook(request.param, "0123456789ab")


@pytest.fixture(scope="module")
def page(book):
    read = Page()
    read.feed(write_codebook_html(book))
    assert read.open == []
    return read


def test_every_table_column_rule_and_visit_has_its_anchor(page):
    wanted = {table.name for table in list_tables()}
    wanted |= {f"{table.name}.{name}" for table in list_tables() for name in table.names}
    wanted |= {f"rule.{rule.name}" for rule in load_rules().rule}
    assert wanted <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_every_link_leads_somewhere_on_the_page(page):
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert all(link.startswith("#") for link in page.links)


def test_the_page_needs_no_other_file(page, book):
    assert set(page.fetched) <= {"data:,"}
    text = write_codebook_html(book)
    assert not re.search(r"@import|url\(|https?://", text)


def test_everything_is_said(page, book):
    text = " ".join(" ".join(page.text).split())
    french = book.language == "fr"
    for table in list_tables():
        for column in table.columns:
            label = column.label_fr if french else column.label_en
            assert " ".join(typeset(label, book.language).split()) in text, column.name
            if column.unit:
                assert say_unit(column.unit) in text
            for level in column.levels if column.kind == "category" else ():
                label = level.fr if french and level.fr else level.en
                assert " ".join(typeset(label, book.language).split()) in text, level
    for visit in load_visits():
        assert f"{visit.from_day}–{visit.to_day}" in text


def test_same_dictionary_same_bytes(book):
    again = build_codebook(book.language, book.version)
    assert write_codebook_html(again) == write_codebook_html(book)
    assert write_codebook_markdown(again) == write_codebook_markdown(book)


def test_markdown_tables_are_whole(book):
    text = write_codebook_markdown(book)
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line[:1] == "|"]
    assert set(widths) == {5, 6}
    for table in list_tables():
        assert f"(`{table.name}`)" in text
        assert all(f"| `{name}`" in text for name in table.names)


def test_french_has_no_english_words_of_ours_and_its_own_spaces():
    text = write_codebook_html(build_codebook("fr", "0"))
    shown = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.S)
    shown = re.sub(r"<[^>]*>", "", shown)
    assert not re.search(r"\w [:;?!»]", shown)
    for word in ("refused", "asked about", "whole number", "not before", "required"):
        assert word not in shown


def test_markup_in_the_dictionary_is_shown_not_obeyed():
    text = write_codebook_html(build_codebook("en", "<script>alert(1)</script>"))
    assert "<script>alert(1)" not in text


@pytest.mark.parametrize(
    ("time_points", "text"),
    [
        ((), ""),
        (("d30",), "d30"),
        (("d30", "d90"), "d30, d90"),
        (("d30", "d90", "d180", "m24"), "d30 to d180, m24"),
        (
            ("y13", "y14", "y15", "progression", "unscheduled"),
            "y13 to y15, progression, unscheduled",
        ),
    ],
)
def test_neighbouring_time_points_are_a_range(time_points, text):
    assert shorten_time_points(time_points, "en") == text


@pytest.mark.parametrize(
    ("limits", "english", "french"),
    [
        ({"low": 0, "high": 5}, "refused outside 0 to 5", "refusé hors de 0 à 5"),
        ({"low": 0.5}, "refused below 0.5", "refusé au-dessous de 0,5"),
        ({"high": 20000}, "refused above 20,000", "refusé au-dessus de 20\u202f000"),
        ({"above": 0}, "refused at or below 0", "refusé jusqu’à 0"),
        ({"below": 3}, "refused at or above 3", "refusé à partir de 3"),
        ({}, "", ""),
    ],
)
def test_what_is_refused_is_said(limits, english, french):
    column = Column("x", "number", "X", **limits)
    assert (say_refused(column, "en"), say_refused(column, "fr")) == (english, french)


def test_what_is_asked_and_allowed_is_said():
    column = Column("x", "number", "X", low=1, soft_low=4, soft_high=9)
    assert say_asked(column, "en") == "asked about outside 4 to 9"
    assert say_asked(Column("x", "number", "X", soft_high=9), "fr") == (
        "question posée au-dessus de 9"
    )
    assert say_limits(column, "en") == "at least 1"
    assert (say_number(2018, "en"), say_number(2018, "fr")) == ("2018", "2018")


def test_both_languages_have_the_same_words():
    assert set(load_words("en")) == set(load_words("fr"))
    assert find_language("FR") == "fr"
    with pytest.raises(UserError, match="use en or fr"):
        find_language("de")


def test_a_column_without_french_is_told_in_english():
    assert find_table("patient").column("sex").label_fr
    assert load_words("fr")["visits_lead"].count("\u202f;") == 1
