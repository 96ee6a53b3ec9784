"""Rank tests as R's wilcox.test, kruskal.test, exactRankTests and coin have them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.external.association_cases import SIDES, limits, more, near
from tests.reference.external.records import load_record, load_table

from jalon.stats import association as a

X = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
Y = [1.15, 0.88, 0.90, 0.74, 1.21]
ROOT = 1e-4
"""Where R's wilcox.test stops its search."""


def _compare(test, record, rtol=1e-8):
    near([test.statistic, test.p], [record["W"], record["p"]])
    near([test.shift.value, *limits(test.shift)], [record["hl"], *record["ci"]], rtol)


def test_exact_wilcoxon_of_permeability():
    record = load_record("wilcoxon", "wilcoxon.exact")
    _compare(a.rank_sum_test(X, Y), record)
    near(a.rank_sum_test(X, Y, "greater").p, record["greater"])


@pytest.mark.parametrize("side", SIDES)
def test_exact_wilcoxon_options(side):
    record = more("wilcoxon.exact")
    _compare(a.rank_sum_test(X, Y, SIDES[side]), record["l95"][side])
    _compare(a.rank_sum_test(X, Y, SIDES[side], level=0.8), record["l80"][side])
    _compare(a.rank_sum_test([1, 4], [2, 7], SIDES[side]), record["tiny"][side])


@pytest.mark.parametrize("side", SIDES)
def test_exact_wilcoxon_of_lung_patients(side):
    record, lung = more("wilcoxon.exact.lung"), load_table("lung")
    first = np.unique(lung["time"], return_index=True)[1]
    rows = np.sort(first)
    time, sex = lung["time"][rows], lung["sex"][rows]
    x, y = time[sex == 1][:45], time[sex == 2][:40]
    assert [len(x), len(y)] == record["n"]
    _compare(a.rank_sum_test(x, y, SIDES[side]), record["auto"][side])
    _compare(a.rank_sum_test(x, y, SIDES[side], level=0.99), record["l99"][side])


def test_normal_wilcoxon_of_veterans():
    record, veteran = load_record("wilcoxon", "wilcoxon.normal"), load_table("veteran")
    x, y = a.split_values(veteran["trt"], veteran["karno"])
    test = a.rank_sum_test(x, y, method="corrected", tolerance=ROOT)
    near([test.statistic, test.p, test.superiority], [record[k] for k in ("W", "p_cc", "auc")])
    near([test.shift.value, *limits(test.shift)], [record["hl"], *record["ci"]])
    near(a.rank_sum_test(x, y, method="plain").p, record["p_nocc"])
    whole = a.rank_sum_test(x, y, method="corrected").shift
    assert (whole.value, whole.low, whole.high) == (0, -10, 10)


@pytest.mark.parametrize("side", SIDES)
def test_normal_wilcoxon_options(side):
    record, lung = more("wilcoxon.normal"), load_table("lung")
    side_of, known = SIDES[side], ~np.isnan(lung["wt.loss"])
    x, y = a.split_values(lung["sex"], lung["age"])
    _compare(a.rank_sum_test(x, y, side_of, tolerance=ROOT), record["age"][side])
    plain = a.rank_sum_test(x, y, side_of, "plain", tolerance=ROOT)
    _compare(plain, record["age_plain"][side])
    u, v = a.split_values(lung["sex"][known], lung["wt.loss"][known])
    _compare(a.rank_sum_test(u, v, side_of, level=0.9, tolerance=ROOT), record["loss"][side])


def test_normal_wilcoxon_without_rs_tolerance():
    lung = load_table("lung")
    shift = a.rank_sum_test(*a.split_values(lung["sex"], lung["age"])).shift
    near([shift.value, *limits(shift)], more("wilcoxon.normal")["fine"])


def test_exact_wilcoxon_with_ties():
    record, glioma = load_record("wilcoxon", "wilcoxon.exact.ties"), load_table("glioma")
    order = ("GBM", "Grade3")
    x, y = a.split_values(glioma["histology"], glioma["age"], order)
    test = a.rank_sum_test(x, y, method="exact")
    assert [len(x), len(y)] == record["n"]
    near([test.statistic, test.p, test.z], [record[k] for k in ("W", "p_exact", "coin_z")])
    near(a.rank_sum_test(x, y, method="plain").p, record["coin_p"])


@pytest.mark.parametrize("side", SIDES)
def test_exact_wilcoxon_with_ties_options(side):
    record, glioma = more("wilcoxon.ties"), load_table("glioma")
    small = a.rank_sum_test([1, 2, 2, 3, 5, 5], [2, 3, 3, 4, 6, 7, 7, 8], SIDES[side], "exact")
    near([small.statistic, small.p], list(record["small"][side].values()))
    groups = a.split_values(glioma["sex"], glioma["age"], ("Female", "Male"))
    test = a.rank_sum_test(*groups, SIDES[side], "exact")
    near([test.statistic, test.p], list(record["glioma"][side].values()))
    signed = a.signed_rank_test([1, -2, 2, 3, 5, -5, 6, 7], SIDES[side], "exact")
    near([signed.statistic, signed.p], list(record["signed"][side].values()))


def test_signed_rank_of_depression():
    record = load_record("wilcoxon", "wilcoxon.signed")
    x = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    y = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    test = a.signed_rank_test(x - y, "greater")
    near([test.statistic, test.p], [record["V"], record["p_greater"]])
    near(a.signed_rank_test(x - y, method="corrected").p, record["p_normal_cc"])


@pytest.mark.parametrize("side", SIDES)
def test_signed_rank_options(side):
    difference = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01]
    for name, level in {"exact": 0.95, "l80": 0.8}.items():
        record = more("signed")[name][side]
        test = a.signed_rank_test(difference, SIDES[side], level=level)
        near([test.statistic, test.p, test.centre.value], [record[k] for k in ("V", "p", "centre")])
        near(limits(test.centre), record["ci"])


def test_signed_rank_with_ties_and_zeros():
    record, lung = more("signed")["karno"], load_table("lung")
    difference = lung["ph.karno"] - lung["pat.karno"]
    difference = difference[~np.isnan(difference)]
    test = a.signed_rank_test(difference)
    near([test.statistic, test.p], [record["V"], record["p"]])
    near(limits(test.centre), record["ci"])
    near(a.signed_rank_test(difference, method="plain").p, more("signed")["plain"])


def test_kruskal_wallis():
    record, veteran = load_record("wilcoxon", "kruskal"), load_table("veteran")
    test = a.kruskal_wallis_test(*a.split_values(veteran["celltype"], veteran["karno"]))
    near([test.statistic, test.df, test.p], [record[k] for k in ("statistic", "parameter", "p")])
    lung = load_table("lung")
    known = ~np.isnan(lung["ph.ecog"])
    groups = a.split_values(lung["ph.ecog"][known], lung["age"][known])
    near(a.kruskal_wallis_test(*groups).statistic, more("kruskal")["ecog"]["statistic"])
    table = a.cross_tabulate(lung["ph.ecog"][known], lung["age"][known])
    near(a.row_mean_score(table, "rank").statistic, more("kruskal")["coin"]["Q"])
