"""What a blueprint is made of: a look as one node."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tools.graphs.workflow_parts import PACK, Link, Node

INPUT, OUTPUT = -10, -20  # the ids that the page gives the two borders of a subgraph
COLUMN, ROW = 380, 60


@dataclass(frozen=True)
class Blueprint:
    """A look as one node.

    Attributes:
        nodes: their ids differ from those of every other blueprint: the page of ComfyUI 0.29 remembers the values of
            widgets by node id, also after the graph was cleared.
        inputs, outputs: (name, type) of its sockets; links from INPUT and to OUTPUT name them.
        shown: (inner node, widget, label) for each widget on the outer node, in this order.
    """

    name: str
    category: str
    description: str
    aliases: list[str]
    nodes: list[Node]
    links: list[Link]
    inputs: list[tuple[str, str]]
    outputs: list[tuple[str, str]]
    shown: list[tuple[int, str, str]]


def step(node_id: int, name: str, column: int, size: tuple[int, int], **widgets: Any) -> Node:
    """A node of the pack in a column of the subgraph; widgets not named keep their defaults."""
    node_type = f"SoftFocus{name}"
    properties = {"Node name for S&R": node_type, **PACK}
    return Node(node_id, node_type, (column * COLUMN, ROW), size, widgets, properties)


def changed(settings: Any, defaults: Any) -> dict[str, Any]:
    """What differs from the defaults, by widget."""
    return {name: value for name, value in asdict(settings).items() if value != getattr(defaults, name)}
