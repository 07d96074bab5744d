"""From a rough mask to alpha: Mask2Alpha's one-way iterative refinement (arXiv 2502.17093), without weights.

A band around the mask's edge is unknown. In each pass every unknown pixel is solved from the colours that
foreground and background have around it; pixels that are certain become known, never to change again, and
lend their colours to the next pass. Between passes neighbours inform each other through the prior.
Work is done at unknown pixels only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ..color import displayable
from ..filters.gaussian import gaussian_blur
from ..transparency import fill_transparent, restore_hidden
from ..units import diagonal
from .closed_form import follow_colors
from .local_colors import REFERENCE_DIAGONAL, cell_index, make_grid
from .mask_prior import learn_log_odds
from .palette import make_palette
from .posterior import Posterior, Side, foreign, solve_pixels
from .semantics import semantic_log_odds
from .trimap import Trimap, drawn_trimap, make_trimap

PALETTE = 20  # colours of the picture around the band
WINDOW_PX = 24.0  # at a diagonal of REFERENCE_DIAGONAL (512 x 512): where colours are gathered
NEIGHBOURS_PX = 2.0  # likewise: whose alpha enters the prior of the next pass
SHARED = 0.5  # weight of the neighbours in the prior, the rest is the mask's
CERTAIN = 0.99  # probability from which a pixel becomes known
LEAST = 0.01  # the prior never rules anything out
MASK_PRIOR = 1.0
COLORW=1.0
OWN=1.0
TEMPER=.5
DEPTHP=2.0
OUTLIER = 0.0
SOLVED_AT_ONCE = 1 << 15  # pixels: bounds the memory, and fits the caches


@dataclass(frozen=True)
class Matte:
    """alpha [B, 1, H, W] in 0..1; foreground [B, 3, H, W] sRGB, the subject's own colours without the
    background's; band [B, 1, H, W], 1 where the mask was taken as unknown."""

    alpha: Tensor
    foreground: Tensor
    band: Tensor


DUMP = None


def refine_mask(
    image: Tensor,
    mask: Tensor,
    band_px: float,
    iterations: int = 3,
    others: Tensor | None = None,
    features: Tensor | None = None,
    trust_inside: bool = True,
    alpha: Tensor | None = None,
    unknown: Tensor | None = None,
) -> Matte:
    """Refine rough masks to alpha.

    Args:
        image: [B, 3, H, W] sRGB; values outside 0..1 count as the nearest inside.
        mask: [B, 1, H, W] in 0..1, roughly right to within band_px.
        band_px: half-width of the unknown band in pixels; 0 opens none.
        iterations: passes; 0 returns the mask and the image themselves.
        others: [B, 1, H, W] masks of other subjects in the picture, known background for this one.
        features: [B, C, h, w] of a vision encoder, any size; they decide where the colours cannot.
        trust_inside: whether colours of the band's inner half count as the subject's before they are known.
            Right for a person, whose hair is thinner than the band; wrong for a face under hair.
        alpha: [B, 1, H, W] in 0..1 of the picture itself: what it hides takes the visible colors around it.
        unknown: [B, 1, H, W] in 0..1, a trimap's unknown part, drawn (from 0.5 on): solved in place of the band,
            and the mask says nothing there. A frame where it is empty has its band.

    Returns:
        Matte; the mask and the image themselves where nothing is unknown. Known pixels keep the mask's value and
        the image's colour.
    """
    drawn = unknown is not None and bool((unknown >= 0.5).any())
    if (band_px <= 0 and not drawn) or iterations <= 0 or image.numel() == 0:
        return Matte(mask, image, torch.zeros_like(mask))
    shown = fill_transparent(image, alpha)
    mattes = []
    for index in range(len(image)):
        others_here, unknown_here = (None if plane is None else plane[index, 0] for plane in (others, unknown))
        trimap = _trimap(mask[index, 0], band_px, others_here, unknown_here)
        guide = None if features is None else features[index]
        mattes.append(_refine_frame(shown[index], mask[index, 0], trimap, iterations, guide, trust_inside))
    refined, foreground, band = (torch.stack(parts) for parts in zip(*mattes, strict=True))
    return Matte(refined, restore_hidden(foreground, shown, image, alpha), band)


def _trimap(mask: Tensor, band_px: float, others: Tensor | None, unknown: Tensor | None) -> Trimap:
    if unknown is not None and bool((unknown >= 0.5).any()):
        return drawn_trimap(mask, unknown, others)
    return make_trimap(mask, band_px, others)


def _refine_frame(
    image: Tensor, mask: Tensor, trimap: Trimap, iterations: int, features: Tensor | None, trust_inside: bool
) -> tuple[Tensor, Tensor, Tensor]:
    alpha = mask.clone()
    foreground, image = image.clone(), displayable(image)
    live = trimap.unknown.clone()
    both_sides = bool(trimap.foreground.any()) and bool(trimap.background.any())
    if both_sides and bool(live.any()):
        samples = _Samples(image, trimap)
        own = torch.zeros_like(alpha) if trimap.drawn else MASK_PRIOR * _mask_log_odds(image, trimap, samples)
        if features is not None:
            own = own + semantic_log_odds(features, trimap.foreground, trimap.background)
        alpha[live] = own[live].sigmoid()
        if trust_inside and not trimap.drawn:
            odds = COLORW * _foreign(image, trimap, samples) + OWN * own
            w = odds.sigmoid()
            if DEPTHP: w = w * trimap.inside**DEPTHP
            samples.front = torch.where(trimap.foreground, 1.0, torch.where(trimap.inside > 0, w, 0.0)).to(image)
        for _ in range(iterations):
            _solve_pass(image, alpha, foreground, live, samples, own.sigmoid())
        alpha = follow_colors(image, alpha, samples.doubt, trimap.unknown)
    return alpha[None], foreground, trimap.unknown[None].to(mask)


