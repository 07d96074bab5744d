"""OpenCV missing, emptied by a half-removed wheel, or whole: the effects run and say the same."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from softfocus.bloom import luminance_bloom
from softfocus.faces import YuNet, picture_motion, refine_outline, region_masks
from softfocus.faces.face import Face
from softfocus.filters.gaussian import gaussian_blur
from softfocus.matting import refine_mask
from softfocus.opencv import opencv
from softfocus.quality import Measured, measure_clarity, measure_effect
from softfocus.selective_blur import selective_gaussian_blur
from softfocus.sharpen import feature_sharpen
from testing.pictures import make_picture

PICTURE = make_picture(96, 128)
SOFT = selective_gaussian_blur(PICTURE, 2.0)
MASK = torch.zeros(1, 1, 96, 128).index_fill_(3, torch.arange(30, 90), 1)
RAMP = torch.linspace(0, 1, 128).expand(1, 1, 96, 128)


def _without_functions() -> types.ModuleType:
    """What is left after the wheel with the functions is gone, and names that promise what is not there."""
    left = types.ModuleType("cv2")
    left.sepFilter2D = left.FaceDetectorYN = left.ximgproc = types.ModuleType("cv2.left")
    return left


CASES = {"missing": lambda: None, "emptied": lambda: types.ModuleType("cv2"), "names only": _without_functions}


@pytest.fixture(params=CASES)
def broken(request, monkeypatch):
    pytest.importorskip("cv2")

    def breaks() -> None:
        monkeypatch.setitem(sys.modules, "cv2", CASES[request.param]())

    return breaks


def _face() -> list[list[Face]]:
    points = torch.rand(468, 2, generator=torch.Generator().manual_seed(1)) * 60 + 20
    return [[Face((20, 20, 60, 60), 1.0, landmarks=points)]]


EFFECTS: dict[str, tuple[float, Callable[[], tuple[Tensor, ...]]]] = {
    "Gaussian": (0.1, lambda: (gaussian_blur(PICTURE, 1.3), gaussian_blur(PICTURE, 3.7))),
    "blur": (1, lambda: (selective_gaussian_blur(PICTURE, 2.5),)),
    "partly protected": (1, lambda: (selective_gaussian_blur(PICTURE, 3.0, protect=RAMP),)),
    "bloom": (1, lambda: luminance_bloom(PICTURE, intensity=0.5, radius_px=1.9)),
    "sharpening": (1, lambda: (feature_sharpen(SOFT, amount=1, radius_px=1.0, source=PICTURE).image,)),
    "matting": (1, lambda: (refine_mask(PICTURE, MASK, 4.0).alpha,)),
    "outline": (1, lambda: (refine_outline(PICTURE, region_masks(_face(), (96, 128))["face"], _face(), 2),)),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_same_result_without_opencv(name, broken):
    bound, effect = EFFECTS[name]
    whole = effect()
    broken()
    for with_it, without in zip(whole, effect(), strict=True):
        assert (with_it - without).abs().max() <= bound / 255


def test_same_scores_without_opencv(broken):
    def measured() -> list[float | None]:
        effect = measure_effect(Measured.of(SOFT, PICTURE, MASK))
        return [
            effect.kept_inside,
            effect.glow,
            effect.halo_peak,
            measure_clarity(Measured.of(PICTURE)).distortions.edge_width,
        ]

    whole = measured()
    broken()
    assert measured() == pytest.approx(whole, rel=1e-3)


def test_options_that_need_opencv_say_so(broken, tmp_path):
    broken()
    assert picture_motion(lambda index: PICTURE[0]) is None
    with pytest.raises(ValueError, match="YuNet needs OpenCV"):
        YuNet(tmp_path / "net.onnx")


def test_module_is_taken_only_with_all_that_is_asked_for(monkeypatch):
    cv2 = pytest.importorskip("cv2")
    assert opencv("sepFilter2D") is cv2 and opencv() is cv2
    assert opencv("sepFilter2D", "no_such_function") is None and opencv("FaceDetectorYN.nothing") is None
    monkeypatch.delattr(cv2, "DISOpticalFlow_create")
    assert opencv("sepFilter2D") is cv2
    assert picture_motion(lambda index: PICTURE[0]) is None


def test_a_wheel_that_fails_at_import_counts_as_missing(monkeypatch, tmp_path):
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2" / "__init__.py").write_text("raise AttributeError('half of a wheel')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "cv2", raising=False)
    assert opencv("sepFilter2D") is None
