"""The workflow files of the pack, for the tests of this folder."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TITLE_HEIGHT = 30
WORKFLOW_FILES = sorted((ROOT / "workflows").glob("*.json"))


def load_workflow(ending: str) -> dict[str, Any]:
    """The shared workflow whose file name ends so."""
    (path,) = [path for path in WORKFLOW_FILES if path.stem.endswith(ending)]
    return json.loads(path.read_text(encoding="utf-8"))


def assert_tidy(workflow: dict[str, Any]) -> None:
    """Every node begins inside a group and covers no other node; a node's title stands above its position."""
    boxes = []
    for node in workflow["nodes"]:
        (x, y), (width, height) = node["pos"], node["size"]
        boxes.append((node, x, y - TITLE_HEIGHT, x + width, y + height))
        inside = [
            group["bounding"][0] <= x <= group["bounding"][0] + group["bounding"][2]
            and group["bounding"][1] <= y <= group["bounding"][1] + group["bounding"][3]
            for group in workflow["groups"]
        ]
        assert any(inside), f"{node['type']} ({node['id']}) is outside the groups"
    for (one, left, top, right, bottom), (other, *box) in itertools.combinations(boxes, 2):
        covers = left < box[2] and box[0] < right and top < box[3] and box[1] < bottom
        assert not covers, f"{one['type']} ({one['id']}) and {other['type']} ({other['id']}) overlap"


CHECKPOINT = "v1-5-pruned-emaonly-fp16.safetensors"
