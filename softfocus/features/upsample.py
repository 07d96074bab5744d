"""Sharp features of a picture from an encoder that gives coarse ones, without training.

The idea is that of FeatSharp (2025): look at the whole picture and, closer, at tiles of it; remove what
the encoder adds at every position; lift the coarse map to the fine grid along the picture's edges; and
take from the tiles what agrees with it. There each step is learned; here each is measured on the picture.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ..transparency import fill_transparent
from .encoder import FeatureEncoder
from .fusion import fuse
from .joint_bilateral import joint_bilateral_upsample
from .position_bias import position_bias
from .views import Grid, Views, cut, mean_of_views, picture_grid, resize_to_grid, taper, variance_of_mean, view_corners

FACTORS = (1, 2, 4)
VIEWS_AT_ONCE = 4


def sharp_features(
    encoder: FeatureEncoder,
    image: Tensor,
    factor: int,
    *,
    fusion: float = 1.0,
    debias: bool = True,
    between_tiles: Callable[[], None] | None = None,
    alpha: Tensor | None = None,
) -> Tensor:
    """Features at `factor` times the encoder's density.

    Args:
        encoder: see `FeatureEncoder`; called with at most VIEWS_AT_ONCE views of one frame.
        image: [B, 3, H, W] sRGB, any size; values outside 0..1 are clipped.
        factor: 1, 2 or 4. The short side gets factor * side / patch features, the long side as many as
            its length asks for, up to an aspect of MAX_ASPECT. The encoder runs about 1 + (factor + 1)^2
            times for a square picture and once for factor 1.
        fusion: 0..1, how much of what the tiles show is added; 0 is joint bilateral upsampling alone.
        debias: remove the position bias estimated from this picture (see `position_bias`).
        between_tiles: called before every call of the encoder, for progress; what it raises passes through.
        alpha: [B, 1, H, W] in 0..1; the encoder is shown visible colors in place of those that it hides.

    Returns:
        [B, C, h', w'] float32, in the encoder's own units: centring, scaling and rotating features would
        not change how they compare, and every step here is the same under them. Frames are independent.
        No tensor on the way is larger than the result, padded by 4 cells, or the resized picture
        [3, h' * patch, w' * patch], or the encoder's batch; the maps of all views of one frame are kept,
        about twice the result, and once more each for centring and for removing the bias.

    Raises:
        ValueError: an argument is outside its range, or the encoder's map has not side / patch cells.
    """
    _check(encoder, image, factor, fusion)
    cells = encoder.side // encoder.patch
    height, width = image.shape[-2:]
    grid = picture_grid(height, width, cells)
    tick = between_tiles or (lambda: None)
    shown = fill_transparent(image, alpha)
    frames = [_frame(encoder, frame[None], grid, factor, fusion, debias, tick) for frame in shown]
    return torch.cat(frames) if frames else image.new_empty(0, 0, grid.rows * factor, grid.columns * factor)


def _check(encoder: FeatureEncoder, image: Tensor, factor: int, fusion: float) -> None:
    if image.ndim != 4 or image.shape[1] != 3 or 0 in image.shape[-2:]:
        raise ValueError(f"image has shape {list(image.shape)}; expected [B, 3, H, W] with pixels")
    if factor not in FACTORS:
        raise ValueError(f"factor is {factor}; it must be one of {FACTORS}")
    if not 0 <= fusion <= 1:
        raise ValueError(f"fusion is {fusion}; it must be in 0..1")
    if encoder.patch < 1 or encoder.side < encoder.patch or encoder.side % encoder.patch:
        raise ValueError(f"encoder {encoder.name}: side {encoder.side} is not a multiple of patch {encoder.patch}")


def _frame(
    encoder: FeatureEncoder,
    image: Tensor,
    grid: Grid,
    factor: int,
    fusion: float,
    debias: bool,
    tick: Callable[[], None],
) -> Tensor:
    """`sharp_features` of one frame [1, 3, H, W]."""
    whole = encode_views(encoder, resize_to_grid(image, grid, encoder.patch)[0], grid, tick)
    fine_grid = Grid(grid.rows * factor, grid.columns * factor)
    picture = resize_to_grid(image, fine_grid, encoder.patch)
    view_sets = [whole]
    if factor > 1 and (debias or fusion > 0):
        view_sets.append(encode_views(encoder, picture[0], fine_grid, tick))
    if debias:
        bias = position_bias(view_sets)
        view_sets = [views._replace(maps=[each - bias for each in views.maps]) for views in view_sets]
    weight = taper(len(view_sets[0].maps[0][0]), view_sets[0].maps[0])
    coarse = mean_of_views(view_sets[0], weight)[None]
    guide = _lab(avg_pool2d(picture, encoder.patch))
    upsampled = joint_bilateral_upsample(coarse, guide, factor)
    if factor == 1 or fusion == 0:
        return upsampled
    tiles = mean_of_views(view_sets[1], weight)
    noise = variance_of_mean(view_sets[1], tiles, weight)
    return fuse(upsampled, tiles[None], coarse, noise[None], guide, fusion)


def encode_views(encoder: FeatureEncoder, picture: Tensor, grid: Grid, tick: Callable[[], None]) -> Views:
    """A picture [3, rows * patch, columns * patch] as the encoder sees it, in views that cover it."""
    cells = encoder.side // encoder.patch
    corners = view_corners(grid, cells)
    maps: list[Tensor] = []
    for first in range(0, len(corners), VIEWS_AT_ONCE):
        tick()
        batch = cut(picture, corners[first : first + VIEWS_AT_ONCE], encoder.side, encoder.patch)
        features = encoder.encode(batch).float()
        if features.ndim != 4 or features.shape[0] != len(batch) or features.shape[-2:] != (cells, cells):
            expected = [len(batch), "C", cells, cells]
            raise ValueError(f"encoder {encoder.name} gave {list(features.shape)}; expected {expected}")
        maps.extend(features)
    return Views(maps, corners, grid)


def _lab(srgb: Tensor) -> Tensor:
    try:
        from kornia.color import rgb_to_lab
    except ImportError as error:
        raise ValueError(f"an encoder needs the Python package kornia, which cannot be used: {error}") from error
    return rgb_to_lab(srgb)
