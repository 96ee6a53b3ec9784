"""Stores for tests: each a copy of a pattern that is made once."""

import pytest
from tests.registry_world import Maker


@pytest.fixture(scope="session")
def pattern_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("patterns")


@pytest.fixture(params=["sqlite", "postgresql"])
def maker(request, pattern_folder, tmp_path):
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    return Maker(request.param, pattern_folder, server)


@pytest.fixture
def sqlite_maker(pattern_folder):
    return Maker("sqlite", pattern_folder, None)


@pytest.fixture
def postgresql_maker(pattern_folder, postgresql):
    return Maker("postgresql", pattern_folder, postgresql)


def _open(maker, name, filled):
    store = maker.make(name, filled)
    yield store
    store.close()


@pytest.fixture
def store(maker, request):
    """An empty store, once in SQLite and once in PostgreSQL."""
    yield from _open(maker, _name(request), filled=False)


@pytest.fixture
def filled(maker, request):
    """A store with the invented patients of two centres, in SQLite and in PostgreSQL."""
    yield from _open(maker, _name(request), filled=True)


def _name(request):
    return "".join(letter if letter.isalnum() else "_" for letter in request.node.nodeid)[-80:]
