"""The shared workflow files: complete, readable, and the same on an old and a current host."""

from __future__ import annotations

import pytest
import tomllib
from PIL import Image

from testing.server.shared_workflows import CHECKPOINT, ROOT, WORKFLOW_FILES, assert_tidy
from testing.server.workflow_to_api import NOTES, widget_names, workflow_to_api

LOOK = {"FaceDetailMask", "SelectiveGaussianBlur", "FeatureSharpen", "QualityScore"}
GLOW = {"LuminanceBloom", "DiffusionFilter"}  # one of them
WHOLE_LOOK = "DreamyButSharp"


def test_all_workflows_are_there():
    assert [path.stem for path in WORKFLOW_FILES] == [
        "Dreamy but sharp - SD1.5 with Dream Guidance",
        "Dreamy but sharp - SD1.5",
        "Dreamy but sharp - one node",
        "Dreamy but sharp - your photo with Diffusion Filter",
        "Dreamy but sharp - your photo",
    ]


@pytest.mark.parametrize("path", WORKFLOW_FILES, ids=lambda path: path.stem)
def test_thumbnail_is_small(path):
    thumbnail = path.with_suffix(".jpg")
    assert thumbnail.stat().st_size <= 60 * 1024
    with Image.open(thumbnail) as picture:
        assert picture.width >= 400


def test_nodes_name_their_pack_and_version(workflow):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for node in (node for node in workflow["nodes"] if node["type"] not in NOTES):
        ours = node["type"].startswith("SoftFocus")
        expected = ("softfocus", version) if ours else ("comfy-core", "0.3.75")
        assert (node["properties"]["cnr_id"], node["properties"]["ver"]) == expected
        assert node["properties"]["Node name for S&R"] == node["type"]


def test_all_five_nodes_are_used_or_the_one_that_stands_for_them(workflow):
    used = {node["type"].removeprefix("SoftFocus") for node in workflow["nodes"]}
    if WHOLE_LOOK in used:
        assert not used & (LOOK | GLOW)
    else:
        assert used >= LOOK and len(used & GLOW) == 1


def test_checkpoint_can_be_downloaded_by_the_page(workflow):
    for node in (node for node in workflow["nodes"] if node["type"] == "CheckpointLoaderSimple"):
        (model,) = node["properties"]["models"]
        assert node["widgets_values"] == [CHECKPOINT]
        assert model["name"] == CHECKPOINT and model["url"].endswith("/" + CHECKPOINT)
        assert model["url"].startswith("https://huggingface.co/") and model["directory"] == "checkpoints"


def test_no_node_covers_another(workflow):
    assert_tidy(workflow)


def test_widgets_stand_in_the_same_order_on_a_current_host(workflow, current_object_info):
    """`widgets_values` are positional: an input added or moved by a newer host would shift them."""
    for node in workflow["nodes"]:
        if node["type"] in NOTES or node["type"].startswith("SoftFocus"):
            continue
        names = widget_names(current_object_info[node["type"]])
        assert len(names) == len(node.get("widgets_values", [])), node["type"]
        saved = [socket["widget"]["name"] for socket in node["inputs"] if "widget" in socket]
        assert [name for name in names if name] == [name for name in saved if name != "upload"], node["type"]


@pytest.mark.server
def test_widgets_are_those_of_the_running_host(workflow, object_info):
    prompt = workflow_to_api(workflow, object_info)
    for node in workflow["nodes"]:
        if node["type"] not in NOTES:
            saved = {socket["name"] for socket in node["inputs"] if "widget" in socket} - {"upload"}
            assert saved <= set(prompt[str(node["id"])]["inputs"])
