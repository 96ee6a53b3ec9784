"""Documents as records, written as one self-contained HTML page."""

from jalon.report.documents.document import (
    Block,
    Document,
    Figure,
    FirstPage,
    Merit,
    Section,
)

__all__ = ["Block", "Document", "Figure", "FirstPage", "Merit", "Section"]