class _Samples:
    """The colours of the picture around the band, and how much each pixel counts for either side.

    To begin with, only known pixels do. `front` and `back` are [H, W].
    """

    def __init__(self, image: Tensor, trimap: Trimap) -> None:
        self.used = trimap.near | trimap.unknown
        self.palette = make_palette(image[:, self.used].T, PALETTE)
        self.grid = make_grid(image, self.used, self.palette)
        self.window = WINDOW_PX * diagonal(image) / REFERENCE_DIAGONAL * self.grid.shape[0] / image.shape[-2]
        self.back = trimap.background.to(image)
        self.front = trimap.foreground.to(image)
        self.doubt = torch.zeros_like(self.front)
        error = (self.grid.colors - self.palette[self.grid.label]).square().sum(1) / 3
        count = torch.bincount(self.grid.label, minlength=len(self.palette)).clamp_min(1)
        self.variance = error.new_zeros(len(self.palette)).index_add_(0, self.grid.label, error) / count

    def local(self) -> tuple[Side, Side]:
        """Colours of the foreground and of the background around each cell of the grid."""
        sides = [
            Side(*self.grid.local_colors(weight[self.used], len(self.palette), self.window))
            for weight in (self.front, self.back)
        ]
        return sides[0], sides[1]

    def cells(self, y: Tensor, x: Tensor) -> Tensor:
        """The cell of each pixel."""
        height, width = self.used.shape
        rows, columns = self.grid.shape
        return cell_index(y, height, rows) * columns + cell_index(x, width, columns)


def _mask_log_odds(image: Tensor, trimap: Trimap, samples: _Samples) -> Tensor:
    """What the mask says about each pixel of the band, as far as it proves right: log-odds of foreground [H, W]."""
    front, back = samples.local()
    states = []
    for y, x in _pieces(trimap.unknown):
        cell, neutral = samples.cells(y, x), torch.full(y.shape, 0.5).to(image)
        states.append(solve_pixels(image[:, y, x].T, front.at(cell), back.at(cell), samples.variance, neutral).states)
    log_odds = torch.zeros_like(trimap.inside)
    depth = (trimap.inside - trimap.outside)[trimap.unknown]
    log_odds[trimap.unknown] = learn_log_odds(depth, torch.cat(states), CERTAIN)
    return log_odds


def _foreign(image, trimap, samples):
    out = torch.ones_like(trimap.inside)
    _, back = samples.local()
    for y, x in _pieces(trimap.unknown & (trimap.inside > 0)):
        out[y, x] = foreign(image[:, y, x].T, back.at(samples.cells(y, x)), samples.variance, OUTLIER)
    return out


def _pieces(pixels: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows and columns of the true pixels of a plane, some at a time."""
    y, x = pixels.nonzero(as_tuple=True)
    return zip(y.split(SOLVED_AT_ONCE), x.split(SOLVED_AT_ONCE), strict=True)


def _solve_pass(image: Tensor, alpha: Tensor, foreground: Tensor, live: Tensor, samples: _Samples, own: Tensor) -> None:
    """One pass over the live pixels, in place: alpha and foreground are filled in, certain pixels leave `live`."""
    front, back = samples.local()
    spread = NEIGHBOURS_PX * diagonal(image) / REFERENCE_DIAGONAL
    prior = SHARED * gaussian_blur(alpha[None, None], spread)[0, 0] + (1 - SHARED) * own
    prior = prior.clamp(LEAST, 1 - LEAST)
    for y, x in _pieces(live):
        colors, cell = image[:, y, x].T, samples.cells(y, x)
        found = solve_pixels(colors, front.at(cell), back.at(cell), samples.variance, prior[y, x])
        samples.doubt[y, x] = found.doubt(TEMPER)
        certain = found.states[:, [0, 2]].amax(1) > CERTAIN
        alpha[y, x] = torch.where(certain, found.alpha.round(), found.alpha)
        if DUMP is not None:
            DUMP["states"][:, y, x] = found.states.T
            DUMP["raw"][y, x] = found.alpha
        foreground[:, y, x] = _foreground(colors, found).T
        for weight, state in ((samples.front, 2), (samples.back, 0)):
            share = found.states[:, state]
            weight[y, x] = torch.where(share > CERTAIN, 1.0, weight[y, x] * share)
        live[y[certain], x[certain]] = False


def _foreground(colors: Tensor, found: Posterior) -> Tensor:
    """Foreground colours [P, 3] that with alpha and the background's colours make the picture, as near as may be."""
    alpha = found.alpha[:, None]
    rest = colors - alpha * found.front - (1 - alpha) * found.back
    own = found.front + rest * alpha / (alpha**2 + (1 - alpha) ** 2)
    return torch.where(alpha > CERTAIN, colors, own).clamp(0, 1)
