"""For every node: how to call it on a picture, and the effect that must be seen in its outputs.

A new node joins the contract test by one entry in CASES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from skimage.data import astronaut
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.color import luminance, srgb_to_linear
from softfocus.filters.gaussian import gaussian_blur

FACE = (slice(35, 85), slice(90, 132))  # rows and columns of the face in `portrait`


@dataclass(frozen=True)
class Case:
    """`arguments` makes the keyword arguments for an IMAGE [B, H, W, C]; `check` asserts the effect."""

    arguments: Callable[[Tensor], dict[str, Any]]
    check: Callable[[Tensor, Any], None]
    image_outputs: tuple[int, ...]  # outputs that keep the channels of the input
    mask_input: str
    passes: int = 1  # runs over the frames
    given_back: tuple[int, ...] = ()  # outputs that are the mask as it was given, at the size of the image
    sensitivity: float = 1.0  # how much more than most nodes this one may make of the rounding of its input


def portrait() -> Tensor:
    """NASA's astronaut picture (public domain) as IMAGE [1, 256, 256, 3], face about 45 px wide."""
    pixels = torch.from_numpy(astronaut()).float().movedim(-1, 0)[None] / 255
    return interpolate(pixels, (256, 256), mode="bilinear", antialias=True).movedim(1, -1)


def face_mask(image: Tensor) -> Tensor:
    mask = torch.zeros(image.shape[:3])
    mask[:, FACE[0], FACE[1]] = 1
    return mask


def head_mask(image: Tensor) -> Tensor:
    """[B, H, W]: a rough ellipse around the head of `portrait`; hair reaches out of it, background into it."""
    ellipse = (head_distance() < 1).float()[None, None]
    return interpolate(ellipse, image.shape[1:3])[0].expand(len(image), -1, -1)


def head_distance() -> Tensor:
    """[256, 256]: 0 in the middle of the head, 1 on the ellipse of `head_mask`."""
    rows, columns = torch.arange(256)[:, None], torch.arange(256)
    return (((rows - 46) / 40).square() + ((columns - 113) / 32).square()).sqrt()


def softened(image: Tensor) -> Tensor:
    """The picture blurred in its colours, with its own alpha and dtype."""
    blurred = gaussian_blur(image.float().movedim(-1, 1), 2.0).movedim(1, -1).to(image.dtype)
    return torch.cat([blurred[..., :3], image[..., 3:]], -1)


def detail(image: Tensor) -> Tensor:
    """[B, H, W]: squared fine luma detail."""
    luma = luminance(image[..., :3].movedim(-1, 1).float().expand(-1, 3, -1, -1))
    return (luma - gaussian_blur(luma, 1.5)).square()[:, 0]


def outside(values: Tensor) -> Tensor:
    """Mean over the pixels well away from the face."""
    keep = torch.ones(values.shape[-2:], dtype=torch.bool)
    keep[FACE[0].start - 12 : FACE[0].stop + 12, FACE[1].start - 12 : FACE[1].stop + 12] = False
    return values[..., keep].mean()


def inside(values: Tensor) -> Tensor:
    return values[:, FACE[0], FACE[1]].mean()


def check_blur(image: Tensor, result: Any) -> None:
    (soft,) = result
    assert outside(detail(soft)) < 0.5 * outside(detail(image))
    assert torch.allclose(soft[:, FACE[0], FACE[1]], image[:, FACE[0], FACE[1]], atol=1e-6)


def check_dreamy_but_sharp(image: Tensor, result: Any) -> None:
    look, mask, settings = result
    assert outside(detail(look)) < 0.5 * outside(detail(image))
    assert inside(detail(look)) > 0.7 * inside(detail(image))
    assert torch.equal(mask, face_mask(image))
    assert "All within what is asked." in settings


def check_bloom(image: Tensor, result: Any) -> None:
    bloomed, added = result
    before, after = (luminance(srgb_to_linear(each.movedim(-1, 1))) for each in (image, bloomed))
    assert abs(after.mean() / before.mean() - 1) < 0.02
    assert (bloomed - image).abs().mean() > 0.01
    total = srgb_to_linear(image) + srgb_to_linear(added)
    assert torch.allclose(srgb_to_linear(bloomed), total, atol=1e-4)


