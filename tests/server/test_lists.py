"""A list of pictures beside a batch of masks: the host runs the node once a picture, each with all masks."""

from __future__ import annotations

from typing import Any

import pytest

from testing.server.comfy_client import PromptFailed

pytestmark = pytest.mark.server
SENTENCE = (
    "{name} has 3 frames but image has 1; {advice}. A list of pictures comes one by one, each beside the whole batch "
    "of {name}: if image is a list, make it one batch with Rebatch Images"
)
FRAMES, FOUND = "give 1 frame, or one for each", "connect the picture they were found in"
MASKED = {
    "SoftFocusFaceDetailMask": "subject_mask",
    "SoftFocusMaskRefine": "mask",
    "SoftFocusSelectiveGaussianBlur": "protect_mask",
    "SoftFocusLuminanceBloom": "protect_mask",
    "SoftFocusDiffusionFilter": "protect_mask",
    "SoftFocusFeatureSharpen": "mask",
    "SoftFocusQualityScore": "mask",
    "SoftFocusDreamyButSharp": "mask",
}


def prompt(object_info: dict[str, Any], node: str, name: str, given: list[Any], per_batch: int) -> dict[str, Any]:
    """Three pictures as batches of `per_batch`, and what is found in all three of them."""
    widgets = {
        key: extra[0].get("default", kind[0] if isinstance(kind, list) else None)
        for key, (kind, *extra) in object_info[node]["input"]["required"].items()
        if extra and ("default" in extra[0] or isinstance(kind, list))
    }
    empty = {"width": 64, "height": 64, "batch_size": 3, "color": 8421504}
    return {
        "1": {"class_type": "EmptyImage", "inputs": empty},
        "2": {"class_type": "RebatchImages", "inputs": {"images": ["1", 0], "batch_size": per_batch}},
        "3": {"class_type": "ImageToMask", "inputs": {"image": ["1", 0], "channel": "red"}},
        "4": {"class_type": "SoftFocusFaceDetailMask", "inputs": detector(object_info)},
        "5": {"class_type": node, "inputs": widgets | {"image": ["2", 0], name: given}},
        "6": {"class_type": "PreviewAny", "inputs": {"source": ["5", 0]}},
    }


def detector(object_info: dict[str, Any]) -> dict[str, Any]:
    required = object_info["SoftFocusFaceDetailMask"]["input"]["required"]
    return {"image": ["1", 0]} | {key: extra[0]["default"] for key, (_, *extra) in required.items() if key != "image"}


@pytest.mark.parametrize("node", MASKED)
def test_the_error_names_the_cause(server, object_info, node):
    with pytest.raises(PromptFailed) as failed:
        server.client.run(prompt(object_info, node, MASKED[node], ["3", 0], 1))
    assert SENTENCE.format(name=MASKED[node], advice=FRAMES) in str(failed.value)


def test_boxes_of_a_batch_beside_a_list(server, object_info):
    with pytest.raises(PromptFailed) as failed:
        server.client.run(prompt(object_info, "SoftFocusLuminanceBloom", "bboxes", ["4", 2], 1))
    assert SENTENCE.format(name="bboxes", advice=FOUND) in str(failed.value)


def test_what_it_says_helps(server, object_info):
    server.client.run(prompt(object_info, "SoftFocusLuminanceBloom", "protect_mask", ["3", 0], 4096))
