"""The server: headers that keep a page to itself, pages in the language asked for, no log."""

import logging
import re
from dataclasses import replace

import pytest
from tests.unit.calculator.browserless import Client

from jalon.calculator.app import create_app
from jalon.core.errors import DefinitionError
from jalon.scores import find_definition, list_slugs


@pytest.fixture(scope="module")
def client():
    return Client(create_app())


def test_every_score_has_a_page_and_the_index_names_it(client):
    index = client.get("/").text
    for slug in list_slugs():
        assert f'href="/scores/{slug}"' in index
        assert client.get(f"/scores/{slug}").status_code == 200, slug


@pytest.mark.parametrize("path", ["/", "/scores/ipi", "/scores/nothing", "/nowhere", "/trajectory"])
def test_pages_allow_nothing_but_themselves(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_pages_have_no_style_or_script_of_their_own_and_ask_nobody_else(client):
    for path in ("/", "/scores/ipi", "/scores/charlson", "/trajectory"):
        page = client.get(path).text
        assert "style=" not in page
        assert not re.search(r"\son\w+=", page)
        assert re.findall(r'<script(?! type="application/json")([^>]*)>', page) == [
            f' src="/static/{name}" defer' for name in re.findall(r"calculator-\w+\.js", page)
        ]
        assert set(re.findall(r"https?://([^/\"]+)", page)) <= {"doi.org"}


def test_named_pages_may_show_it_in_a_frame():
    client = Client(create_app(embedders=["https://intranet.example.org"]))
    headers = client.get("/").headers
    assert headers["content-security-policy"].endswith(
        "frame-ancestors https://intranet.example.org"
    )
    assert "x-frame-options" not in headers


def test_language_is_that_of_the_address_else_of_the_browser(client):
    french = {"accept-language": "fr-FR,fr;q=0.9"}
    assert '<html lang="fr">' in client.get("/scores/ipi", headers=french).text
    assert '<html lang="en">' in client.get("/scores/ipi?lang=en", headers=french).text
    assert '<html lang="en">' in client.get("/scores/ipi?lang=xx").text


def test_names_that_are_not_known_get_a_page_that_says_so(client):
    answer = client.get("/scores/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert client.get("/static/nothing.js").status_code == 404


def test_assets_are_named_by_their_content_and_kept(client):
    for name in re.findall(r"/static/[\w.-]+", client.get("/").text):
        answer = client.get(name)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_a_score_cannot_take_the_name_of_another():
    with pytest.raises(DefinitionError, match="two scores are called ipi"):
        create_app([find_definition("ipi")])


def test_a_definition_cannot_end_the_element_it_stands_in():
    evil = "</script><script>alert(1)</script>"
    score = replace(find_definition("ipi"), slug="evil", pitfalls=(evil,), name={"en": evil})
    page = Client(create_app([score])).get("/scores/evil").text
    assert "<script>alert" not in page


def test_nothing_of_a_request_is_logged(client, caplog):
    with caplog.at_level(logging.DEBUG):
        client.get("/scores/ipi?lang=fr")
    assert [
        record for record in caplog.records if record.name.startswith(("jalon", "uvicorn"))
    ] == []
