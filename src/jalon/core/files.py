"""Files are written whole or not at all, and known by their hash."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def write_file(path: Path, content: str | bytes) -> None:
    r"""Write a file under a temporary name, then rename it, so that no half file is seen.

    Args:
        path: where it goes; its folder is made when missing.
        content: text (written as UTF-8 with ``\n``) or bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Args:
        path: the file.

    Returns:
        64 hexadecimal digits.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_tree(folder: Path, pattern: str) -> str:
    """Return one SHA-256 for all files below a folder: their names and bytes, in order.

    Args:
        folder: where to look, at any depth.
        pattern: which names count, for example ``*.py``.

    Returns:
        64 hexadecimal digits.
    """
    total = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(hash_file(path).encode())
    return total.hexdigest()
