"""Debian's Chromium, and the calculator served on this machine."""

import shutil
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

from jalon.calculator.app import create_app
from jalon.scores import load_definition

LEARNED = Path(__file__).with_name("learned.toml")


@pytest.fixture(scope="module")
def browser():
    """A browser per file of tests: while one is open, no other test may run an event loop."""
    found = shutil.which("chromium")
    assert found, "these tests need Chromium; on Debian: apt-get install chromium"
    with sync_playwright() as play:
        made = play.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield made
        made.close()


@pytest.fixture(scope="session")
def server():
    """The calculator's address, with one learned score beside the published ones."""
    app = create_app([load_definition(LEARNED)])
    config = uvicorn.Config(app, port=0, log_level="error", access_log=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join()


@pytest.fixture
def visit(browser, server):
    """Open a page of the calculator; anything it complains about, or asks elsewhere, fails."""
    made, trouble = [], []

    def open_page(path, **options):
        context = browser.new_context(**{"locale": "en-GB", **options})
        made.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request",
            lambda r: trouble.append(r.url) if not r.url.startswith((server, "data:")) else None,
        )
        page.goto(server + path)
        return page

    yield open_page
    for context in made:
        context.close()
    assert trouble == []
