"""Which diffusion filter explains the change between two pictures of the same scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from ..checks import check_image
from ..light.families import filter_spread, scattered_share
from ..settings import DiffusionSettings
from ..units import diagonal
from .light_pair import light_pair
from .moments import moments
from .search import Found, search
from .spread_plot import Curve
from .verdict import Kind, Verdict, judge


@dataclass(frozen=True)
class FilterMatch:
    """What was found.

    Attributes:
        settings: of Diffusion Filter; grade 0 where no filter of these explains the pair.
        likely: every family with its share of the likelihood, the likeliest first.
        verdict: whether the best one explains the pair.
        curves: point spreads, of the best filter and of the pair itself.
    """

    settings: DiffusionSettings
    likely: Sequence[tuple[Found, float]]
    verdict: Verdict
    curves: Sequence[Curve]


def match_filter(without: Tensor, with_filter: Tensor) -> FilterMatch:
    """Find family, grade, size, warmth and halation of the filter between two aligned pictures.

    Args:
        without: [1, 3, H, W] float32 sRGB, as seen without the filter.
        with_filter: the same scene with it, of the same size; its exposure may be another.

    Raises:
        ValueError: a picture is not float32 of that shape, holds more than one frame, or the sizes differ.
        TypeError: an argument is no tensor.
    """
    for image, name in ((without, "image_without"), (with_filter, "image_with")):
        check_image(image, name)
        if len(image) != 1:
            raise ValueError(f"{name} has {len(image)} frames; it must have 1")
    check_same_size(without, with_filter)
    pair = light_pair(without, with_filter)
    diagonal_px, bands = diagonal(without), moments(pair)
    found = search(bands, diagonal_px)
    verdict = judge(bands, found, diagonal_px)
    curves = _curves(found[0], verdict, pair.sigmas_px, diagonal_px)
    return FilterMatch(_settings(found[0], verdict), _likely(found), verdict, curves)


def check_same_size(without: Tensor, with_filter: Tensor) -> None:
    """Raise ValueError unless two pictures [..., H, W] are of one size."""
    sizes = [f"{image.shape[-1]} x {image.shape[-2]}" for image in (without, with_filter)]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"image_without is {sizes[0]} but image_with is {sizes[1]}; they must be of one size and aligned"
        )


def _settings(best: Found, verdict: Verdict) -> DiffusionSettings:
    matched = verdict.kind is Kind.MATCHED
    return DiffusionSettings(
        best.family,
        grade=round(best.grade, 3) if matched else 0.0,
        size=round(best.size, 1),
        warmth=round(best.warmth, 3),
        halation=round(best.halation, 3),
    )


def _likely(found: Sequence[Found]) -> list[tuple[Found, float]]:
    shares = np.exp(np.array([each.evidence for each in found]) - found[0].evidence)
    return [(each, float(share)) for each, share in zip(found, shares / shares.sum(), strict=True)]


def _curves(best: Found, verdict: Verdict, sigmas_px: Sequence[float], diagonal_px: float) -> list[Curve]:
    percent = [100 * sigma / diagonal_px for sigma in sigmas_px]
    spread = filter_spread(best.family, best.size, 0.0, diagonal_px)
    share = scattered_share(best.family, best.grade)
    own = verdict.mixture[1:-1] / max(float(verdict.mixture[:-1].sum()), 1e-9)
    moving = share * (1 - float(np.mean(spread.stays)))
    weights = [moving * float(np.mean(weight)) for weight in spread.weights]
    return [
        Curve(f"{best.family}, grade {best.grade:.2g}", percent, weights),
        Curve("the pair itself", percent, list(own)),
    ]
