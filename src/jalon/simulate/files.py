"""The tables of a synthetic registry as the files that each centre would send."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from jalon.core.files import write_file


def write_tables(tables: Mapping[str, pl.DataFrame], folder: Path) -> tuple[Path, ...]:
    """Write one CSV file per centre and table, ready to be imported.

    Args:
        tables: a frame per table, as `simulate_tables` returns them.
        folder: where they go: ``<folder>/<centre>/<table>.csv``; made when missing.

    Returns:
        The files, in the order in which they can be imported; a table of which a centre has
        no row has no file.

    Example:
        >>> import tempfile
        >>> from jalon.simulate import simulate_tables
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     paths = write_tables(simulate_tables(9, 1, ["S01"]), Path(folder))
        >>> [path.name for path in paths][:3]
        ['centre.csv', 'patient.csv', 'disease.csv']
    """
    written = []
    for name, frame in tables.items():
        parts = frame.partition_by("centre", as_dict=True, include_key=name == "centre")
        for (centre,), part in sorted(parts.items()):
            path = folder / str(centre) / f"{name}.csv"
            write_file(path, part.write_csv().encode())
            written.append(path)
    return tuple(written)
