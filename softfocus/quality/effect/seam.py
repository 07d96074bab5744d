"""Whether the mask's outline shows in the picture as a step of sharpness.

Sharpness may well differ between a face and its surroundings, but where it changes within a pixel or two the eye
sees an outline. So two things are multiplied: how hard the mask's edges are, and how much more of the detail is
kept on their inner side than on the outer one.
"""

from __future__ import annotations

import math

from torch import Tensor

from ...filters.near_faces import cut
from ..regions import extent
from .bands import Bands, gain

HARD = 0.001  # of the bands' lengths: an edge as narrow as this is hard
LEAST_PX = 0.7  # of HARD in pixels: narrower edges than a pixel's cannot be drawn
EDGE_AREA = math.sqrt(2 / math.pi)  # area between a unit step and its blurred copy, per sigma and length of the edge


def seam(after: Bands, before: Bands, mask: Tensor, seen: Tensor | None = None) -> float:
    """Step of the kept detail across the mask's hard edges.

    Args:
        after, before: of the picture and of its reference, at the same lengths.
        mask: [1, 1, H, W] in 0..1.
        seen: [1, 1, H, W] of 0 and 1: only the outline that lies in it counts. None: all of it.

    Returns:
        0 where nothing changes at the outline, about 1 where all detail ends at a hard edge. Soft edges count by
        the share that their bends have, so an edge much wider than HARD counts for little.
    """
    beyond = mask - after.lengths.blur(mask, HARD, LEAST_PX)
    beyond = beyond if seen is None else beyond * seen
    outline = _outline(mask, seen)
    length = float(outline.sum()) / mask.numel()
    if length <= 0:
        return 0.0
    sigma = after.lengths.mean(lambda reach: max(LEAST_PX, HARD * reach), outline, mask)
    hardness = float(beyond.abs().mean()) / (EDGE_AREA * sigma * length)
    window = extent(beyond[0, 0].abs())
    now, was = (cut(bands.finest, window) + cut(bands.detail, window) for bands in (after, before))
    inner, outer = (gain(now, was, side.clamp_min(0)) for side in (cut(beyond, window), -cut(beyond, window)))
    return hardness * max(0.0, inner - outer)


def _outline(mask: Tensor, seen: Tensor | None) -> Tensor:
    """[1, 1, H - 1, W - 1]: height of the edges, whose sum is their length times their height (total variation)."""
    corner = mask[..., :-1, :-1]
    across, down = mask[..., :-1, 1:] - corner, mask[..., 1:, :-1] - corner
    height = across.square_().addcmul_(down, down).sqrt_()
    return height if seen is None else height * seen[..., :-1, :-1]
