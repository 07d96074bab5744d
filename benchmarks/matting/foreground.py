"""Foreground colours where background shines through: the picture's, pymatting's multi-level estimate, and ours.

Errors are means over mixed pixels, weighted by alpha, in 1/255. The lemur of pymatting's documentation is measured
if SOFTFOCUS_LEMUR names its folder; its foreground seems to be an estimate itself, so that the rows with new
backgrounds behind it say more. --pictures FOLDER writes cut-outs over four backgrounds.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.matting.methods import BAND
from benchmarks.rows import Check, Row, show, show_limits, values
from softfocus.matting import refine_mask
from softfocus.matting.foreground import estimate_foreground
from softfocus.units import percent_of_diagonal
from testing.matting.backgrounds import BACKGROUNDS
from testing.matting.cutouts import cutouts
from testing.matting.truth import REPORTED_SEEDS, TUNING_SEEDS, make_scene, rough_mask
from testing.portraits import to_tensor

HAIR = ("fine", "curly", "translucent", "opaque")
PLAIN = {"green": (0.0, 0.69, 0.25), "white": (1.0, 1.0, 1.0), "black": (0.0, 0.0, 0.0)}


@dataclass(frozen=True)
class Case:
    """image and foreground [1, 3, H, W], alpha [1, 1, H, W], all true."""

    name: str
    image: Tensor
    alpha: Tensor
    foreground: Tensor


def cases(seeds: tuple[int, ...]) -> Iterator[Case]:
    """Drawn people over four backgrounds, and the lemur, over its own and over others."""
    backdrops = {}
    for background in BACKGROUNDS:
        for seed, hair in zip(seeds, HAIR, strict=False):
            scene = make_scene(seed, background, hair)
            backdrops[background] = scene.background
            yield composed(f"{background}, {hair}", scene.alpha, scene.foreground, scene.background)
    named = os.environ.get("SOFTFOCUS_LEMUR")
    if not named:
        print("SOFTFOCUS_LEMUR names no folder: without the lemur")
        return
    image, alpha, front, beach = (
        to_tensor(Image.open(Path(named) / f"{name}.png").convert("RGB"))
        for name in ("lemur", "lemur_alpha", "lemur_foreground", "beach")
    )
    yield Case("lemur", image, alpha[:, :1], front)
    yield composed("lemur, beach", alpha[:, :1], front, beach)
    for name, backdrop in backdrops.items():
        yield composed(f"lemur, {name}", alpha[:, :1], front, interpolate(backdrop, alpha.shape[-2:], mode="bilinear"))


def composed(name: str, alpha: Tensor, front: Tensor, back: Tensor) -> Case:
    """A case with a picture of 8 bits."""
    return Case(name, ((alpha * front + (1 - alpha) * back) * 255).round() / 255, alpha, front)


def multi_level(image: Tensor, alpha: Tensor) -> Tensor:
    """Germer et al. 2020 as pymatting has it."""
    from pymatting import estimate_foreground_ml

    pixels = np.ascontiguousarray(image[0].movedim(0, -1).double().numpy())
    found = estimate_foreground_ml(pixels, alpha[0, 0].double().numpy())
    return torch.from_numpy(np.asarray(found)).float().movedim(-1, 0)[None]


def errors(found: Tensor, case: Case) -> tuple[float, float]:
    """Mean absolute difference x 255 and mean squared difference x 1000."""
    weight = case.alpha * (case.alpha < 1)
    difference = found - case.foreground
    absolute, squared = (
        float((each.mean(1, keepdim=True) * weight).sum() / weight.sum())
        for each in (difference.abs(), difference.square())
    )
    return 255 * absolute, 1000 * squared


def by_true_alpha(every: list[Case]) -> Iterator[Row]:
    for case in every:
        start = time.perf_counter()
        found = estimate_foreground(case.image, case.alpha)
        spent = time.perf_counter() - start
        theirs, mine = errors(multi_level(case.image, case.alpha), case), errors(found, case)
        yield {
            "case": f"{case.name:28}",
            "image": errors(case.image, case)[0],
            "multi-level": theirs[0],
            "ours": mine[0],
            "ratio": mine[0] / theirs[0],
            "MSE multi-level": theirs[1],
            "MSE ours": mine[1],
            "s": spent,
        }


def over_backgrounds(every: list[Case]) -> Iterator[Row]:
    """Errors x 255 of composites over plain colours in the band: by true alpha, then all of it by the node's own."""
    for case in every:
        mask = rough_mask(case.alpha, "downsampled", 1)
        matte = refine_mask(case.image, mask, percent_of_diagonal(case.image, BAND))
        plain = plain_colors(case.image, case.alpha)
        for alpha, title in ((case.alpha, "true"), (matte.alpha, "own")):
            methods = {
                "image": case.image,
                "multi-level": multi_level(case.image, alpha),
                "ours": estimate_foreground(case.image, alpha, matte.band),
                "true colours": case.foreground,
            }
            for name, color in plain.items():
                if title == "true" and name != "own":
                    continue  # one true alpha: the same error over every colour
                yield {"case": f"{case.name:28}", "alpha": title, "over": f"{name:5}"} | {
                    method: None if front is None else fringe(alpha, front, case, color, matte.band)
                    for method, front in methods.items()
                }


