"""Write the reference pages from the docstrings of the public names.

    python docs/generate.py            # write docs/reference
    python docs/generate.py --check    # exit 1 when a page is not what would be written

Under each name stand links to the pages of `docs/explanation` that mention it.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
import sys
import textwrap
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any
from urllib.parse import quote

DOCS = Path(__file__).resolve().parent
OUT = DOCS / "reference"
ROOMS = (
    "core",
    "dictionary",
    "registry",
    "registry.store",
    "exchange",
    "simulate",
    "cohort",
    "endpoints",
    "scores",
    "learn",
    "validate",
    "report",
    "study",
)
TITLES = {
    "competing": "Competing risks",
    "meta": "Meta-analysis",
    "missing": "Missing data",
    "prediction": "Accuracy",
}
NOTE = "<!-- Written by docs/generate.py from the docstrings; change those. -->\n"
PARTS = "Args|Attributes|Returns|Raises|References|Reference|Example"
WORDS = {"Args": "Arguments", "Attributes": "Fields", "Raises": "Errors", "References": "Reference"}


def build_pages() -> dict[str, str]:
    """Return the text of each page by its path below `docs/reference`."""
    stats = import_module("jalon.stats")
    pages, lines = {}, []
    for entry in pkgutil.iter_modules(stats.__path__):
        family = import_module(f"jalon.stats.{entry.name}")
        if names := [name for name in stats.__all__ if is_of(family, name)]:
            page = pages[f"statistics/{entry.name}.md"] = write_page(family, stats, names)
            verbs = ", ".join(f"`{name}`" for name in names if name.islower())
            lines.append(f"- {link_to(page, f'{entry.name}.md')}: {verbs}")
    pages["statistics/index.md"] = "\n".join([NOTE, "# Statistics\n", *lines, ""])
    lines = [f"- [Statistics](statistics/index.md): {take_lead(stats)}"]
    for room in ROOMS:
        module = import_module(f"jalon.{room}")
        page = pages[f"{room}.md"] = write_page(module, module, module.__all__)
        lines.append(f"- {link_to(page, f'{room}.md')}: {take_lead(module)}")
    pages |= build_catalogue()
    lines.append(
        "- [Catalogue of scores](catalogue/index.md): every published score, from its file."
    )
    return pages | {"index.md": "\n".join([NOTE, "# Reference\n", *lines, ""])}


def build_catalogue() -> dict[str, str]:
    """Return a page for each published score, and the list of them."""
    scores = import_module("jalon.scores")
    pages, rows = {}, []
    for slug in scores.list_slugs():
        definition = scores.find_definition(slug)
        text = scores.write_markdown(definition, scores.list_examples(slug))
        pages[f"catalogue/{slug}.md"] = f"{NOTE.replace('the docstrings', 'its TOML file')}\n{text}"
        state = "" if definition.availability == "ready" else definition.availability
        rows.append(f"| [{definition.short}]({slug}.md) | {definition.name['en']} | {state} |")
    head = "# Catalogue of scores\n\n| score | title | |\n|---|---|---|"
    return pages | {"catalogue/index.md": "\n".join([NOTE, head, *rows, ""])}


def is_of(family: ModuleType, name: str) -> bool:
    """Tell whether a family exports a name, or a file without a family defines it."""
    made_in = getattr(vars(family).get(name), "__module__", "")
    return name in getattr(family, "__all__", ()) or made_in == family.__name__


def link_to(page: str, path: str) -> str:
    """Return a link with the title of a page."""
    return f"[{page.partition('# ')[2].partition(chr(10))[0]}]({path})"


def write_page(module: ModuleType, door: ModuleType, names: list[str]) -> str:
    """Return the page of one family or room; `door` is where its names are imported from."""
    room = module.__name__.rpartition(".")[2]
    head = [NOTE, f"# {TITLES.get(room, room.capitalize())}\n", f"{take_lead(module)}\n"]
    head.append(f"    from {door.__name__} import …\n\n| name | what it is for |\n|---|---|")
    ordered = sorted(names, key=lambda name: (not name.islower(), name.lower()))
    entries = {name: write_entry(name, getattr(door, name), module) for name in ordered}
    rows = [f"| [`{name}`](#{name.lower()}) | {entries[name][0]} |" for name in ordered]
    text = "\n".join(head + rows) + "\n\n" + "\n".join(entries[name][1] for name in ordered)
    return text.replace("UP/", "../" if door is module else "../../")


def write_entry(name: str, thing: object, module: ModuleType) -> tuple[str, str]:
    """Return the first sentence about a public name, and all there is to say."""
    known = inspect.isfunction(thing) or inspect.isclass(thing)
    parts = split_parts((inspect.getdoc(thing) if known else describe_alias(name, module)) or "")
    first, *rest = (flow(paragraph) for paragraph in parts.pop("").split("\n\n"))
    blocks = [f"## {name}", first]
    if inspect.isfunction(thing):
        blocks.append(f"```python\n{write_signature(name, thing)}\n```")
    blocks += [paragraph for paragraph in rest if paragraph]
    for part, body in parts.items():
        blocks += [f"**{WORDS.get(part, part)}**", write_part(part, body, read_types(thing))]
    blocks += list_methods(thing)
    return first.replace("|", "\\|"), "\n\n".join([*blocks, *find_explanations(name)]) + "\n"


def split_parts(text: str) -> dict[str, str]:
    """Return what is said before the first heading of a docstring, under "", and under each."""
    pieces = re.split(rf"^({PARTS}):\n", text, flags=re.MULTILINE)
    bodies = [textwrap.dedent(body).strip("\n") for body in pieces[2::2]]
    return {"": pieces[0].strip(), **dict(zip(pieces[1::2], bodies, strict=True))}


def write_part(part: str, body: str, types: dict[str, str]) -> str:
    """Return one part of a docstring."""
    if part == "Example":
        return f"```pycon\n{body}\n```"
    if part not in ("Args", "Attributes", "Raises"):
        return "\n\n".join(flow(paragraph) for paragraph in body.split("\n\n"))
    items = [item.partition(": ") for item in re.split(r"\n(?=\S)", body)]
    return "\n".join(f"- `{name}`{types.get(name, '')}: {flow(text)}" for name, _, text in items)


def write_signature(name: str, thing: FunctionType) -> str:
    """Return the call of a function, an argument a line."""
    signature, lines = inspect.signature(thing), [f"{name}("]
    for argument in signature.parameters.values():
        if argument.kind is argument.KEYWORD_ONLY and "    *," not in lines:
            lines.append("    *,")
        lines.append(f"    {argument.name}: {show_type(argument)},")
    return "\n".join([*lines, f") -> {signature.return_annotation}"])


def read_types(thing: Any) -> dict[str, str]:
    """Return the type of each field of a record, and what it is when not given."""
    record = isinstance(thing, type) and is_dataclass(thing)
    fields = inspect.signature(thing).parameters if record else {}
    return {name: f" (`{show_type(field)}`)" for name, field in fields.items()}


def show_type(argument: inspect.Parameter) -> str:
    """Return an argument's type as it was written, and what it is when not given."""
    default = getattr(argument.default, "__name__", repr(argument.default))
    return f"{argument.annotation}" + (f" = {default}" if default != "_empty" else "")


