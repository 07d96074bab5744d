"""Write subgraphs/*.json: looks that the page's node library offers as one node each.

python -m tools.graphs.make_blueprints

Needs chromium: the inner nodes come from the serialiser of ComfyUI's real page. Run again without a
change to the specs, it writes the same bytes.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from testing.server.browser import comfy_page
from testing.server.comfy_server import ComfyServer, end_on_sigterm
from tools.graphs.blueprint_parts import COLUMN, INPUT, OUTPUT, Blueprint
from tools.graphs.blueprint_specs import BLUEPRINTS
from tools.graphs.make_workflows import serialise
from tools.graphs.workflow_parts import PACK, Workflow

TARGET = Path(__file__).resolve().parents[2] / "subgraphs"
BORDER_SIZE = (140, 80)
HOST_ID = 1
Json = dict[str, Any]


def stable_id(*parts: str) -> str:
    """The same id at every run: a new one would make every saved graph's copy look foreign."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("softfocus", "blueprint", *parts))))


def slots(blueprint: Blueprint, side: str, names: list[tuple[str, str]]) -> list[Json]:
    return [
        {"id": stable_id(blueprint.name, side, name), "name": name, "type": kind, "linkIds": []} for name, kind in names
    ]


def place(items: list[Json], name: str) -> int:
    (found,) = [index for index, item in enumerate(items) if item["name"] == name]
    return found


def promoted(blueprint: Blueprint, nodes: dict[int, Json]) -> list[Json]:
    """The slots that bring the outer node's widgets in; inner and outer name of each is the widget's."""
    found = []
    for node_id, widget, label in blueprint.shown:
        sockets = nodes[node_id]["inputs"]
        socket = sockets[place(sockets, widget)]
        socket["label"] = label
        (slot,) = slots(blueprint, "widget", [(widget, socket["type"])])
        found.append({**slot, "label": label})
    return found


def wire(blueprint: Blueprint, nodes: dict[int, Json], inputs: list[Json], outputs: list[Json]) -> list[Json]:
    """The links of the inner graph; both ends of each learn of it."""
    links = []
    to_widgets = [(INPUT, widget, node_id, widget) for node_id, widget, _ in blueprint.shown]
    for link_id, (source, output, target, name) in enumerate([*blueprint.links, *to_widgets], 1):
        starts = inputs if source == INPUT else nodes[source]["outputs"]
        ends = outputs if target == OUTPUT else nodes[target]["inputs"]
        slot, to = place(starts, output), place(ends, name)
        if source == INPUT:
            starts[slot]["linkIds"].append(link_id)
        else:
            starts[slot]["links"] = [*(starts[slot]["links"] or []), link_id]
        if target == OUTPUT:
            ends[to]["linkIds"].append(link_id)
        else:
            ends[to]["link"] = link_id
        ids = {"id": link_id, "origin_id": source, "origin_slot": slot, "target_id": target, "target_slot": to}
        links.append({**ids, "type": starts[slot]["type"]})
    return links


def subgraph(blueprint: Blueprint, graph: Json) -> Json:
    """The inner graph, from its nodes as the page saves them, without links."""
    nodes = {node["id"]: node for node in graph["nodes"]}
    inputs = [*slots(blueprint, "input", blueprint.inputs), *promoted(blueprint, nodes)]
    outputs = slots(blueprint, "output", blueprint.outputs)
    links = wire(blueprint, nodes, inputs, outputs)
    last = max(nodes)
    return {
        "id": stable_id(blueprint.name),
        "version": 1,
        "state": {"lastGroupId": 0, "lastNodeId": last, "lastLinkId": len(links), "lastRerouteId": 0},
        "revision": 0,
        "config": {},
        "name": blueprint.name,
        "category": blueprint.category,
        "description": blueprint.description,
        "inputNode": {"id": INPUT, "bounding": [-BORDER_SIZE[0] - 80, 60, *BORDER_SIZE]},
        "outputNode": {"id": OUTPUT, "bounding": [len(nodes) * COLUMN + 20, 60, *BORDER_SIZE]},
        "inputs": inputs,
        "outputs": outputs,
        "widgets": [],
        "nodes": list(nodes.values()),
        "groups": [],
        "links": links,
        "extra": {},
    }


def widget_value(node: Json, widget: str) -> Any:
    return node["widgets_values"][place([each for each in node["inputs"] if "widget" in each], widget)]


def host_node(blueprint: Blueprint, inner: Json, size: tuple[int, int]) -> Json:
    """The one node that stands for the look; its widgets are linked inputs, which every copy of it keeps."""
    nodes = {node["id"]: node for node in inner["nodes"]}
    widgets = inner["inputs"][len(blueprint.inputs) :]
    return {
        "id": HOST_ID,
        "type": stable_id(blueprint.name),
        "pos": [0, 0],
        "size": list(size),
        "flags": {},
        "order": 0,
        "mode": 0,
        "inputs": [
            *({"name": name, "type": kind, "link": None} for name, kind in blueprint.inputs),
            *(
                {key: each[key] for key in ("label", "name", "type")} | {"widget": {"name": each["name"]}, "link": None}
                for each in widgets
            ),
        ],
        "outputs": [{"name": name, "type": kind, "links": []} for name, kind in blueprint.outputs],
        "title": blueprint.name,
        "properties": dict(PACK),
        "widgets_values": [widget_value(nodes[node_id], widget) for node_id, widget, _ in blueprint.shown],
    }


def file_of(blueprint: Blueprint, graph: Json) -> Json:
    rows = max(len(blueprint.inputs), len(blueprint.outputs)) + len(blueprint.shown)
    inner = subgraph(blueprint, graph)
    return {
        "id": stable_id(blueprint.name, "file"),
        "revision": 0,
        "last_node_id": HOST_ID,
        "last_link_id": 0,
        "nodes": [host_node(blueprint, inner, (280, 20 + 24 * rows))],
        "links": [],
        "version": 0.4,
        "definitions": {"subgraphs": [inner]},
        # A current host reads the description of the subgraph, 0.3.75 only this one.
        "extra": {"BlueprintDescription": blueprint.description, "BlueprintSearchAliases": blueprint.aliases},
    }


def make(page: Page, blueprint: Blueprint) -> None:
    graph = serialise(page, Workflow(blueprint.name, blueprint.nodes, [], []))
    path = TARGET / f"{blueprint.name}.json"
    # ASCII: ComfyUI reads these files in the encoding of the system.
    path.write_text(json.dumps(file_of(blueprint, graph), indent=2) + "\n", encoding="ascii")
    print(f"wrote {path}", flush=True)


def main() -> None:
    end_on_sigterm()
    TARGET.mkdir(exist_ok=True)
    with ComfyServer(echo=True) as server, comfy_page(server.client.url) as page:
        for blueprint in BLUEPRINTS:
            make(page, blueprint)


if __name__ == "__main__":
    main()
