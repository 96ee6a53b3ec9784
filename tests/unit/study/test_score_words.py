"""The words of a score card: every limit said so that a value on it has one reading."""

import pytest

from jalon.scores import Group, Item, ScoreDefinition, Step
from jalon.study.score_words import list_card_items, write_items, write_range


def score(item):
    low, high = item.range
    group = Group("all", {"en": "all"}, low, high)
    return ScoreDefinition(
        "s", "s", {"en": "S"}, "learned", "1", "", "", "", "", "", (item,), (group,)
    )


AGE = Item(
    "age",
    {"en": "Age"},
    "years",
    (Step(2), Step(0, above=40.0), Step(1, above=60.0), Step(3, above=75.0)),
)
STAGE = Item(
    "stage", {"en": "Stage III or IV"}, "", (Step(0), Step(2, above=0.0)), levels=("no", "yes")
)
SIZE = Item(
    "size",
    {"en": "Size"},
    "mm",
    (Step(0), Step(2, above=0.0)),
    levels=("up to 20", "20-50", "over 50"),
)
GUARDED = Item("x", {"en": "Remission"}, "", (Step(1), Step(0, above=0.0)), levels=("no", "yes"))
SEX = Item("sex", {"en": "Male sex"}, "", (Step(0), Step(1, above=0.0)), levels=("female", "male"))
COUNT = Item("n", {"en": "Nodes"}, "", (Step(0), Step(4, above=1.0), Step(8, above=4.0)))


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (
            AGE,
            [
                ("Age 40 years or less", 2),
                ("Age above 60, up to 75 years", 1),
                ("Age above 75 years", 3),
            ],
        ),
        (STAGE, [("Stage III or IV", 2)]),
        (GUARDED, [("not: Remission", 1)]),
        (SIZE, [("Size 20-50 or over 50 mm", 2)]),
        (SEX, [("Male sex", 1)]),
        (COUNT, [("Nodes above 1, up to 4", 4), ("Nodes above 4", 8)]),
    ],
)
def test_conditions(item, words):
    assert write_items(score(item)) == words


def test_a_card_says_a_variable_once_and_its_unit_beside_it():
    found = list_card_items(score(AGE))
    assert {item.variable for item in found} == {"Age, years"}
    assert [item.step for item in found] == ["40 or less", "above 60, up to 75", "above 75"]
    assert list_card_items(score(STAGE))[0].variable == ""


def test_totals_below_zero_are_said_with_a_word():
    assert [write_range(*pair) for pair in ((3, 3), (0, 4), (-2, 4))] == ["3", "0-4", "-2 to 4"]
