"""The synthetic registry: typed as the dictionary says, coherent, near the paper, the same."""

import tomllib
from datetime import date

import numpy as np
import polars as pl
import pytest

from jalon.core.errors import UserError
from jalon.core.survival_data import SurvivalData
from jalon.dictionary import find_table, list_tables
from jalon.registry.kinds import KINDS
from jalon.registry.rules import find_broken
from jalon.simulate import simulate_tables
from jalon.simulate.cast import name_letters
from jalon.simulate.fill import FILE, load_usual
from jalon.simulate.target import load_targets
from jalon.stats import kaplan_meier

CUTOFF = date(2022, 5, 2)
NAMES = [table.name for table in list_tables()]
MONTH = 30.4375


@pytest.fixture(scope="module")
def tables():
    return simulate_tables(4000, seed=11)


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_those_of_the_dictionary(tables, name):
    table, frame = find_table(name), tables[name]
    expected = {"centre": pl.String} | {c.name: KINDS[c.kind] for c in table.columns}
    assert dict(frame.schema) == expected
    keys = list(dict.fromkeys(("centre", *table.keys)))
    assert not frame.select(keys).is_duplicated().any()


@pytest.mark.parametrize("name", NAMES)
def test_values_are_allowed_and_usual(tables, name):
    for column in find_table(name).columns:
        values = tables[name][column.name]
        assert not (column.required and values.null_count()), column.name
        if column.levels and column.kind == "category":
            assert set(values.drop_nulls()) <= {level.value for level in column.levels}
        lows = [limit for limit in (column.low, column.soft_low) if limit is not None]
        highs = [limit for limit in (column.high, column.soft_high) if limit is not None]
        assert not lows or (values.drop_nulls() >= max(lows)).all(), column.name
        assert not highs or (values.drop_nulls() <= min(highs)).all(), column.name


@pytest.mark.parametrize("name", NAMES)
def test_no_row_breaks_a_rule(tables, name):
    broken = find_broken(find_table(name), tables[name], tables, CUTOFF)
    assert {found.rule: len(found.rows) for found in broken} == {}


def test_every_row_has_its_parent(tables):
    for table in list_tables():
        if table.parent:
            keys = ["centre", *find_table(table.parent).keys]
            orphans = tables[table.name].join(tables[table.parent], on=keys, how="anti")
            assert orphans.is_empty(), table.name


def test_same_seed_same_tables_and_another_seed_others():
    first, again, other = (simulate_tables(60, seed=seed) for seed in (4, 4, 5))
    assert all(first[name].equals(again[name]) for name in NAMES)
    assert not first["patient"].equals(other["patient"])


