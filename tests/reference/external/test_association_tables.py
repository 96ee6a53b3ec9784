"""Tests of tables as R's fisher.test, chisq.test, mantelhaen.test, vcdExtra and coin have them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.external.association_cases import (
    R_TOLERANCE,
    SIDES,
    by_column,
    limits,
    more,
    near,
)
from tests.reference.external.records import load_record, load_table

from jalon.stats import association as a

TABLES = {
    "tea": (3, 1, 1, 3),
    "big": (12, 5, 29, 2),
    "zero": (0, 6, 8, 11),
    "full": (6, 0, 11, 8),
    "wide": (210, 95, 180, 160),
    "rare": (2, 400, 9, 380),
    "one": (0, 1, 1, 0),
    "far": (40, 2, 3, 55),
}
LARGER = {
    "a": ([3, 7, 4, 4, 7, 10, 1, 11, 3], 3),
    "b": ([14, 2, 0, 7, 9, 3, 5, 5, 5, 1, 0, 8], 3),
    "c": ([2, 3, 1, 0, 7, 4, 2, 9, 0, 6], 2),
    "d": ([30, 45, 21, 33, 12, 60, 4, 9], 2),
    "e": ([5, 0, 0, 0, 6, 0, 0, 0, 7], 3),
    "f": ([1, 4, 2, 3, 3, 0, 0, 5, 2, 2, 1, 1, 4, 0, 3, 2, 1, 1, 2, 6], 4),
    "g": ([60, 44, 51, 70, 66, 31, 12, 9, 30], 3),
    "h": ([4, 0, 3, 0, 0, 0, 2, 0, 5], 3),
    "i": ([40, 35, 25, 30, 33, 22, 20, 22, 22, 10, 15, 14], 3),
}


def _compare_fisher(test, record, rtol=1e-8):
    near(test.p, record["p"])
    near(test.odds_ratio.value, record["estimate"], rtol)
    near(limits(test.odds_ratio), record["conf_int"], rtol)


def _search_error(name):
    # At both ends of the search for the tea taster's estimate the function is 1 and -1 but for
    # rounding, which decides R's first step: only R's stopping rule (2^-13) bounds the distance.
    return 1e-5 if name == "tea" else 1e-8


OPEN = [("tea", 0.95), ("big", 0.95), ("zero", 0.95), ("conf90", 0.9)]


@pytest.mark.parametrize(("name", "level"), OPEN)
def test_fisher_with_rs_tolerance_has_rs_digits(name, level):
    table = by_column(TABLES.get(name, (7, 3, 5, 14)), 2)
    record = load_record("fisher", f"fisher.2x2.{name}")
    test = a.fisher_test(table, level=level, tolerance=R_TOLERANCE)
    _compare_fisher(test, record, _search_error(name))


def test_fisher_one_sided_of_the_tea_taster():
    record = load_record("fisher", "fisher.2x2.tea")
    for side in ("greater", "less"):
        near(a.fisher_test([[3, 1], [1, 3]], alternative=side).p, record[side])


@pytest.mark.parametrize("name", TABLES)
def test_fisher_options(name):
    record, table = more(f"fisher.{name}"), by_column(TABLES[name], 2)
    for side, alternative in SIDES.items():
        test = a.fisher_test(table, alternative, level=0.9, tolerance=R_TOLERANCE)
        _compare_fisher(test, record[side], _search_error(name))
    near(a.fisher_test(table, odds_ratio=2).p, record["or2"])


@pytest.mark.parametrize("name", TABLES)
def test_fisher_to_machine_precision(name):
    record = more(f"fisher.{name}")["exact"]
    test = a.fisher_test(by_column(TABLES[name], 2))
    near([test.odds_ratio.value, *limits(test.odds_ratio)], record)


@pytest.mark.parametrize("name", LARGER)
def test_fisher_of_larger_tables(name):
    values, rows = LARGER[name]
    # R's network algorithm keeps its factorials to about 1e-9 in large tables.
    near(a.fisher_test(by_column(values, rows)).p, more(f"fisher.rxc.{name}")["p"], 1e-7)


def test_fisher_and_chi_square_of_job_satisfaction():
    record = load_record("fisher", "fisher.rxc.job")
    job = by_column([1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11], 4)
    near(a.fisher_test(job).p, record["p"])
    near(a.chi_square_test(job).p, record["chisq"])


def test_fisher_of_hodgkin_patients():
    record, hodg = load_record("fisher", "fisher.rxc.hodg"), load_table("km_hodg")
    table = a.cross_tabulate(hodg["gtype"], hodg["dtype"])
    near(table.counts[0], record["table"])
    near(a.fisher_test(table).p, record["p"])


def _compare_chi_square(test, record):
    near([test.statistic, test.df, test.p], [record[k] for k in ("statistic", "parameter", "p")])


def test_chi_square_of_lung_patients():
    record, lung = load_record("chisq", "chisq.2x2"), load_table("lung")
    known = ~np.isnan(lung["ph.ecog"])
    # R's table() leaves out the patient whose ECOG is missing.
    table = a.cross_tabulate(lung["sex"][known], lung["ph.ecog"][known] >= 1)
    plain = a.chi_square_test(table, yates=False)
    _compare_chi_square(plain, record["plain"])
    _compare_chi_square(a.chi_square_test(table), record["yates"])
    near(plain.expected, record["expected"])
    near(plain.residual, record["residuals"])
    near(plain.standardised, record["stdres"])


def test_chi_square_of_veterans_and_of_given_shares():
    veteran = load_table("veteran")
    table = a.cross_tabulate(veteran["celltype"], veteran["prior"])
    _compare_chi_square(a.chi_square_test(table), load_record("chisq", "chisq.rxc"))
    fit = a.chi_square_fit([20, 30, 50], [0.3, 0.3, 0.4])
    _compare_chi_square(fit, load_record("chisq", "chisq.gof"))


def test_chi_square_more():
    record = more("chisq")
    test = a.chi_square_test(by_column([3, 7, 4, 4, 7, 10], 2))
    _compare_chi_square(test, record["rxc"])
    near(test.standardised, record["stdres"])
    near(test.expected, record["expected"])
    _compare_chi_square(a.chi_square_test(by_column([12, 5, 29, 30], 2)), record["yates"])
    _compare_chi_square(a.chi_square_test(by_column([5, 5, 5, 6], 2)), record["near"])
    _compare_chi_square(a.chi_square_fit([11, 9, 30, 2]), record["fit"])


def test_mcnemar():
    record, table = load_record("chisq", "mcnemar"), by_column([794, 86, 150, 570], 2)
    test = a.mcnemar_test(table)
    near([test.statistic, test.p, test.exact_p],
         [record["cc"]["statistic"], record["cc"]["p"], record["exact"]["p"]])  # fmt: skip
    low, high = record["exact"]["conf_int"]
    near(limits(test.odds_ratio), [1 / (high / (1 - high)), 1 / (low / (1 - low))])
    plain = a.mcnemar_test(table, corrected=False)
    near([plain.statistic, plain.p], [record["plain"][k] for k in ("statistic", "p")])
    small = by_column([10, 3, 12, 40], 2)
    near(a.mcnemar_test(small).p, more("chisq")["mcnemar"]["p"])
    near(a.mcnemar_test(small, corrected=False).p, more("chisq")["mcnemar_plain"]["p"])


def _spread(name, frequency, rows, columns, strata, orders=(None, None)):
    table = load_table(name)
    times = np.ones(len(table[rows])) if frequency is None else table[frequency]
    times = times.astype(int)
    columns_of = [np.repeat(table[key], times) for key in (rows, columns, strata)]
    return a.cross_tabulate(*columns_of, *orders)


def _compare_mantel(test, record, keys=("statistic", "p")):
    near([getattr(test, key) for key in keys], [record[key] for key in keys])
    near(test.odds_ratio.value, record["estimate"])
    near(limits(test.odds_ratio), record["conf_int"])


def test_mantel_haenszel_of_berkeley():
    record = load_record("cmh", "cmh.2x2xk")
    table = _spread("ucbadmissions", "Freq", "Admit", "Gender", "Dept")
    assert list(table.rows) == record["levels"]["Admit"]
    assert list(table.columns) == record["levels"]["Gender"]
    _compare_mantel(a.mantel_haenszel_test(table), record["cc"])
    _compare_mantel(a.mantel_haenszel_test(table, corrected=False), record["nocc"])
    _compare_mantel(a.exact_mantel_haenszel(table, tolerance=R_TOLERANCE), record["exact"])


def test_mantel_haenszel_one_sided():
    record = more("mantel.ucb")
    table = _spread("ucbadmissions", "Freq", "Gender", "Admit", "Dept")
    for side, alternative in SIDES.items():
        _compare_mantel(a.mantel_haenszel_test(table, alternative, level=0.9), record[side])
    _compare_mantel(a.mantel_haenszel_test(table, corrected=False), record["plain"])
    exact = a.exact_mantel_haenszel(table, "less", tolerance=R_TOLERANCE)
    _compare_mantel(exact, record["less_exact"])


def test_exact_mantel_haenszel_of_small_strata():
    record = more("mantel.small")
    counts = [4, 2, 1, 3, 5, 3, 2, 4, 1, 0, 2, 2, 0, 3, 3, 1]
    table = np.array(counts, dtype=float).reshape(4, 2, 2).transpose(0, 2, 1)
    _compare_mantel(a.mantel_haenszel_test(table), record["test"])
    for side, alternative in SIDES.items():
        test = a.exact_mantel_haenszel(table, alternative, tolerance=R_TOLERANCE)
        _compare_mantel(test, record["exact"][side])
    tight = a.exact_mantel_haenszel(table).odds_ratio
    near([tight.value, *limits(tight)], record["tight"])
    _compare_cmh(table, record["cmh"]["ALL"])


def _all_four(table, columns="table", rows="table"):
    swapped = np.asarray(table.counts if isinstance(table, a.CrossTable) else table)
    if swapped.ndim == 2:
        swapped = swapped[None]
    swapped = swapped.transpose(0, 2, 1)
    return [
        a.correlation_statistic(table, columns, rows),
        a.row_mean_score(table, columns),
        a.row_mean_score(swapped, rows),
        a.general_association(table),
    ]


def _compare_cmh(table, record, columns="table", rows="table"):
    tests = _all_four(table, columns, rows)
    near([[test.statistic, test.df] for test in tests], np.array(record["values"])[:, :2].tolist())
    if len(record["values"][0]) > 2:
        near([test.p for test in tests], np.array(record["values"])[:, 2].tolist())


def test_cochran_mantel_haenszel_of_job_satisfaction():
    record = load_record("cmh", "cmh.general")
    incomes = ("<5000", "5000-15000", "15000-25000", ">25000")
    degrees = (
        "Very Dissatisfied",
        "A Little Satisfied",
        "Moderately Satisfied",
        "Very Satisfied",
    )
    orders = (incomes, degrees)
    table = _spread("jobsatisfaction", "Freq", "Income", "Job.Satisfaction", "Gender", orders)
    general = a.general_association(table)
    _compare_chi_square(general, record["general_mantelhaen"])
    scores = {"columns": [1, 3, 4, 5], "rows": [3, 10, 20, 35]}
    for part, name in zip(table.counts, ("strata1", "strata2"), strict=True):
        _compare_cmh(part, record[name], **scores)
    _compare_cmh(table, record["overall"], **scores)


def _arthritis():
    orders = (("Placebo", "Treated"), ("None", "Some", "Marked"))
    return _spread("arthritis", None, "Treatment", "Improved", "Sex", orders)


def test_row_mean_scores_of_arthritis():
    record, table = load_record("cmh", "cmh.rowmeans.arthritis"), _arthritis()
    assert table.strata == ("Female", "Male")
    for part, name in zip(table.counts, ("female", "male"), strict=True):
        _compare_cmh(part, record[name])
    _compare_cmh(table, record["overall"])


@pytest.mark.parametrize(
    ("name", "scores"), [("table", "table"), ("modridit", "modified-ridit"), ("rank", "rank")]
)
def test_row_mean_scores_as_sas_names_them(name, scores):
    record = load_record("cmh", "cmh.rowmeans.ridit")[name]
    test = a.row_mean_score(_arthritis(), scores)
    near([test.statistic, test.df, test.p], [record[key] for key in ("Q", "df", "p")])


def test_cochran_mantel_haenszel_more():
    record = more("cmh.lung")
    table = np.array(record["n"], dtype=float).reshape(record["dim"][::-1]).transpose(0, 2, 1)
    for index, part in enumerate((*table, table)):
        for name, scores in {
            "table": {},
            "scores": {"columns": [5, 6, 7, 8, 9, 20], "rows": [0, 1, 4]},
            "midrank": {"columns": "modified-ridit", "rows": "modified-ridit"},
        }.items():
            _compare_cmh(part, list(record[name].values())[index], **scores)
    _compare_chi_square(a.general_association(table), record["general"])


def test_numeric_columns_are_their_own_scores():
    record, veteran = more("cmh.veteran"), load_table("veteran")
    karno = veteran["karno"]
    rows = (karno > 10) & (karno < 99) & (karno % 10 == 0)
    table = a.cross_tabulate(veteran["celltype"][rows], karno[rows], veteran["trt"][rows])
    assert list(table.rows) == record["rows"]
    assert list(table.columns) == record["karno"]
    numeric, midrank = record["numeric"]["ALL"]["values"], record["midrank"]["ALL"]["values"]
    near(a.row_mean_score(table).statistic, numeric[1][0])
    near(a.row_mean_score(table.counts).statistic, record["table"]["ALL"]["values"][1][0])
    near(a.row_mean_score(table, "modified-ridit").statistic, midrank[1][0])


def test_row_mean_scores_of_patients_times():
    record, veteran = more("cmh.arrays"), load_table("veteran")
    table = a.cross_tabulate(veteran["celltype"], veteran["time"], veteran["trt"])
    for scores, name in {
        "rank": "rank",
        "modified-ridit": "van_elteren",
        "ridit": "ridit",
        "table": "raw",
    }.items():
        near(a.row_mean_score(table, scores).statistic, record[name])


def test_blocked_wilcoxon_of_veterans():
    # coin's wilcox_test ranks all patients together, although it compares them within blocks.
    record, veteran = load_record("cmh", "cmh.vanelteren"), load_table("veteran")
    table = a.cross_tabulate(veteran["trt"], veteran["time"], veteran["celltype"])
    pooled = a.find_scores(table.counts.sum((0, 1)), "rank", None)
    test = a.row_mean_score(table, pooled)
    near([test.statistic, test.p], [record["z"] ** 2, record["p"]])


def test_trend_in_shares():
    record = load_record("proportion", "prop.2")["cochran_armitage"]
    smokers, patients = np.array([83, 90, 129, 70]), np.array([86, 93, 136, 82])
    test = a.cochran_armitage_test(np.stack((patients - smokers, smokers), 1))
    near([test.statistic, test.p], [record["statistic"], record["p"]])
    yes, n = np.array([2, 4, 7]), np.array([12, 12, 12])
    near(a.cochran_armitage_test(np.stack((n - yes, yes), 1)).p, more("trend")["default"]["p"])
    yes, n = np.array([3, 9, 12, 1]), np.array([40, 35, 30, 3])
    scored = a.cochran_armitage_test(np.stack((n - yes, yes), 1), [0, 1, 5, 7])
    near(scored.statistic, more("trend")["scores"]["statistic"])


def test_ratios_and_differences_of_risks():
    record, table = load_record("proportion", "or.rr"), [[12, 5], [29, 22]]
    for name, estimate in {
        "or": a.odds_ratio(table),
        "rr": a.risk_ratio(table),
        "rd": a.risk_difference(table),
    }.items():
        near([estimate.value, *limits(estimate)], [record[name], *record[f"{name}_ci"]])
    haldane = a.odds_ratio([[0, 8], [6, 11]], haldane=True)
    near(haldane.value, record["haldane_or_0cell"])


@pytest.mark.parametrize(
    ("weights", "name"),
    [("none", "unweighted"), ("linear", "weighted_equal"), ("quadratic", "weighted_fc")],
)
def test_kappa_of_neurologists(weights, name):
    record = load_record("agreement", "kappa")
    estimate = a.kappa(np.array(record["table"]["values"]), weights)
    near(estimate.value, record[name]["value"])
    near((estimate.high - estimate.value) / 1.959963984540054, record[name]["ASE"])


def test_kappa_more():
    record = more("kappa")
    table = np.array(record["table"]["values"])
    for weights, name in {
        "none": "unweighted",
        "linear": "linear",
        "quadratic": "quadratic",
    }.items():
        estimate = a.kappa(table, weights)
        near(estimate.value, record[name]["value"])
        near((estimate.value - estimate.low) / 1.959963984540054, record[name]["ASE"])
    near(limits(a.kappa(table)), record["ci"]["values"][0])
