"""Portraits whose alpha is known exactly, and rough masks of them: what a matting method is measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import binary_dilation, binary_erosion, binary_opening
from skimage.measure import approximate_polygon, find_contours
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from testing.matting.animal import draw_animal
from testing.matting.backgrounds import draw_background
from testing.matting.bare import choose_pair
from testing.matting.canvas import Array
from testing.matting.hair import HAIR, HAIR_COLORS
from testing.matting.person import SKINS, draw_person
from testing.matting.variants import VARIANTS, as_jpeg, move

TUNING_SEEDS = (1, 2, 3, 4, 5, 6)
REPORTED_SEEDS = (301, 302, 303, 304, 305, 306)  # run once after tuning; 101 to 106 and 201 to 206 were seen before
FRESH_SEEDS = (401, 402, 403, 404, 405, 406)  # likewise, for what was added later: sparse hair
MASK_KINDS = ("downsampled", "dilated", "eroded", "polygon", "missed")
STRAND_HAIR = ("fine", "curly", "translucent")


@dataclass(frozen=True)
class Scene:
    """image, foreground [1, 3, H, W] sRGB; alpha, strands (what of alpha is loose hair) [1, 1, H, W]; all 0..1.

    image = alpha * foreground + (1 - alpha) * background, on sRGB values as in the matting benchmarks,
    but for what a file did to it.
    """

    name: str
    background_kind: str
    image: Tensor
    alpha: Tensor
    strands: Tensor
    foreground: Tensor
    background: Tensor


def make_scene(seed: int, background: str, hair: str = "fine", size: int = 512, variant: str = "plain") -> Scene:
    """One portrait or animal; the same arguments give the same picture.

    Args:
        seed: chooses the person, the strands and the background.
        background: one of BACKGROUNDS.
        hair: "fine", "curly" or "translucent" strands, "opaque" tufts, "bald", or "sparse" strands of a
            bare head: their colour occurs near its edge only, nowhere farther inside; "fur": an animal.
        size: side in pixels; the same seed shows the same person at every size.
        variant: "plain", "motion blur" (the subject moved), "holes" (between arms and body), "JPEG" (of the
            finished picture). The same seed shows the same subject in each.
    """
    if hair not in HAIR:
        raise ValueError(f"hair must be one of {tuple(HAIR)}, got {hair!r}")
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {VARIANTS}, got {variant!r}")
    subject, behind, change = (np.random.default_rng([seed, list(HAIR).index(hair), part]) for part in range(3))
    planes, outline, edge_color = _draw_subject(subject, hair, size, change if variant == "holes" else None)
    color, alpha, loose = move(change, *planes) if variant == "motion blur" else planes
    backdrop = draw_background(behind, background, size, edge_color, outline.mean(0))
    front, back = (torch.from_numpy(each).movedim(-1, 0)[None].float() for each in (color, backdrop))
    truth, strands = (torch.from_numpy(each)[None, None].float() for each in (alpha, loose))
    image = truth * front + (1 - truth) * back
    name = ", ".join([background, hair, *([] if variant == "plain" else [variant]), str(seed)])
    return Scene(name, background, as_jpeg(image) if variant == "JPEG" else image, truth, strands, front, back)


def _draw_subject(
    rng: np.random.Generator, hair: str, size: int, holes: np.random.Generator | None
) -> tuple[tuple[Array, Array, Array], Array, Array]:
    """Colour, alpha and loose hair; the outline of the head; the colour (3) that most of the edge has."""
    if hair == "sparse":
        skin, hair_color = choose_pair(rng, SKINS)
    else:
        hair_color = np.array(HAIR_COLORS[rng.integers(len(HAIR_COLORS))])
        skin = np.array(SKINS[rng.integers(len(SKINS))])
    if hair == "fur":
        *planes, outline = draw_animal(rng, size, hair_color)
    else:
        *planes, outline = draw_person(rng, hair, size, skin, hair_color, holes)
    color, alpha, loose = planes
    return (color, alpha, loose), outline, skin if hair == "bald" else hair_color


def rough_mask(alpha: Tensor, kind: str, seed: int) -> Tensor:
    """A mask as people and segmenters make it, without the strands.

    Args:
        alpha: [1, 1, H, W], the truth.
        kind: "downsampled" (8 x coarser, thresholded, opened, enlarged), "dilated" or "eroded" (by 1 to
            2 % of the side), "polygon" (few corners, each a little off), "missed" (a bite out of the edge).
        seed: chooses widths, corners and the bite.

    Returns:
        [1, 1, H, W], 0..1.
    """
    if kind not in MASK_KINDS:
        raise ValueError(f"kind must be one of {MASK_KINDS}, got {kind!r}")
    rng = np.random.default_rng([seed, MASK_KINDS.index(kind)])
    side = alpha.shape[-1]
    if kind in ("downsampled", "missed"):
        coarse = binary_opening(avg_pool2d(alpha, 8)[0, 0].numpy() > 0.5, np.ones((3, 3)))
        if kind == "missed":
            coarse = _bitten(coarse, rng, rng.uniform(0.04, 0.07) * side / 8)
        small = torch.from_numpy(coarse)[None, None].float()
        return interpolate(small, alpha.shape[-2:], mode="bilinear", align_corners=False)
    body = binary_opening(alpha[0, 0].numpy() > 0.5, _disc(0.006 * side))
    if kind == "polygon":
        return _polygon(body, rng)
    grown = binary_dilation if kind == "dilated" else binary_erosion
    border = {} if kind == "dilated" else {"border_value": 1}
    moved = grown(body, _disc(rng.uniform(0.01, 0.02) * side), **border)
    return torch.from_numpy(moved)[None, None].float()


def _bitten(mask: NDArray, rng: np.random.Generator, radius: float) -> NDArray:
    """The mask without a disc around a random place of its edge, away from the picture's border."""
    edge = mask & ~binary_erosion(mask, border_value=1)
    rows, columns = np.nonzero(edge)
    pick = rng.integers(len(rows))
    row, column = np.indices(mask.shape)
    return mask & (np.hypot(row - rows[pick], column - columns[pick]) > radius)


def _polygon(body: NDArray, rng: np.random.Generator) -> Tensor:
    """The body's largest outline with few corners, as drawn by hand: 1.5 % tolerance, 0.5 % jitter."""
    side = body.shape[-1]
    contours = find_contours(np.pad(body, 1).astype(float), 0.5)
    outline = approximate_polygon(max(contours, key=len) - 1, 0.015 * side)[:-1]
    inside = (outline > 0) & (outline < side - 1)
    corners = outline + rng.normal(0, 0.005 * side, outline.shape) * inside
    canvas = Image.new("L", (4 * side, 4 * side))
    ImageDraw.Draw(canvas).polygon([(4 * x + 2, 4 * y + 2) for y, x in corners], fill=255)
    return avg_pool2d(torch.from_numpy(np.asarray(canvas) / 255)[None, None].float(), 4)


def _disc(radius: float) -> NDArray:
    reach = int(np.ceil(radius))
    row, column = np.indices((2 * reach + 1, 2 * reach + 1)) - reach
    return row**2 + column**2 <= radius**2
