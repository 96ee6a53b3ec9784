"""Where the numbers come from: hashes of data, study and code, versions, seed."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import jalon
from jalon.core.files import hash_tree

LIBRARIES = ("numpy", "numba", "scipy", "polars", "matplotlib")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result was made from. The same provenance gives the same bytes.

    Attributes:
        study: name and hash of the study file.
        data: name and hash of each data file and dictionary.
        code: version of jalon and hash of its source files.
        seed: the only source of chance.
        settings: what the command line changed.
        libraries: versions of the libraries that compute and draw.
        python: version of Python.
        machine: kind of processor, since the last digits may depend on it.
    """

    study: dict[str, str]
    data: dict[str, str]
    code: dict[str, str]
    seed: int
    settings: dict[str, int | str]
    libraries: dict[str, str]
    python: str
    machine: str

    def to_json(self, times: dict[str, str] | None = None) -> str:
        """Write the record as JSON.

        Args:
            times: when the run began and ended; the only part that differs between runs.

        Returns:
            Indented JSON with a newline at its end.
        """
        record = asdict(self) | {"times": times or {}}
        return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def trace_code() -> dict[str, str]:
    """Return the version of jalon and the hash of its source files.

    Returns:
        Version and 64 hexadecimal digits.
    """
    return {
        "jalon": jalon.__version__,
        "source_sha256": hash_tree(Path(jalon.__file__).parent, "*.py"),
    }


def trace_libraries() -> dict[str, str]:
    """Return the versions of the libraries that compute and draw.

    Returns:
        Version by name; libraries that are not installed are left out.
    """
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def trace_machine() -> tuple[str, str]:
    """Return the version of Python and the kind of processor.

    Returns:
        For example ``("3.12.4", "x86_64")``.
    """
    return platform.python_version(), platform.machine()
