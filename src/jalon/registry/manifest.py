"""What a snapshot says of itself: what is in it, of which state of the store, by which program."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jalon.core.errors import DataFileError
from jalon.core.files import hash_file

NAME = "manifest.json"
FORMAT = "jalon snapshot 1"


@dataclass(frozen=True, slots=True)
class FrozenTable:
    """One table of a snapshot.

    Attributes:
        file: its file in the folder.
        rows: how many rows it has.
        bytes: the file's length.
        sha256: the hash of the file.
    """

    file: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A snapshot's description, the same for the same state of a store.

    Attributes:
        project: the project that it was made for.
        on: the day whose objections it honours, ISO.
        data_kind: "real" or "synthetic" patients.
        dictionary: the SHA-256 of the dictionary.
        code: the version of jalon that made it.
        state: the hash of the last audit entry that changed data.
        patients: how many patients are in it.
        left_out: how many patients of the store were left out because they object.
        objections: the SHA-256 of the list of all who objected to the project on that day.
        tables: its tables by name.
    """

    project: str
    on: str
    data_kind: str
    dictionary: str
    code: str
    state: str
    patients: int
    left_out: int
    objections: str
    tables: dict[str, FrozenTable]

    @property
    def snapshot_id(self) -> str:
        """The SHA-256 of the whole description, by which the store knows the snapshot."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        """The manifest as it is written."""
        content: dict[str, Any] = {"format": FORMAT, **asdict(self)}
        return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Read a snapshot's manifest.

    Args:
        folder: the snapshot.

    Returns:
        The manifest.

    Raises:
        DataFileError: there is none, or it is no manifest of this program.
    """
    path = folder / NAME
    if not path.is_file():
        raise DataFileError(path, "is not there, so this folder is no snapshot; make one with: "
                                  "jalon registry snapshot")  # fmt: skip
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise DataFileError(path, "was written by another version of jalon; snapshot again")
        tables = {name: FrozenTable(**part) for name, part in content.pop("tables").items()}
        return Manifest(tables=tables, **content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataFileError(path, "is damaged; make the snapshot again") from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Refuse a snapshot whose files are not those that it was made with.

    Args:
        folder: the snapshot.
        manifest: its manifest.

    Raises:
        DataFileError: a table is absent or was changed.
    """
    for name, table in manifest.tables.items():
        path = folder / table.file
        if not path.is_file():
            raise DataFileError(path, f"is absent, though the manifest names table {name}")
        if hash_file(path) != table.sha256:
            raise DataFileError(path, "was changed since the snapshot was made; make it again")
