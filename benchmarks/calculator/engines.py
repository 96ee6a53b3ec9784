"""A million random patients in Chromium and in Python: the same points, group and other reading.

    python -m benchmarks.calculator.engines [--patients 1000000]

Columns go to both engines: to the vectorised one in Python, and patient by patient to the one of
the page. Units are mixed; exact limits, their neighbours and missing values are frequent.
"""

import argparse
import base64
import json
import shutil
import time

import numpy as np
from playwright.sync_api import sync_playwright

from jalon.calculator.forms import describe_form
from jalon.calculator.pages import read_script
from jalon.core.errors import DefinitionError
from jalon.core.units import find_factor, list_units
from jalon.scores import assess_many, find_definition, list_slugs

CHUNK = 20_000

COMPARE = """([text, names, units, columns, wanted]) => {
  const doubles = (code) => new Float64Array(Uint8Array.from(atob(code), (c) => c.charCodeAt(0)).buffer);
  const score = jalon.prepare(JSON.parse(text));
  const given = columns.map(doubles);
  const [low, high, group, otherLow, otherHigh, flips] = wanted.map(doubles);
  const near = (a, b) => a === b || Math.abs(a - b) <= 1e-13 * Math.abs(b) || (a === null && !Number.isFinite(b));
  const differ = [];
  const start = performance.now();
  for (let k = 0; k < low.length; k += 1) {
    const row = {};
    names.forEach((name, j) => {
      const value = given[j][k];
      if (!Number.isNaN(value)) row[name] = units[j] === "" ? value : { value, unit: units[j] };
    });
    const got = jalon.assess(score, row);
    const index = got.group === null ? -1 : score.groups.findIndex((each) => each.slug === got.group);
    const other = got.alternative || { points_low: got.points_low, points_high: got.points_high, flips: false };
    const same = near(got.points_low, low[k]) && near(got.points_high, high[k]) && index === group[k]
      && near(other.points_low, otherLow[k]) && near(other.points_high, otherHigh[k]) && Number(other.flips) === flips[k];
    if (!same) differ.push(JSON.stringify(row));
  }
  return { differ: differ.slice(0, 5), count: differ.length, seconds: (performance.now() - start) / 1000 };
}"""  # noqa: E501


def draw_column(rng, each, n):
    """Values of an item in its unit; half of them on a limit or beside one."""
    levels = getattr(each, "levels", ())
    span = each.possible or ((0, len(levels) - 1) if levels else (0, 100))
    low, high = each.plausible or span
    values = np.round(rng.uniform(low, high, n), rng.integers(0, 4))
    limits = [step.limit for step in getattr(each, "steps", ())[1:]]
    limits += [d.low for d in getattr(each, "disputes", ())]
    if limits:
        edge = rng.choice(limits, n)
        edge = rng.choice([edge, np.nextafter(edge, np.inf), np.nextafter(edge, -np.inf)], axis=0)
        values = np.where(rng.random(n) < 0.5, edge, values)
    if getattr(each, "whole", False) or levels:
        values = np.round(values)
    values = np.clip(values, *span)
    return np.where(rng.random(n) < 0.15, np.nan, values)


def draw_columns(rng, definition, n):
    """Columns by name, and the unit of each; a ratio is given as itself or as its two measures."""
    columns, units = {}, {}
    for each in (*definition.items, *definition.measures):
        if getattr(each, "over", None) and rng.random() < 0.5:
            continue
        values = draw_column(rng, each, n)
        if each.analyte and rng.random() < 0.6:
            unit = rng.choice(list_units(each.analyte))
            try:
                times, over, less = find_factor(each.unit, unit, each.analyte)
            except DefinitionError:
                times, over, less, unit = 1, 1, 0, each.unit
            values = np.array([float(f"{x:.12g}") for x in (values - less) * times / over])
            units[each.id] = str(unit)
        if each.id in positive_names(definition):
            values = np.where(values <= 0, np.nan, values)
        columns[each.id] = values
    ratios = [item for item in definition.items if item.over and item.id in columns]
    for item in ratios:  # both would have to agree
        for name in item.over:
            if name in columns:
                columns[name] = np.where(np.isnan(columns[item.id]), columns[name], np.nan)
    return columns, units


def positive_names(definition):
    """Items of which a formula needs the logarithm or the inverse, and what ratios divide by."""
    terms = definition.formula.terms if definition.formula else ()
    named = {term.item for term in terms if term.needs_positive}
    return named | {item.over[1] for item in definition.items if item.over}


def compare(page, rng, definition, n):
    """Compare one chunk; None when a random patient is refused, as an impossible ratio is."""
    columns, units = draw_columns(rng, definition, n)
    try:
        answer = assess_many(definition, columns, units)
    except DefinitionError:
        return None
    code = lambda values: base64.b64encode(np.asarray(values, dtype=float).tobytes()).decode()  # noqa: E731
    wanted = (answer.points_low, answer.points_high, answer.group,
              answer.other_low, answer.other_high, answer.flips)  # fmt: skip
    return page.evaluate(
        COMPARE,
        [json.dumps(describe_form(definition)), list(columns),
         [units.get(name, "") for name in columns], [code(v) for v in columns.values()],
         [code(v) for v in wanted]],
    )  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=1_000_000)
    asked = parser.parse_args().patients
    rng = np.random.default_rng(20261126)
    scores = [each for each in map(find_definition, list_slugs()) if each.computes]
    done, wrong, seconds, start = 0, 0, 0.0, time.perf_counter()
    with sync_playwright() as play:
        path = shutil.which("chromium")
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content("<button id=language></button>")
        page.add_script_tag(content=read_script())
        refused, turn = 0, 0
        while done < asked and turn < 100 * len(scores):
            definition, turn = scores[turn % len(scores)], turn + 1
            n = min(CHUNK, max(1, asked // len(scores)), asked - done)
            result = compare(page, rng, definition, n)
            if result is None:
                refused += 1
                continue
            done, wrong, seconds = done + n, wrong + result["count"], seconds + result["seconds"]
            for row in result["differ"]:
                print(f"{definition.slug}: {row}")
        browser.close()
    print(
        f"{done:,} patients, {len(scores)} scores: {wrong} differ; the page's engine took "
        f"{seconds:.1f} s, all {time.perf_counter() - start:.0f} s; {refused} draws refused"
    )


if __name__ == "__main__":
    main()
