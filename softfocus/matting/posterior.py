"""Alpha of single pixels as a posterior over three states: foreground, background, or a mixture of both.

The mixture lies on the line between a foreground and a background colour (colour lines, Ruzon and
Tomasi 2000; Chuang et al. 2001), each taken from the local palettes. Where the colours cannot decide,
the prior does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

NOISE = 0.01  # sRGB: camera noise that every colour has besides its palette entry's spread
ALIKE = 0.6  # sRGB distance: mixtures of colours nearer than this count for less, since they explain anything
PAIRS = 4  # colours of each side that are paired for mixtures, the locally commonest
MIXED = 8.0  # weight of mixtures against pure pixels in the prior
EVIDENCE = 1.25  # exponent of the likelihoods: spreads hold shading too, so that plain densities are too wide
RARE = 1e-6  # share at which a colour counts as absent, so that logarithms stay finite
TINY = 1e-12  # likewise of a density or a probability
FAINT = -80.0  # logarithm of a share that adds nothing to others that sum to 1
AT_ONCE = 1 << 13  # pixels
DOUBTFUL = 0.4  # exponent of the probabilities where doubt is asked for: local colours are never all there are


@dataclass(frozen=True)
class Side:
    """Local colours of one side at P places, which come last, here and below: arithmetic then runs along memory.

    Attributes:
        log_share: [K, P] logarithm of shares with sum 1.
        mean: [3, K, P] sRGB.
        commonest: [PAIRS, P] which of them are.
    """

    log_share: Tensor
    mean: Tensor
    commonest: Tensor

    @classmethod
    def of(cls, share: Tensor, mean: Tensor) -> Side:
        """From shares [K, P] and means [3, K, P]."""
        return cls(share.clamp_min(RARE).log(), mean, share.topk(min(PAIRS, len(share)), 0).indices)

    def at(self, index: Tensor) -> Side:
        """The colours at the given places."""
        mean = _taken(self.mean.flatten(0, 1), index).unflatten(0, self.mean.shape[:2])
        return Side(_taken(self.log_share, index), mean, _taken(self.commonest, index))

    def part(self, at: slice) -> Side:
        """The colours at some of the places."""
        return Side(self.log_share[:, at], self.mean[..., at], self.commonest[:, at])


@dataclass(frozen=True)
class Posterior:
    """Of P pixels.

    Attributes:
        states: [3, P] probabilities of background, mixture and foreground.
        mixed: [P] expected alpha if it is a mixture.
    """

    states: Tensor
    mixed: Tensor

    @property
    def alpha(self) -> Tensor:
        """Expected alpha [P]."""
        return (self.states[2] + self.states[1] * self.mixed).clamp(0, 1)

    @property
    def doubt(self) -> Tensor:
        """Variance [P] of alpha, the states taken as less certain than they are."""
        back, mixed, front = torch.softmax(DOUBTFUL * self.states.clamp_min(TINY).log(), 0)
        mean = front + mixed * self.mixed
        return back * mean**2 + mixed * (self.mixed - mean) ** 2 + front * (1 - mean) ** 2


def solve_pixels(colors: Tensor, front: Side, back: Side, variance: Tensor, prior: Tensor) -> Posterior:
    """Posterior of pixels with sRGB `colors` [3, P].

    Args:
        variance: [K] spread of the palette's colours.
        prior: [P] expected alpha before the colour is seen, inside (0, 1).
    """
    spread = variance + NOISE**2
    parts = [_solved(*each, spread) for each in _pieces(colors, front, back, prior)]
    return Posterior(*(torch.cat(planes, -1) for planes in zip(*parts, strict=True)))


def _pieces(colors: Tensor, front: Side, back: Side, prior: Tensor) -> Iterator[tuple[Tensor, Side, Side, Tensor]]:
    """A few pixels at a time, whose planes stay in a processor's cache."""
    for start in range(0, max(1, len(prior)), AT_ONCE):
        at = slice(start, start + AT_ONCE)
        yield colors[:, at], front.part(at), back.part(at), prior[at]


