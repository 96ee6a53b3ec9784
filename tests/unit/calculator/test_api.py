"""The interface for programs: the engine's answer, or a refusal that names the field."""

import json
import logging

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.calculator.browserless import Client

from jalon.calculator.api import create_router
from jalon.calculator.forms import hash_definition
from jalon.calculator.problem import Problem
from jalon.calculator.rate import Gate, Limits
from jalon.core.units import Quantity
from jalon.scores import assess, find_definition, list_examples, list_slugs, write_answer

SCORES = {slug: find_definition(slug) for slug in ("ipi", "car_hematotox", "easix", "inflamix")}


def make_client(limits=None):
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(create_router(SCORES, limits))
    return Client(app)


CLIENT = make_client()
IPI = "/api/v1/scores/ipi"


def send(body, url=IPI, kind="application/json"):
    return CLIENT.post(url, content=body, headers={"content-type": kind})


def test_the_whole_answer_is_the_engines():
    values = {"age": 70, "ldh": {"value": 300, "unit": "U/L"}, "ldh_uln": 250, "stage": None}
    found = CLIENT.post(IPI, json={"values": values, "language": "fr"})
    inputs = {"age": 70, "ldh": Quantity(300, "U/L"), "ldh_uln": 250}
    expected = write_answer(assess(SCORES["ipi"], inputs), "fr")
    expected = json.loads(json.dumps(expected))
    assert found.json() == expected | {"sha256": hash_definition(SCORES["ipi"])}
    assert found.headers["cache-control"] == "no-store"


def test_every_worked_example_of_a_plain_kind():
    for slug in ("ipi", "car_hematotox", "easix"):
        for example in list_examples(slug):
            values = {
                k: {"value": v.value, "unit": v.unit} if isinstance(v, Quantity) else v
                for k, v in example.inputs.items()
            }
            found = CLIENT.post(f"/api/v1/scores/{slug}", json={"values": values})
            if "error" in example.expected:
                assert found.status_code in {409, 422}
                assert example.expected["error"] in found.json()["detail"]
            else:
                assert found.json()["state"] == assess(SCORES[slug], example.inputs).state


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ('{"values": {"age": NaN}}', 400, ""),
        ('{"values": {"age": -Infinity}}', 400, ""),
        ('{"values": {"age": 1e999}}', 400, ""),
        ('{"values": {"age": ' + "9" * 5000 + "}}", 400, ""),
        ('{"values": {"age": ' + "9" * 300 + "}}", 422, "/values/age"),
        ("[" * 100_000, 400, ""),
        ('{"values": ' + '{"a":' * 60 + "1" + "}" * 61, 400, ""),
        ('{"values": {"age": "\\ud800"}}', 400, ""),
        ('{"values": {"age": 1, "age": 70}}', 400, ""),
        (b"\xff\xfe", 400, ""),
        ("", 400, ""),
        ("null", 422, ""),
        ("[]", 422, ""),
        ("{}", 422, "/values"),
        ('{"values": 3}', 422, "/values"),
        ('{"values": {}, "name": "x"}', 422, "/name"),
        ('{"values": {}, "language": "de"}', 422, "/language"),
        ('{"values": {}, "language": []}', 422, "/language"),
        ('{"values": {"agge": 1}}', 422, "/values/agge"),
        ('{"values": {"a/b~": 1}}', 422, "/values/a~1b~0"),
        ('{"values": {"age": true}}', 422, "/values/age"),
        ('{"values": {"age": []}}', 422, "/values/age"),
        ('{"values": {"age": ""}}', 422, "/values/age"),
        ('{"values": {"age": "old"}}', 422, "/values/age"),
        ('{"values": {"age": -1}}', 422, "/values/age"),
        ('{"values": {"stage": 2.5}}', 422, "/values/stage"),
        ('{"values": {"age": {"value": 70, "unit": "kg"}}}', 422, "/values/age"),
        ('{"values": {"age": {"value": 70, "unit": 1}}}', 422, "/values/age"),
        ('{"values": {"age": {"value": "70"}}}', 422, "/values/age"),
        ('{"values": {"age": {"low": 80, "high": 70}}}', 409, "/values/age"),
        ('{"values": {"age": {"low": 80}}}', 422, "/values/age"),
        ('{"values": {"age_over_60": 2}}', 422, "/values/age_over_60"),
        ('{"values": {"age": 70, "age_over_60": false}}', 409, "/values/age"),
    ],
)  # fmt: skip
def test_refusals_name_the_field(body, status, pointer):
    found = send(body)
    assert (found.status_code, found.json()["errors"][0]["pointer"]) == (status, pointer)
    assert found.headers["content-type"] == "application/problem+json"


