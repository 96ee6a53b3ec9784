"""Counts of several days are graded in the browser as in Python."""

import json
import random

import pytest
from tests.browser.test_engine import COMPARE, plain_of
from tests.browser.test_score_page import answer

from jalon.calculator.forms import describe_form
from jalon.calculator.pages import read_script
from jalon.core.errors import DefinitionError
from jalon.scores import assess_series, find_definition

SERIES = [(slug, series.id) for slug in ("icaht_neutropenia", "icaht_thrombocytopenia",
          "ctcae5_cytopenia") for series in find_definition(slug).series]  # fmt: skip


def draw_counts(rng, definition, series):
    measure = definition.measure(series.measure)
    limits = [limit for s in series.summaries for limit in (s.at_most, s.below) if limit]
    low, high = measure.plausible or measure.possible
    top = min(high, 3 * max(limits, default=high))
    last = min(series.last, series.first + 80)
    days = [rng.randint(series.first - 3, last + 5) for _ in range(rng.randint(1, 40))]
    counts = [rng.choice([rng.uniform(low, top), *limits, *limits]) for _ in days]
    until = rng.choice([None, None, rng.randint(series.first - 1, series.last + 2)])
    return {"days": days, "counts": [round(count, 1) for count in counts], "until": until}


@pytest.mark.parametrize(("slug", "name"), SERIES)
def test_grades_from_counts_are_those_of_the_engine_in_python(browser, slug, name):
    definition, rng = find_definition(slug), random.Random(f"{slug} {name}")
    series = next(each for each in definition.series if each.id == name)
    rows, wanted = [draw_counts(rng, definition, series) for _ in range(60)], []
    for row in rows:
        try:
            given = assess_series(definition, name, row["days"], row["counts"], "", row["until"])
            wanted.append(plain_of(given))
        except DefinitionError:
            wanted.append(None)
    page = browser.new_page()
    page.set_content("<button id=language></button>")
    page.add_script_tag(content=read_script())
    call = f'jalonSeries.assess(score, "{name}", row.days, row.counts, "", row.until)'
    case = {"form": describe_form(definition), "rows": rows, "wanted": wanted}
    compare = COMPARE.replace("jalon.assess(score, row)", call)
    assert call in compare
    assert page.evaluate(compare, json.dumps(case)) == []
    assert any(wanted)
    page.close()


def test_counts_typed_on_the_page_are_graded_and_slips_are_named(visit):
    page = visit("/scores/icaht_neutropenia")
    page.locator("#counts").fill("\n".join(f"{day} 300" for day in range(3, 12)) + "\n14 900")
    assert answer(page).startswith("Grade 2") or "grade 2" in answer(page).lower()
    page.locator("#counts").fill("3 300\nfour 300")
    assert "is not a day and a count" in page.locator("#m-series").inner_text()
    page.locator("#counts").fill("200 300")
    assert "no count from day 0 to day 30" in page.locator("#m-series").inner_text()
