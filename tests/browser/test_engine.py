"""The browser's engine gives what the engine in Python gives: every number and every sentence."""

import json
import random

import pytest
from tests.browser.patients import as_given, as_inputs, draw_patient

from jalon.calculator.forms import describe_form
from jalon.calculator.pages import read_script
from jalon.core.errors import DefinitionError
from jalon.scores import assess, find_definition, list_examples, list_slugs, write_answer

SLUGS = [slug for slug in list_slugs() if find_definition(slug).computes]
PATIENTS = 100

COMPARE = """(text) => {
  const { form, rows, wanted } = JSON.parse(text);
  const score = jalon.prepare(form);
  const differ = (a, b, path) => {
    if (typeof a === "number" && typeof b === "number") {
      return Math.abs(a - b) <= 1e-14 * Math.abs(a) ? "" : `${path}: ${a} or ${b}; `;
    }
    const plain = a === null || b === null || typeof a !== "object";
    if (plain) return a === b ? "" : `${path}: ${a} or ${b}; `;
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.map((key) => differ(a[key], b[key], `${path}.${key}`)).join("");
  };
  return rows.flatMap((row, k) => {
    let got = null;
    try { got = jalon.assess(score, row); } catch (error) {
      if (!(error instanceof jalonEngine.Refusal)) throw error;
    }
    const text = differ(wanted[k], got, "");
    return text ? [`${JSON.stringify(row)} ${text}`] : [];
  });
}"""


def write_plain(definition, given):
    """The answer in Python, in both languages; None when it is refused."""
    try:
        answer = assess(definition, as_inputs(given))
    except DefinitionError:
        return None
    return plain_of(answer)


def plain_of(answer):
    """An answer of the engine in Python as the browser gives it."""
    english, french = (write_answer(answer, language) for language in ("en", "fr"))
    slug = lambda group: group and group["slug"]  # noqa: E731
    other = english["alternative"]
    return {
        **{key: english[key] for key in (
            "state", "points_low", "points_high", "log2", "cuts", "missing", "deciding"
        )},
        "group": slug(english["group"]),
        "possible": [slug(group) for group in english["possible"]],
        "alternative": other and {**other, "groups": [slug(group) for group in other["groups"]]},
        "contributions": [
            {**ours, "why": {"en": ours["why"], "fr": theirs["why"]}}
            for ours, theirs in zip(english["contributions"], french["contributions"], strict=True)
        ],
        "remarks": [
            {**ours, "text": {"en": ours["text"], "fr": theirs["text"]}}
            for ours, theirs in zip(english["remarks"], french["remarks"], strict=True)
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def engine(browser):
    page = browser.new_page()
    page.set_content("<button id=language></button>")
    page.add_script_tag(content=read_script())
    yield page
    page.close()


def compare(engine, definition, rows):
    wanted = [write_plain(definition, row) for row in rows]
    case = {"form": describe_form(definition), "rows": rows, "wanted": wanted}
    return engine.evaluate(COMPARE, json.dumps(case)), wanted


@pytest.mark.parametrize("slug", SLUGS)
def test_answers_and_sentences_are_those_of_the_engine_in_python(engine, slug):
    definition = find_definition(slug)
    rng = random.Random(f"calculator {slug}")
    rows = [{}, *(draw_patient(rng, definition) for _ in range(PATIENTS))]
    differences, wanted = compare(engine, definition, rows)
    assert differences == []
    assert sum(answer is not None for answer in wanted) > PATIENTS / 10


def test_numbers_are_written_as_python_writes_them(engine):
    rng = random.Random(20261126)
    numbers = [10 ** rng.uniform(-8, 9) * rng.choice([-1, 1]) for _ in range(2000)]
    numbers += [rng.randint(-(10**7), 10**7) / 8 for _ in range(2000)]  # many lie half way
    numbers += [0.0, 999999.5, 1e-5, 0.0001, 123456.5, 1234565.0, 0.5, 2.5]
    for digits in (3, 6):
        got = engine.evaluate(
            f"(numbers) => numbers.map((x) => jalonEngine.writeGeneral(x, {digits}))", numbers
        )
        assert got == [f"{number:.{digits}g}" for number in numbers]


def test_worked_examples_of_the_catalogue_agree(engine):
    for slug in SLUGS:
        examples = [as_given(each.inputs) for each in list_examples(slug)]
        differences, _ = compare(engine, find_definition(slug), examples)
        assert differences == [], slug
