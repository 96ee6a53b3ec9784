"""Counts on several days through the interface for programs."""

import json

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.calculator.browserless import Client

from jalon.calculator.api import create_router
from jalon.scores import assess_series, find_definition, list_slugs, write_answer

ALL = {slug: find_definition(slug) for slug in list_slugs()}
SERIES = {slug: each for slug, each in ALL.items() if each.series}
APP = FastAPI(docs_url=None, redoc_url=None)
APP.include_router(create_router({**SERIES, "ipi": ALL["ipi"]}))
CLIENT = Client(APP)


def post(slug, body):
    return CLIENT.post(f"/api/v1/scores/{slug}/series", json=body)


@pytest.mark.parametrize("slug", SERIES)
def test_every_series_answers_as_the_engine(slug):
    definition = SERIES[slug]
    for spec in definition.series:
        measure = definition.measure(spec.measure)
        days = list(range(spec.first, min(spec.last, spec.first + 30) + 1))
        for level in (0.02, 0.4, 0.8, 2.0, 30.0, 200.0):
            low, high = measure.possible or (0.0, 1e9)
            counts = [min(max(level, low), high)] * len(days)
            found = post(slug, {"series": spec.id, "days": days, "counts": counts})
            wanted = write_answer(assess_series(definition, spec.id, days, counts), "en")
            assert found.status_code == 200
            assert {k: v for k, v in found.json().items() if k != "sha256"} == json.loads(
                json.dumps(wanted)
            )


def test_units_and_an_early_end():
    body = {"series": "early", "days": list(range(31)), "counts": [0.4] * 31, "unit": "10^9/L",
            "until": 20, "language": "fr"}  # fmt: skip
    found = post("icaht_neutropenia", body)
    definition = SERIES["icaht_neutropenia"]
    wanted = assess_series(definition, "early", list(range(31)), [400] * 31, until=20)
    assert (found.json()["points_low"], found.json()["points_high"]) == (
        wanted.points_low, wanted.points_high,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"series": "late-ish"}, "/series"),
        ({"days": []}, "/days"),
        ({"days": [0, 1.5]}, "/days/1"),
        ({"days": [0, True]}, "/days/1"),
        ({"days": [0]}, "/counts"),
        ({"counts": [0.1, None]}, "/counts/1"),
        ({"counts": [0.1, -4]}, "/counts"),
        ({"counts": "many"}, "/counts"),
        ({"unit": 3}, "/unit"),
        ({"unit": "bananas"}, "/counts"),
        ({"until": "soon"}, "/until"),
        ({"until": -900}, "/counts"),
        ({"extra": 1}, "/extra"),
        ({"days": list(range(3000)), "counts": [1] * 3000}, "/days"),
    ],
)
def test_what_cannot_be_used_is_named(change, pointer):
    body = {"series": "early", "days": [0, 1], "counts": [0.1, 0.2]} | change
    found = post("icaht_neutropenia", body)
    assert found.status_code == 422
    assert found.json()["errors"][0]["pointer"] == pointer


def test_scores_without_series_have_no_such_address():
    assert post("ipi", {"series": "early", "days": [0], "counts": [1]}).status_code == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False,
    allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.fixed_dictionaries({"series": JSON | st.just("early"), "days": JSON, "counts": JSON},
                             optional={"unit": JSON, "until": JSON, "language": JSON}))  # fmt: skip
def test_any_body_gets_an_answer_or_a_refusal(body):
    assert post("icaht_neutropenia", body).status_code in {200, 400, 422}