def check_sharpen(image: Tensor, result: Any) -> None:
    sharp, gain, features = result
    soft = softened(image)
    assert inside(detail(sharp)) > 2 * inside(detail(soft))
    assert torch.equal(sharp[:, :20], soft[:, :20])
    assert 0 <= gain.min() and gain.max() <= 1 and gain.std() > 0.05
    assert features.shape[-1] == 3


def check_face_mask(image: Tensor, result: Any) -> None:
    detail_mask, face, boxes, preview, _ = result
    for index in range(image.shape[0]):
        assert len(boxes[index]) == 1
        box = boxes[index][0]
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert 95 < middle[0] < 127 and 40 < middle[1] < 80
    assert inside(detail_mask) > 0.2 and inside(face) > 0.5
    assert outside(detail_mask) < 0.01 and outside(face) < 0.02
    assert detail_mask.max() > 0.95
    assert torch.allclose(preview[:, :10], image[:, :10], atol=1e-3) and not torch.equal(preview, image)


def check_mask_refine(image: Tensor, result: Any) -> None:
    alpha, foreground = result
    rough, distance = head_mask(image), head_distance()
    certain = (distance < 0.5) | (distance > 1.6)  # more than 4 % of the diagonal from the ellipse
    assert torch.equal(alpha[:, certain], rough[:, certain])
    assert (alpha - rough)[:, ~certain].abs().mean() > 0.02
    assert alpha[:, 45, 147] > 0.6 > rough[:, 45, 147]  # hair outside the ellipse
    assert alpha[:, 68, 137] < 0.3 < rough[:, 68, 137]  # background inside it
    assert torch.allclose(foreground[:, distance < 0.5], image[:, distance < 0.5], atol=1e-5)


def check_score(image: Tensor, result: Any) -> None:
    score, best, report, chart, kept = result
    assert 0 <= score <= 100
    assert torch.equal(best, image[:1]) or image.shape[0] > 1
    assert torch.equal(kept, best)
    assert "\n" in report and chart.shape[0] == 1 and chart.std() > 0.05


CASES = {
    "SoftFocusSelectiveGaussianBlur": Case(
        lambda image: {"image": image, "sigma": 0.6, "protect_mask": face_mask(image)},
        check_blur,
        (0,),
        "protect_mask",
    ),
    "SoftFocusLuminanceBloom": Case(lambda image: {"image": image}, check_bloom, (0,), "protect_mask"),
    "SoftFocusDiffusionFilter": Case(lambda image: {"image": image, "grade": 1.0}, check_bloom, (0,), "protect_mask"),
    "SoftFocusFeatureSharpen": Case(
        lambda image: {
            "image": softened(image),
            "detail_source": image,
            "mask": face_mask(image),
            "radius": 0.3,
        },
        check_sharpen,
        (0,),
        "mask",
    ),
    "SoftFocusFaceDetailMask": Case(lambda image: {"image": image}, check_face_mask, (), "subject_mask", passes=2),
    "SoftFocusMaskRefine": Case(
        lambda image: {"image": image, "mask": head_mask(image)}, check_mask_refine, (), "mask", sensitivity=2.0
    ),
    "SoftFocusQualityScore": Case(
        lambda image: {"image": image, "reference": image, "mask": face_mask(image)}, check_score, (1, 4), "mask"
    ),
    "SoftFocusDreamyButSharp": Case(
        lambda image: {"image": image, "mask": face_mask(image)},
        check_dreamy_but_sharp,
        (0,),
        "mask",
        passes=2,
        given_back=(1,),
        sensitivity=4.0,
    ),
}

# Nodes that take no picture, or two that belong together: their own tests call them.
WITHOUT_PICTURE = {
    "SoftFocusLoadVisionEncoder",
    "SoftFocusDreamGuidance",
    "SoftFocusMatchFilter",
    "SoftFocusTrackFaces",
}
