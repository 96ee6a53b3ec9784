"""A folder of results: written in full beside the old one, then put in its place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from jalon.core import UserError


def check_result_folder(folder: Path, mark: str, made_by: str) -> None:
    """Refuse to replace a folder that does not hold older results of the same kind.

    Args:
        folder: where the results will go.
        mark: name of the file by which such a folder is known.
        made_by: what makes these results, for the message.

    Raises:
        UserError: it is a file, or holds other things.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / mark).is_file()):
        raise UserError(
            f"{folder} exists and is not the result of an earlier {made_by}; nothing was written. "
            "Name another folder with --out"
        )


def replace_result_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Write results beside a folder and put them in its place, all or nothing.

    Args:
        folder: where they go; it was checked before.
        fill: writes the results into the folder that it is given.

    Raises:
        UserError: the place cannot be written to.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}; name another --out") from None
    try:
        fill(fresh)
        fresh.chmod(0o755)
        _put_in_place(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _put_in_place(folder: Path, fresh: Path) -> None:
    if folder.exists():
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.old."))
        folder.rename(old / folder.name)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        fresh.rename(folder)
