"""The blueprint "Even skin, pores kept" holds the settings that its benchmark measures."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from softfocus.settings import EVEN_SKIN, KEPT_OF_SKIN

FILE = Path(__file__).resolve().parents[2] / "subgraphs" / "Even skin, pores kept.json"


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
