"""Every room says what it exports, and every public name is explained."""

import inspect
import pkgutil
import re
from importlib import import_module

import pytest

import jalon

ROOMS = [
    f"jalon.{room.name}" for room in pkgutil.iter_modules(jalon.__path__) if room.name != "cli"
]


def names_of(room):
    module = import_module(room)
    return [(name, getattr(module, name)) for name in module.__all__]


PUBLIC = [
    pytest.param(thing, id=f"{room}.{name}")
    for room in ROOMS
    for name, thing in names_of(room)
    if inspect.isfunction(thing) or inspect.isclass(thing)
]


@pytest.mark.parametrize("room", ROOMS)
def test_all_is_what_is_exported_and_sorted(room):
    module = import_module(room)
    listed = list(module.__all__)
    assert listed == sorted(set(listed)), room
    own = {
        name
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and not inspect.ismodule(thing)
        and getattr(thing, "__module__", "").startswith("jalon.")
    }
    assert own <= set(listed)


@pytest.mark.parametrize("thing", PUBLIC)
def test_public_name_is_explained(thing):
    text = inspect.getdoc(thing) or ""
    first = text.split("\n")[0]
    assert re.match(r"^[A-Z\"`].{8,}[.?]$", first), f"{thing.__name__}: first line {first!r}"


@pytest.mark.parametrize("thing", [p for p in PUBLIC if inspect.isfunction(p.values[0])])
def test_every_argument_is_described_and_no_default_restated(thing):
    text = inspect.getdoc(thing) or ""
    described = text.partition("Args:")[2]
    for name in inspect.signature(thing).parameters:
        assert re.search(rf"^\s+\*{{0,2}}{name}: ", described, re.MULTILINE), (
            f"{thing.__name__}: {name} is not described"
        )
    assert not re.search(r"\b[Dd]efaults? (to|is|=)", text), thing.__name__
