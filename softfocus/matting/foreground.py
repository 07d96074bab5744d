"""The subject's own colours where background shines through, from picture and alpha.

At each place the foreground and the background have colours around a mean with a covariance. The picture's colour is
their mixture by alpha, so both follow from it as the conditional mean of a Gaussian (the linear step of Bayesian
matting: Chuang, Curless, Salesin and Szeliski 2001). A covariance knows along which line the colours vary, as a mean
does not. Both are gathered in windows from wide to narrow, each leaning on the wider one where it has seen little:
coarse to fine as Germer, Uelwer, Conrad and Harmeling 2020 (arXiv 2006.14970), in passes as Forte 2021 (blur fusion).
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..color import displayable
from ..filters.local_range import local_maximum
from ..units import diagonal
from .color_moments import Cells, conditional_colors, overall, window_moments
from .local_colors import REFERENCE_DIAGONAL

WINDOWS_PX = (24.0, 8.0, 3.0, 2.0)  # standard deviations, at a diagonal of REFERENCE_DIAGONAL
CELL_PX = 2.0  # likewise, but at least a pixel: of the grid on which the windows move
AROUND_PX = 8.0  # likewise: how far colours are continued where alpha is 0, if no band says so
MARGIN = 3.0  # widest windows around what is solved: known colours farther away do not matter
STEP = 1.5 / 255  # alpha this near to 0 or 1 is 0 or 1: files have 8 bits


def estimate_foreground(image: Tensor, alpha: Tensor, band: Tensor | None = None) -> Tensor:
    """Foreground colours that with some background's, mixed by alpha on sRGB values, make the picture.

    Args:
        image: [B, 3, H, W] sRGB; values outside 0..1 count as the nearest inside where they are replaced.
        alpha: [B, 1, H, W] in 0..1.
        band: [B, 1, H, W], above 0 where colours may change; None for all that is mixed, and a little around.

    Returns:
        [B, 3, H, W]: the image bit for bit where alpha is 1 (to a step of 8 bits) and outside the band, elsewhere
        0..1. Where alpha is 0 in the band the foreground around is continued, so that colours and alpha can be
        resized apart without a fringe. A frame without foreground is the image.
    """
    result = image.clone()
    for index, plane in enumerate(alpha[:, 0]):
        live = _around(plane) if band is None else band[index, 0] > 0
        live = live & (plane < 1 - STEP)
        if bool(live.any()):
            rows, columns = _surroundings(live)
            part = result[index, :, rows, columns]
            here = live[rows, columns]
            scale = diagonal(plane) / REFERENCE_DIAGONAL
            part[:, here] = _solve(displayable(part), plane[rows, columns].clamp(0, 1), here, scale)
    return result


def _around(alpha: Tensor) -> Tensor:
    """Pixels [H, W] that are mixed, and those near them."""
    mixed = (alpha > STEP) & (alpha < 1 - STEP)
    reach = round(AROUND_PX * diagonal(alpha) / REFERENCE_DIAGONAL)
    return local_maximum(mixed[None, None].to(alpha), reach)[0, 0] > 0


def _surroundings(live: Tensor) -> tuple[slice, slice]:
    """Rows and columns of a picture that hold the live pixels [H, W] and whatever colours can matter for them."""
    margin = round(MARGIN * WINDOWS_PX[0] * diagonal(live) / REFERENCE_DIAGONAL)
    spans = [live.any(axis).nonzero()[:, 0] for axis in (1, 0)]
    rows, columns = (slice(max(0, int(at[0]) - margin), int(at[-1]) + 1 + margin) for at in spans)
    return rows, columns


def _solve(image: Tensor, alpha: Tensor, live: Tensor, scale: float) -> Tensor:
    """Foreground colours [3, P] of the live pixels [H, W] of an image [3, H, W]; lengths are `scale` times as long."""
    cell_px = max(1.0, CELL_PX * scale)
    cells = Cells(live, cell_px)
    colors, share = image[:, live], alpha[live]
    mixed = share > STEP  # colours of live pixels beside these are known background already
    share = torch.where(mixed, share, 0.0)
    weights = (share, (1 - share) * mixed)
    known = [_known(image, side, cell_px) for side in (alpha >= 1 - STEP, alpha <= STEP)]
    blends = [cells.moments(colors, weight) for weight in weights]  # all there is to lean on where nothing is known
    wider = [overall(own if bool(own[0].any()) else blend) for own, blend in zip(known, blends, strict=True)]
    if float(wider[0][0]) == 0:
        return colors
    gathered, found = known, [colors, colors]
    for level, window_px in enumerate(WINDOWS_PX):
        if level > 0:
            moments = [cells.moments(side, weight.square()) for side, weight in zip(found, weights, strict=True)]
            gathered = [own + more for own, more in zip(known, moments, strict=True)]
        window = window_px * scale / cell_px
        wider = [window_moments(each, window, whole) for each, whole in zip(gathered, wider, strict=True)]
        pieces = [
            conditional_colors(colors[:, at], share[at], *(cells.at(at, planes) for planes in wider))
            for at in cells.pieces()
        ]
        found = [torch.cat(parts, 1) for parts in zip(*pieces, strict=True)]
    return found[0]


def _known(image: Tensor, pixels: Tensor, cell_px: float) -> Tensor:
    """Moments of the known pixels [H, W] of one side."""
    colors = image[:, pixels]
    return Cells(pixels, cell_px).moments(colors, torch.ones_like(colors[0]))
