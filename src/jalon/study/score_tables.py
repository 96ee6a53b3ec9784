"""Tables of a score: how it was found, its groups, how well it ranks, beside which others."""

from __future__ import annotations

from jalon.core import Estimate
from jalon.core.numbers import write_count, write_p
from jalon.report import CardGroup, DiscriminationRow, ScoreCard
from jalon.report.tables import Cell, Count, Heading, Interval, Number, PValue, Table
from jalon.study.analysis import EndpointResult, Rival
from jalon.study.learning import Learning
from jalon.study.outcome import read_risk
from jalon.study.protocol import Role, StudyFile
from jalon.study.sample_size import size_rows
from jalon.study.score_words import list_card_items, write_range
from jalon.study.trial import Trial


def write_score_card(study: StudyFile, result: EndpointResult) -> ScoreCard:
    """Lay out a learned score as a card.

    Args:
        study: the study.
        result: what was found for the endpoint.

    Returns:
        The card, from the score's definition alone but for its footer.
    """
    definition = result.learning.definition
    months = study.protocol.study.months
    groups = []
    for group in definition.groups:
        risks = [r for r in definition.risks if r.group == group.slug]
        by_month = {r.months: Estimate(r.value, r.low, r.high) for r in risks}
        nan = float("nan")
        groups.append(
            CardGroup(
                totals=write_range(group.low, group.high),
                label=group.label["en"],
                n=risks[0].n if risks else 0,
                risks=tuple(by_month.get(m, Estimate(nan, nan, nan)) for m in months),
            )
        )
    outcome = result.outcome
    return ScoreCard(
        title=definition.name["en"],
        endpoint=outcome.risk_name.capitalize(),
        months=months,
        items=list_card_items(definition),
        groups=tuple(groups),
        footer=f"Risks observed in {outcome.cohort.name}. The score: {write_proof(result)}.",
    )


def write_proof(result: EndpointResult) -> str:
    """Say how good the points are proven to be.

    Args:
        result: what was found for the endpoint.

    Returns:
        The sentence of the certificate.
    """
    certificate = result.learning.score.certificate
    return certificate.sentence if certificate else "best found; nothing is proven"


def groups_table(trial: Trial, months: tuple[float, ...]) -> Table:
    """Tabulate the risk groups of a score in a cohort.

    Args:
        trial: the score in the cohort.
        months: the horizons.

    Returns:
        Patients, events, risks and the hazard ratio against the group below.
    """
    rows: list[tuple[Cell, ...]] = []
    for index, group in enumerate(trial.definition.groups):
        name, totals = group.label["en"], write_range(group.low, group.high)
        curve = trial.curves.get(index)
        if curve is None:
            rows.append((name, totals, Count(0), Count(0), *(None for _ in months), None))
            continue
        step = trial.steps.get(index)
        risks = (Interval(read_risk(curve, month), 0, 100) for month in months)
        rows.append(
            (
                name, totals, Count(trial.group_size(index)), Count(float(curve.events.sum())),
                *risks, Interval(step) if step else None,
            )
        )  # fmt: skip
    by = (Heading(f"Risk by {month:g} months, %") for month in months)
    columns = (
        Heading("Group"), Heading("Total"), Heading("Patients"), Heading("Events"), *by,
        Heading("Hazard ratio against the group below"),
    )  # fmt: skip
    cohort = trial.outcome.cohort.name
    notes = (f"Patients with every item known. {write_test(trial)}",)
    return Table(f"Risk groups in {cohort}, n = {trial.patients:,}", columns, tuple(rows), notes)


def write_test(trial: Trial) -> str:
    """Say in one line whether the groups differ.

    Args:
        trial: the score in a cohort.

    Returns:
        Log-rank test, and Gray's where causes compete.
    """
    if trial.test is None:
        return "One group only."
    text = f"Log-rank χ² = {trial.test.chi2:.1f}, {trial.test.df} df, p {_p(trial.test.p)}"
    if trial.gray is not None:
        text += f"; Gray’s test χ² = {trial.gray.chi2:.1f}, p {_p(trial.gray.p)}"
    return text


