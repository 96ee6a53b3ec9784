"""Documents as records, written as one self-contained HTML page."""

from jalon.report.documents.document import (
    Block,
    Document,
    Figure,
    FirstPage,
    Fold,
    Merit,
    Section,
)
from jalon.report.documents.html_page import write_html

__all__ = ["Block", "Document", "Figure", "FirstPage", "Fold", "Merit", "Section", "write_html"]
