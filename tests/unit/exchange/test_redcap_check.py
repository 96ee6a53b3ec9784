from jalon.dictionary import list_tables
from jalon.exchange import RedcapMapping, RowPlan, check_redcap

TABLES = list_tables()


def write(tmp_path, text):
    path = tmp_path / "e.csv"
    path.write_text(text, encoding="utf-8")
    return path


def places(intakes):
    return {i.table.name: [(one.line, one.column, one.rule) for one in i.rejections]
            for i in intakes}  # fmt: skip


def test_rejected_cells_are_named_by_line_and_field(tmp_path):
    path = write(
        tmp_path,
        "record_id,patient_sex,patient_birth_year,infusion_number,infusion_product\n"
        "7,male,1950,1,axi_cel\n8,UNK,1850,1,other_cel\n",
    )
    intakes = check_redcap(path, TABLES)
    assert places(intakes) == {
        "patient": [(3, "patient_sex", "allowed value"), (3, "patient_birth_year", "range")],
        "infusion": [(3, "infusion_product", "allowed value")],
    }
    assert [intake.mapping_sha256 for intake in intakes] == ["", ""]


def test_in_a_centres_own_project_it_is_the_centres_field(tmp_path):
    path = write(tmp_path, "study,redcap_event_name,gender,yob\n7,start_arm_1,1,1850\n")
    plan = RowPlan("patient", {"sex": "gender", "birth_year": "yob"})
    mapping = RedcapMapping(rows=(plan,), codes={"gender": {"1": "male"}})
    [intake] = check_redcap(path, TABLES, mapping)
    assert places([intake]) == {"patient": [(2, "yob", "range")]}
    assert intake.frame["sex"].to_list() == ["male"]
    assert len(intake.mapping_sha256) == 64


def test_another_missing_code_is_another_reading(tmp_path):
    path = write(
        tmp_path, "record_id,patient_sex,patient_birth_year,patient_birth_month\n7,male,1950,UNK\n"
    )
    [first] = check_redcap(path, TABLES)
    [second] = check_redcap(path, TABLES, missing_codes=("UNK",))
    assert not first.is_clean
    assert second.frame["birth_month"].to_list() == [None]
    assert first.sha256 == second.sha256
    assert first.mapping_sha256 != second.mapping_sha256
