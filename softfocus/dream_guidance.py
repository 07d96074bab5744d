"""Guidance that sharpens inside a mask and softens outside it, while a diffusion model samples a latent.

What guides the sampler is cut into two bands, structure (coarse) and detail (fine), and each band gets
its own gain inside and outside the mask. G is a Gaussian of sigma `split_px`, * a convolution:

    rest = g - G * g,   detail = rest - G * rest,   structure = g - detail

Taking the rest of the rest makes the cut steeper than one Gaussian does: gains on detail move the tones
half as much. With x0 the denoised prediction, u the prediction without the prompt, k the gain at a place:

    with guidance     g = x0 - u
                      x0' = x0 + (k - 1) structure + (k - 1) detail, each with its own k
    without it        (cfg 1: there is no u) g = x0, both bands without their means
                      x0' = x0 + c structure + c detail - mean,   c = max(log(k) / 2 * n^(1/4), -1)

Guidance fades by itself as the picture forms, so gains on it do not pile up from step to step. The
prediction does not fade: a gain on it in every step would be raised to the number of steps. Hence n,
the share of the noise in the noisy latent's band: rms(noise) / rms(latent), from 1 at the start to 0 at
the end. For a Gaussian picture of variance S, denoised at noise s by x0 = S / (S + s^2) x, n is
s^2 / (S + s^2), and c adds to the logarithm of the final amplitude

    integral of c S / (S + s^2) d(log s) = log(k) / 4 * integral over n from 0 to 1 of n^(-3/4) dn = log(k)

so the final amplitude of a band is k times what it would be, whatever its variance: in the limit of many
steps, over the whole schedule, for a constant mask, and for k >= exp(-2), below which the bound -1 weakens
it. A larger power of n would do the same for one variance, but change a band of unequal ones more unevenly.
The mean of each channel, the picture's overall tone, stays.

Separate gains for the bands of the guidance: Sadat et al. 2025, "Guidance in the Frequency Domain Enables
High-Fidelity Sampling at Low CFG Scales" (arXiv 2506.19713). The mask, and cfg 1, are this pack's.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import torch
from torch import Tensor

from .filters.gaussian import gaussian_blur

TINY = 1e-12
POWER = 0.25  # of the noise's share
PLANE = (-2, -1)


@dataclass(frozen=True)
class Gains:
    """How strongly each band guides inside (mask 1) and outside (mask 0); 1 leaves it, 0 removes it.

    Raises:
        ValueError: a gain is negative or not finite.
    """

    detail_inside: float = 1.0
    detail_outside: float = 1.0
    structure_inside: float = 1.0
    structure_outside: float = 1.0

    def __post_init__(self) -> None:
        for name, gain in vars(self).items():
            if not (math.isfinite(gain) and gain >= 0):
                raise ValueError(f"{name} is {gain}; it must be a number of 0 or more (1 changes nothing)")

    @property
    def neutral(self) -> bool:
        return set(astuple(self)) == {1.0}

    def maps(self, mask: Tensor, split_px: float) -> tuple[Tensor, Tensor]:
        """The gains of structure and of detail at every place of a mask [B, 1, H, W].

        A step in the gain of structure would be a visible edge, so it is as soft as the structure is.
        """
        soft = mask if self.structure_inside == self.structure_outside else gaussian_blur(mask, split_px)
        return (
            _between(self.structure_outside, self.structure_inside, soft),
            _between(self.detail_outside, self.detail_inside, mask),
        )


def shape_guidance(denoised: Tensor, unguided: Tensor, mask: Tensor, gains: Gains, split_px: float) -> Tensor:
    """Give the bands of the guidance their gains.

    Args:
        denoised: [B, C, H, W] float32, the guided prediction of the clean latent.
        unguided: the same without the prompt (the negative one); what is above it is the guidance.
        mask: [1 or B, 1, H, W] float32, 0..1; 1 = inside.
        gains: where all are 1, the result equals `denoised` bit for bit.
        split_px: sigma in latent pixels between structure and detail, finite and > 0.

    Returns:
        [B, C, H, W] float32.

    Raises:
        ValueError: split_px is not a number above 0.
    """
    bands = split_bands(denoised - unguided, split_px)
    change = sum((gain - 1) * band for gain, band in zip(gains.maps(mask, split_px), bands, strict=True))
    return denoised + change


def shape_prediction(
    denoised: Tensor, noisy: Tensor, signal: Tensor | float, mask: Tensor, gains: Gains, split_px: float
) -> Tensor:
    """Give the bands of a prediction that nothing guides (cfg 1) their gains, spread over the steps.

    Args:
        denoised, mask, gains, split_px: as in `shape_guidance`.
        noisy: [B, C, H, W] float32, the latent that was denoised.
        signal: factor of the clean latent in it, a number or [B, 1, 1, 1]: 1 where noise is added, 1 - sigma
            for flow models.

    Returns:
        [B, C, H, W] float32; the mean of every channel is that of `denoised`.

    Raises:
        ValueError: as `shape_guidance`.
    """
    bands = split_bands(denoised, split_px)
    noises, totals = split_bands(noisy - signal * denoised, split_px), split_bands(noisy, split_px)
    change = torch.zeros_like(denoised)
    for band, noise, total, gain in zip(bands, noises, totals, gains.maps(mask, split_px), strict=True):
        share = (_spread(noise) / _spread(total).clamp_min(TINY)).clamp_max(1)
        strength = (gain.clamp_min(TINY).log() * 2 * POWER * share**POWER).clamp_min(-1)
        change += strength * (band - band.mean(PLANE, keepdim=True))
    return denoised + (change - change.mean(PLANE, keepdim=True))


def split_bands(latent: Tensor, split_px: float) -> tuple[Tensor, Tensor]:
    """Structure and detail, each [B, C, H, W]; their sum is the latent up to rounding."""
    if not (math.isfinite(split_px) and split_px > 0):
        raise ValueError(f"split_px is {split_px}; it must be a number above 0 (latent pixels)")
    rest = latent - gaussian_blur(latent, split_px)
    detail = rest - gaussian_blur(rest, split_px)
    return latent - detail, detail


def _spread(band: Tensor) -> Tensor:
    """[B, C, 1, 1]: root mean square about the mean of every channel."""
    return band.std(PLANE, correction=0, keepdim=True)


def _between(outside: float, inside: float, mask: Tensor) -> Tensor:
    """Exactly `outside` where the mask is 0 and exactly `inside` where it is 1."""
    return torch.lerp(torch.full_like(mask, outside), torch.full_like(mask, inside), mask)
