"""The Face Detail Mask node: what it says, what it refuses, and landmarks from the host."""

from __future__ import annotations

import sys
import types

import pytest
import torch
from skimage.data import coffee

from testing.faces.landmark_payloads import entry, payload
from testing.faces.portrait import BOX, face, picture
from testing.nets.tiny_yunet import framed, save_yunet
from testing.node_defaults import node_defaults

pytestmark = pytest.mark.host


def batch(*faces: bool) -> torch.Tensor:
    """IMAGE: the portrait where true, grey where false."""
    return torch.cat([picture(256) if there else torch.full((1, 3, 256, 256), 0.5) for there in faces]).movedim(1, -1)


@pytest.fixture
def run(pack):
    from softfocus_pack.nodes.face_detail_mask import FaceDetailMask

    return lambda image, **inputs: FaceDetailMask.execute(image, **{**node_defaults(FaceDetailMask), **inputs})


def test_a_frame_without_a_face_has_empty_masks_and_is_named(run):
    made = run(batch(True, False, True, False))
    detail, whole, boxes, *_ = made.args
    assert [bool(mask.any()) for mask in detail] == [bool(mask.any()) for mask in whole] == [True, False, True, False]
    assert [len(frame) for frame in boxes] == [1, 0, 1, 0]
    (said,) = made.ui["text"]
    assert said.startswith("No face found by the pack's own nets in frames 2, 4 of 4: their masks are empty.")


def test_one_picture_without_a_face(run):
    assert run(batch(False)).ui["text"][0].startswith("No face found by the pack's own nets: the masks are empty.")
    assert run(batch(True)).ui["text"] == ("1 face found in 1 frame by the pack's own nets.",)


def test_boxes_are_the_hosts_bounding_boxes(run):
    ((box,),) = run(batch(True)).args[2]
    assert set(box) == {"x", "y", "width", "height", "label", "score", "face_width"} and box["label"] == "face"
    assert box["width"] == pytest.approx(face().box[2] / 2, rel=0.05)


def test_a_gap_in_a_clip_is_filled_when_asked(run):
    image = batch(True, True, False, True, True)
    empty, previous, between = (run(image, missing_frames=mode) for mode in ("empty", "previous", "interpolate"))
    assert empty.args[0][2].max() == 0
    for made in (previous, between):
        assert made.ui["text"][0].endswith("Filled in: frame 3.")
        assert (made.args[0][2] - empty.args[0][1]).abs().mean() < 0.002
        assert len(made.args[2][2]) == 1


def test_following_a_clip_shows_how_far_it_is(run, monkeypatch):
    """A third for finding, a third for following, a third for drawing; following goes step by step."""
    import comfy.utils

    seen: list[float] = []
    # Not by the hook that the page listens to: newer hosts call it ten times a second at most.
    bar = comfy.utils.ProgressBar
    monkeypatch.setattr(bar, "update_absolute", lambda self, value, *_: seen.append(value / self.total))
    run(batch(*5 * [True]), missing_frames="previous")
    assert seen == sorted(seen) and seen[-1] == 1
    following = [share for share in seen if 1 / 3 < share < 2 / 3]
    assert len(following) == 3  # of four steps, the last of which ends at two thirds
    assert 2 / 3 in [pytest.approx(share, abs=0.01) for share in seen]


@pytest.mark.parametrize("mode", ["previous", "interpolate"])
def test_no_face_is_held_into_the_next_shot(run, mode):
    other = torch.from_numpy(coffee()[None, :256, :256]).float() / 255
    image = torch.cat([batch(True, False, True, True, True), other.expand(4, -1, -1, -1)])
    boxes = run(image, missing_frames=mode).args[2]
    assert [len(frame) for frame in boxes] == [1, 1, 1, 1, 1, 0, 0, 0, 0]


def test_boxes_from_another_node_replace_the_detector(run):
    ((box,),) = run(batch(True)).args[2]
    given = [[{name: box[name] for name in ("x", "y", "width", "height")}]]
    made = run(batch(True), bboxes=given)
    assert "by bboxes" in made.ui["text"][0]
    assert (made.args[0] - run(batch(True)).args[0]).abs().mean() < 0.01
    nowhere = run(batch(True), bboxes=[[]])
    assert nowhere.args[0].max() == 0 and "Disconnect it" in nowhere.ui["text"][0]


