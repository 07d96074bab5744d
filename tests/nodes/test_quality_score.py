"""The node: what it hands out and shows, and what it refuses."""

from __future__ import annotations

import json
import re
import sys

import pytest
import torch
from torch import Tensor

from testing.host_in_process import run_node
from testing.quality import looks

pytestmark = pytest.mark.host


@pytest.fixture(scope="module")
def score(pack):
    nodes = sys.modules[pack.__name__ + ".nodes"].NODES
    (node,) = (cls for cls in nodes if cls.GET_SCHEMA().node_id == "SoftFocusQualityScore")

    def call(image: Tensor, **changes):
        return run_node(node, image=image, **changes)

    return call


@pytest.fixture(scope="module")
def batch() -> dict[str, Tensor]:
    """A dreamy, a good and an unchanged frame, with their reference and mask, as ComfyUI tensors."""
    picture, mask = looks.synthetic(128)
    frames = torch.cat([looks.dreamy(picture), looks.restored(picture, mask), picture])
    return {"image": frames.movedim(1, -1), "reference": picture.movedim(1, -1), "mask": mask[:, 0]}


def test_best_is_the_input_frame_bit_for_bit(score, batch):
    total, best, report, chart, _ = score(**batch).args
    assert 80 < total <= 100
    assert torch.equal(best, batch["image"][1:2])
    assert best.data_ptr() != batch["image"][1:2].data_ptr()
    assert chart.ndim == 4 and chart.shape[0] == 1 and chart.shape[-1] == 3
    assert [entry["index"] for entry in json.loads(report.split("\n\n")[1])][0] == 1


@pytest.mark.parametrize("channels", [1, 4])
def test_best_keeps_the_channels(score, channels):
    image = torch.rand(2, 20, 30, channels, generator=torch.Generator().manual_seed(0))
    best = score(image).args[1]
    assert any(torch.equal(best, frame[None]) for frame in image)


def test_kept_are_the_best_frames_in_order_bit_for_bit(score, batch):
    result = score(**batch, keep=2).args
    order = [entry["index"] for entry in json.loads(result[2].split("\n\n")[1])]
    assert order[0] == 1 and order != sorted(order)
    kept = result[4]
    assert torch.equal(kept, batch["image"][order[:2]]) and torch.equal(result[1], kept[:1])
    assert kept.is_contiguous() and kept.untyped_storage().nbytes() == kept.numel() * kept.element_size()
    for keep in (0, 3, 4096):
        assert torch.equal(score(**batch, keep=keep).args[4], batch["image"][order])


def test_one_kept_picture_is_the_best_and_is_copied_once(score, batch):
    result = score(**batch)
    assert torch.equal(result.args[4], batch["image"][1:2])
    assert result.args[4].data_ptr() == result.args[1].data_ptr() != batch["image"][1:2].data_ptr()
    assert "Kept: picture 1; picture 1 is " in result.ui["text"][0]
    alone = score(batch["image"][:1], keep=3)
    assert torch.equal(alone.args[4], batch["image"][:1]) and "Kept" not in alone.ui["text"][0]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_kept_keeps_the_channels_and_changes_only_what_no_picture_can_hold(score, channels):
    image = torch.rand(3, 20, 30, channels, generator=torch.Generator().manual_seed(0))
    image[1, 4, 4, 0], image[2, 5, 5, 0] = torch.inf, 3.0
    before = image.clone()
    total, best, report, _, kept = score(image, keep=0).args
    order = [entry["index"] for entry in json.loads(report.split("\n\n")[1])]
    assert torch.equal(kept, image.clamp(max=65504)[order]) and torch.equal(best, kept[:1])
    assert torch.equal(image, before)


def test_equal_pictures_are_a_tie_and_the_earlier_is_kept(score, batch):
    image = batch["image"][[0, 1, 1]].clone()
    result = score(**{**batch, "image": image}, keep=1)
    assert [entry["index"] for entry in json.loads(result.ui["data"][0])] == [1, 2, 0]
    assert "picture 1 ties with picture 2, the first one left out." in result.ui["text"][0]
    assert "Tie: pictures 1 and 2 have equal points; the earlier in the batch comes first." in result.ui["text"][0]


def test_picks_decide_what_is_kept(score, batch):
    result = score(**batch, preferences=", ".join(["2>0, 2>1, 0>1"] * 8), keep=2)
    assert torch.equal(result.args[4], batch["image"][[2, 0]])
    said = r"Kept: pictures 2 and 0; picture 0 is before picture 1, the first one left out, with \d+ % certainty\."
    assert re.search(said, result.ui["text"][0])


def test_fewer_than_no_pictures_are_refused(score):
    with pytest.raises(ValueError, match="^keep is -1"):
        score(torch.rand(1, 8, 8, 3), keep=-1)


def test_report_and_chart_are_shown_on_the_node(score, batch):
    output = score(**batch)
    assert output.ui["text"][0] + "\n\n" + output.ui["data"][0] == output.args[2]
    assert len(output.ui["chart"]) == 1 and output.ui["chart"][0]["type"] == "temp"


def test_references_and_masks_of_each_frame_are_used(score, batch):
    image = batch["image"][1:2].expand(2, -1, -1, -1)
    masks = torch.cat([batch["mask"].flip(-2), batch["mask"]])
    references = torch.cat([image[:1], batch["reference"]])
    entries = json.loads(score(image, reference=references, mask=masks).args[2].split("\n\n")[1])
    assert [entry["index"] for entry in entries] == [1, 0]
    assert entries[1]["effect"]["kept_outside"] == 1.0


