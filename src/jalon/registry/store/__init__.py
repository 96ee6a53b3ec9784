"""The store of a registry: every row with its versions, what was asked and done, in one database.

It needs the extra ``registry``; nothing else of jalon does.
"""

from jalon.registry.store.audit import append_audit
from jalon.registry.store.current import read_current
from jalon.registry.store.store import Store, create_store, open_store
from jalon.registry.store.verify import verify_audit
from jalon.registry.store.writing import Writing

__all__ = [
    "Store",
    "Writing",
    "append_audit",
    "create_store",
    "open_store",
    "read_current",
    "verify_audit",
]
