"""A centre's file is kept as it came, and only the centre's key opens it."""

import hashlib
import os

import pytest
import sqlalchemy as sa
from tests.registry_world import AT, deliver, make_key, make_part

from jalon.core.errors import UserError
from jalon.registry.store import raw
from jalon.registry.store.raw import hash_sealed, keep_file, open_file
from jalon.registry.store.schema import raw_file

KEY = make_key("S01")


def keep(store, content, key=KEY, digest=None):
    digest = digest or hashlib.sha256(content).hexdigest()
    with store.write("x", AT) as writing:
        return digest, keep_file(writing, content, digest, key)


def test_a_file_comes_back_as_it_was(store, monkeypatch):
    monkeypatch.setattr(raw, "PIECE", 1000)
    content = os.urandom(3500)
    digest, sealed = keep(store, content)
    with store.read() as connection:
        assert open_file(connection, digest, KEY) == content
        assert hash_sealed(connection, "S01", digest) == sealed
        pieces = connection.execute(sa.select(raw_file.c.sealed)).scalars().all()
    assert len(pieces) == 4
    assert not any(content[:16] in bytes(piece) for piece in pieces)


def test_an_imported_file_is_kept_and_tells_no_number(store):
    part = make_part("patient", [{"patient": "LOCAL-NUMBER-77", "birth_year": 1950}])
    deliver(store, "S01", [part])
    with store.read() as connection:
        assert open_file(connection, part.sha256, KEY) == part.content
        sealed = bytes(connection.execute(sa.select(raw_file.c.sealed)).scalar_one())
    assert b"LOCAL-NUMBER" not in sealed


def test_the_same_file_is_kept_once(store):
    first, second = keep(store, b"a,b\n1,2\n"), keep(store, b"a,b\n1,2\n")
    assert first == second
    with store.read() as connection:
        assert len(connection.execute(sa.select(raw_file)).all()) == 1


def test_another_key_or_centre_opens_nothing(store):
    digest, _ = keep(store, b"a,b\n1,2\n")
    with store.read() as connection:
        with pytest.raises(UserError, match="another key"):
            open_file(connection, digest, make_key("S01", seed=1))
        with pytest.raises(UserError, match="no file of centre S02"):
            open_file(connection, digest, make_key("S02"))


def test_a_file_that_changed_meanwhile_is_refused(store):
    with pytest.raises(UserError, match="changed while it was being imported"):
        keep(store, b"new", digest=hashlib.sha256(b"old").hexdigest())
    with store.read() as connection:
        assert connection.execute(sa.select(raw_file)).all() == []


def test_an_altered_piece_is_not_opened(store, monkeypatch):
    digest, _ = keep(store, b"a,b\n1,2\n")
    real = raw._read_sealed

    def alter(*which):
        (piece,) = real(*which)
        return [piece[:5] + bytes([piece[5] ^ 1]) + piece[6:]]

    monkeypatch.setattr(raw, "_read_sealed", alter)
    with store.read() as connection, pytest.raises(UserError, match="it was altered"):
        open_file(connection, digest, KEY)
