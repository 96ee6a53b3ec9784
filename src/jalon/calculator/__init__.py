"""The bedside calculator: a page per score, served or as one offline file. It keeps nothing.

The server is in ``jalon.calculator.app``, which needs the extra ``calculator``; pages need no more
than jalon itself.
"""

from jalon.calculator.forms import hash_definition
from jalon.calculator.pages import write_index, write_offline, write_page

__all__ = ["hash_definition", "write_index", "write_offline", "write_page"]
