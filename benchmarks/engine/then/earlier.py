"""The functions of `benchmarks.engine.now` as they were called at commit 1aad9f5, in whose checkout this file runs."""
# mypy: ignore-errors

from __future__ import annotations

from functools import cache

from torch import Tensor

from softfocus.bloom import luminance_bloom
from softfocus.faces import find_faces, load_face_nets, refine_outline, region_masks, weighted_maximum
from softfocus.quality import measure_clarity, measure_effects, rank
from softfocus.selective_blur import selective_gaussian_blur
from softfocus.sharpen import feature_sharpen
from softfocus.units import percent_of_diagonal

WEIGHTS = {"eyes": 1.0, "brows": 0.9, "nose": 0.6, "lips": 1.0, "face": 0.35}
REFINE = 2
nets = cache(load_face_nets)


def mask(image: Tensor) -> Tensor:
    faces = find_faces(nets(), image)
    masks = region_masks(faces, image.shape[-2:])
    masks["face"] = refine_outline(image, masks["face"], faces, REFINE)
    return weighted_maximum(masks, WEIGHTS)


def blur(image: Tensor, mask: Tensor) -> Tensor:
    return selective_gaussian_blur(image, percent_of_diagonal(image, 0.25), protect=mask)


def max_delta(image: Tensor, most: float) -> Tensor:
    return selective_gaussian_blur(image, percent_of_diagonal(image, 0.25), max_delta=most)


def bloom(image: Tensor) -> Tensor:
    return luminance_bloom(image, intensity=0.45, radius_px=percent_of_diagonal(image, 3))[0]


def sharpen(image: Tensor, source: Tensor, mask: Tensor) -> Tensor:
    radius = percent_of_diagonal(image, 0.15)
    return feature_sharpen(image, amount=1, radius_px=radius, source=source, mask=mask).image


def look(image: Tensor, mask: Tensor) -> Tensor:
    return sharpen(bloom(blur(image, mask)), image, mask)


def score(image: Tensor, reference: Tensor, mask: Tensor) -> float:
    seen = measure_clarity(image, mask).distortions
    return rank(measure_effects(image, reference, mask, [seen])).scores[0].total


def workflow(image: Tensor) -> float:
    found = mask(image)
    return score(look(image, found), image, found)
