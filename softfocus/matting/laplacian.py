"""The matting Laplacian (Levin, Lischinski and Weiss, PAMI 2008) of a few pixels of a picture.

In every 3 x 3 window alpha should be a linear function of the color; L x is how far it is from that. Only the windows
that touch an unknown pixel are written down, so that cost and memory grow with those pixels and not with the picture.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag, max_pool2d, pad

EPSILON = 1e-6  # sRGB squared: a window with less variance counts as flat, and alpha as constant there
FITTED_AT_ONCE = 1 << 15  # windows: bounds the memory, and fits the caches
AROUND = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1))


class MattingLaplacian:
    """L of an image [3, H, W] sRGB at its N unknown pixels, in the order of rows.

    Windows lie inside the picture, as in the paper. A vector holds the M pixels of `touched`, those that the windows
    show; `multiply` gives L times it at the unknown ones.

    Attributes:
        touched: [H, W] bool.
        place: [N] where the unknown pixels stand among the touched ones.
        diagonal: [N] of L.
    """

    def __init__(self, image: Tensor, unknown: Tensor) -> None:
        centers = _grown(unknown)
        centers[[0, -1]] = False
        centers[:, [0, -1]] = False
        self.touched = _grown(centers) | unknown
        self._members = _neighbors(_numbered(self.touched), centers)
        windows = _neighbors(_numbered(centers), unknown)
        self.place = _numbered(self.touched)[unknown].long()
        self._count = (windows >= 0).sum(1).to(image)
        self._windows = windows.masked_fill_(windows < 0, len(self._members))  # a last window of zeros stands for none
        self._colors = image[:, unknown].T.contiguous()
        known = image[:, self.touched].T.contiguous()
        count = len(self._members)
        self._mean, self._slope = image.new_empty(count, 3), image.new_empty(count, 3, len(AROUND))
        own = image.new_zeros(count + 1, len(AROUND))
        for at in self._pieces():
            self._mean[at], self._slope[at], own[at] = _fitted(_rows(known, self._members[at]))
        self.diagonal = self._diagonal(own)

    def _diagonal(self, own: Tensor) -> Tensor:
        """[N] from what each window adds at its pixels [windows + 1, 9]."""
        seats = enumerate(self._windows.T)  # where a pixel sits in a window around it
        return sum((own[windows, len(AROUND) - 1 - seat] for seat, windows in seats), torch.zeros_like(self._count))

    def multiply(self, vector: Tensor) -> Tensor:
        """(L x) [N] of x [M]."""
        lines = vector.new_zeros(len(self._members) + 1, 4)
        for at in self._pieces():
            seen = _rows(vector[:, None], self._members[at])
            slope = (self._slope[at] @ seen)[..., 0]
            lines[at, :3], lines[at, 3] = slope, seen[..., 0].mean(1) - (slope * self._mean[at]).sum(1)
        total = embedding_bag(self._windows, lines, mode="sum")
        return self._count * vector[self.place] - (total[:, :3] * self._colors).sum(1) - total[:, 3]

    def _pieces(self) -> list[slice]:
        """Parts of the windows, some at a time."""
        count = len(self._members)
        return [slice(at, min(at + FITTED_AT_ONCE, count)) for at in range(0, count, FITTED_AT_ONCE)]


def _fitted(seen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of windows with colors [P, 9, 3]: means [P, 3]; what makes the slope out of alpha [P, 3, 9]; what they add to the
    diagonal at their pixels [P, 9]."""
    mean = seen.mean(1)
    offset = seen - mean[:, None]
    spread = (offset.transpose(1, 2) @ offset) / len(AROUND) + EPSILON * torch.eye(3).to(seen)
    slope = torch.linalg.solve(spread, offset.transpose(1, 2)) / len(AROUND)
    diagonal = 1 - 1 / len(AROUND) - (offset * slope.transpose(1, 2)).sum(2)
    return mean, slope, diagonal


def _grown(plane: Tensor) -> Tensor:
    return max_pool2d(plane[None, None].float(), 3, 1, 1)[0, 0] > 0


def _numbered(plane: Tensor) -> Tensor:
    """Running numbers (int32, which takes half the memory) of the true pixels, -1 elsewhere."""
    return torch.where(plane, plane.flatten().cumsum(0, dtype=torch.int32).view_as(plane) - 1, -1)


def _neighbors(numbers: Tensor, pixels: Tensor) -> Tensor:
    """The numbers [P, 9] around the true pixels of a plane, -1 outside of it."""
    padded = pad(numbers, (1, 1, 1, 1), value=-1)
    centers = pad(pixels, (1, 1, 1, 1)).flatten().nonzero()
    around = torch.tensor([dy * padded.shape[1] + dx for dy, dx in AROUND], device=numbers.device)
    return _rows(padded.view(-1, 1), centers + around)[..., 0]


def _rows(table: Tensor, index: Tensor) -> Tensor:
    """Rows [P, 9, C] of a table [R, C] by index [P, 9]; several times faster than indexing with brackets."""
    return table.index_select(0, index.flatten()).view(*index.shape, table.shape[1])
