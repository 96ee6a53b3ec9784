"""No column that identifies a person directly can pass, by its name or by its values."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jalon.core import DataFileError
from jalon.dictionary import Column, Table, list_tables
from jalon.registry.identity_name import find_name_rule
from jalon.registry.identity_value import is_national_number
from jalon.registry.intake import check_sheet
from jalon.registry.mapping import Mapping, MappingPart
from jalon.registry.sheet import read_sheet

TABLE = Table(
    name="visit",
    label_en="Visits",
    source="made for this test",
    licence="Apache-2.0",
    data_kind="synthetic",
    keys=("patient",),
    columns=(
        Column("patient", "identifier", "Patient", required=True),
        Column("birth_year", "integer", "Year of birth"),
        Column("day", "date", "Day"),
        Column("x", "number", "X"),
    ),
)

REFUSED = {
    "name": (
        "nom", "Nom", "NOM", "Noms", "nom de naissance", "Nom de jeune fille", "NOM_USUEL",
        "prénom",
        "Prénom(s)", "PRENOM", "prenom_usuel", "name", "Name", "surname", "Last name", "lastName",
        "first name", "First_Name", "FirstName", "given name", "family name", "maiden name",
        "NomPatient", "nompatient", "patient_name", "patient name", "full name", "nom1",
        "nom prénom",
        "NOM_PRENOM", "initials", "Initiales", "initiales patient", "surnom", "nickname", "prÃ©nom",
        "Nom du médecin", "PRÉNOM", "nom\u00a0d’usage", "Nom d'usage", "name (patient)",
    ),
    "birth": (
        "date de naissance", "Date_Naissance", "DateNaissance", "datedenaissance", "date_naiss",
        "DDN",
        "ddn_patient", "birth date", "birthdate", "BirthDate", "date of birth", "dob", "DOB",
        "Date of Birth (dd/mm/yyyy)", "naissance", "jour de naissance", "né(e) le", "Né le",
        "birthday",
        "lieu de naissance", "place of birth", "patient_dob",
    ),
    "national number": (
        "NIR", "nir", "numéro de sécurité sociale", "N° de sécurité sociale", "n°SS", "num_secu",
        "INS", "ins", "INS-C", "matricule INS", "INS_NIR", "NSS", "SSN", "social security number",
        "NHS number", "national id", "carte vitale", "passport",
    ),
    "hospital number": (
        "IPP", "ipp", "NIP", "N° IPP", "IPP_patient", "MRN", "medical record number",
    ),
    "contact": (
        "email", "E-mail", "e_mail", "mail", "courriel", "phone", "Phone number", "téléphone",
        "tel",
        "Tél.", "Téléphone portable", "mobile", "fax",
    ),
    "address": (
        "address", "adresse", "Adresse postale", "postcode", "Post code", "code postal", "CP",
        "ville",
        "city", "commune de résidence", "zip", "ZIP code", "rue", "domicile", "latitude",
    ),
    "picture": ("photo", "Photo du patient", "photograph", "signature", "fingerprint"),
}  # fmt: skip

PASSED = (
    "nombre de lignes", "nombre", "number", "nominal", "renom", "name_of_product", "nom du produit",
    "nom_medicament", "tumour_name", "drug name", "site name", "Nom du centre", "gene_name",
    "filename",
    "birth_year", "birth month", "année de naissance", "Mois de naissance", "year of birth",
    "poids de naissance", "insulin", "ins_date_trt", "instruction", "traitement IPP",
    "IPP oui_non traitement",
    "plaquettes initiales", "dose initiale", "gene signature", "photopheresis", "phone_visit",
    "ville_centre", "patient", "patient_id", "numéro d'inclusion", "CPK", "telomere", "prenominal",
    "naïf", "addressed", "city_hospital", "hormone", "anemia", "domaine", "IPI", "mailing",
)  # fmt: skip


@pytest.mark.parametrize(("rule", "name"), [(r, n) for r, names in REFUSED.items() for n in names])
def test_a_name_that_identifies_is_refused(rule: str, name: str) -> None:
    found = find_name_rule(name)
    assert found is not None
    assert found.name == rule


@pytest.mark.parametrize("name", PASSED)
def test_a_name_of_something_else_passes(name: str) -> None:
    assert find_name_rule(name) is None


def test_no_column_of_a_patient_in_the_dictionary_is_named_so() -> None:
    for table in list_tables():
        if table.name == "centre":
            continue
        for column in table.columns:
            for name in (column.name, column.label_en, column.label_fr):
                assert find_name_rule(name) is None, (table.name, name)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("269054958815780", True),  # the example in the number's public description
        ("2 69 05 49 588 157 80", True),
        ("269054958815781", False),
        ("2690549588157", True),  # without its key
        ("1234567890123", False),
        ("1609459200000", False),
        ("123", False),
        ("269050058815780", False),
    ],
)
def test_the_national_number_is_known_by_its_key(text: str, valid: bool) -> None:
    assert is_national_number(text) == valid


@pytest.mark.parametrize(("place", "stands_for"), [("2A", "19"), ("2B", "18")])
def test_corsica_has_letters(place: str, stands_for: str) -> None:
    key = 97 - int(f"16005{stands_for}001002") % 97
    assert is_national_number(f"1 60 05 {place} 001 002 {key:02}")
    assert not is_national_number(f"1 60 05 {place} 001 002 {(key + 1) % 97:02}")


def refuse(folder: Path, name: str, values: list[str], mapping: Mapping | None = None) -> str:
    path = folder / "centre.csv"
    rows = [f"P{i},1,{value}" for i, value in enumerate(values)]
    if name == "patient":
        rows = [f"{value},1,x{i}" for i, value in enumerate(values)]
        name = "other"
    path.write_text(f"patient,x,{name}\n" + "\n".join(rows) + "\n", encoding="utf-8")
    sheet = read_sheet(path)
    if mapping is None:
        mapping = Mapping((MappingPart("visit", {name: ""} if name not in TABLE.names else {}),))
    with pytest.raises(DataFileError) as caught:
        check_sheet(sheet, TABLE, mapping, date(2026, 1, 1))
    message = str(caught.value)
    for value in values:
        assert not value or value not in message
    assert "out of the file" in message
    return message


VALUES = {
    "NIR": (["12", "269054958815780", ""], "line 3, column other: values look like national"),
    "NIR with blanks": (["2 69 05 49 588 157 80"], "national numbers"),
    "NIR in a text": (["NIR 2 69 05 49 588 157 80 vu"], "national numbers"),
    "NIR without key": (["2690549588157"], "national numbers"),
    "e-mail": (["x", "marie.dupont@exemple.fr"], "line 3, column other: values look like e-mail"),
    "e-mail in a text": (["écrire à m.d@chu-x.fr svp"], "e-mail addresses"),
    "French phone": (["06 12 34 56 78"], "telephone numbers"),
    "French phone, points": (["01.42.34.56.78"], "telephone numbers"),
    "phone from abroad": (["+33612345678"], "telephone numbers"),
    "British phone": (["+44 20 7946 0958"], "telephone numbers"),
    "phone without marks": (["0612345678", "0712345679", "0142345678"], "telephone numbers"),
    "names": (["DUPONT Marie", "LE GALL Jean-Pierre", "MARTIN Paul"], "names of persons"),
    "names, first before": (["Marie DUPONT", "Jean-Pierre LE GALL", "Paul MARTIN"], "names of"),
    "names with a comma": (['"Dupont, M."', '"Le Gall, J."', '"Martin, P."'], "names of persons"),
    "days of birth": (["1950-01-31", "1961-05-06", "1948-12-25"], "full dates of birth"),
    "days of birth, French": (["31/01/1950", "06/05/1961", "25/12/1948"], "full dates of birth"),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_column_that_would_be_left_out_is_refused_by_its_values(
    tmp_path: Path, case: str
) -> None:
    values, told = VALUES[case]
    assert told in refuse(tmp_path, "other", values)


PATIENTS = {
    "a name among numbers": (
        ["P1", "DUPONT Marie"], "line 3, column patient: values look like names",
    ),
    "first and last name": (["P1", "Marie Dupont"], "names of persons"),
    "last names": (["Dupont", "Martin", "Durand"], "names of persons"),
    "NIR": (["269054958815780"], "national numbers"),
    "e-mail": (["m.dupont@exemple.fr"], "e-mail addresses"),
    "phone": (["06 12 34 56 78"], "telephone numbers"),
}  # fmt: skip


@pytest.mark.parametrize("case", PATIENTS)
def test_the_patients_number_is_looked_at_too(tmp_path: Path, case: str) -> None:
    values, told = PATIENTS[case]
    assert told in refuse(tmp_path, "patient", values)


@pytest.mark.parametrize(
    "value",
    ["1950-01-31", "31/01/1950", "31.01.50", "19500131", "31011950", "18294", "31 janv 1950"],
)
def test_a_full_date_in_a_column_that_says_birth_is_refused(tmp_path: Path, value: str) -> None:
    assert "full dates of birth" in refuse(tmp_path, "birth_year", ["1960", value])


def test_a_name_is_refused_even_when_it_is_left_out(tmp_path: Path) -> None:
    mapping = Mapping((MappingPart("visit", {"Nom": ""}),))
    message = refuse(tmp_path, "Nom", ["x"], mapping)
    assert "line 1, column Nom: a column of this name holds a person's name" in message


def test_a_first_line_with_a_patient_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "centre.csv"
    path.write_text("DUPONT Marie,1950,x\nMARTIN Paul,1960,y\n")
    with pytest.raises(DataFileError) as caught:
        check_sheet(read_sheet(path), TABLE)
    assert "name of column 1 looks like a person's" in str(caught.value)
    assert "DUPONT" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        ["1609459200000", "1609459201000", "1709459200000"],  # milliseconds
        ["0100000001", "0100000002", "0100000003"],  # one centre's numbering
        ["AXI-CEL", "TISA-CEL", "AXI-CEL"],
        ["123456789012345", "223456789012345", "323456789012345"],
        ["2019-01-31", "2020-05-06", "2021-12-25"],
        ["DLBCL", "PMBCL", "HGBL"],
        ["1,5", "2,5", "3,5"],
    ],
)
def test_what_only_resembles_passes(tmp_path: Path, values: list[str]) -> None:
    path = tmp_path / "centre.csv"
    rows = [f"P{i};1;{value}" for i, value in enumerate(values)]
    path.write_text("patient;x;other\n" + "\n".join(rows) + "\n")
    mapping = Mapping((MappingPart("visit", {"other": ""}),))
    intake = check_sheet(read_sheet(path), TABLE, mapping, date(2026, 1, 1))
    assert intake.is_clean


@pytest.mark.parametrize(
    "values", [["0100000001", "0100000002"], ["A", "B"], ["PAT-001", "PAT-002"], ["12", "13"]]
)
def test_a_centres_own_numbers_pass(tmp_path: Path, values: list[str]) -> None:
    path = tmp_path / "centre.csv"
    path.write_text("patient,x\n" + "".join(f"{value},1\n" for value in values))
    assert check_sheet(read_sheet(path), TABLE).frame["patient"].to_list() == values


def test_hospitals_and_projects_are_no_persons(tmp_path: Path) -> None:
    table = Table(
        name="centre",
        label_en="Centres",
        source="made for this test",
        licence="Apache-2.0",
        keys=("centre",),
        columns=tuple(Column(name, "identifier", name) for name in ("centre", "label", "city")),
    )
    path = tmp_path / "centre.csv"
    path.write_text(
        "centre,label,city\nA,CHU Nantes,Nantes\nB,Saint Louis,Paris\nC,CHU Lyon,Lyon\n"
    )
    assert check_sheet(read_sheet(path), table).is_clean
