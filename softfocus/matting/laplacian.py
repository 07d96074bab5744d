"""The matting Laplacian (Levin, Lischinski and Weiss, PAMI 2008) of a few pixels of a picture.

In every 3 x 3 window alpha should be a linear function of the color; L x is how far it is from that. Only the windows
that touch an unknown pixel are written down, so that cost and memory grow with those pixels and not with the picture.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag, max_pool2d, pad

EPSILON = 1e-6  # sRGB squared: a window with less variance counts as flat, and alpha as constant there
AROUND = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1))


class MattingLaplacian:
    """L of an image [3, H, W] sRGB at its N unknown pixels, in the order of rows.

    Windows lie inside the picture, as in the paper. A vector holds the M pixels of `touched`, those that the windows
    show; `multiply` gives L times it at the unknown ones.

    Attributes:
        touched: [H, W] bool.
        place: [N] where the unknown pixels stand among the touched ones.
        diagonal: [N] of L.
        texture: [N] variance of the colors around, sRGB squared.
    """

    def __init__(self, image: Tensor, unknown: Tensor) -> None:
        centers = _grown(unknown)
        centers[[0, -1]] = False
        centers[:, [0, -1]] = False
        self.touched = _grown(centers) | unknown
        self._members = _neighbors(_numbered(self.touched), centers)
        windows = _neighbors(_numbered(centers), unknown)
        self.place = _numbered(self.touched)[unknown]
        self._count = (windows >= 0).sum(1).to(image)
        self._windows = torch.where(windows < 0, len(self._members), windows)  # a last window of zeros stands for none
        self._colors = image[:, unknown].T.contiguous()
        seen = _rows(image[:, self.touched].T, self._members)
        self._mean = seen.mean(1)
        offset = seen - self._mean[:, None]
        spread = (offset.transpose(1, 2) @ offset) / len(AROUND) + EPSILON * torch.eye(3).to(image)
        self._slope = torch.linalg.solve(spread, offset.transpose(1, 2)) / len(AROUND)
        variance = _with_zero(offset.square().mean(1).sum(1, keepdim=True))
        self.texture = _rows(variance, self._windows)[..., 0].sum(1) / self._count.clamp_min(1)
        own = _with_zero(1 - 1 / len(AROUND) - (offset * self._slope.transpose(1, 2)).sum(2))
        seat = torch.arange(len(AROUND) - 1, -1, -1, device=image.device)  # of a pixel in the windows around it
        self.diagonal = _rows(own.view(-1, 1), self._windows * len(AROUND) + seat)[..., 0].sum(1)

    def multiply(self, vector: Tensor) -> Tensor:
        """(L x) [N] of x [M]."""
        seen = _rows(vector[:, None], self._members)
        slope = (self._slope @ seen)[..., 0]
        base = seen.mean(1) - (slope * self._mean).sum(1, keepdim=True)
        total = embedding_bag(self._windows, _with_zero(torch.cat([slope, base], 1)), mode="sum")
        return self._count * vector[self.place] - (total[:, :3] * self._colors).sum(1) - total[:, 3]


def _grown(plane: Tensor) -> Tensor:
    return max_pool2d(plane[None, None].float(), 3, 1, 1)[0, 0] > 0


def _numbered(plane: Tensor) -> Tensor:
    """Running numbers of the true pixels, -1 elsewhere."""
    return torch.where(plane, plane.flatten().cumsum(0).view_as(plane) - 1, -1)


def _neighbors(numbers: Tensor, pixels: Tensor) -> Tensor:
    """The numbers [P, 9] around the true pixels of a plane, -1 outside of it."""
    padded = pad(numbers, (1, 1, 1, 1), value=-1)
    width = padded.shape[1]
    center = pad(pixels, (1, 1, 1, 1)).flatten().nonzero()
    around = torch.tensor([dy * width + dx for dy, dx in AROUND], device=numbers.device)
    return _rows(padded.view(-1, 1), center + around)[..., 0]


def _rows(table: Tensor, index: Tensor) -> Tensor:
    """Rows [P, 9, C] of a table [R, C] by index [P, 9]; several times faster than indexing with brackets."""
    return table.index_select(0, index.flatten()).view(*index.shape, -1)


def _with_zero(rows: Tensor) -> Tensor:
    return torch.cat([rows, rows.new_zeros(1, rows.shape[1])])
