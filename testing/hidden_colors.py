"""Cut-outs that tests are made with: alphas with hard and ramped edges, and colors hidden under them."""

from __future__ import annotations

import torch
from torch import Tensor

RAMPS = (0.0, 0.05)  # width of the soft edge as a share of the side: hard, and ramped


def disc_alpha(size: int, ramp: float, radius: float = 0.3) -> Tensor:
    """[1, 1, size, size]: 1 in a disc, falling to 0 over `ramp` outside it."""
    steps = (torch.arange(size) + 0.5) / size - 0.5
    beyond = (steps[:, None].square() + steps.square()).sqrt() - radius
    alpha = (beyond <= 0).float() if ramp == 0 else (1 - beyond / ramp).clamp(0, 1)
    return alpha[None, None]


def with_hidden(image: Tensor, alpha: Tensor, color: Tensor | float) -> Tensor:
    """`image` with `color` wherever alpha is 0."""
    return torch.where(alpha == 0, torch.as_tensor(color), image)


def hidden_noise(image: Tensor, seed: int) -> Tensor:
    """A color of its own for each pixel, black and white among them."""
    noise = torch.rand(image.shape, generator=torch.Generator().manual_seed(seed))
    return (2 * noise - 0.5).clamp(0, 1)


def largest_change(first: Tensor, second: Tensor, alpha: Tensor) -> float:
    """Of opaque pixels, in code values (/255)."""
    return 255 * float(((first - second).abs() * (alpha == 1)).max())