def _p(p: float) -> str:
    text = write_p(p)
    return text if text[0] in "<>" else f"= {text}"


def discrimination_rows(result: EndpointResult) -> list[DiscriminationRow]:
    """List the concordance of the score everywhere it was tried.

    Args:
        result: what was found for the endpoint.

    Returns:
        Apparent, corrected and external, then published scores on the same patients.
    """
    own = result.trials["development"]
    rows = [
        DiscriminationRow(
            f"{own.outcome.cohort.name}, apparent", own.concordance.estimate, _who(own)
        ),
        DiscriminationRow(
            f"{own.outcome.cohort.name}, corrected (0.632+)",
            result.internal.figures["concordance"].corrected,
            f"{result.internal.resamples} resamples of the whole pipeline",
        ),
    ]
    if "validation" in result.trials:
        other = result.trials["validation"]
        rows.append(
            DiscriminationRow(
                f"{other.outcome.cohort.name}, external", other.concordance.estimate, _who(other)
            )
        )
    for rivals in result.rivals.values():
        for rival in rivals:
            name = f"{rival.trial.definition.short}, {rival.trial.outcome.cohort.name}"
            rows.append(DiscriminationRow(name, rival.published, _both(rival), reference=True))
    return rows


def _who(trial: Trial) -> str:
    return f"{write_count(trial.patients)} patients, {write_count(trial.events)} events"


def _both(rival: Rival) -> str:
    return f"{write_count(rival.patients)} patients with both scores"


def internal_table(result: EndpointResult) -> Table:
    """Tabulate what the bootstrap took off.

    Args:
        result: what was found for the endpoint.

    Returns:
        Apparent, what is taken off, corrected by 0.632+ and by Harrell's optimism.
    """
    names = {
        "concordance": "Concordance of total points",
        "group concordance": "Concordance of risk groups",
        "calibration slope": "Calibration slope",
    }
    if result.resampled is not None:
        by = f"by {result.resampled.month:g} months"
        names |= {"auc": f"AUC {by}", "accuracy": f"Index of prediction accuracy {by}"}
    rows: list[tuple[Cell, ...]] = []
    for key, name in names.items():
        figure = result.internal.figures[key]
        rows.append(
            (
                name,
                Interval(figure.apparent),
                Number(figure.optimism, 3),
                Interval(figure.corrected),
                Interval(figure.corrected if figure.harrell is None else figure.harrell),
            )
        )
    columns = (
        Heading("Figure of merit"),
        Heading("Apparent"),
        Heading("Taken off"),
        Heading("Corrected (0.632+)"),
        Heading("Harrell's correction"),
    )
    title = f"Internal validation, {result.internal.resamples} bootstrap resamples"
    notes = (
        "Search, points and groups repeated on every resample. Corrected intervals: for what new "
        "patients would show, so they also hold that the optimism itself is not known for sure.",
        "0.632+ judges each resample's score on the patients it has not seen. Harrell's correction "
        "judges it on all, which flatters where more was tried than the events can tell apart.",
    )
    return Table(title, columns, tuple(rows), notes)


def chosen_table(result: EndpointResult) -> Table:
    """Tabulate how often each variable was chosen again.

    Args:
        result: what was found for the endpoint.

    Returns:
        One row per candidate variable.
    """
    own = {item.id for item in result.learning.definition.items}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            candidate.label or candidate.name,
            "yes" if candidate.name in own else "no",
            Number(100 * result.internal.chosen.get(candidate.name, 0.0), 0),
        )
        for candidate in result.learning.terms.candidates
    )
    columns = (
        Heading("Variable"),
        Heading("In the score"),
        Heading("Chosen again, % of resamples"),
    )
    return Table("How stable the choice of variables is", columns, rows)