def _solved(colors: Tensor, front: Side, back: Side, prior: Tensor, spread: Tensor) -> tuple[Tensor, Tensor]:
    """States [3, P] and the alpha of mixtures [P], as of `Posterior`."""
    background, foreground = (_pure(colors, side, spread) for side in (back, front))
    mixed, alpha = _mixtures(colors, front, back, spread, prior)
    densities = torch.stack([background, mixed, foreground])
    return torch.softmax(state_shares(prior).log_().add_(densities, alpha=EVIDENCE), 0), alpha


def state_shares(prior: Tensor) -> Tensor:
    """What each state counts for [3, P] before the colour is seen, where alpha is expected to be `prior` [P]."""
    return torch.stack([(1 - prior) ** 2, 2 * MIXED * prior * (1 - prior), prior**2])


def expected_alpha(prior: Tensor) -> Tensor:
    """Alpha [P] that the shares of a prior [P] add up to, mixtures being a half: nearer to 0.5 than the prior."""
    background, mixture, foreground = state_shares(prior)
    return (foreground + mixture / 2) / (background + mixture + foreground)


def prior_of(alpha: Tensor) -> Tensor:
    """The prior [P] under which `alpha` [P] in 0..1 is expected: a quadratic equation."""
    slope = 1 + (MIXED - 1) * (1 - 2 * alpha)
    root = (slope.square() - 4 * (slope - 1) * alpha).clamp_min(0).sqrt()
    return 2 * alpha / (slope + root).clamp_min(TINY)


def _pure(colors: Tensor, side: Side, spread: Tensor) -> Tensor:
    """Log density [P] of the colours under one side's local mixture of Gaussians."""
    log_density = _squared(colors[:, None] - side.mean).mul_(-0.5 / spread[:, None])
    log_density.add_(side.log_share).sub_(1.5 * spread.log()[:, None])
    largest, shares = _exponentials(log_density)
    return shares.sum(0).log_().add_(largest)


def _exponentials(logs: Tensor) -> tuple[Tensor, Tensor]:
    """Of logarithms [K, P], which are written over: the largest [P], and their exponentials over that one's [K, P].

    None is below FAINT, which no sum shows: numbers too small for the float's exponent cost ten times as much.
    """
    largest = logs.amax(0)
    return largest, logs.sub_(largest).clamp_min_(FAINT).exp_()


def _mixtures(colors: Tensor, front: Side, back: Side, spread: Tensor, prior: Tensor) -> tuple[Tensor, Tensor]:
    """Log density [P] under all pairs of colours, and under it the expected alpha [P]."""
    front_share, front_mean, front_spread = _commonest(front, spread)
    back_share, back_mean, back_spread = _commonest(back, spread)
    front_spread, offset = front_spread[:, None], colors[:, None] - back_mean
    line = [ends[0][:, None] - ends[1] for ends in zip(front_mean, back_mean, strict=True)]  # each [F, B, P]
    length = _squared(line)
    along = (line[0] * offset[0]).addcmul_(line[1], offset[1]).addcmul_(line[2], offset[2])
    floor = front_spread.minimum(back_spread)
    alpha = ((along + floor * prior) / (length + floor)).clamp_(0, 1)
    error = (_squared(offset) - alpha * (2 * along - alpha * length)).clamp_min_(0)
    noise = alpha.square() * front_spread + (1 - alpha).square() * back_spread
    far = length / ((length + noise).sqrt() * (length + ALIKE**2) * noise)
    log_density = far.clamp_min_(TINY).log_() - error / (2 * noise) + front_share[:, None] + back_share
    largest, shares = _exponentials(log_density.flatten(0, 1))
    total = shares.sum(0)
    return total.log().add_(largest), shares.mul_(alpha.flatten(0, 1)).sum(0).div_(total)


def _taken(rows: Tensor, index: Tensor) -> Tensor:
    """Columns [P] of each row; several times faster than an index along the last dimension."""
    return rows.gather(1, index.expand(len(rows), -1))


def _squared(vectors: Tensor | list[Tensor]) -> Tensor:
    """Squared lengths of vectors [3, ...]."""
    red, green, blue = vectors
    return red.square().addcmul_(green, green).addcmul_(blue, blue)


def _commonest(side: Side, spread: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Log shares, means and spreads of the locally commonest colours."""
    index = side.commonest
    return side.log_share.gather(0, index), side.mean.gather(1, index.expand(3, -1, -1)), spread[index]
