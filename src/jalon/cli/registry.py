"""``jalon registry``: every patient, every centre, nothing lost, objections honoured."""

from __future__ import annotations

import typer

from jalon.cli.registry_audit import audit_app
from jalon.cli.registry_calendar import calendar
from jalon.cli.registry_check import check
from jalon.cli.registry_codebook import codebook
from jalon.cli.registry_export import export
from jalon.cli.registry_fetch import fetch
from jalon.cli.registry_import import import_
from jalon.cli.registry_init import init
from jalon.cli.registry_kept import kept
from jalon.cli.registry_mapping import mapping
from jalon.cli.registry_object import object_
from jalon.cli.registry_query import query_app
from jalon.cli.registry_role import role
from jalon.cli.registry_snapshot import snapshot
from jalon.cli.registry_statement import statement
from jalon.cli.registry_synthetic import synthetic
from jalon.cli.registry_template import template

registry_app = typer.Typer(
    help="A registry of many centres: import, check, query, freeze, and honour objections.",
    no_args_is_help=True,
)
registry_app.command("init")(init)
registry_app.command("template")(template)
registry_app.command("synthetic")(synthetic)
registry_app.command("codebook")(codebook)
registry_app.command("mapping")(mapping)
registry_app.command("fetch")(fetch)
registry_app.command("import")(import_)
registry_app.command("check")(check)
registry_app.add_typer(query_app, name="query")
registry_app.command("calendar")(calendar)
registry_app.command("object")(object_)
registry_app.command("statement")(statement)
registry_app.command("role")(role)
registry_app.command("snapshot")(snapshot)
registry_app.command("export")(export)
registry_app.command("kept")(kept)
registry_app.add_typer(audit_app, name="audit")
