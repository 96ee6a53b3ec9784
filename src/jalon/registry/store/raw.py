"""The files of the centres, kept as they came: compressed, and sealed with the centre's key."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jalon.core.errors import UserError
from jalon.registry.pseudonym import CentreKey
from jalon.registry.store.schema import raw_file
from jalon.registry.store.writing import Writing

PIECE = 8 * 1024 * 1024
"""Bytes of the file in one piece."""


def keep_file(writing: Writing, source: Path | bytes, sha256: str, key: CentreKey) -> str:
    """Keep a file's bytes, once; they hold local numbers, so only the centre's key opens them.

    Args:
        writing: the transaction.
        source: the file, or its bytes.
        sha256: the hash of its bytes.
        key: the centre's key.

    Returns:
        The SHA-256 of what was kept, for the audit.

    Raises:
        UserError: the file changed while it was read.
    """
    there = _read_sealed(writing.connection, key.centre, sha256)
    if there:
        return _hash_pieces(there)
    cipher, digest, kept = AESGCM(key.derive("raw files")), hashlib.sha256(), []
    for part, piece in enumerate(_list_pieces(source)):
        digest.update(piece)
        sealed = cipher.encrypt(_nonce(key, sha256, part), zlib.compress(piece, 1), sha256.encode())
        kept.append(sealed)
        values = {"centre": key.centre, "sha256": sha256, "part": part, "sealed": sealed}
        writing.connection.execute(sa.insert(raw_file).values(values))
    if digest.hexdigest() != sha256:
        raise UserError("the file changed while it was being imported; nothing was kept")
    return _hash_pieces(kept)


def open_file(connection: sa.Connection, sha256: str, key: CentreKey) -> bytes:
    """Return a kept file's bytes.

    Args:
        connection: inside a transaction.
        sha256: the hash of its bytes.
        key: the key of the centre that sent it.

    Returns:
        The file as it came.

    Raises:
        UserError: no such file of this centre, another key, or the kept bytes were altered.
    """
    pieces = _read_sealed(connection, key.centre, sha256)
    if not pieces:
        raise UserError(f"no file of centre {key.centre} with this hash is kept")
    cipher = AESGCM(key.derive("raw files"))
    try:
        parts = [
            zlib.decompress(cipher.decrypt(_nonce(key, sha256, i), piece, sha256.encode()))
            for i, piece in enumerate(pieces)
        ]
    except InvalidTag as error:
        raise UserError("the kept file cannot be opened: another key, or it was altered") from error
    return b"".join(parts)


def hash_sealed(connection: sa.Connection, centre: str, sha256: str) -> str:
    """Return the SHA-256 of what is kept of a file, without opening it."""
    return _hash_pieces(_read_sealed(connection, centre, sha256))


def _read_sealed(connection: sa.Connection, centre: str, sha256: str) -> list[bytes]:
    which = (raw_file.c.centre == centre) & (raw_file.c.sha256 == sha256)
    chosen = sa.select(raw_file.c.part, raw_file.c.sealed).where(which).order_by(raw_file.c.part)
    rows = connection.execute(chosen).all()
    if [row.part for row in rows] != list(range(len(rows))):
        return []  # a piece is missing
    return [bytes(row.sealed) for row in rows]


def _hash_pieces(pieces: list[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _list_pieces(source: Path | bytes) -> Iterator[bytes]:
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _nonce(key: CentreKey, sha256: str, part: int) -> bytes:
    # The same bytes under the same key always meet the same nonce, other bytes never do.
    return hashlib.sha256(key.derive("nonces") + f"{sha256} {part}".encode()).digest()[:12]