def plain_colors(image: Tensor, alpha: Tensor) -> dict[str, Tensor]:
    """Colours [1, 3, 1, 1] by name: those of PLAIN, and "own", the mean of the picture's own background."""
    behind = (image * (alpha == 0)).sum((2, 3), keepdim=True) / (alpha == 0).sum().clamp_min(1)
    return {name: torch.tensor(value).view(1, 3, 1, 1) for name, value in PLAIN.items()} | {"own": behind}


def fringe(alpha: Tensor, front: Tensor, case: Case, color: Tensor, band: Tensor) -> float:
    difference = alpha * front + (1 - alpha) * color - case.alpha * case.foreground - (1 - case.alpha) * color
    return 255 * float((difference.abs().mean(1, keepdim=True) * band).sum() / band.sum())


def write_pictures(folder: Path, every: list[Case]) -> None:
    """Each as it is, then over four backgrounds: above with the picture's colours, below with ours."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, image, alpha in [(c.name, c.image, c.alpha) for c in every] + [
        (c.name, c.image, c.alpha) for c in cutouts()
    ]:
        colors = plain_colors(image, alpha).values()
        found = estimate_foreground(image, alpha)
        rows = [
            torch.cat([first] + [alpha * front + (1 - alpha) * color for color in colors], 3)
            for first, front in ((image, image), (found, found))
        ]
        pixels = (torch.cat(rows, 2)[0].clamp(0, 1) * 255).round().byte().movedim(0, -1)
        Image.fromarray(pixels.numpy()).save(folder / f"{name.replace(', ', '_').replace(' ', '_')}.png")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", choices=("tuning", "reported"), default="reported")
    parser.add_argument("--pictures", type=Path, help="a folder for cut-outs over new backgrounds")
    options = parser.parse_args(argv)
    start = time.perf_counter()
    every = list(cases(TUNING_SEEDS if options.seeds == "tuning" else REPORTED_SEEDS))
    if options.pictures:
        write_pictures(options.pictures, every)
    rows = show("Foreground colours by true alpha: error x 255 weighted by alpha", by_true_alpha(every))
    over = show("Composites over plain colours: error x 255 in the band", over_backgrounds(every))
    checks = [Check("error / multi-level's, worst case", max(values(rows, "ratio")), 1.0)]
    for title in ("true", "own"):
        here = [row for row in over if row["alpha"] == title]
        mine, theirs = (sum(values(here, name)) for name in ("ours", "multi-level"))
        checks.append(Check(f"composites by {title} alpha: error / multi-level's", mine / theirs, 1.0))
    show_limits(checks, start)


if __name__ == "__main__":
    main()
