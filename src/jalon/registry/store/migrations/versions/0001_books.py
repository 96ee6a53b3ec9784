"""The books of a store: imports, raw files, questions, snapshots, runs and the audit chain."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


text, number, content = sa.Text, sa.BigInteger, sa.LargeBinary


def key(name: str, kind: type[Any] = text) -> sa.Column[Any]:
    """Return a column of the primary key."""
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def field(name: str, kind: type[Any] = text) -> sa.Column[Any]:
    """Return a column that is always filled."""
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Make the books."""
    _make_imports()
    _make_queries()
    _make_snapshots()
    op.create_table(
        "audit",
        key("seq", number),
        *(field(name) for name in ("at", "by", "action", "details", "previous")),
        sa.Column("hash", text, nullable=False, unique=True),
    )


def _make_imports() -> None:
    op.create_table("info", key("name"), field("value"))
    op.create_table("centre_key", key("centre"), field("fingerprint"))
    op.create_table(
        "import_batch",
        key("import_id", number),
        *(field(name) for name in ("centre", "table_name", "sha256", "mapping_sha256", "columns")),
        field("filled"),
        *(field(name, number) for name in ("rows", "added", "changed", "unchanged")),
        *(field(name) for name in ("digest", "at", "by")),
        sa.UniqueConstraint("centre", "table_name", "sha256", "mapping_sha256"),
    )
    op.create_table(
        "raw_file", key("centre"), key("sha256"), key("part", number), field("sealed", content)
    )
    if op.get_bind().dialect.name != "sqlite":  # where several centres import at once
        op.execute(sa.schema.CreateSequence(sa.Sequence("import_number")))


def _make_queries() -> None:
    op.create_table(
        "query",
        key("query_id"),
        *(field(name) for name in ("centre", "patient", "table_name", "row_key", "columns")),
        *(field(name) for name in ("rule", "state", "value_digest")),
        sa.Column("opened_import", number),
    )
    op.create_index("ix_query_centre", "query", ["centre"])
    op.create_table(
        "query_event",
        key("query_id"),
        key("seq", number),
        *(field(name) for name in ("at", "by", "state", "comment", "value_digest")),
        sa.Column("import_id", number),
        field("audit_seq", number),
    )
    op.create_index("ix_query_event_audit_seq", "query_event", ["audit_seq"])


def _make_snapshots() -> None:
    op.create_table(
        "snapshot",
        key("snapshot_id"),
        *(field(name) for name in ("project", "on_date", "objections", "manifest", "at", "by")),
    )
    op.create_table(
        "snapshot_centre",
        key("snapshot_id"),
        key("centre"),
        field("members", content),
        field("left_out", content),
    )
    op.create_table("outdated", key("snapshot_id"), field("at"))
    op.create_table(
        "run",
        key("run_id"),
        *(field(name) for name in ("snapshot_id", "study", "study_sha256", "outputs", "at", "by")),
    )
    op.create_index("ix_run_snapshot_id", "run", ["snapshot_id"])


def downgrade() -> None:
    """A registry's books are never thrown away."""
    raise NotImplementedError("the books of a store are kept")
