"""Definitions survive a round trip, and every mistake in a file is named."""

import pytest

from jalon.core import DefinitionError
from jalon.scores import (
    find_definition,
    list_slugs,
    load_definition,
    parse_definition,
    write_definition,
)


@pytest.mark.parametrize("slug", list_slugs())
def test_round_trip(slug):
    definition = find_definition(slug)
    assert parse_definition(write_definition(definition)) == definition


def broken(old, new):
    text = write_definition(find_definition("ipi"))
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('slug = "ipi"', "slug ipi", "is not TOML"),
        ('doi = "10', 'dio = "10', "doi is missing"),
        ("above = 60", "abvoe = 60", "abvoe"),
        ("above = 60", "at_least = 60, above = 60", "either above or at_least"),
        ("high = 5", "high = 4", "cover totals 0 to 5"),
        ("low = 2", "low = 3", "without gap or overlap"),
    ],
)
def test_mistake_is_named(old, new, message):
    # tomli_w writes inline steps over several lines; the replaced text is the same.
    with pytest.raises(DefinitionError, match=message):
        parse_definition(broken(old, new), "mine.toml")


def test_near_name_is_offered_but_never_guessed():
    with pytest.raises(DefinitionError, match="Did you mean ipi"):
        find_definition("ipl")


def test_absent_file(tmp_path):
    with pytest.raises(DefinitionError, match=r"none\.toml cannot be read"):
        load_definition(tmp_path / "none.toml")
