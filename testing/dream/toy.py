"""A diffusion model whose samples are known: Gaussian pictures, so that its denoiser is linear.

Pictures of a prompt are Gaussian with the spectrum of natural images (Field 1987: energy falls with the
square of the frequency), those without it have another mean and the same spectrum around it. All of it is
diagonal in the cosine transform, and so is the pack's Gaussian (borders are half-sample symmetric). The
exact denoiser of noise s is, for each frequency,

    D(x) = m + S / (S + s^2) (x - m)

With guidance w and gain k of a frequency, the sampler's path ends at

    M + sqrt(S / (S + s_max^2)) (x_start - M),   M = m_0 + w k (m_1 - m_0)
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

SIZE = 64
CHANNELS = 4
SIGMA_MAX, SIGMA_MIN = 14.6, 0.03  # of Stable Diffusion 1.5
CORNER = 3.0

Shape = Callable[..., Tensor]  # (guided, unguided, noisy) -> what the sampler gets


class GaussianModel:
    """Latents [B, 4, 64, 64] of unit variance, of which the prompt explains `share`.

    Their spectrum falls with the square of the frequency from `corner` half cycles across the picture on.
    """

    def __init__(self, seed: int, share: float = 0.5, batch: int = 4, corner: float = CORNER) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.batch = batch
        frequency = torch.arange(SIZE).float()
        spectrum = 1 / (corner**2 + frequency[:, None] ** 2 + frequency**2)
        spectrum = spectrum / spectrum.mean()
        self.variance = (1 - share) * spectrum
        self.mean = [torch.zeros(()), to_picture((share * spectrum).sqrt() * self._normal())]

    def _normal(self) -> Tensor:
        return torch.randn(self.batch, CHANNELS, SIZE, SIZE, generator=self.generator)

    def start(self) -> Tensor:
        return SIGMA_MAX * self._normal()

    def denoise(self, noisy: Tensor, sigma: float, prompt: int) -> Tensor:
        rest = noisy - self.mean[prompt]
        return self.mean[prompt] + filtered(rest, self.variance / (self.variance + sigma**2))

    def sample(
        self, start: Tensor, cfg: float, steps: int, shape: Shape | None = None, last: float = SIGMA_MIN
    ) -> Tensor:
        """Euler's method on Karras's sigmas down to `last`, then 0; `shape` may change every prediction."""
        latent, sigmas = start, karras_sigmas(steps, last)
        for sigma, after in zip(sigmas[:-1], sigmas[1:], strict=True):
            guided, unguided = self.denoise(latent, sigma, 1), None
            if cfg != 1:
                unguided = self.denoise(latent, sigma, 0)
                guided = unguided + cfg * (guided - unguided)
            if shape is not None:
                guided = shape(guided, unguided, latent)
            latent = guided + (latent - guided) * (after / sigma)
        return latent

    def answer(self, start: Tensor, cfg: float, gain: Tensor) -> Tensor:
        """Where the path ends with a gain [64, 64] for each frequency of the guidance."""
        goal = cfg * filtered(self.mean[1], gain)
        return goal + filtered(start - goal, (self.variance / (self.variance + SIGMA_MAX**2)).sqrt())


def karras_sigmas(steps: int, last: float, rho: float = 7.0) -> list[float]:
    high, low = SIGMA_MAX ** (1 / rho), last ** (1 / rho)
    return [(high + index / (steps - 1) * (low - high)) ** rho for index in range(steps)] + [0.0]


def cosines() -> Tensor:
    """[64, 64] orthonormal DCT-II, a frequency a row."""
    places = (torch.arange(SIZE).double() + 0.5) * math.pi / SIZE
    rows = torch.cos(torch.arange(SIZE)[:, None] * places) * math.sqrt(2 / SIZE)
    rows[0] /= math.sqrt(2)
    return rows.float()


COSINES = cosines()


def to_frequencies(latent: Tensor) -> Tensor:
    return COSINES @ latent @ COSINES.T


def to_picture(frequencies: Tensor) -> Tensor:
    return COSINES.T @ frequencies @ COSINES


def filtered(latent: Tensor, response: Tensor) -> Tensor:
    return to_picture(response * to_frequencies(latent))
