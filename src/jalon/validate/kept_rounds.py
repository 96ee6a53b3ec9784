"""Finished resamples in a file: written whole or not at all, and known by what they depend on.

First line: a mark and the SHA-256 of all that follows. Second line: JSON. Then the numbers, little
endian, eight bytes each, one row per resample.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

import jalon
from jalon.core import DataFileError, Floats, SurvivalData, UserError
from jalon.core.files import write_file

MARK = "jalon-resamples-1"

Kept = tuple[Floats, tuple[str, ...], str]
"""Numbers of a resample, what it chose, and why it failed."""


def save_rounds(path: Path, identity: str, rounds: Sequence[Kept]) -> None:
    """Write finished resamples under a temporary name, then rename the file.

    Args:
        path: the file.
        identity: what they depend on, as a hash.
        rounds: numbers, choices and failure of each.

    Raises:
        UserError: the file cannot be written.
    """
    table = np.array([values for values, _, _ in rounds], dtype="<f8")
    head = {
        "identity": identity,
        "shape": table.shape,
        "chosen": [chosen for _, chosen, _ in rounds],
        "failure": [failure for _, _, failure in rounds],
    }
    body = json.dumps(head).encode() + b"\n" + table.tobytes()
    first = f"{MARK} {hashlib.sha256(body).hexdigest()}\n".encode()
    try:
        write_file(path, first + body)
    except OSError as error:
        raise UserError(
            f"finished resamples cannot be kept in {path.name}: {error.strerror}; name a file in a "
            "folder that can be written to"
        ) from None


def load_rounds(path: Path, identity: str, width: int) -> list[Kept]:
    """Read the resamples that an earlier run finished.

    Args:
        path: the file; it need not exist.
        identity: what the resamples must depend on.
        width: numbers in each.

    Returns:
        Numbers, choices and failure of each, in order; none without a file.

    Raises:
        DataFileError: the file is damaged, or belongs to other data, plan or settings.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataFileError(path, f"cannot be read: {error.strerror}; name another file") from None
    first, _, body = content.partition(b"\n")
    if not first.startswith(MARK.encode() + b" "):
        raise DataFileError(
            path, "is not a file of kept resamples; name another file, it is left as it is"
        )
    if first.split()[-1] != hashlib.sha256(body).hexdigest().encode():
        raise DataFileError(
            path, "is damaged (its content does not fit its hash); delete it to start again"
        )
    line, _, numbers = body.partition(b"\n")
    head = json.loads(line)
    if head["identity"] != identity or head["shape"][1:] != [width]:
        raise DataFileError(
            path,
            "keeps resamples of other data, another plan, other settings or another version; "
            "delete it to start again, or name another file",
        )
    table = np.frombuffer(numbers, dtype="<f8").reshape(head["shape"]).astype(np.float64)
    return [
        (values, tuple(chosen), failure)
        for values, chosen, failure in zip(table, head["chosen"], head["failure"], strict=True)
    ]


def identify(*parts: str | npt.NDArray[np.generic] | SurvivalData | None) -> str:
    """Hash everything that resamples depend on, with the version of this package.

    Args:
        parts: words, arrays and outcomes, in a fixed order.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256(jalon.__version__.encode())
    for part in parts:
        if isinstance(part, SurvivalData):
            columns = (part.time, part.event, part.entry, part.weight, part.stratum)
            digest.update(identify(*columns).encode())
        elif isinstance(part, np.ndarray):
            shape = f"array {part.dtype.str} {part.shape} "
            digest.update(shape.encode() + np.ascontiguousarray(part).tobytes())
        else:
            word = "" if part is None else part
            digest.update(f"{type(part).__name__} {len(word)} {word}".encode())
    return digest.hexdigest()
