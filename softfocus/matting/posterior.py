"""Alpha of single pixels as a posterior over three states: foreground, background, or a mixture of both.

The mixture lies on the line between a foreground and a background colour (colour lines, Ruzon and
Tomasi 2000; Chuang et al. 2001), each taken from the local palettes. Where the colours cannot decide,
the prior does.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

NOISE = 0.01  # sRGB: camera noise that every colour has besides its palette entry's spread
ALIKE = 0.6  # sRGB distance: mixtures of colours nearer than this count for less, since they explain anything
PAIRS = 4  # colours of each side that are paired for mixtures, the locally commonest
MIXED = 8.0  # weight of mixtures against pure pixels in the prior
EVIDENCE = 1.0  # exponent of the likelihoods: spreads hold shading too, so that plain densities are too wide
RARE = 1e-6  # share at which a colour counts as absent, so that logarithms stay finite


@dataclass(frozen=True)
class Side:
    """Local colours of one side at P places: shares [P, K] with sum 1, means [P, K, 3] sRGB."""

    share: Tensor
    mean: Tensor

    def at(self, index: Tensor) -> Side:
        """The colours at the given places."""
        return Side(self.share[index], self.mean[index])


@dataclass(frozen=True)
class Posterior:
    """Of P pixels: probabilities of background, mixture and foreground [P, 3], expected alpha [P], and the
    expected foreground and background colour [P, 3]."""

    states: Tensor
    alpha: Tensor
    front: Tensor
    back: Tensor
    mixed: Tensor

    def doubt(self, temper: float) -> Tensor:
        """Variance [P] of alpha, from probabilities to the power `temper`."""
        back, mixed, front = torch.softmax(temper * self.states.clamp_min(1e-12).log(), 1).unbind(1)
        mean = front + mixed * self.mixed
        return back * mean**2 + mixed * (self.mixed - mean) ** 2 + front * (1 - mean) ** 2


def solve_pixels(colors: Tensor, front: Side, back: Side, variance: Tensor, prior: Tensor) -> Posterior:
    """Posterior of pixels with sRGB `colors` [P, 3].

    Args:
        variance: [K] spread of the palette's colours.
        prior: [P] expected alpha before the colour is seen, inside (0, 1).
    """
    spread = variance + NOISE**2
    pure = [_pure(colors, side, spread) for side in (back, front)]
    mixed, alpha, mixed_front, mixed_back = _mixtures(colors, front, back, spread, prior)
    log_prior = torch.stack([(1 - prior) ** 2, 2 * MIXED * prior * (1 - prior), prior**2], 1).log()
    states = torch.softmax(log_prior + EVIDENCE * torch.stack([pure[0], mixed, pure[1]], 1), 1)
    return Posterior(states, (states[:, 2] + states[:, 1] * alpha).clamp(0, 1), mixed_front, mixed_back, alpha)


def foreign(colors: Tensor, side: Side, variance: Tensor, outlier: float) -> Tensor:
    """Probability [P] that none of a side's colors explains the pixel."""
    return outlier - _pure(colors, side, variance + NOISE**2)


def _pure(colors: Tensor, side: Side, spread: Tensor) -> Tensor:
    """Log density [P] of the colours under one side's local mixture of Gaussians."""
    error = (colors[:, None] - side.mean).square().sum(-1)
    log_density = side.share.clamp_min(RARE).log() - error / (2 * spread) - 1.5 * spread.log()
    return torch.logsumexp(log_density, 1)


def _mixtures(
    colors: Tensor, front: Side, back: Side, spread: Tensor, prior: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Log density [P] under all pairs of colours, and under it the expected alpha [P] and colours [P, 3]."""
    front_share, front_mean, front_spread = _commonest(front, spread)
    back_share, back_mean, back_spread = _commonest(back, spread)
    line = front_mean[:, :, None] - back_mean[:, None]
    offset = (colors[:, None] - back_mean)[:, None].expand_as(line)
    length = line.square().sum(-1)
    floor = front_spread[:, :, None].minimum(back_spread[:, None])
    alpha = (((line * offset).sum(-1) + floor * prior[:, None, None]) / (length + floor)).clamp(0, 1)
    error = (offset - alpha[..., None] * line).square().sum(-1)
    noise = alpha**2 * front_spread[:, :, None] + (1 - alpha) ** 2 * back_spread[:, None]
    log_density = front_share.log()[:, :, None] + back_share.log()[:, None]
    log_density = log_density - error / (2 * noise) - noise.log() - 0.5 * (length + noise).log()
    log_density = log_density + (length / (length + ALIKE**2)).clamp_min(RARE).log()
    flat = log_density.flatten(1)
    weight = torch.softmax(flat, 1).view_as(log_density)
    expected_front = (weight.sum(2)[..., None] * front_mean).sum(1)
    expected_back = (weight.sum(1)[..., None] * back_mean).sum(1)
    return torch.logsumexp(flat, 1), (weight * alpha).sum((1, 2)), expected_front, expected_back


def _commonest(side: Side, spread: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    share, index = side.share.topk(min(PAIRS, side.share.shape[1]), 1)
    mean = side.mean.gather(1, index[..., None].expand(-1, -1, 3))
    return share.clamp_min(RARE), mean, spread[index]
