"""``jalon score`` on a terminal: list, show, one patient, a file, export."""

import json

import pytest
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.core import DefinitionError, JalonError, UserError
from jalon.scores import find_definition, list_slugs, parse_definition

PATIENTS = """id;PLQ;PNN;HB;CRP;FERR
a;176;2,0;90;30;300
b;60;;100;10;300
c;150;3,0;110;10;
d;74;0,4;75;120;2001
"""
NAMES = {"platelets": "PLQ", "anc": "PNN", "hemoglobin": "HB", "crp": "CRP", "ferritin": "FERR"}
UNITS = {"anc": "G/L", "hemoglobin": "g/L", "crp": "mg/L"}


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def refuse(*arguments):
    done = run(*arguments)
    assert isinstance(done.exception, JalonError), done.exception
    return str(done.exception)


@pytest.fixture
def patients(tmp_path):
    path = tmp_path / "registry.csv"
    path.write_text(PATIENTS, encoding="utf-8")
    return path


def options(units=UNITS, names=NAMES):
    given = ["--separator", ";", "--decimal", ","]
    for name, column in names.items():
        given += ["--map", f"{name}={column}"]
    for name, unit in units.items():
        given += ["--unit", f"{name}={unit}"]
    return given


def test_list_fits_the_screen_and_says_what_is_blocked():
    text = run("score", "list").output
    assert max(len(line) for line in text.splitlines()) <= 80
    assert all(any(line.startswith(slug) for line in text.splitlines()) for slug in list_slugs())
    assert "39 scores: 25 computed, 5 in part, 9 named only" in text


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("slug", list_slugs())
def test_show_fits_the_screen(slug, lang):
    text = run("score", "show", slug, "--lang", lang).output
    assert max(len(line) for line in text.splitlines()) <= 80
    definition = find_definition(slug)
    assert definition.name[lang].split()[0] in text
    assert all(item.id in text for item in definition.items)
    if not definition.computes:
        assert "Points" not in text


def test_answer_for_one_patient_in_french():
    text = run("score", "apply", "car_hematotox", "platelets=176", "anc=2000", "hemoglobin=9",
               "crp=30", "ferritin=300", "--unit", "crp=mg/L", "--lang", "fr").output  # fmt: skip
    assert "groupe  faible" in text
    assert "limite  selon une autre lecture 0 à 2, faible ou élevé" in text
    assert "intervalle non publié" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_levels_by_name_and_what_decides():
    text = run("score", "apply", "astct_crs", "temperature=38.5", "hypotension=no",
               "vasopressors=0", "oxygen=nasal_cannula").output  # fmt: skip
    assert "undetermined: grade 2 or grade 3" in text
    assert "oxygen_flow" in text
    assert "taken as no" in text


def test_formula_missing_and_partial():
    assert (
        "value   0.125 to 37.5" in run("score", "apply", "easix", "ldh=250", "platelets=200").output
    )
    text = run("score", "apply", "hr_balancer", "nonresponse=yes", "ferritin_ratio=4",
               "crp_ratio=8").output  # fmt: skip
    assert "value   0.58" in text
    assert "in part the limits of its groups were not found" in text
    assert "(log2 0)" in run("score", "apply", "easix", "ldh=250", "creatinine=.8",
                             "platelets=200").output  # fmt: skip
    text = run("score", "apply", "m_easix", "ldh=250", "crp=1").output
    assert "cannot be bounded" in text


def test_json_answer():
    done = run(
        "score", "apply", "ipi", "age=70", "stage=4", "ecog=1", "extranodal_sites=1", "--json"
    )
    answer = json.loads(done.output)
    assert (answer["points_low"], answer["points_high"]) == (2, 3)
    assert answer["deciding"] == ["ldh_ratio"]
    assert answer["group"] is None
    assert answer["doi"].startswith("10.")
    full = json.loads(
        run("score", "apply", "car_hematotox", "platelets=176", "anc=2000", "hemoglobin=9", "crp=3",
            "ferritin=300", "--json", "--lang", "fr").output
    )  # fmt: skip
    assert full["alternative"]["flips"] is True
    assert full["risks"][0]["low"] is None
    assert full["risks"][0]["event"].startswith("neutropénie")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["car_ipi"], "CAR-IPI cannot be computed: no variable"),
        (["ipi", "age=70", "age=71"], "age was given twice"),
        (["ipi", "age=old"], "is not item=value with a number"),
        (["ipi", "age=70", "--unit", "age"], "--unit 'age' is not name=value"),
        (["nccn_ipi", "extranodal_major=perhaps"], "'perhaps' is not one of no, yes"),
        (["easix", "ldh=250", "creatinine=159", "platelets=200"], "if it is in umol/L, say so"),
    ],
)  # fmt: skip
def test_refused_with_advice(arguments, message):
    assert message in refuse("score", "apply", *arguments)


