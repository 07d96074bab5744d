"""Which squares of a picture are shown to which detector: the whole picture, tiles for small faces, turned pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..crops import Square

# Net and side of a view as a multiple of the picture's longer side. The last one shows the picture smaller, with a
# black border: a close-up that fills the frame is larger than any face either net was trained on.
WHOLE = (("short", 1.0), ("full", 1.0), ("short", 1.6))
TILED = "short"  # on small tiles it finds more than the full-range net on larger ones, at a lower cost
SMALLEST_PX, SMALLEST_SHARE = 40, 1 / 96  # wanted faces: at least this many pixels and this share of the longer side
VISIBLE = 0.24  # of the side that the net was trained on: the smallest face that it finds reliably
NET_PX = 128  # of that side, as the net was trained
OVERLAP = 0.2  # of that side, at least, of two tiles
MULTIPLE, MOST_PX = 16, 512  # net pixels of a tile's side: of the net's coarsest cells, and what fits into a cache
LARGEST = 0.5  # of that side: larger finds are mostly parts of a face, which a coarser view shows whole
CUT = 0.1  # of a face's size: so much of it may lie beyond a tile's edge
NEARLY_WHOLE = 0.75  # of the longer side: tiles as large as this show no more than the whole picture does
TURNS = (math.pi, math.pi / 2, -math.pi / 2)  # the nets see faces tilted by up to 45 degrees anyhow


@dataclass(frozen=True)
class View:
    """One square [picture pixels] for one net, `short` or `full`.

    A tile is one of many that overlap, shown in so many net pixels, and holds faces up to a size [picture pixels].
    """

    net: str
    square: Square
    size: int | None = None
    largest: float = math.inf

    @property
    def is_tile(self) -> bool:
        return self.size is not None


def whole_views(height: int, width: int, angle: float = 0.0) -> list[View]:
    """The whole picture, seen so that a face turned clockwise by `angle` [radians, quarter turns] is upright."""
    longer = max(height, width)
    return [View(name, Square(width / 2, height / 2, scale * longer, angle)) for name, scale in WHOLE]


def tile_views(height: int, width: int) -> list[View]:
    """Overlapping tiles at scales that halve, the finest for faces of `SMALLEST_PX`.

    A tile shows more than the net was trained on at once: it finds the same faces, and fewer tiles overlap.
    """
    longer = max(height, width)
    trained = max(SMALLEST_PX, SMALLEST_SHARE * longer) / VISIBLE
    views = []
    while trained < NEARLY_WHOLE * longer:
        size = _cheapest_size(height, width, trained)
        side = trained * size / NET_PX
        xs, ys = (_centres(length, side, OVERLAP * trained) for length in (width, height))
        views += [View(TILED, Square(x, y, side), size, LARGEST * trained) for y in ys for x in xs]
        trained *= 2
    return views


def _cheapest_size(height: int, width: int, trained: float) -> int:
    """Net pixels of a tile's side with which the fewest cover the picture, where `trained` of it are NET_PX."""
    sizes = range(NET_PX, MOST_PX + 1, MULTIPLE)

    def pixels(size: int) -> int:
        side, overlap = trained * size / NET_PX, OVERLAP * trained
        return _count(height, side, overlap) * _count(width, side, overlap) * size**2

    return min(sizes, key=pixels)


def _count(length: int, side: float, overlap: float) -> int:
    """Tiles along an axis."""
    return 1 if side >= length else math.ceil((length - overlap) / (side - overlap))


def _centres(length: int, side: float, overlap: float) -> list[float]:
    """Centres of tiles along an axis of `length`, evenly spread from edge to edge; one in the middle if it fits."""
    count = _count(length, side, overlap)
    if count == 1:
        return [length / 2]
    return [side / 2 + (length - side) * i / (count - 1) for i in range(count)]


def seen_whole(view: View, boxes: Tensor, height: int, width: int) -> Tensor:
    """Which boxes [N, 4] (centre x, centre y, width, height, picture pixels) the view shows whole: [N] booleans.

    A tile's edge may cut a face; a neighbour or a coarser view shows it whole. Nothing lies beyond the picture's edge.
    """
    if not view.is_tile:
        return torch.ones(len(boxes), dtype=torch.bool)
    centre, size, square = boxes[:, :2], boxes[:, 2:], view.square
    middle, reach = boxes.new_tensor((square.x, square.y)), (0.5 - CUT) * size
    low, high = middle - square.side / 2, middle + square.side / 2
    whole = (centre - reach >= low) | (low <= 0)
    whole &= (centre + reach <= high) | (high >= boxes.new_tensor((width, height)))
    return whole.all(1) & (size.amax(1) <= view.largest)
