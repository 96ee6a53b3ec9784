"""The IPI and R-IPI in words: each limit, each total, and what a missing item does."""

import math

import pytest

from jalon.scores import assess, find_definition

# A second reading of the definition, from the side-by-side table of Ruppert et al. 2020
# (Table 3: IPI, R-IPI and NCCN-IPI): which value is the last without a point, which the first
# with one. Written apart from the score files.
LAST_WITHOUT_FIRST_WITH = {
    "age": (60.0, 60.1),
    "ldh_ratio": (1.0, 1.0001),
    "stage": (2, 3),
    "ecog": (1, 2),
    "extranodal_sites": (1, 2),
}


@pytest.mark.parametrize("item", LAST_WITHOUT_FIRST_WITH)
def test_ipi_limit(item):
    below = {name: pair[0] for name, pair in LAST_WITHOUT_FIRST_WITH.items()}
    above = below | {item: LAST_WITHOUT_FIRST_WITH[item][1]}
    for slug in ("ipi", "r_ipi"):
        definition = find_definition(slug)
        assert assess(definition, below).points_low == 0
        assert assess(definition, above).points_low == 1
        assert assess(definition, above).points_high == 1


@pytest.mark.parametrize(
    ("total", "ipi", "r_ipi"),
    [
        (0, "low", "very_good"),
        (1, "low", "good"),
        (2, "low_intermediate", "good"),
        (3, "high_intermediate", "poor"),
        (4, "high", "poor"),
        (5, "high", "poor"),
    ],
)
def test_groups_of_each_total(total, ipi, r_ipi):
    assert find_definition("ipi").group_of(total).slug == ipi
    assert find_definition("r_ipi").group_of(total).slug == r_ipi


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_missing_item_is_a_range_and_never_zero(missing):
    known = {"age": 70, "stage": 4, "ecog": 1, "extranodal_sites": 1}
    answer = assess(find_definition("ipi"), known | {"ldh_ratio": missing})
    assert (answer.points_low, answer.points_high) == (2, 3)
    assert answer.group is None
    assert [group.slug for group in answer.possible] == ["low_intermediate", "high_intermediate"]
    assert answer.missing == ("ldh_ratio",)


def test_nothing_known_is_every_group():
    answer = assess(find_definition("ipi"), {})
    assert (answer.points_low, answer.points_high) == (0, 5)
    assert len(answer.possible) == 4
