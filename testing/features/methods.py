"""The ways of making a dense map that are compared: rows of the tables."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.features import FeatureEncoder, sharp_features
from softfocus.features.position_bias import position_bias
from softfocus.features.upsample import encode_views
from softfocus.features.views import Grid, mean_of_views, picture_grid, resize_to_grid, taper

NEAREST, BILINEAR, BILATERAL, TILES, OURS_BIASED, TILES_UNBIASED, OURS = (
    "nearest",
    "bilinear",
    "joint bilateral",
    "tiles alone",
    "ours, no de-bias",
    "tiles, our de-bias",
    "ours",
)
METHODS = (NEAREST, BILINEAR, BILATERAL, TILES, OURS_BIASED, TILES_UNBIASED, OURS)
OTHERS = (NEAREST, BILINEAR, BILATERAL, TILES)


class Remembering:
    """Gives the maps of views it has seen before from memory: the methods share most of them."""

    def __init__(self, encoder: FeatureEncoder):
        self.encode_now = encoder.encode
        self.name, self.patch, self.side = encoder.name, encoder.patch, encoder.side
        self.known: dict[bytes, Tensor] = {}

    def encode(self, images: Tensor) -> Tensor:
        key = images.numpy().tobytes()
        if key not in self.known:
            self.known[key] = self.encode_now(images)
        return self.known[key]


def dense_maps(encoder: FeatureEncoder, image: Tensor, factor: int) -> dict[str, Tensor]:
    """The map [1, C, h', w'] of every method."""
    encoder = Remembering(encoder)
    coarse = sharp_features(encoder, image, 1, debias=False)
    return {
        NEAREST: interpolate(coarse, scale_factor=factor, mode="nearest"),
        BILINEAR: interpolate(coarse, scale_factor=factor, mode="bilinear", align_corners=False),
        BILATERAL: sharp_features(encoder, image, factor, fusion=0, debias=False),
        TILES: mosaic(encoder, image, factor),
        TILES_UNBIASED: mosaic(encoder, image, factor, debias=True),
        OURS_BIASED: sharp_features(encoder, image, factor, debias=False),
        OURS: sharp_features(encoder, image, factor),
    }


def mosaic(encoder: FeatureEncoder, image: Tensor, factor: int, debias: bool = False) -> Tensor:
    """The tiles put together with the same tapers, and nothing else; or with the position bias removed before."""
    looks = [
        encode_views(encoder, resize_to_grid(image, grid, encoder.patch)[0], grid, _nothing)
        for grid in (dense_grid(encoder, image, 1), dense_grid(encoder, image, factor))
    ]
    tiles = looks[1]
    if debias:
        bias = position_bias(looks)
        tiles = tiles._replace(maps=[each - bias for each in tiles.maps])
    return mean_of_views(tiles, taper(tiles.maps[0].shape[-1], image))[None]


def dense_grid(encoder: FeatureEncoder, image: Tensor, factor: int) -> Grid:
    height, width = image.shape[-2:]
    grid = picture_grid(height, width, encoder.side // encoder.patch)
    return Grid(grid.rows * factor, grid.columns * factor)


def best_of_others(means: dict[str, float], better: Callable[[float, float], float]) -> tuple[str, float]:
    """The name and the figure of the best method that is not ours; `better` is min or max."""
    best = means[OTHERS[0]]
    for name in OTHERS:
        best = better(best, means[name])
    return next(name for name in OTHERS if means[name] == best), best


def _nothing() -> None:
    pass
