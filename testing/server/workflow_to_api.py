"""Turn a workflow file of the UI into the prompt of ComfyUI's API.

So tests and the demo post the workflow that is shipped, not a second copy of it. Only what the shared
workflows use is covered: no subgraphs, no bypassed nodes, no reroutes.
"""

from __future__ import annotations

from typing import Any

Definition = dict[str, Any]
WIDGET_TYPES = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"}
NOTES = {"Note", "MarkdownNote"}
MUTED = 2


def widget_names(definition: Definition) -> list[str | None]:
    """Names of a node's widgets in the order of `widgets_values`.

    Args:
        definition: the node's entry in /object_info.

    Returns:
        The input's name, or None for a widget that only the page has: what happens to a seed after a
        run, and the upload button.
    """
    names: list[str | None] = []
    for group in ("required", "optional"):
        for name, (kind, *rest) in definition["input"].get(group, {}).items():
            options = rest[0] if rest else {}
            if options.get("forceInput") or not (isinstance(kind, list) or kind in WIDGET_TYPES):
                continue
            names.append(name)
            is_seed = kind == "INT" and name in ("seed", "noise_seed")
            if options.get("control_after_generate", is_seed):
                names.append(None)
            if options.get("image_upload"):
                names.append(None)
    return names


def workflow_to_api(workflow: dict[str, Any], object_info: dict[str, Definition]) -> dict[str, dict[str, Any]]:
    """The API prompt of a UI workflow (format 0.4).

    Args:
        workflow: the parsed workflow file.
        object_info: what the server answers at /object_info.
    """
    nodes = {node["id"]: node for node in workflow["nodes"] if node["mode"] != MUTED and node["type"] not in NOTES}
    links = {link[0]: (link[1], link[2]) for link in workflow["links"]}
    return {str(node_id): _api_node(node, nodes, links, object_info) for node_id, node in nodes.items()}


def _api_node(
    node: dict[str, Any],
    nodes: dict[int, dict[str, Any]],
    links: dict[int, tuple[int, int]],
    object_info: dict[str, Definition],
) -> dict[str, Any]:
    if node["type"] not in object_info:
        raise ValueError(f"the server has no node {node['type']!r} (node {node['id']} of the workflow)")
    names = widget_names(object_info[node["type"]])
    values = node.get("widgets_values", [])
    if len(names) != len(values):
        raise ValueError(f"node {node['id']} ({node['type']}) has {len(values)} values for the widgets {names}")
    inputs = {name: value for name, value in zip(names, values, strict=True) if name is not None}
    for socket in node.get("inputs", []):
        source = links.get(socket["link"]) if socket["link"] is not None else None
        if source and source[0] in nodes:  # a link replaces the widget of the same input
            inputs[socket["name"]] = [str(source[0]), source[1]]
    return {"class_type": node["type"], "inputs": inputs}
