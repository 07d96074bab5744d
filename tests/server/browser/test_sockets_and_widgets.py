"""Every node of the pack in the page: its widgets survive a file, its sockets take what they are for."""

from __future__ import annotations

import pytest
from in_page import serialised

from testing.server.browser import CHROMIUM, SETTLE_MILLISECONDS

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
# One of each, with every saved widget moved off its default; returns [type, values] in the order of their ids.
ADD_ALL = """() => {
  app.graph.clear();
  const types = Object.keys(LiteGraph.registered_node_types).filter((type) => type.startsWith("SoftFocus")).sort();
  return types.map((type, place) => {
    const node = LiteGraph.createNode(type);
    node.pos = [600 * place, 0];
    app.graph.add(node);
    const saved = (node.widgets ?? []).filter((one) => one.serialize !== false);
    for (const one of saved) {
      const { values, min, max, precision } = one.options;
      if (typeof one.value === "number") one.value = one.value === max ? min : max;
      else if (typeof one.value === "boolean") one.value = !one.value;
      else if (Array.isArray(values)) one.value = values.at(-1);
      else one.value = "#12ab34";
    }
    return [type, saved.map((one) => one.value)];
  });
}"""
# Links a fitting output of some node of the host or the pack to every socket; returns the sockets that took none.
CONNECT_ALL = """() => {
  const makers = Object.values(LiteGraph.registered_node_types).filter((one) => one.nodeData?.output);
  const refused = [];
  for (const node of app.graph.nodes.filter((one) => one.type.startsWith("SoftFocus"))) {
    node.inputs.forEach((socket, slot) => {
      if (socket.widget) return;
      const maker = makers.find((one) => one.nodeData.output.includes(socket.type));
      const source = maker && LiteGraph.createNode(maker.type);
      if (source) app.graph.add(source);
      const from = source?.outputs.findIndex((output) => output.type === socket.type);
      if (!source?.connect(from, node, slot)) refused.push(`${node.type}.${socket.name} (${socket.type})`);
    });
  }
  return refused;
}"""
NO_MAKER = {"FACE_LANDMARKS"}  # ComfyUI has nodes that make it since 0.23


def ours(graph: dict) -> list[dict]:
    return sorted(
        (node for node in graph["nodes"] if node["type"].startswith("SoftFocus")), key=lambda one: one["type"]
    )


def test_widgets_survive_a_file(page, object_info):
    expected = page.evaluate(ADD_ALL)
    assert [node_type for node_type, _ in expected] == sorted(
        each for each in object_info if each.startswith("SoftFocus")
    )
    saved = serialised(page)
    assert [[node["type"], node.get("widgets_values", [])] for node in ours(saved)] == expected
    page.evaluate("(graph) => app.loadGraphData(graph)", saved)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    assert [[node["type"], node.get("widgets_values", [])] for node in ours(serialised(page))] == expected


def test_a_file_from_before_a_widget_was_appended_loads_with_its_default(page, object_info):
    """Appended widgets are the optional ones of the schema."""
    page.evaluate(ADD_ALL)
    saved = serialised(page)
    expected = []
    for node in ours(saved):
        optional = object_info[node["type"]]["input"].get("optional", {})
        sockets = [each["name"] for each in node["inputs"] if "widget" in each]
        appended = [name for name in sockets if name in optional]
        if appended:
            node["inputs"] = [each for each in node["inputs"] if each["name"] not in appended]
            node["widgets_values"] = node["widgets_values"][: len(sockets) - len(appended)]
            defaults = [optional[name][1]["default"] for name in appended]
            expected.append([node["type"], node["widgets_values"] + defaults])
    assert ["SoftFocusQualityScore", ["#12ab34", "sadness", 1]] in expected
    page.evaluate("(graph) => app.loadGraphData(graph)", saved)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    found = [[node["type"], node.get("widgets_values", [])] for node in ours(serialised(page))]
    assert [each for each in found if each[0] in dict(expected)] == expected


def test_every_socket_takes_a_link_that_survives_a_file(page):
    page.evaluate(ADD_ALL)
    refused = page.evaluate(CONNECT_ALL)
    assert [each for each in refused if not any(each.endswith(f"({kind})") for kind in NO_MAKER)] == []
    saved = serialised(page)
    page.evaluate("(graph) => app.loadGraphData(graph)", saved)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    links = [
        [[(socket["name"], socket["link"]) for socket in node["inputs"]] for node in ours(graph)]
        for graph in (saved, serialised(page))
    ]
    assert links[1] == links[0]
    linked = [link for node in links[0] for _, link in node if link is not None]
    assert len(linked) == len(set(linked)) > len(links[0])
