"""Killed imports and imports at the same time; bigger runs are in benchmarks/registry."""

from pathlib import Path

import pytest
from benchmarks.registry.kill import kill_imports
from benchmarks.registry.together import CENTRES, import_together

KILLS = {"sqlite": 6, "postgresql": 4}
DELIVERIES = 2
ROWS = 50


def name(store):
    url = store.engine.url.render_as_string(hide_password=False)
    store.close()
    return url


def test_a_killed_import_leaves_the_store_unchanged_or_complete(store):
    kills = KILLS[store.engine.dialect.name]
    count = kill_imports(name(store), kills)
    assert count.unchanged + count.complete == kills


def test_eight_centres_import_at_once_while_snapshots_are_taken(store, tmp_path):
    found = import_together(name(store), ROWS, DELIVERIES, Path(tmp_path))
    assert found.acknowledged == dict.fromkeys(CENTRES, DELIVERIES)
    assert found.stored == dict.fromkeys(CENTRES, DELIVERIES * ROWS)
    assert found.twice == 0
    assert found.faults == []


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")
