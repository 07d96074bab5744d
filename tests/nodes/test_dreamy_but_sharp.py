"""The node Dreamy but Sharp: its settings typed into the single nodes, pictures without a face, and clips."""

from __future__ import annotations

import re
import sys

import pytest
import torch
from skimage.data import astronaut
from torch import Tensor
from torch.nn.functional import interpolate

from testing.cases import face_mask, portrait
from testing.host_nodes import call

pytestmark = pytest.mark.host
NODE = "SoftFocusDreamyButSharp"
SHOT = "one setting a shot"


def large() -> Tensor:
    """NASA's portrait, IMAGE [1, 1024, 1024, 3]: larger than what is tuned on."""
    pixels = torch.from_numpy(astronaut()).float().movedim(-1, 0)[None] / 255
    return interpolate(pixels, (1024, 1024), mode="bicubic").clamp(0, 1).movedim(1, -1).contiguous()


def number(name: str, text: str) -> float:
    return float(re.findall(rf"\b{name} ([\d.]*\d)", text)[0])


def sigmas(text: str) -> list[str]:
    return re.findall(r"sigma ([\d.]+\d)", text)


@pytest.mark.slow
def test_its_settings_give_the_same_look_in_the_single_nodes():
    image = large()
    picture, mask, settings = call(NODE, image=image, dream=0.6, clarity=0.4, tint="#ffe0c0")
    detail_mask, _, boxes, _, _ = call("SoftFocusFaceDetailMask", image=image)
    assert (mask - detail_mask).abs().max() < 1e-5  # drawn around the faces, the other on the whole picture
    (soft,) = call(
        "SoftFocusSelectiveGaussianBlur",
        image=image,
        sigma=number("sigma", settings),
        protect_mask=mask,
        bboxes=boxes,
    )
    names = ("intensity", "threshold", "radius")
    bloom = {name: number(name, settings) for name in names} | {"tint": "#ffe0c0", "bboxes": boxes}
    bloomed = call("SoftFocusLuminanceBloom", image=soft, **bloom)[0]
    sharp = call(
        "SoftFocusFeatureSharpen",
        image=bloomed,
        amount=number("amount", settings),
        mask=mask,
        detail_source=image,
        bboxes=boxes,
    )[0]
    assert "fine" not in settings and "All within what is asked." in settings
    assert (picture - sharp).abs().max() < 1e-5


def test_without_a_face_all_of_it_softens_and_the_node_says_so():
    image = portrait()[:, 128:, :128].contiguous()  # a shoulder
    picture, mask, settings = call(NODE, image=image)
    assert mask.max() == 0 and picture.shape == image.shape
    assert settings.startswith("No face found") and "Not measured: no place is kept clear" in settings
    assert (picture - image).abs().mean() > 0.002


def test_an_empty_mask_is_no_error_and_said():
    image = portrait()
    _, mask, settings = call(NODE, image=image, mask=torch.zeros(1, 64, 64))
    assert mask.max() == 0 and settings.startswith("mask is empty")


def test_dream_0_says_that_it_does_nothing_and_still_hands_out_the_mask():
    image = portrait()
    picture, mask, settings = call(NODE, image=image, dream=0.0, mask=face_mask(image))
    assert torch.equal(picture, image) and torch.equal(mask, face_mask(image))
    assert settings == "dream is 0: the picture is as it came."


def test_a_shot_has_one_setting_and_pictures_alone_their_own():
    image = portrait()
    noisy = (image + 0.05 * torch.randn(image.shape, generator=torch.Generator().manual_seed(1))).clamp(0, 1)
    clip, mask = torch.cat([image, noisy, image * 0.5]), face_mask(image)
    alone, shared = (call(NODE, image=clip, mask=mask, frames=frames)[2] for frames in ("each alone", SHOT))
    assert len(set(sigmas(alone))) > 1 and alone.startswith("Frame 1:\n") and "Frame 3:\n" in alone
    assert len(sigmas(shared)) == 1 and shared.startswith("Selective Gaussian Blur: ")


def test_every_shot_has_its_own_setting():
    first, second = portrait(), portrait().flip(1)[:, :, :, [2, 0, 1]].contiguous()
    clip = torch.cat([first, first, first, second, second, second])
    settings = call(NODE, image=clip, mask=face_mask(first), frames=SHOT)[2]
    assert settings.startswith("Frames 1, 2, 3:\n") and "\nFrames 4, 5, 6:\n" in settings
    assert len(sigmas(settings)) == 2


def test_a_clip_without_a_mask_is_followed_and_one_frame_of_it_is_as_the_others():
    clip = portrait().expand(3, -1, -1, -1).contiguous()
    picture, mask, settings = call(NODE, image=clip, frames=SHOT)
    assert "3 faces found in 3 frames" in settings and mask.max() > 0.9
    assert (picture - picture[:1]).abs().max() < 1e-5


def test_no_frames_is_no_error():
    image = portrait()[:0]
    picture, mask, settings = call(NODE, image=image)
    assert picture.shape == image.shape and len(mask) == 0 and "dream is 0" not in settings
    assert len(call(NODE, image=image, frames=SHOT)[0]) == 0


def test_a_tint_that_is_no_color_is_named_before_any_face_is_looked_for(monkeypatch):
    call(NODE, image=portrait(), dream=0.0, mask=torch.zeros(1, 8, 8))
    node = next(module for name, module in sys.modules.items() if name.endswith("nodes.dreamy_but_sharp"))
    monkeypatch.setattr(node, "search_faces", lambda *given: pytest.fail("a face was looked for"))
    with pytest.raises(ValueError, match="tint"):
        call(NODE, image=portrait(), tint="pink")