def test_an_infinite_answer_is_null():
    values = {"ldh": 250, "creatinine": 0.8, "platelets": 5e-324}
    found = CLIENT.post("/api/v1/scores/easix", json={"values": values})
    assert (found.status_code, found.json()["points_low"], found.json()["log2"]) == (
        200,
        None,
        None,
    )


def test_what_surrounds_the_body_is_refused():
    assert send("{}", kind="text/plain").status_code == 415
    assert send("{}", kind="").status_code == 415
    assert CLIENT.post(IPI + "?age=70", json={"values": {}}).status_code == 400
    squeezed = CLIENT.post(
        IPI, content=b"x", headers={"content-type": "application/json", "content-encoding": "gzip"}
    )
    assert squeezed.status_code == 415
    assert send(" " * 300_000).status_code == 413
    assert CLIENT.request("PUT", IPI).headers["allow"] == "GET, POST"
    assert CLIENT.get("/api/v1/scores/ipi/batch").status_code == 405
    assert CLIENT.request("DELETE", "/api/v1/scores").status_code == 405
    assert CLIENT.get("/api/v1/scores/nobody").status_code == 404
    assert CLIENT.get("/api/v2").status_code == 404


def test_a_blocked_score_says_why():
    found = CLIENT.post("/api/v1/scores/inflamix", json={"values": {}})
    assert found.status_code == 422
    assert "licence" in found.json()["detail"]
    assert CLIENT.get("/api/v1/scores/inflamix").status_code == 200


def test_lists_and_definitions():
    listed = CLIENT.get("/api/v1/scores").json()["scores"]
    assert {each["slug"] for each in listed} == set(SCORES)
    found = CLIENT.get(IPI).json()
    assert found["sha256"] == hash_definition(SCORES["ipi"])
    assert found["definition"]["slug"] == "ipi"


def test_batch_answers_all_or_names_every_mistake():
    url = IPI + "/batch"
    good, bad = {"values": {"age": 70}}, {"values": {"age": 700}}
    found = CLIENT.post(url, json={"patients": [good, {"values": {}}]}).json()["answers"]
    assert [each["points_low"] for each in found] == [1, 0]
    refused = CLIENT.post(url, json={"patients": [bad, good, {}, bad]})
    assert refused.status_code == 422
    pointers = [each["pointer"] for each in refused.json()["errors"]]
    assert pointers == ["/patients/0/values/age", "/patients/2", "/patients/3/values/age"]
    assert CLIENT.post(url, json={"patients": 1}).status_code == 422
    few = make_client(Limits(patients=1))
    assert few.post(url, json={"patients": [good, good]}).status_code == 422


def test_rate_is_limited_by_client_and_fills_up_again():
    now = [0.0]
    gate = Gate(Limits(per_second=1, burst=2, clients=2), clock=lambda: now[0])
    gate.pass_through("a")
    gate.pass_through("a")
    with pytest.raises(Problem) as refused:
        gate.pass_through("a")
    assert refused.value.status == 429
    assert refused.value.headers["retry-after"] == "1"
    gate.pass_through("b")
    now[0] = 1.0
    gate.pass_through("a")
    gate.pass_through("c")
    assert set(gate.seen) == {"a", "c"}


def test_no_value_is_logged(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    for body in ('{"values": {"age": 73.125}}', '{"values": {"age": 9731}}', '{"values": {9731'):
        send(body)
    logged = caplog.text + "".join(capfd.readouterr())
    assert "73.125" not in logged
    assert "9731" not in logged


SCALAR = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["U/L", "mg/dL", "years", 10**400, -1e308, 5e-324])
)  # fmt: skip
ANY = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5) | st.sampled_from(["value", "unit", "low", "high"]),
                      inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(slug=st.sampled_from(["ipi", "car_hematotox", "easix"]), data=st.data())
def test_any_body_gets_an_answer_or_a_named_refusal(slug, data):
    names = [item.id for item in SCORES[slug].items] + ["ldh_uln", "age_over_60", "other"]
    values = st.dictionaries(st.sampled_from(names), ANY, max_size=5)
    body = data.draw(st.fixed_dictionaries({"values": values | ANY}) | ANY)
    found = send(json.dumps(body).encode(), f"/api/v1/scores/{slug}")
    assert found.status_code in {200, 400, 409, 413, 422}
    assert found.status_code == 200 or found.json()["errors"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_get_a_refusal(content):
    assert send(content).status_code in {400, 422}


def test_openapi_describes_every_score_that_can_be_computed():
    paths = CLIENT.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/api/v1/scores", *(f"/api/v1/scores/{slug}" for slug in SCORES)} | {
        f"/api/v1/scores/{slug}/batch" for slug in SCORES if SCORES[slug].computes
    }
    body = paths[IPI]["post"]["requestBody"]["content"]["application/json"]
    assert body["examples"]
    assert list_slugs()
