"""An encoder whose dense truth is known: random filters, averages over similar places, a planted position bias."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, pad

CHANNELS = 24
FILTERS = 48
REACH = 2  # filters are 5 x 5
GAIN = 11.0  # features of a photograph then have a variance of about 1


class SyntheticEncoder:
    """Answers of local filters, mixed with averages over similar places of the whole view, plus the bias.

    Args:
        bias: the planted error's standard deviation; that of the features of a photograph is about 1.
        rough: an error that differs freely from position to position; otherwise a smooth one.
        handed: how far the filters are from seeing a mirror image as they see the picture; 0 is not at all.
        nonlocal_share: 0 gives a local encoder, 1 averages alone.
    """

    def __init__(self, patch=8, cells=12, bias=0.0, rough=False, handed=0.3, nonlocal_share=0.3, seed=0):
        self.name = "synthetic"
        self.patch, self.side = patch, patch * cells
        self.nonlocal_share = nonlocal_share
        generator = torch.Generator().manual_seed(seed)
        self.filters = _filters(handed, generator)
        self.mix = GAIN * torch.randn(CHANNELS, FILTERS, generator=generator) / math.sqrt(FILTERS)
        planted = torch.randn(1, CHANNELS, cells, cells, generator=generator)
        for _ in range(0 if rough else 2):
            planted = avg_pool2d(pad(planted, (1, 1, 1, 1), mode="replicate"), 3, 1)
        planted -= planted.mean((-1, -2), keepdim=True)
        self.bias = bias * planted / planted.std()

    def encode(self, images: Tensor) -> Tensor:
        return self.truth(images) + self.bias

    def truth(self, images: Tensor) -> Tensor:
        """[N, 3, H, W] of any size, multiples of patch, to their features without the planted error."""
        padded = pad(images - 0.5, (REACH,) * 4, mode="replicate")
        answers = torch.tanh(2 * conv2d(padded, self.filters)).abs()
        local = torch.einsum("cf,nfhw->nchw", self.mix, avg_pool2d(answers, self.patch))
        tokens = local.flatten(2).mT
        keys = tokens - tokens.mean(1, keepdim=True)
        averaged = (torch.softmax(keys @ keys.mT, -1) @ tokens).mT.reshape(local.shape)
        return (1 - self.nonlocal_share) * local + self.nonlocal_share * averaged


def _filters(handed: float, generator: torch.Generator) -> Tensor:
    filters = torch.randn(FILTERS, 3, 2 * REACH + 1, 2 * REACH + 1, generator=generator)
    mirrored = filters.flip(-1)
    mirrored[FILTERS // 2 :] *= -1  # the absolute answer of an odd filter is that to the mirror image too
    filters = (filters + mirrored) / 2 + handed * (filters - mirrored) / 2
    filters[::2] -= filters[::2].mean((-1, -2), keepdim=True)
    return filters / filters.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
