"""What refining a mask costs: against closed-form at 1024 x 1024, by area of the band, by area of the picture."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from benchmarks.matting.methods import BAND, closed_form
from benchmarks.timing import seconds
from softfocus.faces import detail_mask, find_faces, load_face_nets
from softfocus.matting import refine_mask
from softfocus.units import percent_of_diagonal
from testing.matting.truth import TUNING_SEEDS, make_scene, rough_mask
from testing.portraits import single_portraits

BANDS = (1.0, 2.0, 4.0, 8.0)  # percent of the diagonal
MARGINS = (0, 256, 768)  # pixels added left, right and above to a 1024 picture


def main() -> None:
    torch.set_num_threads(2)
    scene = make_scene(TUNING_SEEDS[0], "smooth", "fine", 1024)
    mask = rough_mask(scene.alpha, "downsampled", TUNING_SEEDS[0])
    against_closed_form(scene.image, mask)
    by_band(scene.image, mask)
    by_picture(scene.image, mask)


def against_closed_form(image: Tensor, mask: Tensor) -> None:
    width = percent_of_diagonal(image, BAND)
    band = refine_mask(image, mask, width).band
    theirs = seconds(lambda: closed_form(image, mask, band), runs=1)
    print("\nTime at 1024 x 1024, two cores")
    print(f"closed-form                    {theirs:6.2f} s")
    mine = seconds(lambda: refine_mask(image, mask, width))
    print(f"ours                           {mine:6.2f} s, ratio {mine / theirs:.2f}  limit 0.30")
    nets, portrait = load_face_nets(), one_face(image.shape[-1])
    faces = seconds(lambda: detail_mask(portrait, find_faces(nets, portrait)))
    print(f"Face Detail Mask, one face     {faces:6.2f} s, ratio {faces / theirs:.2f}  limit 0.50")


def one_face(size: int) -> Tensor:
    """The first portrait of the face table, enlarged or reduced to a square."""
    portrait = next(single_portraits()).image
    return interpolate(portrait, (size, size), mode="bilinear", antialias=True, align_corners=False)


def by_band(image: Tensor, mask: Tensor) -> None:
    print("\nTime by area of the band, 1024 x 1024")
    for percent in BANDS:
        width = percent_of_diagonal(image, percent)
        line(f"band {percent:.0f} %", image, mask, width)


def by_picture(image: Tensor, mask: Tensor) -> None:
    print("\nTime by area of the picture, the same band")
    width = percent_of_diagonal(image, BAND)
    for margin in MARGINS:
        sides = (margin, margin, margin, 0)
        wide, around = pad(image, sides, mode="replicate"), pad(mask, sides)
        line(f"{wide.shape[-1]} x {wide.shape[-2]}", wide, around, width)


def line(title: str, image: Tensor, mask: Tensor, width: float) -> None:
    area = float(refine_mask(image, mask, width).band.sum()) / 1000
    spent = seconds(lambda: refine_mask(image, mask, width))
    print(f"{title:12} {area:8.0f} thousand pixels of band {spent:6.2f} s {1e6 * spent / area / 1000:6.2f} us a pixel")