def test_hair_is_masked_by_its_weight(run):
    without, half = run(batch(True)).args[0], run(batch(True), hair=0.5).args[0]
    assert (half >= without).all() and half.max() <= 1
    gained = half - without
    assert gained.max() == pytest.approx(0.5, abs=0.01)
    assert gained[:, :60].sum() > 0.5 * gained.sum(), "most of the hair is above the eyes"


def test_a_subject_without_a_face_has_none(run):
    corner = torch.zeros(1, 256, 256)
    corner[..., 200:, :40] = 1
    made = run(batch(True), subject_mask=corner)
    assert made.args[0].max() == 0 and made.args[2] == [[]]


@pytest.fixture
def yunet_file(monkeypatch, tmp_path):
    """A YuNet in the host's folder of face detectors."""
    import folder_paths

    (tmp_path / "face_detection").mkdir()
    monkeypatch.setattr(folder_paths, "models_dir", str(tmp_path))
    monkeypatch.delitem(folder_paths.folder_names_and_paths, "face_detection", raising=False)
    folder_paths.filename_list_cache.clear()
    yield save_yunet(tmp_path / "face_detection" / "yunet.onnx")
    monkeypatch.delitem(folder_paths.folder_names_and_paths, "face_detection")
    folder_paths.filename_list_cache.clear()


def test_a_yunet_file_is_used_and_named(run, yunet_file):
    image = framed(picture(), BOX).movedim(1, -1)
    made = run(image)
    assert made.ui["text"] == ("1 face found in 1 frame by YuNet (yunet.onnx).",)
    assert (made.args[0] - run(image, bboxes=made.args[2]).args[0]).abs().mean() < 0.01


@pytest.mark.parametrize("left", [None, types.ModuleType("cv2")])
def test_a_yunet_file_without_opencv_loses_yunet_only(run, yunet_file, monkeypatch, left):
    image = picture().movedim(1, -1)
    monkeypatch.setitem(sys.modules, "cv2", left)
    made = run(image)
    (text,) = made.ui["text"]
    assert text.startswith("1 face found in 1 frame by the pack's own nets (YuNet needs OpenCV 4.8 or newer; ")
    yunet_file.unlink()
    assert torch.equal(made.args[0], run(image).args[0])


def test_a_broken_yunet_file_is_named(run, yunet_file):
    yunet_file.write_bytes(b"no net")
    with pytest.raises(ValueError, match=r"YuNet cannot be read from .*yunet.onnx"):
        run(picture().movedim(1, -1))


def test_refine_takes_from_the_face_only_what_is_no_face(run):
    drawn, refined = run(batch(True), refine=0).args, run(batch(True), refine=2).args
    assert (refined[1] <= drawn[1]).all() and (refined[1] < drawn[1] - 0.5).any()
    assert refined[1].sum() > 0.85 * drawn[1].sum()
    assert torch.equal(refined[0] > 0.6, drawn[0] > 0.6), "eyes and lips stay as drawn"
    assert torch.equal(run(batch(False), refine=4).args[1], run(batch(False), refine=0).args[1])


def test_landmarks_from_the_host_replace_the_nets(run):
    shifted = payload([entry(0.5, offset=60.0)], size=(256, 256))
    detail, _, ((box,),), *_ = run(batch(False), face_landmarks=shifted).args
    assert box["x"] == pytest.approx(face().box[0] / 2 + 60, abs=0.5)
    assert detail[0, int(124 / 2 + 60), int(220 / 2 + 60)] == pytest.approx(0.6, abs=1e-5)


def test_subject_mask_limits_the_masks(run):
    subject = torch.zeros(1, 256, 256)
    subject[..., :110] = 1
    limited, open_ = (run(batch(True), subject_mask=mask).args[0] for mask in (subject, None))
    assert torch.equal(limited[..., :110], open_[..., :110]) and limited[..., 110:].max() == 0 < open_[..., 110:].max()


@pytest.mark.parametrize("mode", ["empty", "previous", "interpolate"])
def test_a_frame_is_converted_twice_at_most(run, monkeypatch, mode):
    """Once to look for faces and once to draw them: following reads no more than the faces' surroundings."""
    import softfocus_pack.nodes.host.batch as gate

    converted = []
    to_planes = gate.layouts.to_planes

    def counted(image):
        converted.append(len(image))
        return to_planes(image)

    monkeypatch.setattr(gate.layouts, "to_planes", counted)
    image = batch(True, True, False, True, True, True)
    run(image, missing_frames=mode)
    assert sum(converted) == 2 * len(image)
