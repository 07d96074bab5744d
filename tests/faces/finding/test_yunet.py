"""YuNet as the detector, on a net in its form whose finds are known exactly; OpenCV runs both alike."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import pytest
import torch

from softfocus.faces import find_faces
from softfocus.faces.finding.yunet import YuNet
from softfocus.opencv import MissingOpenCV
from testing.faces.portrait import BOX, LEFT_EYE, LEFT_MOUTH, NOSE, RIGHT_EYE, RIGHT_MOUTH, face, nets, picture
from testing.faces.reference import overlap
from testing.nets.tiny_yunet import SCORE, framed, save_yunet


@pytest.fixture(scope="module")
def yunet(tmp_path_factory: pytest.TempPathFactory) -> YuNet:
    return YuNet(save_yunet(tmp_path_factory.mktemp("nets") / "yunet.onnx"))


def portrait(size: int = 512) -> torch.Tensor:
    """The portrait, its face in a frame."""
    return framed(picture(size), scaled(BOX, size / 512))


def scaled(box: Iterable[float], scale: float) -> tuple[float, ...]:
    return tuple(value * scale for value in box)


@pytest.mark.parametrize("size", [512, 1600])
def test_the_portraits_face_and_keypoints(yunet, size):
    (found,) = yunet(portrait(size))[0]
    assert found.score > 0.9 and overlap(found.box, scaled(BOX, size / 512)) > 0.9
    mouth = [(a + b) / 2 for a, b in zip(RIGHT_MOUTH, LEFT_MOUTH, strict=True)]
    assert found.keypoints.shape == (4, 2)
    wanted = torch.tensor((RIGHT_EYE, LEFT_EYE, NOSE, mouth)) * size / 512
    assert (found.keypoints - wanted).norm(dim=1).max() < 4 * size / 512


def test_the_mesh_is_that_of_the_packs_own_detector(yunet):
    (found,) = find_faces(nets(), portrait(), detector=yunet)[0]
    assert (found.landmarks - face().landmarks).norm(dim=1).mean() < 0.02 * BOX[2]


def test_large_and_small_faces_of_a_4k_frame_once_each(yunet):
    wanted = scaled(BOX, 4), (3074, 326, 60, 75)
    frame = torch.full((1, 3, 2160, 3840), 0.4)
    for box in wanted:
        frame = framed(frame, box)
    found = yunet(frame)[0]
    assert [sum(overlap(each.box, box) > 0.9 for each in found) for box in wanted] == [1, 1]
    assert len(found) == 2


def test_a_close_up_is_found_whole_at_any_size(yunet):
    for size in (200, 1500, 3000):
        box = scaled((0.2, 0.25, 0.6, 0.55), size)
        (found,) = yunet(framed(torch.full((1, 3, size, size), 0.4), box))[0]
        assert overlap(found.box, box) > 0.9


@pytest.mark.parametrize("size", [1600, 1920])
def test_large_finds_at_a_pictures_own_size_are_no_faces(yunet, size):
    """There they are parts of a larger face, and whatever is a face shows in the smaller size too."""
    image = framed(portrait(size), (0.5 * size, 0.6 * size, 210, 210), fine=True)
    assert len(yunet._detect(image, 1.0)) == 1 == len(yunet._detect(image, 320 / size)), (
        "the two sizes see other things"
    )
    (found,) = yunet(image)[0]
    assert overlap(found.box, scaled(BOX, size / 512)) > 0.7


def test_confidence_is_a_threshold(yunet):
    (found,) = yunet(portrait(), SCORE - 0.02)[0]
    assert found.score == pytest.approx(SCORE, abs=0.01)
    assert yunet(portrait(), SCORE + 0.01) == [[]]


def test_each_picture_of_a_batch_gives_what_it_gives_alone(yunet):
    batch = torch.cat((portrait(256), torch.zeros(1, 3, 256, 256), portrait(256).flip(-1)))
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
    for content in (None, b"no net"):
        path = tmp_path / "broken.onnx"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ValueError, match=r"broken\.onnx"):
            YuNet(path)


def test_an_opencv_too_old_for_the_file_is_named(monkeypatch, tmp_path):
    """OpenCV 4.5.4 to 4.7 read the file of 2023 and fail when they run it, as read and run are stood in for here."""
    cv2 = pytest.importorskip("cv2")

    class Net:
        def setInputSize(self, size: tuple[int, int]) -> None: ...

        def detect(self, pixels: object) -> None:
            raise cv2.error("Layer with requested id=-1 not found")

    monkeypatch.setattr(cv2.FaceDetectorYN, "create", lambda *arguments: Net())
    with pytest.raises(MissingOpenCV, match=r"OpenCV .* cannot run yunet.onnx; .* needs 4.8 or newer"):
        YuNet(tmp_path / "yunet.onnx")
