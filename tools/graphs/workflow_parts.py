"""What a graph is made of: nodes of the host and of the pack, notes, groups."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import tomllib

ROOT = Path(__file__).resolve().parents[2]
CORE = {"cnr_id": "comfy-core", "ver": "0.3.75"}
PACK = {"cnr_id": "softfocus", "ver": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]}
TITLE_HEIGHT = 30  # a node's title stands above its position
PADDING = 20
GROUP_TITLE_HEIGHT = 40


@dataclass(frozen=True)
class Node:
    id: int
    type: str
    pos: tuple[int, int]
    size: tuple[int, int]
    widgets: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    title: str | None = None


Link = tuple[int, str, int, str]  # from node, output, to node, input


@dataclass(frozen=True)
class Workflow:
    name: str
    nodes: list[Node]
    links: list[Link]
    groups: list[dict[str, Any]]

    def spec(self) -> dict[str, Any]:
        """Plain data for build_graph.js."""
        return asdict(self)


def core(node_id: int, node_type: str, pos: tuple[int, int], size: tuple[int, int], **rest: Any) -> Node:
    properties = {"Node name for S&R": node_type, **CORE, **rest.pop("properties", {})}
    return Node(node_id, node_type, pos, size, properties=properties, **rest)


def ours(node_id: int, node_type: str, pos: tuple[int, int], size: tuple[int, int], **widgets: Any) -> Node:
    """A node of the pack; widgets not named are at their defaults, which make the look."""
    return Node(node_id, node_type, pos, size, widgets, {"Node name for S&R": node_type, **PACK})


def note(node_id: int, pos: tuple[int, int], size: tuple[int, int], text: str) -> Node:
    return Node(node_id, "MarkdownNote", pos, size, {"text": text}, title="Read me")


def group(number: int, title: str, color: str, members: list[Node]) -> dict[str, Any]:
    """A box around its members."""
    left = min(node.pos[0] for node in members) - PADDING
    top = min(node.pos[1] for node in members) - TITLE_HEIGHT - GROUP_TITLE_HEIGHT
    right = max(node.pos[0] + node.size[0] for node in members) + PADDING
    bottom = max(node.pos[1] + node.size[1] for node in members) + PADDING
    return {"id": number, "title": title, "color": color, "bounds": [left, top, right - left, bottom - top]}