def box(scale: float = 1.0) -> dict[str, float]:
    """A box around the face of `batch`, of a face that takes so many fifths of the diagonal."""
    face = looks.face_box("synthetic", 128)
    return {"x": face.left, "y": face.top, "width": face.width, "height": face.height, "face_width": scale * face.width}


def test_boxes_give_the_inside_the_scale_of_the_face(score, batch):
    plain, same, large = (score(**batch, bboxes=boxes) for boxes in (None, [box()], [[box(2.0)]]))
    first, second, third = (json.loads(each.ui["data"][0])[0]["effect"] for each in (plain, same, large))
    assert "since no bboxes are connected" in plain.ui["text"][0] and first["faces"] is first["face_scale"] is None
    assert "Detail at 1 face is measured in cycles a face" in same.ui["text"][0]
    assert second["kept_inside"] == pytest.approx(first["kept_inside"], rel=2e-3) and second["faces"] == 1
    assert abs(third["kept_inside"] - first["kept_inside"]) > 0.05 and third["face_scale"] == pytest.approx(2.0)
    assert third["kept_outside"] == second["kept_outside"] == first["kept_outside"]


def test_boxes_of_each_frame_are_used(score, batch):
    entries = json.loads(score(**batch, bboxes=[[box()], [], [box(), box(2.0)]]).args[2].split("\n\n")[1])
    assert {entry["index"]: entry["effect"]["faces"] for entry in entries} == {0: 1, 1: 0, 2: 2}


def test_boxes_of_another_number_of_frames_are_refused(score, batch):
    with pytest.raises(ValueError, match="^bboxes has"):
        score(**batch, bboxes=[[box()], [box()]])


def test_no_frames_are_no_error(score):
    total, best, report, chart, kept = score(torch.zeros(0, 16, 16, 3), keep=2).args
    assert total == 0.0 and best.shape == kept.shape == (0, 16, 16, 3)
    assert "no pictures" in report and chart.shape[0] == 1


def test_emotions_other_than_the_eight_are_refused_by_name(score):
    with pytest.raises(ValueError, match="^emotion is 'joy'"):
        score(torch.rand(1, 8, 8, 3), emotion="joy")


def test_picks_of_pictures_that_are_not_there_are_refused(score):
    with pytest.raises(ValueError, match="^preferences holds 0>1"):
        score(torch.rand(1, 8, 8, 3), preferences="0>1")


@pytest.mark.parametrize("prompt", ["<img src=x onerror=alert(1)>, <b>face</b>", "\U0001f451, queen", "very " * 2000])
def test_a_prompt_without_clip_is_said_to_be_unused(score, prompt):
    result = score(torch.rand(1, 16, 16, 3), prompt=prompt)
    assert "clip and clip_vision" in result.ui["text"][0]
    (entry,) = json.loads(result.ui["data"][0])
    assert entry["clip"] is None and entry["clip_points"] is None and entry["clarity"]["whole"]["edge_width"] >= 0


def test_clip_counts_for_the_order_and_is_reported(score, clip_nodes, clip_tower):
    """Two equal pictures but for what CLIP sees in them."""
    torch.manual_seed(3)
    image = torch.rand(1, 90, 60, 3)
    batch = torch.cat([image, image.flip(1), image.flip(2)])
    result = score(batch, prompt="a cat & a mouse, a dog", clip=clip_tower.clip, clip_vision=clip_tower.vision)
    entries = json.loads(result.ui["data"][0])
    points = [entry["total"] + entry["clip_points"] for entry in entries]
    assert points == sorted(points, reverse=True) and len({round(each, 1) for each in points}) > 1
    assert all(abs(entry["clip_points"]) <= 5 for entry in entries)
    assert [phrase["phrase"] for phrase in entries[0]["clip"]["phrases"]] == ["a cat & a mouse", "a dog"]
    said = result.ui["text"][0]
    assert "Ranking by score and CLIP" in said and "by CLIP, " in said and '"a cat & a mouse"' in said


def test_blank_texts_ask_for_nothing(score):
    assert score(torch.rand(1, 8, 8, 3), prompt=" \n", preferences="").args[0] >= 0


def test_picks_of_a_person_move_the_order(score, batch):
    """The picks are against the scores, which rank the second picture first and the last one last."""
    result = score(**batch, preferences=", ".join(["2>0, 2>1, 0>1"] * 8))
    entries = json.loads(result.args[2].split("\n\n")[1])
    assert [entry["index"] for entry in entries] == [2, 0, 1]
    assert torch.equal(result.args[1], batch["image"][2:3])
    assert entries[0]["strength"] > entries[1]["strength"] > entries[2]["strength"]
    assert 0.5 < entries[0]["certain"] <= 1 and "certain" not in entries[2]
    said = result.ui["text"][0]
    assert "Ranking by score and 24 picks" in said and "before the next with" in said
    assert [entry["index"] for entry in json.loads(score(**batch, preferences=" ").args[2].split("\n\n")[1])][0] == 1


@pytest.mark.parametrize("text", ["best is 2", "<b>2>0</b>", "9>0"])
def test_picks_that_are_none_are_named(score, batch, text):
    with pytest.raises(ValueError, match="^preferences holds"):
        score(**batch, preferences=text)
