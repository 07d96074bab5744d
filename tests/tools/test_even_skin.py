"""The blueprint "Even skin, pores kept" and the help's recipe of this name hold the settings that are measured."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from softfocus.settings import EVEN_SKIN, KEPT_OF_SKIN, MASK, SHARPEN

ROOT = Path(__file__).resolve().parents[2]
NAME = "Even skin, pores kept"
FILE = ROOT / "subgraphs" / f"{NAME}.json"
DOCS = ROOT / "web" / "docs"
HELP = [DOCS / "SoftFocusFeatureSharpen.md", *sorted((DOCS / "SoftFocusFeatureSharpen").glob("*.md"))]


def widgets(node_type: str) -> dict[str, Any]:
    """By name, of the only node of its kind in the file."""
    (graph,) = json.loads(FILE.read_text(encoding="ascii"))["definitions"]["subgraphs"]
    (node,) = [each for each in graph["nodes"] if each["type"] == node_type]
    names = [each["name"] for each in node["inputs"] if "widget" in each]
    return dict(zip(names, node["widgets_values"], strict=True))


def test_sharpening_and_mask_are_those_of_the_settings():
    for node_type, settings in (("SoftFocusFeatureSharpen", EVEN_SKIN), ("SoftFocusFaceDetailMask", KEPT_OF_SKIN)):
        held = widgets(node_type)
        assert {name: held[name] for name in asdict(settings)} == asdict(settings)
    assert widgets("MaskComposite") == {"x": 0, "y": 0, "operation": "subtract"}


@pytest.mark.parametrize("page", HELP, ids=lambda page: page.stem)
def test_the_recipe_in_the_help_says_the_same(page):
    (recipe,) = [line for line in page.read_text(encoding="utf-8").splitlines() if NAME in line]
    for settings, defaults in ((EVEN_SKIN, SHARPEN), (KEPT_OF_SKIN, MASK)):
        for name, value in asdict(settings).items():
            assert value == getattr(defaults, name) or f"`{name}` {value:g}" in recipe, name
