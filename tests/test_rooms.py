"""Which room may import which: `__init__ -> nodes -> softfocus`; tests, benchmarks and tools share only `testing`."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from testing.imports import module_imports

ROOT = Path(__file__).resolve().parent.parent
FRONTS = {"", "nodes", "softfocus", "softfocus.faces", "softfocus.features", "softfocus.matting", "softfocus.quality"}
BASE = {
    "canvas",
    "checkpoint",
    "checks",
    "color",
    "device_path",
    "face_box",
    "frame_names",
    "opencv",
    "pack_weights",
    "settings",
    "smoothstep",
    "transparency",
    "units",
}  # of softfocus, beside the effects: what all may use
TOP = {"at_settings", "gaussian", "look"}  # of softfocus, above the effects

# By room: the rooms it may import, besides itself and BASE. Rooms that hold others are named by their own files.
ALLOWED: dict[str, set[str]] = {
    "softfocus.base": set(),
    "softfocus.filters": set(),
    "softfocus.detail": {"softfocus.filters"},
    "softfocus.light": {"softfocus.filters"},
    "softfocus.effects": {"softfocus.filters", "softfocus.detail", "softfocus.light"},
    "softfocus.matching": {"softfocus.filters", "softfocus.light"},
    "softfocus.matting": {"softfocus.filters"},
    "softfocus.features": {"softfocus.filters"},
    "softfocus.faces": set(),
    "softfocus.faces.nets": {"softfocus.faces"},
    "softfocus.faces.finding": {"softfocus.faces", "softfocus.faces.nets", "softfocus.filters"},
    "softfocus.faces.masks": {"softfocus.faces", "softfocus.faces.nets", "softfocus.matting", "softfocus.filters"},
    "softfocus.faces.clip": {"softfocus.faces", "softfocus.faces.masks"},
    "softfocus.faces.detail_mask": {
        "softfocus.faces",
        "softfocus.faces.nets",
        "softfocus.faces.finding",
        "softfocus.faces.masks",
    },
    "softfocus.quality": {"softfocus.filters"},
    "softfocus.quality.natural": {"softfocus.quality", "softfocus.filters"},
    "softfocus.quality.clarity": {"softfocus.quality", "softfocus.quality.natural", "softfocus.filters"},
    "softfocus.quality.effect": {"softfocus.quality", "softfocus.quality.clarity", "softfocus.filters"},
    "softfocus.quality.clip": {"softfocus.quality"},
    "softfocus.quality.report": {
        "softfocus.quality",
        "softfocus.quality.effect",
        "softfocus.quality.clarity",
        "softfocus.quality.clip",
    },
    "softfocus.top": {
        "softfocus.effects",
        "softfocus.faces",
        "softfocus.faces.masks",
        "softfocus.filters",
        "softfocus.light",
    },
    "softfocus.tuning": {"softfocus.top", "softfocus.quality", "softfocus.quality.effect", "softfocus.filters"},
    "nodes.host": {"softfocus"},
    "nodes.preview": {"softfocus", "nodes.host"},
    "nodes.models": {"softfocus", "nodes.host"},
    "nodes.faces": {"softfocus", "nodes.host", "nodes.models"},
    "nodes": {"softfocus", "nodes.host", "nodes.preview", "nodes.models", "nodes.faces"},
    "testing": {"softfocus", "nodes"},
    "benchmarks": {"softfocus", "nodes", "testing"},
    "tools": {"softfocus", "nodes", "testing"},
    "tests": {"softfocus", "nodes", "testing"},
    "tests.tools": {"softfocus", "nodes", "testing", "tools"},
    "tests.benchmarks": {"softfocus", "nodes", "testing", "benchmarks"},
}


def room_of(module: str) -> str:
    """The innermost room of ALLOWED that holds the module."""
    parts = module.split(".")
    if parts[0] == "softfocus" and len(parts) == 2 and module not in ALLOWED:
        return "softfocus.base" if parts[1] in BASE else "softfocus.top" if parts[1] in TOP else "softfocus.effects"
    while len(parts) > 1 and ".".join(parts) not in ALLOWED:
        parts.pop()
    return ".".join(parts)


def may_import(room: str, other: str) -> bool:
    """A room outside softfocus or nodes names those two as a whole."""
    top, other_top = room.split(".")[0], other.split(".")[0]
    if other == "softfocus.base" and top == "softfocus":
        return True
    return other in {room, *ALLOWED[room]} or (other_top != top and other_top in ALLOWED[room])


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    return module_imports(ROOT)


def test_rooms_import_only_what_they_may(imports):
    """A room's `__init__` is its front: it may import what the room holds, others read it as the room."""
    wrong = [
        f"{module} ({room_of(module)}) imports {other} ({room_of(other)})"
        for module, others in imports.items()
        if module not in FRONTS
        for other in others
        if not may_import(room_of(module), room_of(other))
    ]
    assert wrong == []


def test_fronts_import_only_their_own_room_or_the_one_below(imports):
    assert imports[""] <= {"nodes"}
    for front in FRONTS - {""}:
        below = "softfocus" if front == "nodes" else front
        assert all(other.startswith((front + ".", below)) for other in imports[front]), front


def test_every_module_has_a_room(imports):
    assert {room_of(module) for module in imports if module not in FRONTS} <= set(ALLOWED)


def test_no_cycle_between_rooms():
    order = TopologicalSorter({room: {each for each in others if each in ALLOWED} for room, others in ALLOWED.items()})
    order.prepare()


def test_no_cycle_between_modules(imports):
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))
