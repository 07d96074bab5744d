"""Hair of drawn faces: what the hair net sees of it, by texture, tells the colors that all of it is painted with."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...matting.palette import make_palette
from ..crops import Square, sample_square
from ..topology import CHIN, LEFT_EYE, OVAL, RIGHT_EYE
from .raster import signed_distance
from .regions import face_width

PALETTE = 32  # colors of the crop
SPREAD = 0.05  # sRGB distance over which a pixel belongs to several of them
CELL = 4  # px of the crop: places are told on cells of that size
SEAT = (0.03, 0.45)  # face widths from the face's outline, above the chin: there hair is common
REACH = 1.1  # face widths: no farther from the outline hair is looked for by color
BESIDE = 0.38  # face widths from the middle: below the chin hair hangs no nearer
EVEN = 0.25  # share of a color in the seat that the net calls hair: from there on the color speaks for hair
WEIGHT = 1.5  # of what the color says, against the net's own odds
ROUNDS = 8
LEAST = 0.02  # of the seat: a color that is rarer there says less
DOUBT = 0.06  # the net's answers are held to be no surer


def grow_by_color(hair: Tensor, frame: Tensor, square: Square, landmarks: Tensor) -> Tensor:
    """The hair net's answer [1, 1, S, S] in a square of frame [1, 3, H, W], raised where the drawing has hair's colors.

    The face's own half below the eyes is left alone, and so is what lies under the chin. Expectation maximization
    (Dempster, Laird and Rubin 1977) over the shares of hair among the colors around the head.
    """
    size = hair.shape[-1]
    image = sample_square(frame, square, size)
    inside = sample_square(torch.ones_like(frame[:, :1]), square, size)
    shown = inside.flatten() > 0.5
    seat, place, far = (each * inside for each in _places(square, landmarks.cpu(), size, hair))
    if not bool(shown.any()) or seat.sum() < 1:
        return hair
    colors = image[0].permute(1, 2, 0).reshape(-1, 3)
    nearness = (-torch.cdist(colors, make_palette(colors[shown], PALETTE)).square() / (2 * SPREAD**2)).softmax(1)
    common, elsewhere = (each.flatten() @ nearness for each in (seat, far))
    # A color that is as dense far from the head is the background's, or clothes'.
    near = common / (common + elsewhere * seat.sum() / far.sum().clamp_min(1)).clamp_min(1e-6)
    least, even = LEAST * seat.sum() / PALETTE, torch.logit(hair.new_tensor(EVEN))
    own, grown = torch.logit(hair.clamp(DOUBT, 1 - DOUBT)), hair
    for _ in range(ROUNDS):
        share = near * ((seat * grown).flatten() @ nearness + EVEN * least) / (common + least)
        says = torch.logit((nearness @ share).view_as(hair).clamp(0.01, 0.99)) - even
        grown = (own + WEIGHT * says).sigmoid() * place
    return torch.maximum(hair, grown)


def _places(square: Square, landmarks: Tensor, size: int, like: Tensor) -> tuple[Tensor, ...]:
    """Where hair is common, where it may be at all, and what is far from the head, [1, 1, S, S] in 0..1."""
    cells, width = size // CELL, face_width(landmarks)
    steps = (torch.arange(cells) + 0.5) / cells
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    unit = square.side / width
    points, own = torch.stack((x, y), -1) * unit, square.from_picture(landmarks) * unit
    away = signed_distance(points.view(-1, 2), own[list(OVAL)]).view(cells, cells)
    low, high = own[list(OVAL), 0].aminmax()
    across = (points[..., 0] - (low + high) / 2).abs()
    below_eyes = points[..., 1] - (own[RIGHT_EYE, 1] + own[LEFT_EYE, 1]) / 2
    below_chin = points[..., 1] - own[CHIN, 1]
    seat = (away > SEAT[0]) & (away < SEAT[1]) & (below_chin < 0)
    place = (away < REACH) & ((below_chin < -0.1) | (across > BESIDE)) & ~((away < 0) & (below_eyes > -0.05))
    places = torch.stack((seat, place, away > REACH))[None].to(like)
    return F.interpolate(places, (size, size), mode="bilinear").chunk(3, 1)
