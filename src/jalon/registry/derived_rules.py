"""Rules that follow from the dictionary itself, so that nobody writes them twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jalon.dictionary import Column, Level, RegistryRule, Table


def derive_rules(table: Table) -> tuple[RegistryRule, ...]:
    """Return the rules that a table's columns imply: unusual values, and values before their day.

    Args:
        table: what the columns mean.

    Returns:
        One rule for each column with a soft range, named ``<table>.<column>.unusual``, and one
        for each column with a dated level, named ``<table>.<column>.since``; all ask.

    Example:
        >>> from jalon.dictionary import Column, Table
        >>> age = Column("age", "integer", "Age", unit="years", soft_high=90.0)
        >>> table = Table("patient", "Patients", "", "", columns=(age,))
        >>> [rule.must for rule in derive_rules(table)]
        ['("age" <= 90.0)']
    """
    rules: list[RegistryRule] = []
    for column in table.columns:
        rules.extend(_unusual(table, column))
        rules.extend(_since(table, column))
    return tuple(rules)


def _unusual(table: Table, column: Column) -> Iterator[RegistryRule]:
    low, high = column.soft_low, column.soft_high
    if low is None and high is None:
        return
    limits = [
        f'("{column.name}" {sign} {float(limit)!r})'
        for sign, limit in ((">=", low), ("<=", high))
        if limit is not None
    ]
    english, french = _range(low, high, column.unit)
    yield RegistryRule(
        name=f"{table.name}.{column.name}.unusual",
        table=table.name,
        severity="query",
        columns=(column.name,),
        must=" AND ".join(limits),
        text_en=f"{column.label_en} is usually {english}",
        text_fr=f"{column.label_fr or column.label_en} : habituellement {french}",
        advice_en="check the value and its unit against the source; correct it, or confirm it",
        advice_fr="vérifiez la valeur et son unité dans le dossier ; corrigez-la ou confirmez-la",
    )


def _range(low: float | None, high: float | None, unit: str) -> tuple[str, str]:
    after = f" {unit}" if unit else ""
    if low is not None and high is not None:
        english, french = f"from {low:g} to {high:g}", f"de {low:g} à {high:g}"
    elif low is not None:
        english, french = f"at least {low:g}", f"au moins {low:g}"
    else:
        english, french = f"at most {high:g}", f"au plus {high:g}"
    # A French reader expects a decimal comma.
    return english + after, french.replace(".", ",") + after


def _since(table: Table, column: Column) -> Iterator[RegistryRule]:
    dated = [level for level in column.levels if level.since]
    if not dated or table.date is None:
        return
    early = " OR ".join(f"({_early(column, level, table.date)})" for level in dated)
    label = column.label_en
    yield RegistryRule(
        name=f"{table.name}.{column.name}.since",
        table=table.name,
        severity="query",
        columns=(column.name, table.date),
        must=f"NOT ({early})",
        text_en=f"{label}: this value cannot be before its first day ({_days(dated, 'en')})",
        text_fr=f"{column.label_fr or label} : cette valeur n'existe pas avant son premier jour "
        f"({_days(dated, 'fr')})",
        advice_en=f"check {column.name} and {table.date}; correct one, or confirm both "
        "(for example treated within a trial)",
        advice_fr=f"vérifiez {column.name} et {table.date} ; corrigez, ou confirmez "
        "(par exemple traitement dans un essai)",
    )


def _early(column: Column, level: Level, dated: str) -> str:
    text = level.value.replace("'", "''")
    value = text if column.kind == "flag" else f"'{text}'"
    return f'"{column.name}" = {value} AND "{dated}" < DATE \'{level.since}\''


def _days(levels: list[Level], language: str) -> str:
    parts = []
    for level in levels:
        label = (level.fr if language == "fr" else level.en) or level.value
        day = date.fromisoformat(level.since)
        written = f"{day:%d/%m/%Y}" if language == "fr" else day.isoformat()
        parts.append(f"{label} {written}")
    return ", ".join(parts)
