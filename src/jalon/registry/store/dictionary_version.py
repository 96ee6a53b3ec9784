"""Which dictionary a store or a snapshot follows."""

from __future__ import annotations

import hashlib
from functools import cache

from jalon.dictionary import registry_files


@cache
def hash_dictionary() -> str:
    """Return the SHA-256 over every file of the registry's dictionary."""
    digest = hashlib.sha256()
    for path in registry_files():
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
