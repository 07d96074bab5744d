"""Two portraits with a face mask, and what good and bad soft-focus work makes of them."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from skimage.data import astronaut
from torch import Tensor
from torch.nn.functional import interpolate, pad

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.face_box import FACE_SHARE, FaceBox
from softfocus.filters.band_matrix import mirrored_index
from softfocus.filters.gaussian import gaussian_blur
from softfocus.quality import Effect, Measured, measure_effect

Portrait = tuple[Tensor, Tensor]  # picture [1, 3, H, W], mask [1, 1, H, W]

PERFECT = Effect(
    "",
    referenced=True,
    clipped_percent=0,
    kept_inside=1,
    kept_outside=0.2,
    selectivity_db=7,
    face_drift=0,
    glow=18,
    wide_glow=0,
    finest=0.8,
    finest_outside=0.05,
    sharpening=1,
    form=0.9,
    form_step=0,
    colour_form=0.85,
    colour_form_ring=0.85,
    seam=0,
    halo_mean=0,
    halo_peak=0,
    colour_drift=0,
)


def relative_blur(picture: Tensor, share: float) -> Tensor:
    """Gaussian with a sigma of `share` of the diagonal."""
    return gaussian_blur(picture, share * math.hypot(*picture.shape[-2:]))


def ellipse(size: int, center: tuple[float, float], radii: tuple[float, float]) -> Tensor:
    """[1, 1, size, size]: 1 inside with a soft edge; center and radii as (y, x) shares of the side."""
    place = (torch.arange(size) + 0.5) / size
    y, x = ((place - c) / r for c, r in zip(center, radii, strict=True))
    return ((1.3 - (y[:, None] ** 2 + x[None, :] ** 2)) / 0.6).clamp(0, 1)[None, None]


FACES = {"real": (0.225, 0.435), "synthetic": (0.5, 0.5)}  # centers (y, x) of the ellipses, shares of the side


@lru_cache(maxsize=4)
def real(size: int = 320) -> Portrait:
    """NASA's astronaut picture (public domain) with an ellipse over the face."""
    pixels = torch.from_numpy(astronaut()).permute(2, 0, 1)[None].float() / 255
    picture = interpolate(pixels, (size, size), mode="bicubic", antialias=True).clamp(0, 1)
    return picture, ellipse(size, FACES["real"], (0.14, 0.1))


@lru_cache(maxsize=4)
def synthetic(size: int = 320) -> Portrait:
    """Stripes and checks of several widths on a dark ground, a textured face, two lamps."""
    generator = torch.Generator().manual_seed(4)
    grain = torch.randn(1, 3, size, size, generator=generator)
    texture = sum(amount * relative_blur(grain, width) * width * size for width, amount in ((0.002, 0.4), (0.005, 0.5)))
    face = ellipse(size, FACES["synthetic"], (0.2, 0.15))
    lamps = sum(ellipse(size, center, (0.06, 0.06)) for center in ((0.25, 0.22), (0.3, 0.8)))
    return (0.3 + 0.15 * face + texture + 0.6 * lamps).clamp(0, 1), face


def face_box(name: str, size: int, times: int = 1) -> FaceBox:
    """A face at the center of a portrait's ellipse, a fifth of its diagonal wide, with what `amid` adds around it."""
    width = FACE_SHARE * math.sqrt(2) * size
    y, x = (center * size - width / 2 + margin(size, times) for center in FACES[name])
    return FaceBox(x, y, width, width, width)


def amid(picture: Tensor, times: int) -> Tensor:
    """A square picture in the middle of mirrored surroundings, `times` as wide and high."""
    size = picture.shape[-1]
    places = mirrored_index(torch.arange(times * size) - margin(size, times), size)
    return picture[..., places, :][..., places]


def amid_nothing(mask: Tensor, times: int) -> Tensor:
    """A mask of a picture that is put `amid` its mirrored self: only the picture in the middle has it."""
    size = mask.shape[-1]
    first = margin(size, times)
    return pad(mask, (first, (times - 1) * size - first) * 2)


def margin(size: int, times: int) -> int:
    """How far `amid` moves a picture of so many pixels, to the right and down."""
    return (times - 1) * size // 2


def dreamy(picture: Tensor, scatter: float = 0.35) -> Tensor:
    """Blur and energy-conserving bloom of the whole picture, in linear light."""
    soft = relative_blur(srgb_to_linear(picture), 0.003)
    wide = (relative_blur(soft, 0.015) + relative_blur(soft, 0.03)) / 2
    return linear_to_srgb(soft + scatter * (wide - soft)).clamp(0, 1)


def restored(picture: Tensor, mask: Tensor, amount: float = 1.0) -> Tensor:
    """The dreamy picture with the detail of the source inside the mask: the look that is wanted."""
    soft = dreamy(picture)
    missing = (picture - relative_blur(picture, 0.006)) - (soft - relative_blur(soft, 0.006))
    return (soft + amount * mask * missing).clamp(0, 1)


def variants(portrait: Portrait) -> dict[str, Tensor]:
    picture, mask = portrait
    soft, good = dreamy(picture), restored(picture, mask)
    sharpened = good + 3 * mask * (good - relative_blur(good, 0.003))
    return {
        "identity": picture,
        "blur": relative_blur(picture, 0.003),
        "dreamy": soft,
        "good": good,
        "sharper": restored(picture, mask, 1.3),
        "face blurred": restored(picture, 1 - mask),
        "haloed": sharpened.clamp(0, 1),
        "clipped": ((good - 0.1) * 1.6 + 0.1).clamp(0, 1),
        "lit face": (good + 0.07 * mask).clamp(0, 1),
        "pasted": mask * picture + (1 - mask) * soft,
        "tinted": (good * torch.tensor([1.1, 1.0, 0.75])[:, None, None]).clamp(0, 1),
    }


def effects(portrait: Portrait) -> dict[str, Effect]:
    picture, mask = portrait
    return {name: measure_effect(Measured.of(changed, picture, mask)) for name, changed in variants(portrait).items()}
