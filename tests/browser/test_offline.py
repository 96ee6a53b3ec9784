"""One file, opened from disk without a network, answers as the served page does."""

import re

import pytest
from tests.browser.test_score_page import answer, fill
from typer.testing import CliRunner

from jalon.cli.main import app


@pytest.fixture
def offline(browser, tmp_path):
    """Write a score's file, cut the network, open the file."""
    contexts, trouble = [], []

    def open_file(slug, **options):
        path = tmp_path / f"{slug}.html"
        done = CliRunner().invoke(app, ["score", "export", slug, "--html", "--out", str(path)])
        assert done.exit_code == 0, done.output
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: trouble.append(request.url)
                if not request.url.startswith(("file:", "data:")) else None)  # fmt: skip
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert trouble == []


def test_file_from_disk_computes_in_both_languages(offline):
    page = offline("car_hematotox")
    typed = {"platelets": "50", "anc": "800", "hemoglobin": "8.5", "crp": "4", "ferritin": "3000"}
    fill(page, typed)
    assert answer(page).split("\n\n") == ["High", "7 points (possible 0 to 7)"]
    page.locator("#language").click()
    assert answer(page).split("\n\n") == ["Élevé", "7 points (possible de 0 à 7)"]
    assert page.locator("#risk svg").count() > 0


def test_file_allows_only_its_own_script_and_asks_for_nothing(offline, tmp_path):
    page = offline("ipi")
    text = (tmp_path / "ipi.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert "unsafe" not in policy
    assert "default-src &#39;none&#39;" in policy
    assert not re.search(r'(src|href)="(?!data:|#|https://doi\.org/)', text)
    page.evaluate("document.body.append(Object.assign(document.createElement('p'), {id: 'x'}))")
    assert page.locator("#print").is_visible()


def test_a_learned_score_makes_a_file_too(tmp_path):
    path = tmp_path / "learned.html"
    done = CliRunner().invoke(app, ["score", "export", "tests/browser/learned.toml", "--html",
                                    "--out", str(path)])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "recurrence-free survival" in path.read_text(encoding="utf-8").lower()
