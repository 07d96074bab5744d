"""The look on real portraits: detail kept in the face, softness elsewhere, tones and clipping, beside other ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.color import WHITE, luminance
from softfocus.face_box import FaceBox
from softfocus.faces import box_of_face, find_faces, load_face_nets, refined_regions, weighted_maximum
from softfocus.filters.gaussian import gaussian_blur
from softfocus.look import make_look
from softfocus.settings import MASK
from softfocus.units import percent_of_diagonal
from testing.portraits import Portrait, single_portraits

BAND = (0.15, 0.6)  # percent of the diagonal
LOW = 1.0  # percent of the diagonal: what a figure shows as tones
TONES = 0.08  # of the face's annotated width: sigma of what is tone rather than detail of a face


@dataclass(frozen=True)
class Compared:
    """A picture, its detail mask, and what is made of it with that mask."""

    source: Tensor
    mask: Tensor
    bloomed: Tensor
    ours: Tensor
    pasted: Tensor


@dataclass(frozen=True)
class Figures:
    """eyes_mouth, outside: band energy against the source; face_shift: in 1/255; clipped: added share of the pixels."""

    eyes_mouth: float
    outside: float
    face_shift: float
    clipped: float


def compare(image: Tensor, mask: Tensor, faces: list[list[FaceBox]] | None = None) -> Compared:
    """The look at its defaults beside the sharp face pasted over the soft picture."""
    look = make_look(image, mask, faces=faces)
    return Compared(image, mask, look.bloomed, look.image, torch.lerp(look.bloomed, image, mask))


def band_energy(image: Tensor, region: Tensor) -> float:
    return mean_within(squared_band(image), region)


def squared_band(image: Tensor) -> Tensor:
    """[1, 1, H, W]: the square of the luma's detail in BAND."""
    luma = luminance(image)
    low, high = (gaussian_blur(luma, percent_of_diagonal(image, sigma)) for sigma in BAND)
    return low.sub_(high).square_()


def mean_within(plane: Tensor, region: Tensor) -> float:
    return float((plane * region).sum() / region.sum())


def discs(portrait: Portrait, image: Tensor) -> Tensor:
    """Discs at both eyes and the mouth, from the annotated points."""
    return eyes_and_mouth(portrait.points[0] * image.shape[-1] / portrait.image.shape[-1], image.shape[-2:])


def eyes_and_mouth(points: Tensor, size: Sequence[int]) -> Tensor:
    """[1, 1, H, W], 1 in discs around the eyes and the mouth of five points [5, 2] in a picture of (H, W)."""
    right, left, _, mouth_right, mouth_left = points
    between = (left - right).norm()
    rows = torch.arange(size[0])[:, None] + 0.5
    columns = torch.arange(size[1])[None] + 0.5
    region = torch.zeros(*size)
    for center, radius in ((right, 0.25), (left, 0.25), ((mouth_right + mouth_left) / 2, 0.3)):
        inside = (columns - center[0]) ** 2 + (rows - center[1]) ** 2 <= (radius * between) ** 2
        region = torch.maximum(region, inside.float())
    return region[None, None]


def outside_head(portrait: Portrait, image: Tensor) -> Tensor:
    scale = image.shape[-1] / portrait.image.shape[-1]
    x, y, width, height = portrait.boxes[0]
    return outside_of((x * scale, y * scale, width * scale, height * scale), image.shape[-2:])


def outside_of(box: tuple[float, float, float, float], size: Sequence[int]) -> Tensor:
    """[1, 1, H, W], 1 everywhere but in a box of twice the face's width and 1.8 times its height."""
    x, y, width, height = box
    region = torch.ones(1, 1, *size)
    top, bottom = max(0, int(y - 0.5 * height)), max(0, int(y + 1.3 * height))
    left, right = max(0, int(x - 0.5 * width)), max(0, int(x + 1.5 * width))
    region[..., top:bottom, left:right] = 0
    return region


def measure(portrait: Portrait, look: Compared, face: Tensor, result: Tensor) -> Figures:
    """Figures of `result` (a picture made from look.source)."""
    eyes, rest = discs(portrait, look.source), outside_head(portrait, look.source)
    low = TONES * portrait.boxes[0][2] * look.source.shape[-1] / portrait.image.shape[-1]
    shift = (gaussian_blur(luminance(result), low) - gaussian_blur(luminance(look.bloomed), low)).abs()
    clipped = [(each >= WHITE).any(1).float().mean() for each in (result, look.source)]
    outside = band_energy(result, rest) / band_energy(look.source, rest) if rest.sum() > 100 else float("nan")
    return Figures(
        band_energy(result, eyes) / band_energy(look.source, eyes),
        outside,
        float((shift * face).sum() / face.sum()) * 255,
        float(clipped[0] - clipped[1]),
    )


def scaled(portrait: Portrait, scale: float) -> Tensor:
    if scale == 1:
        return portrait.image
    size = [round(side * scale) for side in portrait.image.shape[-2:]]
    return interpolate(portrait.image, size, mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)


PICTURES: dict[str, Callable[[Compared], Tensor]] = {
    "ours": lambda look: look.ours,
    "soft only": lambda look: look.bloomed,
    "sharp face pasted": lambda look: look.pasted,
}


def run(scale: float = 1.0) -> dict[str, list[Figures]]:
    """Figures of every single-face portrait with a found face, by method."""
    nets = load_face_nets()
    results: dict[str, list[Figures]] = {name: [] for name in PICTURES}
    for portrait in single_portraits():
        image = scaled(portrait, scale)
        faces = find_faces(nets, image)
        regions = refined_regions(image, faces)
        mask, face = weighted_maximum(regions, MASK.weights), regions["face"]
        if mask.max() == 0:
            continue
        look = compare(image, mask, [list(map(box_of_face, faces[0]))])
        for name, pick in PICTURES.items():
            results[name].append(measure(portrait, look, face, pick(look)))
    return results


def medians(figures: list[Figures]) -> Figures:
    columns = []
    for name in Figures.__dataclass_fields__:
        values = [getattr(each, name) for each in figures]
        columns.append(median(value for value in values if value == value))
    return Figures(*columns)
