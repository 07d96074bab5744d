"""The development tools around the server: the converter, the client's errors, starting and stopping."""

from __future__ import annotations

import copy
import os

import pytest

from testing.server.comfy_client import PromptFailed
from testing.server.comfy_server import ComfyServer
from testing.server.workflow_to_api import widget_names, workflow_to_api

SAMPLER = {
    "input": {
        "required": {
            "model": ["MODEL"],
            "seed": ["INT", {"control_after_generate": True}],
            "name": [["a", "b"]],
        },
        "optional": {"bias": ["FLOAT", {}], "text": ["STRING", {"forceInput": True}]},
    }
}
WORKFLOW = {
    "nodes": [
        {"id": 1, "type": "Loader", "mode": 0, "inputs": []},
        {
            "id": 2,
            "type": "Sampler",
            "mode": 0,
            "inputs": [{"name": "model", "link": 1}, {"name": "bias", "widget": {"name": "bias"}, "link": 2}],
            "widgets_values": [7, "fixed", "b", 0.5],
        },
        {"id": 3, "type": "Loader", "mode": 0, "inputs": []},
        {"id": 4, "type": "MarkdownNote", "mode": 0, "inputs": [], "widgets_values": ["hello"]},
    ],
    "links": [[1, 1, 0, 2, 0, "MODEL"], [2, 3, 1, 2, 1, "FLOAT"]],
}
OBJECT_INFO = {"Loader": {"input": {"required": {}}}, "Sampler": SAMPLER}


def test_widget_names_skip_sockets_and_count_the_seed_control():
    assert widget_names(SAMPLER) == ["seed", None, "name", "bias"]


def test_converter_places_values_and_links():
    prompt = workflow_to_api(WORKFLOW, OBJECT_INFO)
    assert set(prompt) == {"1", "2", "3"}
    assert prompt["2"]["inputs"] == {"seed": 7, "name": "b", "bias": ["3", 1], "model": ["1", 0]}


def test_converter_leaves_muted_nodes_out():
    muted = copy.deepcopy(WORKFLOW)
    muted["nodes"][2]["mode"] = 2
    prompt = workflow_to_api(muted, OBJECT_INFO)
    assert set(prompt) == {"1", "2"}
    assert prompt["2"]["inputs"]["bias"] == 0.5


def test_converter_refuses_values_that_do_not_fit():
    shifted = copy.deepcopy(WORKFLOW)
    shifted["nodes"][1]["widgets_values"].append(1)
    with pytest.raises(ValueError, match=r"node 2 \(Sampler\) has 5 values"):
        workflow_to_api(shifted, OBJECT_INFO)
    with pytest.raises(ValueError, match="no node 'Sampler'"):
        workflow_to_api(WORKFLOW, {"Loader": OBJECT_INFO["Loader"]})


@pytest.mark.server
def test_client_names_the_node_that_is_refused(server):
    prompt = {"5": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}}}
    with pytest.raises(PromptFailed, match=r"node 5 \(SaveImage\): Required input is missing: images"):
        server.client.run(prompt)


@pytest.mark.server
def test_client_names_the_node_that_fails(server):
    prompt = {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0}},
        "2": {"class_type": "SoftFocusLuminanceBloom", "inputs": bloom_inputs(tint="no colour")},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    }
    with pytest.raises(PromptFailed, match=r"node 2 \(SoftFocusLuminanceBloom\): ValueError: .*no colour"):
        server.client.run(prompt)


def bloom_inputs(tint: str) -> dict[str, object]:
    values = {"intensity": 0.5, "threshold": 0, "knee": 0.5, "radius": 3, "falloff": 0.5, "highlight_boost": 0}
    return {"image": ["1", 0], **values, "tint": tint}


@pytest.mark.server
def test_a_server_that_dies_shows_its_log():
    with pytest.raises(RuntimeError, match="unrecognized arguments: --no-such-option"):
        ComfyServer(arguments=["--no-such-option"]).__enter__()


@pytest.mark.server
@pytest.mark.slow
def test_a_stopped_server_leaves_nothing_behind():
    with ComfyServer() as running:
        pid = running._process.pid
        base = running.base
        assert base.is_dir()
    assert not base.exists()
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)
