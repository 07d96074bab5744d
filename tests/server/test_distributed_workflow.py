"""The workflow for ComfyUI-Distributed: whole, up to date, and no template, since a host may lack the engine."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tomllib

from testing.server.photo_run import only_node
from testing.server.shared_workflows import ROOT, assert_tidy
from testing.server.workflow_to_api import NOTES, workflow_to_api

PATH = ROOT / "docs" / "examples" / "dreamy_but_sharp_distributed.json"
COLLECTOR = "DistributedCollector"
# What the engine's server says of its node.
ENGINE = {COLLECTOR: {"input": {"required": {"images": ["IMAGE"], "load_balance": ["BOOLEAN", {"default": False}]}}}}


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    return json.loads(PATH.read_text(encoding="utf-8"))


def test_every_link_has_two_ends(workflow):
    nodes = {node["id"]: node for node in workflow["nodes"]}
    for number, source, output, target, socket, kind in workflow["links"]:
        start, end = nodes[source]["outputs"][output], nodes[target]["inputs"][socket]
        assert number in start["links"] and end["link"] == number
        assert start["type"] == end["type"] == kind
    used = [socket["link"] for node in nodes.values() for socket in node["inputs"] if socket["link"] is not None]
    assert sorted(used) == sorted(link[0] for link in workflow["links"])


def test_no_node_covers_another(workflow):
    assert_tidy(workflow)


def test_nodes_name_their_pack_and_version(workflow):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    ours = [node["properties"] for node in workflow["nodes"] if node["type"].startswith("SoftFocus")]
    assert len(ours) == 5 and all((each["cnr_id"], each["ver"]) == ("softfocus", version) for each in ours)
    (engine,) = [node["properties"] for node in workflow["nodes"] if node["type"] == COLLECTOR]
    page = (ROOT / "docs" / "many-machines.md").read_text(encoding="utf-8")
    assert engine["aux_id"] in page and engine["ver"][:7] in page


@pytest.mark.server
def test_widgets_are_those_of_the_running_host(workflow, object_info):
    prompt = workflow_to_api(workflow, object_info | ENGINE)
    for node in workflow["nodes"]:
        if node["type"] not in NOTES:
            saved = {socket["name"] for socket in node["inputs"] if "widget" in socket} - {"upload"}
            assert saved <= set(prompt[str(node["id"])]["inputs"])
    for node in (node for node in prompt.values() if node["class_type"].startswith("SoftFocus")):
        named = object_info[node["class_type"]]["input"]
        known = {name: extra[0] for group in named.values() for name, (_, *extra) in group.items() if extra}
        given = {name: value for name, value in node["inputs"].items() if not isinstance(value, list)}
        assert given == {name: known[name]["default"] for name in given}, "the defaults make the look"


@pytest.mark.server
def test_one_machine_gets_the_whole_look_and_the_master_shows_it(workflow, object_info):
    prompt = workflow_to_api(workflow, object_info | ENGINE)
    collector = only_node(prompt, COLLECTOR)
    assert prompt[collector]["inputs"]["load_balance"] is True
    assert prompt[prompt[collector]["inputs"]["images"][0]]["class_type"] == "SoftFocusFeatureSharpen"
    for name in ("SaveImage", "SoftFocusQualityScore"):
        linked = [value for value in prompt[only_node(prompt, name)]["inputs"].values() if isinstance(value, list)]
        assert linked == [[collector, 0]], name