def rivals_table(rivals: dict[Role, tuple[Rival, ...]]) -> Table:
    """Tabulate published scores beside the learned one, on the same patients.

    Args:
        rivals: published scores by cohort.

    Returns:
        One row per score and cohort, with the paired difference.
    """
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            rival.trial.definition.short,
            rival.trial.outcome.cohort.name,
            Count(rival.patients),
            Interval(rival.published),
            Interval(rival.learned),
            Interval(rival.difference.estimate, 3),
            PValue(rival.difference.p),
        )
        for each in rivals.values()
        for rival in each
    )
    columns = (
        Heading("Published score"), Heading("Cohort"), Heading("Patients with both"),
        Heading("Its concordance"), Heading("Learned score"),
        Heading("Learned less published"), Heading("p"),
    )  # fmt: skip
    title = "Side by side with published scores, on the same patients"
    return Table(title, columns, rows, ("Paired difference by the infinitesimal jackknife.",))


def completeness_table(rivals: dict[Role, tuple[Rival, ...]]) -> Table:
    """Tabulate what missing items leave of a published score: never 0 points.

    Args:
        rivals: published scores by cohort.

    Returns:
        How many patients are complete, certain in spite of a missing item, or undetermined;
        and the group of those whose group is certain.
    """
    rows: list[tuple[Cell, ...]] = []
    for each in rivals.values():
        for rival in each:
            rows += _completeness(rival.trial)
    columns = (Heading("Published score"), Heading("Cohort"), Heading("Patients"), Heading("n (%)"))
    notes = (
        "A missing item gives a range of points. The group is certain when every total in the "
        "range falls in the same group.",
    )
    return Table("Published scores: known, certain, undetermined", columns, tuple(rows), notes)


def _completeness(trial: Trial) -> list[tuple[Cell, ...]]:
    group, n = trial.assessed.group, len(trial.assessed.group)
    certain = group >= 0
    name, cohort = trial.definition.short, trial.outcome.cohort.name
    rows: list[tuple[Cell, ...]] = [
        (name, cohort, "every item known", Count(trial.patients, n)),
        ("", "", "item missing, group certain", Count(int((certain & ~trial.complete).sum()), n)),
        ("", "", "item missing, undetermined", Count(int((~certain).sum()), n)),
    ]
    for index, part in enumerate(trial.definition.groups):
        text = f"group {part.label['en']} ({write_range(part.low, part.high)})"
        rows.append(("", "", text, Count(int((group == index).sum()), n)))
    return rows


def search_table(result: EndpointResult) -> Table:
    """Tabulate how the score was found.

    Args:
        result: what was found for the endpoint.

    Returns:
        The search's settings and what it reached.
    """
    learning = result.learning
    score, search = learning.score, learning.search
    used = sum(point != 0 for point in score.points)
    rows: tuple[tuple[Cell, ...], ...] = (
        (_describe_patients(learning), Count(int(learning.complete.sum()))),
        ("Events", Count(float((learning.data.event == 1).sum()))),
        ("Candidate variables", Count(len(learning.terms.candidates))),
        ("Candidate limits", Count(len(learning.terms.cut))),
        ("Limits in the score", Count(used)),
        ("Most variables allowed", Count(search.max_variables)),
        ("Most limits per variable", Count(search.max_terms)),
        ("Most points per limit", Count(search.max_points)),
        ("Price of a limit, log-likelihood units", Number(search.price, 1)),
        ("Log-likelihood gained over no score", Number(score.null_loss - score.loss, 1)),
        ("Log hazard per point", Number(score.scale, 3)),
        *size_rows(result.size),
        *_proof_rows(result),
    )
    return Table("How the score was found", (Heading("What"), Heading("How much")), rows)


def _describe_patients(learning: Learning) -> str:
    if learning.completed is None:
        return "Patients with every candidate variable known"
    return f"Patients, missing values imputed {learning.completed.copies} times"


def _proof_rows(result: EndpointResult) -> tuple[tuple[Cell, ...], ...]:
    certificate = result.learning.score.certificate
    rows: tuple[tuple[Cell, ...], ...] = (("Proof", write_proof(result)),)
    if certificate is None:
        return rows
    return (
        ("What was minimised", certificate.objective),
        ("Its value, log-likelihood units", Number(certificate.value, 2)),
        ("No score within the rules is below", Number(certificate.bound, 2)),
        ("Parts of the search opened", Count(certificate.nodes)),
        *rows,
    )
