"""YuNet as the detector, where its file and OpenCV are there."""

from __future__ import annotations

import sys

import pytest
import torch
from portrait import BOX, LEFT_EYE, LEFT_MOUTH, NOSE, RIGHT_EYE, RIGHT_MOUTH, face, nets, picture

from benchmarks.faces import overlap, yunet_file
from softfocus.faces import find_faces
from softfocus.faces.yunet import YuNet


@pytest.fixture(scope="module")
def yunet() -> YuNet:
    pytest.importorskip("cv2")
    if yunet_file() is None:
        pytest.skip("no face_detection_yunet_2023mar.onnx: set SOFTFOCUS_SHARED to the folder that holds data/")
    return YuNet(yunet_file())


def test_the_portraits_face_and_keypoints(yunet):
    (found,) = yunet(picture())[0]
    assert found.score > 0.9 and overlap(found.box, BOX) > 0.9
    mouth = [(a + b) / 2 for a, b in zip(RIGHT_MOUTH, LEFT_MOUTH, strict=True)]
    assert found.keypoints.shape == (4, 2)
    assert (found.keypoints - torch.tensor((RIGHT_EYE, LEFT_EYE, NOSE, mouth))).norm(dim=1).max() < 4


def test_the_mesh_is_that_of_the_packs_own_detector(yunet):
    (found,) = find_faces(nets(), picture(), detector=yunet)[0]
    assert (found.landmarks - face().landmarks).norm(dim=1).mean() < 0.02 * BOX[2]


def test_large_and_small_faces_of_a_4k_frame_once_each(yunet):
    frame = torch.full((1, 3, 2160, 3840), 0.4)
    frame[..., :2048, :2048] = picture(2048)[..., :2048, :2048]
    frame[..., 300:512, 3000:3212] = picture(212)
    found = yunet(frame)[0]
    wanted = [[value * 4 for value in BOX], [3000 + BOX[0] * 212 / 512, 300 + BOX[1] * 212 / 512, 37, 47]]
    assert [sum(overlap(each.box, box) > 0.5 for each in found) for box in wanted] == [1, 1]
    assert len(found) == 2


def test_a_close_up_is_found_whole_at_any_size(yunet):
    left, top, width, height = 128, 23, 190, 190
    for size in (200, 1500, 3000):
        close = torch.nn.functional.interpolate(picture()[..., top : top + height, left : left + width], (size, size))
        (found,) = yunet(close)[0]
        box = [value * size / 190 for value in (BOX[0] - left, BOX[1] - top, BOX[2], BOX[3])]
        assert overlap(found.box, box) > 0.7


@pytest.mark.parametrize("size", [1600, 1920, 2600])
def test_parts_of_a_large_face_are_no_faces(yunet, size):
    (found,) = yunet(picture(size))[0]
    assert overlap(found.box, [value * size / 512 for value in BOX]) > 0.7


def test_confidence_is_a_threshold(yunet):
    assert yunet(picture(), 0.99) == [[]]


def test_each_picture_of_a_batch_gives_what_it_gives_alone(yunet):
    batch = torch.cat((picture(256), torch.zeros(1, 3, 256, 256), picture(256).flip(-1)))
    together = yunet(batch)
    assert [len(found) for found in together] == [1, 0, 1]
    assert [found[0].box for found in together if found] == [yunet(batch[index, None])[0][0].box for index in (0, 2)]


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (5, 3), (12, 620)])
def test_tiny_thin_and_broken_pictures_have_none(yunet, shape):
    assert yunet(torch.full((1, 3, *shape), float("nan"))) == [[]]
    assert yunet(torch.zeros(0, 3, *shape)) == []


def test_without_opencv_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(ValueError, match="pip install opencv"):
        YuNet("face.onnx")


def test_a_file_that_is_no_net_is_named(tmp_path):
    pytest.importorskip("cv2")
    for content in (None, b"no net"):
        path = tmp_path / "broken.onnx"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ValueError, match=r"broken\.onnx"):
            YuNet(path)