def list_methods(thing: object) -> list[str]:
    """Return what a record can be asked, with a sentence each."""
    lines = []
    for name, member in vars(thing).items() if inspect.isclass(thing) else ():
        if name[0] != "_" and (inspect.isfunction(member) or isinstance(member, property)):
            call = f"{name}()" if inspect.isfunction(member) else name
            lines.append(f"- `.{call}`: {take_lead(member)}")
    return ["**It can also tell**", "\n".join(lines)] if lines else []


def take_lead(thing: object) -> str:
    """Return the first paragraph of a docstring."""
    return flow((inspect.getdoc(thing) or "").split("\n\n")[0])


def describe_alias(name: str, module: ModuleType) -> str:
    """Return how a name for a type was written, and the docstring under it."""
    for path in sorted(Path(module.__file__ or "").parent.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found = re.search(rf'^{name} = (.*?)$\n(?:"""(.*?)""")?', text, re.MULTILINE | re.DOTALL)
        if found:
            value, choice = re.subn(r"^Literal\[(.*)\]$", r"\1", found[1])
            return f"{'One of' if choice else 'Stands for'} ``{value}``.\n\n{found[2] or ''}"
    return ""


def find_explanations(name: str) -> list[str]:
    """Return links to the pages of `docs/explanation` that mention a name as code."""
    pages = {path.name: path.read_text("utf-8") for path in (DOCS / "explanation").glob("*.md")}
    found = [page for page, text in sorted(pages.items()) if re.search(rf"`{name}\b", text)]
    links = [link_to(pages[page], f"UP/explanation/{page}") for page in found]
    return [f"Explained in {', '.join(links)}."] if links else []


def flow(text: str) -> str:
    """Return a paragraph on one line, so that no line can begin like a list by chance."""
    return re.sub(
        r"doi:(10\.\S*[^\s.,;:\"])",
        lambda found: f"[{found[0]}](https://doi.org/{quote(found[1].replace(chr(92), ''))})",
        escape(" ".join(text.split())),
    )


def escape(line: str) -> str:
    """Return text in which nothing outside code is taken for a mark of emphasis or a tag."""
    pieces = re.split(r"(``.+?``|`.+?`)", line)
    pieces[::2] = [re.sub(r"(?<!\*)([*<])(?!\*)", r"\\\1", piece) for piece in pieces[::2]]
    return "".join(piece.replace("``", "`") for piece in pieces)


def main(check: bool) -> None:
    """Write the pages, or say which are stale."""
    pages = build_pages()
    stale = find_stale(pages)
    if check and stale:
        sys.exit(f"stale in docs/reference: {', '.join(stale)}; run make docs and commit them")
    for name in stale:
        (OUT / name).parent.mkdir(exist_ok=True)
        (OUT / name).write_text(pages.get(name, ""), encoding="utf-8")
        if name not in pages:
            (OUT / name).unlink()


def find_stale(pages: dict[str, str]) -> list[str]:
    """Return the pages that differ from what would be written, are missing, or are too many."""
    there = OUT.rglob("*.md")
    old = {path.relative_to(OUT).as_posix(): path.read_text("utf-8") for path in there}
    return sorted(name for name in old | pages if old.get(name) != pages.get(name))


if __name__ == "__main__":
    main("--check" in sys.argv)
