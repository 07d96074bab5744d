"""The look as a function: what it takes, what it refuses, and that its settings mean the same at every size."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn.functional import interpolate

from softfocus import BloomSettings, BlurSettings, LookSettings, MaskSettings, SharpenSettings, make_look
from softfocus.at_settings import apply_bloom, apply_blur
from softfocus.face_box import FaceBox
from softfocus.faces import refined_regions
from softfocus.settings import REGIONS
from softfocus.transparency import fill_transparent
from testing.pictures import make_picture

ROOT = Path(__file__).resolve().parent.parent
NOTHING = LookSettings(blur=BlurSettings(sigma=0), bloom=BloomSettings(intensity=0), sharpen=SharpenSettings(amount=0))


def enlarged(side: int, frames: int = 1) -> torch.Tensor:
    """[frames, 3, side, side] whose detail is as coarse as the pack's bands."""
    return interpolate(make_picture(96, 96, frames), (side, side), mode="bicubic").clamp(0, 1)


def disc(side: int) -> torch.Tensor:
    """[1, 1, side, side]: 1 in the middle."""
    steps = (torch.arange(side) + 0.5) / side - 0.5
    return ((steps.square() + steps.square()[:, None]).sqrt() < 0.25).float()[None, None]


def test_neutral_settings_change_nothing(picture):
    look = make_look(picture, torch.ones(1, 1, 48, 64), NOTHING)
    assert all(torch.equal(step, picture) for step in (look.soft, look.bloomed, look.image))


@pytest.mark.parametrize("part", ["blur", "bloom", "sharpen"])
def test_every_part_of_the_settings_counts(part):
    image = make_picture(160, 200)
    others = {each: getattr(LookSettings() if each != part else NOTHING, each) for each in ("blur", "bloom", "sharpen")}
    made, whole = make_look(image, settings=replace(NOTHING, **others)).image, make_look(image).image
    assert (made - whole).abs().max() > 0.02


STEPWISE = {
    "plain": {},
    "hard mask": {"mask": (disc(160) > 0).float()},
    "cut-out": {"mask": 0.5 * disc(160), "alpha": 1 - disc(160)},
    "near a face": {"mask": 0.5 * disc(160), "faces": [[FaceBox(40, 40, 50, 60, 40)]]},
    "above white": {"gain": 12.0},
    "so bright that it is held back": {"mask": disc(160), "gain": 30.0},
    "max_delta": {"mask": 0.5 * disc(160), "settings": LookSettings(blur=BlurSettings(sigma=1.0, max_delta=0.1))},
    "sRGB": {"settings": LookSettings(blur=BlurSettings(sigma=1.0, linear_light=False))},
    "boosted": {"settings": LookSettings(bloom=BloomSettings(highlight_boost=2, halation=0.5, threshold=0.5))},
    "no blur": {"settings": LookSettings(blur=BlurSettings(sigma=0))},
    "no width": {"settings": LookSettings(bloom=BloomSettings(radius=0)), "faces": [[FaceBox(40, 40, 50, 60, 40)]]},
}


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("name", STEPWISE)
def test_decoding_once_is_the_same_as_step_by_step(name):
    given = dict(STEPWISE[name])
    image = enlarged(160) * given.pop("gain", 1.0)
    look = make_look(image, **given)
    mask, alpha, faces = (given.get(key) for key in ("mask", "alpha", "faces"))
    settings = given.get("settings", LookSettings())
    soft = apply_blur(fill_transparent(image, alpha), settings.blur, protect=mask, alpha=alpha, faces=faces)
    bloomed = apply_bloom(soft, settings.bloom, alpha=alpha, faces=faces)[0]
    shown = 1.0 if alpha is None else alpha
    for made, stepwise in ((look.soft, soft), (look.bloomed, bloomed)):
        assert ((made - stepwise).abs() * shown / stepwise.abs().clamp_min(1)).max() < 5e-6


def test_structure_stays_in_the_mask_and_one_mask_serves_a_batch():
    images, mask = enlarged(384, frames=2), disc(384)
    alpha = 1 - 0.5 * mask
    before = images.clone(), mask.clone()
    look = make_look(images, mask, alpha=alpha)
    assert torch.equal(images, before[0]) and torch.equal(mask, before[1])
    inside = mask.bool().expand_as(images)
    assert torch.allclose(look.image[~inside], look.bloomed[~inside], atol=1e-6)
    kept, lost = (
        (images - made).diff(dim=-1)[inside[..., 1:]].square().mean()
        for made in (look.image, make_look(images, 0 * mask, alpha=alpha).image)
    )
    assert kept < 0.6 * lost
    for frame in range(2):
        alone = make_look(images[frame : frame + 1], mask, alpha=alpha).image[0]
        assert torch.allclose(alone, look.image[frame], atol=1e-5)


def test_the_same_settings_give_the_same_look_at_half_the_size():
    large = enlarged(768)
    small = interpolate(large, scale_factor=0.5, mode="bilinear", antialias=True)
    soft = interpolate(make_look(large, disc(768)).image, scale_factor=0.5, mode="bilinear", antialias=True)
    difference = (make_look(small, disc(384)).image - soft).abs().mean()
    assert difference < 0.1 * (small - soft).abs().mean()


@pytest.mark.parametrize(
    ("name", "image", "planes"),
    [
        ("image", torch.rand(48, 64, 3), {}),
        ("image", torch.zeros(1, 3, 48, 64, dtype=torch.uint8), {}),
        ("mask", torch.rand(2, 3, 48, 64), {"mask": torch.rand(48, 64)}),
        ("mask", torch.rand(2, 3, 48, 64), {"mask": torch.rand(3, 1, 48, 64)}),
        ("alpha", torch.rand(2, 3, 48, 64), {"alpha": torch.rand(2, 1, 64, 48)}),
    ],
)
def test_wrong_shapes_are_named(name, image, planes):
    with pytest.raises(ValueError, match=f"^{name} .*must be"):
        make_look(image, **planes)


def test_hair_is_drawn_only_where_it_weighs_something(picture):
    assert set(refined_regions(picture, [[]])) == set(REGIONS) - {"hair"}
    assert set(refined_regions(picture, [[]], MaskSettings(hair=0.5))) == set(REGIONS)


def test_importing_the_library_reads_no_weights():
    code = (
        "import sys, safetensors.torch\n"
        "def refused(*arguments): raise AssertionError('a file of weights was read')\n"
        "safetensors.torch.load_file = refused\n"
        "import softfocus\n"
        "assert all(hasattr(softfocus, name) for name in softfocus.__all__)\n"
        "assert not {'cv2', 'timm', 'kornia', 'transformers', 'comfy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
