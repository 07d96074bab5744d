"""The matting Laplacian (Levin, Lischinski and Weiss, PAMI 2008) of a few pixels of a picture.

In every 3 x 3 window alpha should be a linear function of the color; L x is how far it is from that. Only the windows
that touch an unknown pixel are written down, so that cost and memory grow with those pixels and not with the picture.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag, max_pool2d, pad

EPSILON = 1e-6  # sRGB squared: a window with less variance counts as flat, and alpha as constant there
FITTED_AT_ONCE = 1 << 13  # windows: bounds the memory, and fits the caches
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
        members = _neighbors(_numbered(self.touched), centers)
        windows = _neighbors(_numbered(centers), unknown)
        self.place = _numbered(self.touched)[unknown].long()
        self._count = (windows >= 0).sum(0).to(image)
        windows.masked_fill_(windows < 0, members.shape[1])  # a last window of zeros stands for none
        self._windows, self._colors = windows.T.contiguous(), image[:, unknown]
        known = image[:, self.touched]
        self._parts = [_Windows(known, part.contiguous()) for part in members.split(FITTED_AT_ONCE, 1)]
        none = image.new_zeros(len(AROUND), 1)
        own = torch.cat([*(part.diagonal for part in self._parts), none], 1).flip(0)
        # A pixel sits in the windows around it where it sees them from, turned round.
        self.diagonal = own.gather(1, windows.long()).sum(0)

    def multiply(self, vector: Tensor) -> Tensor:
        """(L x) [N] of x [M]."""
        lines = [part.lines(vector) for part in self._parts]
        total = embedding_bag(self._windows, torch.cat([*lines, vector.new_zeros(1, 4)]), mode="sum").T
        return self._count * vector[self.place] - (total[:3] * self._colors).sum(0) - total[3]


class _Windows:
    """Some windows, P of them; their pixels come first, so that arithmetic runs along memory.

    Attributes:
        diagonal: [9, P] what they add to L's diagonal at their pixels.
    """

    def __init__(self, colors: Tensor, members: Tensor) -> None:
        """Of colors [3, M] and, of each window, the numbers [9, P] of its pixels among those."""
        self._members = members.flatten()
        seen = colors.index_select(1, self._members).view(3, *members.shape)
        self._mean = seen.mean(1)
        offset = seen.sub_(self._mean[:, None])
        self._slope = _solved(offset).div_(len(AROUND))
        self.diagonal = 1 - 1 / len(AROUND) - (offset * self._slope).sum(0)

    def lines(self, vector: Tensor) -> Tensor:
        """Of x [M], the linear function of the color that is nearest to it in each window: slope and offset [P, 4]."""
        seen = vector.index_select(0, self._members).view(len(AROUND), -1)
        slope = (self._slope * seen).sum(1)
        return torch.cat([slope, (seen.mean(0) - (slope * self._mean).sum(0))[None]]).T


def _solved(offset: Tensor) -> Tensor:
    """What makes a slope out of nine alphas, times nine: S^-1 d [3, 9, P] of offsets d [3, 9, P] from windows' means.

    S is the covariance of the nine, with EPSILON; by Gaussian elimination, which needs no pivots for such matrices.
    """
    red, green, blue = offset
    rr, rg, rb, gg, gb, bb = (
        (one * other).mean(0)
        for one, other in ((red, red), (red, green), (red, blue), (green, green), (green, blue), (blue, blue))
    )
    rr = rr + EPSILON
    g_by_r, b_by_r = rg / rr, rb / rr
    gg, gb = gg + EPSILON - g_by_r * rg, gb - g_by_r * rb
    b_by_g = gb / gg
    bb = bb + EPSILON - b_by_r * rb - b_by_g * gb
    second = green - g_by_r * red
    third = (blue - b_by_r * red - b_by_g * second) / bb
    second = second / gg - b_by_g * third
    return torch.stack([red / rr - g_by_r * second - b_by_r * third, second, third])


def _grown(plane: Tensor) -> Tensor:
    return max_pool2d(plane[None, None].float(), 3, 1, 1)[0, 0] > 0


def _numbered(plane: Tensor) -> Tensor:
    """Running numbers (int32, which takes half the memory) of the true pixels, -1 elsewhere."""
    return torch.where(plane, plane.flatten().cumsum(0, dtype=torch.int32).view_as(plane) - 1, -1)


def _neighbors(numbers: Tensor, pixels: Tensor) -> Tensor:
    """The numbers [9, P] around the true pixels of a plane, -1 outside of it."""
    padded = pad(numbers, (1, 1, 1, 1), value=-1)
    centers = pad(pixels, (1, 1, 1, 1)).flatten().nonzero()[:, 0]
    around = torch.tensor([dy * padded.shape[1] + dx for dy, dx in AROUND], device=numbers.device)
    places = around[:, None] + centers
    return padded.flatten().index_select(0, places.flatten()).view_as(places)
