"""Association between variables: tests of tables, ranks and means, and what they estimate.

Tables have groups as rows and the response as columns; strata come first:
``(strata, rows, columns)``. ``cross_tabulate`` makes a table from one value per patient,
``split_values`` makes one array per group.
"""

from jalon.stats.association.agreement import kappa
from jalon.stats.association.chi_square import ChiSquare, chi_square_fit, chi_square_test
from jalon.stats.association.correlation import (
    Correlation,
    kendall_correlation,
    pearson_correlation,
    spearman_correlation,
)
from jalon.stats.association.cross_table import CrossTable, cross_tabulate
from jalon.stats.association.fisher import FisherTest, fisher_test, simulate_fisher
from jalon.stats.association.kruskal_wallis import KruskalWallis, kruskal_wallis_test
from jalon.stats.association.mantel_haenszel import (
    MantelHaenszel,
    exact_mantel_haenszel,
    mantel_haenszel_test,
)
from jalon.stats.association.mcnemar import McNemar, mcnemar_test
from jalon.stats.association.moments import Moments, find_moments, sample_quantiles
from jalon.stats.association.proportion import (
    BinomialTest,
    ProportionTest,
    ShareTest,
    binomial_test,
    compare_proportions,
    proportion,
    share_test,
)
from jalon.stats.association.rank_sum import RankSum, rank_sum_test
from jalon.stats.association.rate import RateTest, compare_rates, rate, rate_test
from jalon.stats.association.risk import odds_ratio, risk_difference, risk_ratio
from jalon.stats.association.sample import split_values
from jalon.stats.association.signed_rank import SignedRank, signed_rank_test
from jalon.stats.association.standardised_difference import (
    level_difference,
    mean_difference,
    share_difference,
)
from jalon.stats.association.stratified import (
    StratifiedTest,
    correlation_statistic,
    find_scores,
    general_association,
    row_mean_score,
)
from jalon.stats.association.t_test import (
    MeansTest,
    TTest,
    VarianceTest,
    means_test,
    one_sample_t_test,
    t_test,
    variance_test,
)
from jalon.stats.association.trend import ProportionTrend, cochran_armitage_test

__all__ = [
    "BinomialTest",
    "ChiSquare",
    "Correlation",
    "CrossTable",
    "FisherTest",
    "KruskalWallis",
    "MantelHaenszel",
    "McNemar",
    "MeansTest",
    "Moments",
    "ProportionTest",
    "ProportionTrend",
    "RankSum",
    "RateTest",
    "ShareTest",
    "SignedRank",
    "StratifiedTest",
    "TTest",
    "VarianceTest",
    "binomial_test",
    "chi_square_fit",
    "chi_square_test",
    "cochran_armitage_test",
    "compare_proportions",
    "compare_rates",
    "correlation_statistic",
    "cross_tabulate",
    "exact_mantel_haenszel",
    "find_moments",
    "find_scores",
    "fisher_test",
    "general_association",
    "kappa",
    "kendall_correlation",
    "kruskal_wallis_test",
    "level_difference",
    "mantel_haenszel_test",
    "mcnemar_test",
    "mean_difference",
    "means_test",
    "odds_ratio",
    "one_sample_t_test",
    "pearson_correlation",
    "proportion",
    "rank_sum_test",
    "rate",
    "rate_test",
    "risk_difference",
    "risk_ratio",
    "row_mean_score",
    "sample_quantiles",
    "share_difference",
    "share_test",
    "signed_rank_test",
    "simulate_fisher",
    "spearman_correlation",
    "split_values",
    "t_test",
    "variance_test",
]
