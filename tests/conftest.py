"""Where the tests find real patients, and a real database server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.postgresql import postgresql  # noqa: F401 - a fixture for every folder

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def example_data() -> Path:
    """The folder with the data files that belong to the repository."""
    return ROOT / "examples" / "data"


@pytest.fixture(scope="session")
def dictionaries() -> Path:
    """The folder with the dictionaries of the studies."""
    return ROOT / "studies" / "dictionaries"


@pytest.fixture(scope="session")
def dlbcl_folder() -> Path:
    """The folder with the two lymphoma files, whose terms keep them out of the repository.

    It is named by the environment variable JALON_DATA, else ``../shared/data`` beside the
    repository. Where the data must be found (CI or JALON_REQUIRE_DATA is set) their absence
    is a failure.
    """
    folder = Path(os.environ.get("JALON_DATA") or ROOT.parent / "shared" / "data")
    absent = [
        name
        for name in ("dlbcl_reddy2017.csv", "dlbcl_chapuy2018.csv")
        if not (folder / name).is_file()
    ]
    if absent:
        message = f"{' and '.join(absent)} not found in {folder}; set JALON_DATA to their folder"
        if os.environ.get("CI") or os.environ.get("JALON_REQUIRE_DATA"):
            pytest.fail(message)
        pytest.skip(message)
    return folder
