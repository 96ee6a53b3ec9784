"""A synthetic registry: every table, coherent in time, from nothing but a seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from jalon.core.errors import UserError
from jalon.simulate.assessment import make_assessments
from jalon.simulate.baseline import make_centres, make_diseases, make_patients
from jalon.simulate.cast import Cast
from jalon.simulate.disease_course import draw_course
from jalon.simulate.event import make_events, make_objections, make_treatments_after
from jalon.simulate.history import draw_history, draw_history_again
from jalon.simulate.response import make_responses
from jalon.simulate.target import load_targets
from jalon.simulate.toxicity import make_toxicities
from jalon.simulate.treatment import make_infusions, make_prior_lines
from jalon.simulate.visit_plan import draw_attendance


def simulate_tables(
    patients: int, seed: int, centres: Sequence[str] = ()
) -> dict[str, pl.DataFrame]:
    """Invent a registry of patients who look roughly like the published ones.

    Args:
        patients: how many, at least 1.
        seed: the same seed gives the same tables.
        centres: codes of the centres; as many as in the paper, named S01, S02 and so on, when
            none is given.

    Returns:
        A frame per table of the dictionary, by name: first ``centre``, then its columns, typed.
        Patients bear the number of their centre ("A-0123"), as in a centre's own files.

    Raises:
        UserError: no patients, a negative seed, or a centre named twice or not at all.

    Reference:
        Lemoine et al. 2023, doi:10.1182/bloodadvances.2023010624, text and Table 1; the numbers
        that are aimed at stand in ``simulate/targets.toml``.

    Example:
        >>> tables = simulate_tables(50, seed=1, centres=["S01", "S02"])
        >>> tables["patient"].height
        50
    """
    codes = tuple(centres) or name_centres(load_targets("published")["centres"])
    _refuse(patients, seed, codes)
    rng = np.random.default_rng(seed)
    course = draw_course(patients, len(codes), rng)
    history = draw_history(course, rng)
    cast = Cast(course, codes, rng)
    # Second infusions have their own rows in three tables, counted from their own day.
    later, who = cast.begin_again()
    past = draw_history_again(later.course, history.take(who), rng)
    seen, seen_later = draw_attendance(cast, history), draw_attendance(later, past)
    return {
        "centre": make_centres(cast),
        "patient": make_patients(cast, history),
        "disease": make_diseases(cast, history),
        "prior_line": make_prior_lines(cast, history),
        "infusion": _join(make_infusions(cast, history), make_infusions(later, past)),
        "assessment": _join(make_assessments(cast, seen), make_assessments(later, seen_later)),
        "response": _join(make_responses(cast, seen), make_responses(later, seen_later)),
        "toxicity": make_toxicities(cast),
        "treatment_after": make_treatments_after(cast),
        "event": make_events(cast),
        "objection": make_objections(cast),
    }


def _join(first: pl.DataFrame, again: pl.DataFrame) -> pl.DataFrame:
    """Put the rows of second infusions after those of the first ones."""
    return pl.concat([first, again], rechunk=True)


def name_centres(count: int) -> tuple[str, ...]:
    """Name so many centres plainly as synthetic.

    Args:
        count: how many.

    Example:
        >>> name_centres(2)
        ('S01', 'S02')
    """
    return tuple(f"S{i:02d}" for i in range(1, count + 1))


def _refuse(patients: int, seed: int, codes: tuple[str, ...]) -> None:
    if patients < 1:
        raise UserError(f"a registry of {patients} patients cannot be made; ask for 1 or more")
    if seed < 0:
        raise UserError("a seed is a whole number of at least 0")
    if len(set(codes)) < len(codes) or not all(code.strip() for code in codes):
        raise UserError("every centre needs a code of its own")
