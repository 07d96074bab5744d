"""From a rough mask to alpha: Mask2Alpha's one-way iterative refinement (arXiv 2502.17093), without weights.

A band around the mask's edge is unknown. In each pass every unknown pixel is solved from the colours that
foreground and background have around it; pixels that are certain become known, never to change again, and
lend their colours to the next pass. Between passes neighbours inform each other through the prior. What single
pixels say is then made consistent along the picture's colours. Work is done at unknown pixels only.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..color import as_displayable
from ..filters.gaussian import gaussian_blur
from ..transparency import fill_transparent, restore_hidden
from ..units import diagonal
from .closed_form import STEPS, follow_colors
from .foreground import estimate_foreground
from .local_colors import REFERENCE_DIAGONAL
from .mask_prior import learn_log_odds
from .samples import Samples
from .trimap import Trimap, drawn_trimap, make_trimap

NEIGHBOURS_PX = 2.0  # at a diagonal of REFERENCE_DIAGONAL: whose alpha enters the prior of the next pass
SHARED = 0.5  # weight of the neighbours in the prior, the rest is the mask's
CERTAIN = 0.99  # probability from which a pixel becomes known
LEAST = 0.01  # the prior never rules anything out


@dataclass(frozen=True)
class Matte:
    """alpha [B, 1, H, W] in 0..1; foreground [B, 3, H, W] sRGB, the subject's own colours without the
    background's; band [B, 1, H, W], 1 where the mask was taken as unknown."""

    alpha: Tensor
    foreground: Tensor
    band: Tensor


def refine_mask(
    image: Tensor,
    mask: Tensor,
    band_px: float,
    iterations: int = 3,
    others: Tensor | None = None,
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
    trimaps = _trimaps(mask, band_px, others, unknown)
    refined = _refine(shown, mask, trimaps, iterations, trust_inside)
    band = _unknown(trimaps, mask)
    solvable = torch.tensor([trimap.solvable for trimap in trimaps], device=mask.device)
    foreground = estimate_foreground(shown, refined, band * solvable[:, None, None, None])
    return Matte(refined, restore_hidden(foreground, shown, image, alpha), band)


def refine_alpha(
    image: Tensor,
    mask: Tensor,
    band_px: float,
    iterations: int = 3,
    *,
    trust_inside: bool = True,
    steps: tuple[int, ...] = STEPS,
) -> Tensor:
    """The alpha [B, 1, H, W] of `refine_mask` for those who need no more of it; arguments as there, and the steps of
    `follow_colors`."""
    if band_px <= 0 or iterations <= 0 or image.numel() == 0:
        return mask
    return _refine(image, mask, _trimaps(mask, band_px, None, None), iterations, trust_inside, steps)


def unknown_band(mask: Tensor, band_px: float, others: Tensor | None = None, unknown: Tensor | None = None) -> Tensor:
    """The band of `refine_mask`, [B, 1, H, W], for those who solve it by other means; arguments as there."""
    return _unknown(_trimaps(mask, band_px, others, unknown), mask)


def _unknown(trimaps: list[Trimap], mask: Tensor) -> Tensor:
    return torch.stack([trimap.unknown[None] for trimap in trimaps]).to(mask) if trimaps else torch.zeros_like(mask)


def _trimaps(mask: Tensor, band_px: float, others: Tensor | None, unknown: Tensor | None) -> list[Trimap]:
    """One for each frame: drawn, or the band of its mask."""
    found = []
    for index, plane in enumerate(mask[:, 0]):
        others_here, unknown_here = (None if planes is None else planes[index, 0] for planes in (others, unknown))
        if unknown_here is not None and bool((unknown_here >= 0.5).any()):
            found.append(drawn_trimap(plane, unknown_here, others_here))
        else:
            found.append(make_trimap(plane, band_px, others_here))
    return found


def _refine(
    image: Tensor,
    mask: Tensor,
    trimaps: list[Trimap],
    iterations: int,
    trust_inside: bool,
    steps: tuple[int, ...] = STEPS,
) -> Tensor:
    """Alpha [B, 1, H, W] of an image [B, 3, H, W], frame by frame."""
    frames = zip(image, mask, trimaps, strict=True)
    return torch.stack(
        [
            _refine_frame(as_displayable(frame), plane[0], trimap, iterations, trust_inside, steps)
            for frame, plane, trimap in frames
        ]
    )


def _refine_frame(
    image: Tensor, mask: Tensor, trimap: Trimap, iterations: int, trust_inside: bool, steps: tuple[int, ...]
) -> Tensor:
    """Alpha [1, H, W] of an image [3, H, W] in 0..1."""
    alpha, unknown = mask.clone(), trimap.unknown
    if trimap.solvable:
        samples = Samples(image, trimap)
        log_odds, undecided = torch.zeros_like(mask), torch.zeros_like(mask)
        if not trimap.drawn:
            _consult_mask(samples, trimap, log_odds, undecided, trust_inside)
        prior, live, doubt = log_odds.sigmoid(), unknown.clone(), torch.zeros_like(mask)
        alpha[unknown] = prior[unknown]
        for _ in range(iterations):
            _solve_pass(alpha, doubt, live, samples, prior)
        alpha = follow_colors(image, alpha, doubt * (1 - undecided) ** 2, unknown, trimap.drawn, steps)
    return alpha[None]


def _consult_mask(samples: Samples, trimap: Trimap, log_odds: Tensor, undecided: Tensor, trust_inside: bool) -> None:
    """Fill in, in the band, the log-odds [H, W] of foreground that the mask gives as far as it proves right, and how
    far the colours leave each pixel [H, W] undecided between the sides (1 = they say nothing, so that the mask counts).

    With `trust_inside`, what lies inside the mask lends its colours to the foreground, the more the deeper, as far as
    the mask proves right.
    """
    rows, columns, found = zip(*samples.solve(trimap.unknown, torch.full_like(log_odds, 0.5)), strict=True)
    y, x = torch.cat(rows), torch.cat(columns)
    states, mixed = torch.cat([part.states for part in found], 1), torch.cat([part.mixed for part in found])
    depth = (trimap.inside - trimap.outside)[y, x]
    undecided[y, x] = (1 - (states[2] - states[0]).abs() - states[1]).clamp_min(0)
    log_odds[y, x] = learn_log_odds(depth, states, mixed)
    if trust_inside:
        samples.lend(samples.front, y, x, trimap.inside[y, x].square() * log_odds[y, x].sigmoid())


def _solve_pass(alpha: Tensor, doubt: Tensor, live: Tensor, samples: Samples, mask_prior: Tensor) -> None:
    """One pass over the live pixels, in place: alpha and its variance are filled in, certain pixels leave `live`."""
    spread = NEIGHBOURS_PX * diagonal(alpha) / REFERENCE_DIAGONAL
    prior = SHARED * gaussian_blur(alpha[None, None], spread)[0, 0] + (1 - SHARED) * mask_prior
    for y, x, found in samples.solve(live, prior.clamp(LEAST, 1 - LEAST)):
        certain = found.states[[0, 2]].amax(0) > CERTAIN
        alpha[y, x] = torch.where(certain, found.alpha.round(), found.alpha)
        doubt[y, x] = found.doubt
        for weight, share in ((samples.front, found.states[2]), (samples.back, found.states[0])):
            samples.lend(weight, y, x, torch.where(share > CERTAIN, 1.0, weight[y, x] * share))
        live[y[certain], x[certain]] = False
