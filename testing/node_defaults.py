"""What a node is called with when nothing is changed."""

from __future__ import annotations

from typing import Any


def node_defaults(node: Any) -> dict[str, Any]:
    """The default of every input of a node class that has one, by the input's id."""
    return {each.id: each.default for each in node.GET_SCHEMA().inputs if getattr(each, "default", None) is not None}
