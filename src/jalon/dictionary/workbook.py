"""A workbook becomes bytes: the same workbook always the same."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook

MOMENT = "2000-01-01T00:00:00Z"
"""What a workbook says of when it was made, so that the same content gives the same bytes."""


def write_workbook(workbook: Workbook) -> bytes:
    """Return a workbook's bytes, without the moment of writing.

    Args:
        workbook: the sheets.

    Returns:
        The content of an XLSX file.
    """
    written = io.BytesIO()
    workbook.save(written)
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(?<=>)\d{4}-\d\d-\d\dT[\d:]+Z(?=<)", MOMENT.encode(), content)
            target.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )
    return fixed.getvalue()
