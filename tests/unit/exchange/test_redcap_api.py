import builtins
import logging
import stat
import sys
from datetime import date

import polars as pl
import pytest
from tests.unit.exchange.redcap_server import (
    TOKEN,
    Project,
    fail,
    hang_up,
    pass_on,
    say,
    serve,
    wait,
)

from jalon.core.errors import UserError
from jalon.dictionary import find_table, list_tables
from jalon.exchange import (
    Choice,
    RedcapAccess,
    RedcapField,
    describe_fields,
    download_redcap,
    fetch_redcap,
    load_redcap_mapping,
    open_access,
    read_redcap,
    write_redcap,
)
from jalon.exchange import redcap_client as client

TABLES = list_tables()
FIELDS = [field.name for field in describe_fields(TABLES, "en")]
REPEATING = [("", t.name) for t in TABLES if "patient" in t.names and t.keys != ("patient",)]


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch):
    monkeypatch.setattr(client, "PAUSES", (0.0,))


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "made.csv"
    numbers = [f"é{i}" for i in range(5)]
    patients = pl.DataFrame({"patient": numbers, "sex": ["male"] * 5})
    infusions = pl.DataFrame(
        {
            "patient": numbers + numbers[:2],
            "infusion_number": [1] * 5 + [2] * 2,
            "product": ["axi_cel"] * 7,
            "infusion_date": [date(2020, 1, 1 + i) for i in range(7)],
        }
    )
    others = [
        (table, pl.DataFrame(schema={"patient": pl.String}))
        for table in TABLES
        if table.name not in {"patient", "infusion", "centre"}
    ]
    tables = [(find_table("patient"), patients), (find_table("infusion"), infusions), *others]
    order = [table.name for table in TABLES]
    write_redcap(sorted(tables, key=lambda pair: order.index(pair[0].name)), path)
    return path.read_text(encoding="utf-8")


@pytest.fixture
def project(text):
    return Project(describe_fields(TABLES, "en"), text, REPEATING, "UNK, Unknown | NI, Not asked")


def cells_of(sheets):
    return {table.name: sheet.cells.rows(named=True) for table, sheet in sheets}


