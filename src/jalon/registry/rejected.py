"""A delivery that was refused as a whole, and the cells of each file for which it was."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl

from jalon.core.errors import UserError
from jalon.registry.rejection import Rejections


class RejectedError(UserError):
    """A delivery was refused as a whole because some of its rows cannot be.

    Args:
        rejected: for each file, the cells that were rejected.
    """

    def __init__(self, rejected: dict[Path, Rejections]) -> None:
        self.rejected = {path: found for path, found in rejected.items() if len(found)}
        count = sum(len(found) for found in self.rejected.values())
        names = [path.name for path in self.rejected]
        files = f"{len(names)} files" if len(names) > 3 else ", ".join(names)
        word = "cell was" if count == 1 else "cells were"
        super().__init__(
            f"{count:,} {word} rejected in {files}; nothing was imported: mend the file and "
            "import it again as a whole"
        )

    def tabulate(self) -> pl.DataFrame:
        """Return the cells of all files, one row each; the first column names the file."""
        names = name_apart(list(self.rejected))
        parts = [
            found.frame.select(pl.lit(names[path]).alias("file"), pl.all())
            for path, found in self.rejected.items()
        ]
        return pl.concat(parts)


def name_apart(paths: list[Path]) -> dict[Path, str]:
    """Name each file by its own name, or with its folder where two are called alike.

    Example:
        >>> list(name_apart([Path("a/S01/event.csv"), Path("a/S02/event.csv")]).values())
        ['S01/event.csv', 'S02/event.csv']
    """
    alike = Counter(path.name for path in paths)
    return {
        path: f"{path.parent.name}/{path.name}" if alike[path.name] > 1 else path.name
        for path in paths
    }