def test_file_is_scored_and_nothing_is_lost(patients):
    done = run("score", "apply", "car_hematotox", patients, *options())
    assert "rows      4" in done.output
    assert "platelets from PLQ" in done.output
    assert "1 rows lie on a limit" in done.output
    written = patients.with_name("registry_car_hematotox.csv").read_text(encoding="utf-8")
    lines = written.splitlines()
    assert [line.rsplit(";", 4)[0] for line in lines[1:]] == PATIENTS.splitlines()[1:]
    assert [line.split(";")[6:] for line in lines[1:]] == [
        ["1", "1", "low", "another reading changes the answer"],
        ["2", "3", "high", ""],
        ["1", "3", "undetermined", ""],
        ["7", "7", "high", ""],
    ]


def test_forgotten_units_are_caught_with_line_column_and_advice(patients):
    message = refuse("score", "apply", "car_hematotox", patients, *options(units={}))
    assert (
        "registry.csv, line 2, column HB: outside 1 to 25 g/dL; if it is in g/L, say so" in message
    )
    assert "line 5, column CRP: outside 0 to 100 mg/dL; if it is in mg/L, say so" in message
    assert not list(patients.parent.glob("*hematotox*"))


def test_forgotten_unit_that_is_possible_is_doubted(patients):
    text = patients.read_text(encoding="utf-8").replace(";120;", ";95;")
    patients.write_text(text, encoding="utf-8")
    done = run("score", "apply", "car_hematotox", patients,
               *options(units={"anc": "G/L", "hemoglobin": "g/L"}))  # fmt: skip
    assert "CRP: 2 of 4 values outside 0 to 20 mg/dL, unusual; if it is in mg/L" in done.output


def test_cohort_with_a_high_median_is_doubted(tmp_path):
    path = tmp_path / "easix.csv"
    path.write_text("ldh,creatinine,platelets\n300,8,150\n250,9,200\n", encoding="utf-8")
    assert "above 5 one unit is probably wrong" in run("score", "apply", "easix", path).output
    written = (tmp_path / "easix_easix.csv").read_text(encoding="utf-8")
    assert written.splitlines()[1] == "300,8,150,16,16,high"


@pytest.mark.parametrize(
    ("content", "slug", "more", "message"),
    [
        ("age,age\n1,2\n", "ipi", [], "line 1: the column age stands twice"),
        ("age\n", "ipi", [], "no row with a patient"),
        ("x,y\n1,2\n", "ipi", [], "no column is an input of ipi; it asks for age"),
        ("age,x\n70\n", "ipi", [], "line 2: 1 values under 2 columns"),
        ("age\nold\n", "ipi", [], "line 2, column age: not a number"),
        ('age\n"70,5"\n', "ipi", [], "is its decimal mark a comma?"),
        ("age\n>90\n", "ipi", [], "beyond a detection limit"),
        ("age\n150\n", "ipi", [], "line 2, column age: outside 0 to 120 years"),
        ("ecog\n1.5\n", "ipi", [], "line 2, column ecog: not a whole number"),
        ("extranodal_major\nmaybe\n", "nccn_ipi", [], "give one of no, yes"),
        ("age,age_over_60\n70,0\n", "ipi", [], "age and age_over_60 contradict each other"),
        ("age\n70\n", "ipi", ["--map", "age=AGE"], "there is no column 'AGE' for age"),
        ("age\n70\n", "ipi", ["--map", "weight=age"], "ipi has no item weight"),
        ("age\n70\n", "ipi", ["--unit", "age=months"], "age is given in years, not in months"),
        ("age,ipi_group\n70,x\n", "ipi", [], "the column ipi_group is there already"),
        ("age\n70\n", "car_ipi", [], "CAR-IPI cannot be computed"),
    ],
)
def test_file_that_cannot_be_used(tmp_path, content, slug, more, message):
    path = tmp_path / "mine.csv"
    path.write_text(content, encoding="utf-8")
    assert message in refuse("score", "apply", slug, path, *more)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.csv"]