def test_centres_and_numbers_are_plainly_synthetic(tables):
    assert tables["centre"].height == load_targets("published")["centres"]
    assert tables["centre"]["label"].str.contains("Synthetic").all()
    assert tables["patient"]["patient"].str.contains(r"^[A-Z]+-\d{4,}$").all()
    assert tables["patient"]["patient"].is_unique().all()
    few = simulate_tables(30, seed=1, centres=["A1", "B2"])
    assert set(few["event"]["centre"]) == {"A1", "B2"}
    assert [name_letters(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize("patients", [1, 2, 3])
def test_the_smallest_registries_are_whole(patients):
    tables = simulate_tables(patients, seed=2, centres=["S01"])
    assert tables["infusion"].filter(infusion_number=1).height == patients
    assert list(tables) == NAMES


def test_what_cannot_be_made_is_refused():
    for wrong in ((0, 1, ()), (-3, 1, ()), (5, -1, ()), (5, 1, ("A", "A")), (5, 1, (" ",))):
        with pytest.raises(UserError):
            simulate_tables(wrong[0], wrong[1], wrong[2])


def test_usual_values_name_columns_that_exist():
    for name, columns in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        assert set(columns) <= set(find_table(name).names), name
        assert load_usual(name) == columns


@pytest.fixture(scope="module")
def infused(tables):
    """The same without the patients whose cells were not given, as in the paper."""
    given = tables["infusion"].filter(pl.col("infusion_date").is_not_null()).select("patient")
    return {
        name: frame.join(given.unique(), on="patient", how="semi") if name != "centre" else frame
        for name, frame in tables.items()
    }


def test_some_are_never_infused_and_some_twice(tables):
    first = tables["infusion"].filter(infusion_number=1)
    model = load_targets("model")
    assert first.height == 4000
    assert first["infusion_date"].null_count() / 4000 == pytest.approx(
        model["not_infused"], abs=0.015
    )
    assert (first["infusion_date"].is_null() == first["not_infused_reason"].is_not_null()).all()
    again = tables["infusion"].filter(infusion_number=2)
    assert again.height > 10
    assert set(again["patient"]) == set(
        tables["treatment_after"].filter(pl.col("class") == "car_t")["patient"]
    )
    for name in ("assessment", "response"):
        assert 2 in tables[name]["infusion_number"]


def share(condition):
    return condition.fill_null(value=False).mean()


def test_baseline_is_near_the_paper(infused):
    """Within four standard errors of 4,000 patients, or 0.03 where the model only aims."""
    count = infused["patient"].height
    published = load_targets("published")
    first = infused["infusion"].filter(infusion_number=1)
    before = infused["assessment"].filter(time_point="lymphodepletion", infusion_number=1)
    ages = first.join(infused["patient"], on="patient").select(
        pl.col("infusion_date").dt.year() - pl.col("birth_year")
    )
    transplanted = infused["prior_line"].filter(transplant="autologous").n_unique("patient")
    toxic = infused["toxicity"].filter(pl.col("grade") >= 3, pl.col("infusion_number") == 1)
    found = {
        "axi_cel": share(first["product"] == "axi_cel"),
        "bridging": share(first["bridging_given"] == 1),
        "prior_lines_3_or_more": share(first["prior_lines"] >= 3),
        "autologous_transplant": transplanted / count,
        "diabetes": share(infused["patient"]["diabetes"] == 1),
        "ecog_2_or_more": share(before["ecog"].drop_nulls() >= 2),
        "ldh_above_normal": (before["ldh"] > before["ldh_uln"]).drop_nulls().mean(),
        "crs_grade_3_or_more": toxic.filter(kind="crs").height / count,
        "icans_grade_3_or_more": toxic.filter(kind="icans").height / count,
    }
    assert found == pytest.approx({name: published[name] for name in found}, abs=0.03)
    assert abs(ages.to_series().median() - published["age_median"]) <= 1
    assert ages.to_series().min() >= published["age_lowest"]
    assert ages.to_series().max() <= published["age_highest"]


def test_outcomes_are_near_the_paper(infused):
    count = infused["patient"].height
    published = load_targets("published")
    first = infused["infusion"].filter(infusion_number=1).select("patient", "infusion_date")
    events = (
        infused["event"]
        .join(first, on="patient")
        .with_columns(day=(pl.col("date") - pl.col("infusion_date")).dt.total_days())
    )
    ends = events.filter(pl.col("kind").is_in(["death", "last_contact"])).sort("patient")
    worse = events.filter(pl.col("kind").is_in(["progression", "relapse"])).group_by("patient")
    ends = ends.join(worse.agg(pl.col("day").min().alias("worse")), on="patient", how="left")
    dead = (ends["kind"] == "death").to_numpy()
    time = ends["day"].to_numpy().astype(float)
    first_event = ends.select(pl.coalesce("worse", "day")).to_series().to_numpy().astype(float)
    overall = kaplan_meier(SurvivalData(time, dead.astype(float)))
    free = kaplan_meier(
        SurvivalData(first_event, (dead | ends["worse"].is_not_null().to_numpy()).astype(float))
    )
    followed = kaplan_meier(SurvivalData(time, (~dead).astype(float)))
    assert len(ends) == count
    assert read(overall, 365) == pytest.approx(published["os_12_months"], abs=0.03)
    assert read(free, 365) == pytest.approx(published["pfs_12_months"], abs=0.03)
    # The printed intervals of the medians are 17.6 to 32.4 and 4.7 to 8.5 months.
    assert 17.6 <= halve(overall) / MONTH <= 32.4
    assert 4.7 <= halve(free) / MONTH <= 8.5
    assert halve(followed) / MONTH == pytest.approx(published["median_follow_up_months"], abs=1.5)
    apart = ends.filter(kind="death").join(infused["event"].filter(kind="death"), on="patient")
    share_apart = (apart["cause_right"] != "lymphoma").sum() / count
    assert share_apart == pytest.approx(published["non_relapse_mortality"], abs=0.015)


def read(curve, day):
    return curve.value[np.searchsorted(curve.time, day, side="right") - 1]


def halve(curve):
    return curve.time[np.flatnonzero(curve.value <= 0.5)[0]]


def test_responses_are_near_the_paper(infused):
    count = infused["patient"].height
    published = load_targets("published")
    best = (
        infused["response"]
        .group_by("patient")
        .agg(
            complete=(pl.col("lugano") == "CR").any(),
            objective=pl.col("lugano").is_in(["CR", "PR"]).any(),
        )
    )
    assert best["complete"].sum() / count == pytest.approx(published["complete_response"], abs=0.04)
    assert best["objective"].sum() / count == pytest.approx(
        published["objective_response"], abs=0.04
    )