def test_what_is_fetched_is_what_an_export_holds(project, text, tmp_path):
    with serve(project) as url:
        path = tmp_path / "fetched.csv"
        sheets = fetch_redcap(RedcapAccess(url, TOKEN, batch=2), path, TABLES)
    assert path.read_text(encoding="utf-8") == text
    assert cells_of(sheets) == cells_of(read_redcap(tmp_path / "made.csv", TABLES))
    assert [sheet.notes for _, sheet in sheets] == [(), ()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # The list of records, then two, two and one.
    batches = [
        sorted(values[0] for key, values in data.items() if key.startswith("records["))
        for content, data in project.asked
        if content == "record"
    ]
    assert batches == [[], ["é0", "é1"], ["é2", "é3"], ["é4"]]


def test_missing_codes_of_the_project_are_known(project, tmp_path):
    project.rows[0]["patient_sex"] = "UNK"
    with serve(project) as url:
        sheets = fetch_redcap(RedcapAccess(url, TOKEN), tmp_path / "e.csv", TABLES)
    assert dict(cells_of(sheets))["patient"][0]["sex"] == ""


def test_not_one_field_more_than_is_needed_is_fetched(tmp_path):
    fields = [
        RedcapField("id", "who", "text", "Id"),
        RedcapField("family_name", "who", "text", "Name"),
        RedcapField("ill", "who", "checkbox", "Ill", (Choice("1", "Liver"), Choice("2", "Heart"))),
        RedcapField("smokes", "who", "yesno", "Smokes"),
        RedcapField("weight", "who", "text", "Weight", validation="number"),
        RedcapField("letter", "who", "notes", "Letter"),
        RedcapField("sexe", "more", "radio", "Sex", (Choice("1", "m"), Choice("2", "f"))),
        RedcapField("height", "more", "text", "Height", validation="number"),
    ]
    text = (
        "id,family_name,ill___1,ill___2,smokes,weight,letter,who_complete,sexe,height,more_complete"
        "\n1,x,0,0,0,,,,1,170,2\n2,x,0,0,,,,,2,171,2\n"
    )
    path = tmp_path / "m.toml"
    path.write_text(
        '[redcap.codes.sexe]\n1 = "male"\n2 = "female"\n'
        '[[redcap.rows]]\ntable = "patient"\ncolumns = { sex = "sexe", diabetes = "ill___1" }\n',
        encoding="utf-8",
    )
    mapping = load_redcap_mapping(path, TABLES)
    with serve(Project(fields, text)) as url:
        [(_, sheet)] = fetch_redcap(RedcapAccess(url, TOKEN), tmp_path / "e.csv", TABLES, mapping)
    header = (tmp_path / "e.csv").read_text(encoding="utf-8").split("\n")[0]
    assert header == "id,ill___1,ill___2,smokes,weight,who_complete,sexe,more_complete"
    # The first said that he does not smoke, so his boxes were seen; the second's were not.
    assert sheet.cells["diabetes"].to_list() == ["0", ""]


def test_progress_is_told(project, tmp_path):
    told = []
    with serve(project) as url:
        access = RedcapAccess(url, TOKEN, batch=3)
        done = download_redcap(access, tmp_path / "e.csv", FIELDS, lambda *step: told.append(step))
    assert told == [(3, 5), (5, 5)]
    assert (done.records, done.missing_codes, done.absent) == (5, ("UNK", "NI"), ())
    assert "infusion" in done.repeating


def test_rights_and_set_up_that_hide_rows_are_told(project, tmp_path):
    project.hidden.add("patient_birth_year")
    project.repeating = [("", "event")]
    with serve(project) as url:
        sheets = fetch_redcap(RedcapAccess(url, TOKEN), tmp_path / "e.csv", TABLES)
    notes = {table.name: sheet.notes for table, sheet in sheets}
    assert "may not export patient_birth_year" in notes["patient"][0]
    assert "instrument infusion does not repeat" in notes["infusion"][0]


def test_instruments_of_repeating_events_repeat(text, tmp_path):
    lines = text.splitlines()
    lines[0] = lines[0].replace("record_id,", "record_id,redcap_event_name,")
    lines[1:] = [line.replace(",", ",d30_arm_1,", 1) for line in lines[1:]]
    project = Project(
        describe_fields(TABLES, "en"), "\n".join(lines), [("d30_arm_1", "")],
        mapped=[("d30_arm_1", "infusion"), ("d90_arm_1", "event")],
    )  # fmt: skip
    with serve(project) as url:
        done = download_redcap(RedcapAccess(url, TOKEN), tmp_path / "e.csv", FIELDS)
    assert done.repeating == ("infusion",)


def test_project_without_repeats_is_not_asked_for_them(project, tmp_path):
    project.repeating = []
    with serve(project) as url:
        assert download_redcap(RedcapAccess(url, TOKEN), tmp_path / "e.csv", FIELDS).repeating == ()


def cut(text):
    return text[: len(text) // 2]


FAULTS = {
    "wrong token": ([fail(403)], r"project: the token is wrong, .* \(HTTP 403\)"),
    "no token": ([fail(401)], "token is missing or wrong"),
    "no API": ([fail(404)], "no REDCap API at this address"),
    "moved": ([fail(301)], "leads to another one"),
    "server fails": ([fail(500), fail(503)], r"server failed; .* \(HTTP 503\)"),
    "web page": ([fail(200, "<html>Log in</html>")], "a web page"),
    "broken JSON": ([say(cut)], "not JSON"),
    "another JSON": ([fail(200, "[1, 2]")], "not what REDCap sends"),
    "error in a good answer": ([fail(200, '{"error": "no"}')], "refused"),
    "names broken": ([pass_on, fail(200, "[]")], "field names: the answer is not what"),
    "metadata broken": ([pass_on, pass_on, fail(200, '[{"a": 1}]')], "metadata: the answer"),
    "no records": ([pass_on] * 3 + [fail(200, "record_id\n")], "no records"),
    "no right to records": ([pass_on] * 3 + [fail(200, "")], "may not export data"),
    "records refused": ([pass_on] * 3 + [fail(400)], "may export data"),
    "records an error": ([pass_on] * 3 + [fail(200, "ERROR: é1 is locked")], "refused"),
    "cut off": ([pass_on] * 4 + [say(cut)], "incomplete|broke off"),
    "cut at a line": (
        [pass_on] * 4 + [say(lambda t: "".join(t.splitlines(keepends=True)[:-3]))],
        "incomplete",
    ),
    "changed meanwhile": (
        [pass_on] * 5 + [say(lambda t: t.replace("patient_sex", "patient_gender"))],
        "changed meanwhile",
    ),
    "too late": ([wait(0.6), wait(0.6)], "no answer in time"),
    "hung up": ([hang_up, hang_up], "cannot be reached|broke off"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_goes_wrong_becomes_advice(project, tmp_path, name, caplog):
    project.faults, words = list(FAULTS[name][0]), FAULTS[name][1]
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "e.csv"
    timeout = 0.2 if name == "too late" else 30.0
    with serve(project) as url, pytest.raises(UserError, match=words) as caught:
        download_redcap(RedcapAccess(url, TOKEN, batch=2, timeout=timeout), path, FIELDS)
    told = f"{caught.value} {caught.value.__cause__} {caplog.text}"
    assert TOKEN not in told
    assert "é1" not in told
    assert not path.exists()
    assert not list(tmp_path.glob(".e.csv*"))


def test_passing_trouble_is_overcome(project, tmp_path):
    project.faults = [fail(502), pass_on, hang_up]
    with serve(project) as url:
        assert download_redcap(RedcapAccess(url, TOKEN), tmp_path / "e.csv", FIELDS).records == 5


def test_nobody_at_the_address(project, tmp_path):
    with serve(project) as url:
        pass
    with pytest.raises(UserError, match="cannot be reached"):
        download_redcap(RedcapAccess(url, TOKEN), tmp_path / "e.csv", FIELDS)


def test_wrong_token_is_what_redcap_says(project, tmp_path):
    with serve(project) as url, pytest.raises(UserError, match="HTTP 403"):
        download_redcap(RedcapAccess(url, "F" * 32), tmp_path / "e.csv", FIELDS)


def test_without_pycap_there_is_advice(monkeypatch, tmp_path):
    real = builtins.__import__

    def without(name, *rest, **named):
        if name.split(".")[0] == "redcap":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    for name in [name for name in sys.modules if name.split(".")[0] == "redcap"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(UserError, match=r"pip install 'jalon\[redcap\]'"):
        download_redcap(RedcapAccess("https://a.org/api/", TOKEN), tmp_path / "e.csv", FIELDS)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://redcap.example.org/api/", "unencrypted"),
        ("ftp://redcap.example.org/api/", "unencrypted"),
        ("https://redcap.example.org/", "ends with /api/"),
        ("redcap.example.org/api/", "ends with /api/"),
        ("https://me:secret@redcap.example.org/api/", "a name, a password"),
        ("https://redcap.example.org/api/?token=1", "a query"),
        ("https://[redcap/api/", "cannot be read"),
    ],
)
def test_addresses_that_would_give_the_token_away_are_refused(url, words):
    with pytest.raises(UserError, match=words) as caught:
        RedcapAccess(url, TOKEN)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "abc", TOKEN + "0", "G" * 32])
def test_what_is_no_token_is_not_sent_or_shown(token):
    with pytest.raises(UserError, match="32 hexadecimal digits") as caught:
        RedcapAccess("https://redcap.example.org/api/", token)
    assert not token or token not in str(caught.value)


def test_batch_and_timeout_are_checked():
    with pytest.raises(UserError, match="at least 1 record"):
        RedcapAccess("https://redcap.example.org/api/", TOKEN, batch=0)


def test_token_from_the_environment_or_a_private_file(monkeypatch, tmp_path):
    url = "https://redcap.example.org/api"
    monkeypatch.delenv("JALON_REDCAP_TOKEN", raising=False)
    with pytest.raises(UserError, match="set JALON_REDCAP_TOKEN"):
        open_access(url)
    monkeypatch.setenv("JALON_REDCAP_TOKEN", f" {TOKEN}\n")
    access = open_access(url)
    assert (access.token, access.url) == (TOKEN, f"{url}/")
    assert TOKEN not in repr(access)
    path = tmp_path / "token"
    with pytest.raises(UserError, match="no file"):
        open_access(url, path)
    path.write_text(f"{TOKEN[::-1]}\n", encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        open_access(url, path)
    path.chmod(0o600)
    assert open_access(url, path).token == TOKEN[::-1]
