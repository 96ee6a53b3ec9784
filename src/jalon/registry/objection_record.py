"""A patient's objection, or its withdrawal, is recorded like any other row: versioned, audited."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from jalon.core.errors import UserError
from jalon.dictionary import find_table
from jalon.registry.delivery import Part, Receipt, take_delivery
from jalon.registry.kinds import KINDS
from jalon.registry.objections import plan_objection
from jalon.registry.pseudonym import CentreKey, name_patient
from jalon.registry.store.current import read_current
from jalon.registry.store.digest import write_canonical
from jalon.registry.store.writing import Writing


def record_objection(
    writing: Writing, key: CentreKey, number: str, project: str, on: date, withdraw: bool = False
) -> Receipt:
    """Record that a patient objects to a project, or no longer does.

    The patient need not be in the registry yet: the objection then waits for the data.

    Args:
        writing: the transaction; who records it and when are its own.
        key: the key of the patient's centre.
        number: the centre's own number of the patient.
        project: the project, "*" for all.
        on: the day on which the patient objected, or withdrew the objection.
        withdraw: whether the objection is withdrawn.

    Returns:
        What was done, with the snapshots that are out of date now.

    Raises:
        UserError: the day is in the future, it was recorded before, or there is nothing to
            withdraw.
    """
    if not number.strip():
        raise UserError("give the centre's number of the patient with --patient")
    if on > date.fromisoformat(writing.at[:10]):
        raise UserError(f"{on} is in the future; give the day on which the patient said so")
    table = find_table("objection")
    patient = name_patient(key, number)
    mine = read_current(writing.connection, table, key.centre, [patient])
    row = {"patient": number} | plan_objection(mine, project, on, writing.by, withdraw)
    types = {column.name: KINDS[column.kind] for column in table.columns}
    frame = pl.DataFrame({name: [row.get(name)] for name in types}, schema=types)
    # The moment makes the record one of its own, though the same may be said again later.
    record = write_canonical({"at": writing.at, "row": row, "entries": mine.height})
    content = record.encode()
    digest = hashlib.sha256(content).hexdigest()
    part = Part(
        table, frame, np.array([1]), frozenset(types), Path("objection"), digest, content=content
    )
    return take_delivery(writing, [part], key)
