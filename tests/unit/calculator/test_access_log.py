"""A server's log of requests holds no value of a patient: values are never part of an address."""

import http.client
import json
import logging
import threading
import time

import uvicorn
from fastapi import FastAPI

from jalon.calculator.api import create_router
from jalon.calculator.cds import create_cds_router
from jalon.scores import find_definition


def test_the_access_log_of_uvicorn(caplog, monkeypatch):
    # A server that ran before in this process may have left its loggers quiet.
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
        monkeypatch.setattr(logging.getLogger(name), "disabled", False)
        caplog.set_level(logging.DEBUG, name)
    app = FastAPI(docs_url=None, redoc_url=None)
    scores = {"ipi": find_definition("ipi")}
    app.include_router(create_cds_router(scores))
    app.include_router(create_router(scores))
    config = uvicorn.Config(app, port=0, log_config=None, access_log=True, lifespan="off")
    server = uvicorn.Server(config)
    caplog.set_level(logging.DEBUG)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        for values in ({"age": 73.125}, {"age": 97310}, {"name": "Dupont-97310"}):
            client = http.client.HTTPConnection("127.0.0.1", port)
            body = json.dumps({"values": values})
            client.request("POST", "/api/v1/scores/ipi", body, {"content-type": "application/json"})
            assert client.getresponse().status in {200, 422}
            client.close()
    finally:
        server.should_exit = True
        thread.join()
    assert "POST /api/v1/scores/ipi" in caplog.text
    assert not any(word in caplog.text for word in ("73.125", "97310", "Dupont"))