def test_message_never_holds_a_value(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("age\n" + "177\n" * 30, encoding="utf-8")
    message = refuse("score", "apply", "ipi", path)
    assert "177" not in message
    assert "(30 cells like this; the first 11 are named)" in message


def test_the_file_that_is_read_is_not_overwritten(patients):
    message = refuse("score", "apply", "car_hematotox", patients, *options(), "--out", patients)
    assert "is the file that is read" in message
    assert patients.read_text(encoding="utf-8") == PATIENTS


def test_absent_items_judgements_words_and_tabs(tmp_path):
    path = tmp_path / "short.tsv"
    path.write_text("age_over_60\tstage\nyes\tNA\n0\t4\n\n", encoding="utf-8")
    done = run("score", "apply", "ipi", path, "--separator", "tab", "--out", tmp_path / "o.tsv")
    assert "absent    ldh_ratio, ecog, extranodal_sites: not known for anybody" in done.output
    assert (tmp_path / "o.tsv").read_text(encoding="utf-8").splitlines()[1:] == [
        "yes\tNA\t1\t5\tundetermined",
        "0\t4\t1\t4\tundetermined",
    ]


def test_score_without_groups_and_in_part(tmp_path):
    path = tmp_path / "pc.csv"
    path.write_text(
        "ecog,hemoglobin,ldh_ratio,extranodal_sites,months_to_pd\n1,9,2,2,3\n1,9,2,2,\n"
    )
    done = run("score", "apply", "pc_pi", path)
    assert "known" in done.output
    assert "in part   the points of the items" in done.output
    path.write_text("ldh,crp\n250,1\n", encoding="utf-8")
    run("score", "apply", "m_easix", path)
    assert (tmp_path / "pc_m_easix.csv").read_text().splitlines()[1] == "250,1,0.05,"


@pytest.mark.parametrize("slug", ["ipi", "easix", "icaht_neutropenia"])
def test_export_is_read_back_unchanged(slug, tmp_path):
    out = tmp_path / "mine.toml"
    assert "wrote" in run("score", "export", slug, "--toml", "--out", out).output
    assert parse_definition(out.read_text(encoding="utf-8")) == find_definition(slug)
    assert run("score", "export", slug).output == out.read_text(encoding="utf-8")
    found = json.loads(run("score", "export", slug, "--json").output)
    assert found["slug"] == slug
    assert len(found["item"]) == len(find_definition(slug).items)
    assert run("score", "export", slug, "--card").output == run("score", "show", slug).output


def test_export_in_one_form_only():
    assert "not both" in refuse("score", "export", "ipi", "--json", "--card")
    assert issubclass(DefinitionError, UserError)


def test_unclosed_quote_and_levels_in_a_file(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text('age\n"70\n', encoding="utf-8")
    assert "mend it" in refuse("score", "apply", "ipi", path)
    path.write_text("vascular,endocrine,upper_gi\nyes,no,no\nYes,1,0\n", encoding="utf-8")
    run("score", "apply", "cll_ci", path)
    lines = (tmp_path / "mine_cll_ci.csv").read_text().splitlines()
    assert [line.split(",")[-1] for line in lines[1:]] == ["intermediate", "high"]
    path.write_text("ctdna_detectable,response\nyes,CR\nno,PR\n,SD\n", encoding="utf-8")
    run("score", "apply", "ctdna_d28", path)
    lines = (tmp_path / "mine_ctdna_d28.csv").read_text().splitlines()
    assert [line.split(",")[-1] for line in lines[1:]] == [
        "detectable",
        "undetectable",
        "undetermined",
    ]


def test_risk_with_an_interval_and_a_group_that_does_not_apply():
    assert "21.1 % (10.1-41.1)" in run("score", "apply", "deauville", "reader_score=4").output
    text = run("score", "apply", "al_zaki_suv10", "suvmax=15", "response=CR").output
    assert "not applicable" in text
    assert "risk" not in text
    assert "decides suv_change" not in text
