"""What a person writes about a question, kept only when it names nobody."""

from __future__ import annotations

import re

import polars as pl

from jalon.core.errors import UserError
from jalon.registry.identity_value import find_value_rule

MAX_LETTERS = 2000

BIRTH_WORD = (
    r"(?:née? le|n[ée]+ en|born(?: on)?|birth ?date|date of birth|date de naissance|ddn|dob)"
)

OBVIOUS = (
    (
        "a person's name",
        r"(?:\b(?:Mr|Mrs|Ms|Miss|Mme|Mlle|Monsieur|Madame|Mademoiselle)\b\.?|\bM\.)"
        r"\s+[A-ZÀ-ÖØ-Þ][\w'’-]+",
    ),
    ("a date of birth", rf"(?i:\b{BIRTH_WORD}\b)\W{{0,4}}\d{{1,2}}\W\d{{1,2}}\W\d{{2,4}}"),
    ("a date of birth", rf"(?i:\b{BIRTH_WORD}\b)\W{{0,4}}\d{{4}}-\d{{2}}-\d{{2}}"),
    (
        "a hospital's number of the patient",
        r"(?i:\b(?:ipp|nip|iep|nda|mrn|dossier|hospital number|record number|patient number)\b)"
        r"(?:\W{0,3}n[°ºo]?)?\W{0,4}[A-Z]{0,3}\d{4,}",
    ),
    ("a telephone number", r"(?<!\d)0[1-9]\d{8}(?!\d)"),
)
"""What plainly identifies a person in running text; a name alone cannot be told from a word."""


def check_comment(comment: str, needed: bool) -> str:
    """Return a comment as it may be kept.

    Only what is plain is found: numbers, addresses, births, names after a title. A bare name in a
    sentence looks like any other word, so the person who writes stays responsible.

    Args:
        comment: what was written.
        needed: whether it may not be empty.

    Returns:
        The comment, every run of blanks made one.

    Raises:
        UserError: it is empty though needed, too long, or seems to identify a person; the
            message does not repeat it.

    Example:
        >>> check_comment("measured  twice, same value", needed=True)
        'measured twice, same value'
        >>> check_comment("call Mme Martin", needed=True)
        Traceback (most recent call last):
            ...
        jalon.core.errors.UserError: the comment seems to hold a person's name; say it without
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in comment).split())
    if needed and not text:
        raise UserError('say why: add --comment "..." (nothing that identifies the patient)')
    if len(text) > MAX_LETTERS:
        raise UserError(f"a comment has at most {MAX_LETTERS} letters; shorten it")
    held = next((what for what, pattern in OBVIOUS if re.search(pattern, text)), "")
    if not held and text:
        held, _ = find_value_rule(pl.Series([text]), says_birth=False, names=False)
    if held:
        raise UserError(f"the comment seems to hold {held}; say it without")
    return text
