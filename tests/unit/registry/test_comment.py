"""A comment names nobody, as far as that can be seen."""

import pytest

from jalon.core.errors import UserError
from jalon.registry.comment import check_comment


@pytest.mark.parametrize(
    "comment",
    [
        "as in the file",
        "LDH measured twice: 5,000 then 4800 U/L on 2020-01-31 and 02/02/2020",
        "PET of day 30 was done on 31/01/2020, Deauville 4, SUVmax 12.5",
        "CRP 159 mg/L; ferritin 12345; platelets 150000",
        "The dose was 200 x 10^6 cells (2.0 per kg). M1 evaluation delayed",
        "dossier relu : la date est juste",
        "le patient est né en France",
        "dr confirmed",
    ],
)
def test_plain_words_pass(comment: str) -> None:
    assert check_comment(comment, needed=True) == comment


@pytest.mark.parametrize(
    ("comment", "held"),
    [
        ("ask marie.martin@chu-lyon.fr please", "e-mail"),
        ("her number is 2 69 05 49 588 157 80", "national number"),
        ("call 06 12 34 56 78", "telephone"),
        ("call 0612345678 in the morning", "telephone"),
        ("Mme Martin was seen", "name"),
        ("seen with M. Durand", "name"),
        ("Monsieur Öztürk est venu", "name"),
        ("née le 12/05/1951", "date of birth"),
        ("DOB: 1951-05-12", "date of birth"),
        ("IPP 80012345 relu", "hospital's number"),
        ("dossier n° 4512345", "hospital's number"),
    ],
)
def test_what_identifies_a_person_is_refused_and_not_repeated(comment: str, held: str) -> None:
    with pytest.raises(UserError, match=held) as refused:
        check_comment(comment, needed=False)
    assert not any(word in str(refused.value) for word in ("artin", "urand", "1951", "12345", "56"))


def test_signs_that_do_not_print_are_taken_out() -> None:
    assert check_comment("a\x00b\n c\x1b[31m", needed=True) == "a b c [31m"


def test_it_says_something_and_not_too_much() -> None:
    assert check_comment("", needed=False) == ""
    with pytest.raises(UserError, match="say why"):
        check_comment(" \n", needed=True)
    with pytest.raises(UserError, match="at most 2000"):
        check_comment("x" * 2001, needed=True)
