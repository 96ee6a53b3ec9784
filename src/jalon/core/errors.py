"""The tree of errors. Each message says what was seen, where, and what to do.

::

    JalonError
    ├── UserError              something the user gave cannot be used   (exit code 2)
    │   ├── DataFileError      a data file, with its line and column
    │   ├── StudyFileError     a study or dictionary file, with its key
    │   ├── DefinitionError    a score definition, with its item
    │   └── UnsuitableDataError  readable data that cannot answer the question
    └── ConvergenceError       a fit did not converge; no number is returned (exit code 3)

The command line shows these without a traceback. A message never carries a patient's
identifier or value: it names the line and the column instead.
"""

from __future__ import annotations

from pathlib import Path


class JalonError(Exception):
    """Any problem that jalon explains in words."""

    exit_code = 1


class UserError(JalonError):
    """Something the user gave cannot be used as it is."""

    exit_code = 2


class DataFileError(UserError):
    """A data file cannot be read, or breaks its dictionary.

    Args:
        path: the file.
        problem: what was seen and what to do.
        line: line of the file, the header being line 1.
        column: name of the column.
        more: further problems of the same file, so that all can be mended at once.
    """

    def __init__(
        self,
        path: Path,
        problem: str,
        line: int | None = None,
        column: str | None = None,
        more: tuple[str, ...] = (),
    ) -> None:
        self.path, self.problem, self.line, self.column = path, problem, line, column
        self.more = more
        place = [path.name]
        if line is not None:
            place.append(f"line {line}")
        if column is not None:
            place.append(f"column {column}")
        others = "".join(f"\n  {text}" for text in more)
        heading = f"\nand {len(more)} more:" if more else ""
        super().__init__(f"{', '.join(place)}: {problem}{heading}{others}")


class StudyFileError(UserError):
    """A study file or dictionary cannot be used.

    Args:
        path: the file.
        problem: what was seen and what to do.
        key: the dotted key, for example ``endpoint.1.kind``.
    """

    def __init__(self, path: Path, problem: str, key: str | None = None) -> None:
        self.path, self.problem, self.key = path, problem, key
        super().__init__(f"{path.name}{f', {key}' if key else ''}: {problem}")


class DefinitionError(UserError):
    """A score definition is wrong, or was given inputs that it does not know."""


class UnsuitableDataError(UserError):
    """The data are readable but cannot answer the question, for example no event."""


class ConvergenceError(JalonError):
    """An iterative fit did not converge; the last iterate is not returned as an answer."""

    exit_code = 3
