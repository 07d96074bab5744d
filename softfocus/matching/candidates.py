"""How well each of many filters explains a pair, in closed form from its moments.

    with = g * ((1 - S) L + S * (PSF * L) + h * halation(L)) + noise

For every candidate the exposure g is solved for; what is left is compared with the noise that both pictures would need
to leave as much (Deming's regression: a blurred noise is less, a plain least-squares fit would call that scattered
light).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..light.families import FAMILIES, film_strength, filter_spread, scattered_share
from ..light.scatter import Weight
from .moments import Array, Band

TINY = 1e-30  # of a sum: that of a band of which nothing can be used is 0
ROUNDING = 1e-8  # sRGB squared: what nothing explains better than
Axes = tuple[Array, Array, Array, Array]  # grades, sizes, warmths, halations


@dataclass(frozen=True)
class Fits:
    """Of all candidates on a grid, [grades, sizes, warmths, halations] each.

    Attributes:
        noise: by band, variance of the noise in sRGB values that would explain what is left.
        exposure: factor of linear light.
    """

    noise: list[Array]
    exposure: Array


def fit(bands: Sequence[Band], family: str, axes: Axes, diagonal_px: float) -> Fits:
    """Try a grid of one family's filters."""
    grades, sizes, warmths, halations = axes
    shape = tuple(map(len, axes))
    mixtures = _mixtures(grades, warmths, halations, family)
    kernels = np.stack([_kernels(family, size, diagonal_px) for size in sizes])
    signal, fitted, noise, own, own_noise = zip(*(_quadratics(band, kernels, mixtures) for band in bands), strict=True)
    exposure = sum(signal) / np.maximum(sum(fitted), TINY)
    left = [
        np.maximum(total - 2 * exposure * by + exposure**2 * of, 0) / np.maximum(base + exposure**2 * spread, TINY)
        + ROUNDING
        for total, by, of, base, spread in zip(own, signal, fitted, own_noise, noise, strict=True)
    ]

    def unfolded(values: Array) -> Array:
        return values.reshape(shape[0], shape[2], shape[3], shape[1]).transpose(0, 3, 1, 2)

    return Fits([unfolded(each) for each in left], unfolded(exposure))


def _mixtures(grades: Array, warmths: Array, halations: Array, family: str) -> Array:
    """[candidates, 4]: how much of the light stays, scatters without and with all of the warmth, and comes back."""
    shares = np.array([scattered_share(family, float(grade)) for grade in grades])[:, None, None]
    film = np.array([film_strength(float(grade), 1.0) for grade in grades])[:, None, None] * halations
    mixed = np.broadcast_arrays(1 - shares, shares * (1 - warmths)[:, None], shares * warmths[:, None], film)
    return np.stack(mixed, -1).reshape(-1, 4)


def _kernels(family: str, size: float, diagonal_px: float) -> Array:
    """[3, 4, n - 1]: by channel, the four pictures that `_mixtures` mixes, of light, Gaussians and halation."""
    columns = []
    for warmth in (0.0, 1.0 if FAMILIES[family].warmth else 0.0):
        spread = filter_spread(family, size, warmth, diagonal_px)
        stays = _by_channel(spread.stays)
        moving = np.stack([_by_channel(weight) for weight in spread.weights], 1) * (1 - stays[:, None])
        columns.append(np.concatenate([stays[:, None], moving, np.zeros((3, 1))], 1))
    ends = np.eye(columns[0].shape[1])[[0, -1]]
    light, film = (np.broadcast_to(end, columns[0].shape) for end in ends)
    return np.stack([light, *columns, film], 1)


def _by_channel(weight: Weight) -> Array:
    return np.broadcast_to(np.array(weight, dtype=float), 3)


def _quadratics(band: Band, kernels: Array, mixtures: Array) -> tuple[Array, Array, Array, float, float]:
    """Of candidates [candidates, sizes]: product with the picture, with itself, and noise; then the picture's."""
    count, parts = len(kernels), kernels.shape[2]
    signal, fitted, noise = np.zeros((count, parts)), np.zeros((count, parts, parts)), np.zeros((count, parts, parts))
    own = own_noise = 0.0
    for mix in band.mixes:
        for one in range(3):
            noise += mix[one] ** 2 * kernels[:, one] @ band.noise[1:, 1:] @ kernels[:, one].transpose(0, 2, 1)
            own_noise += mix[one] ** 2 * band.noise[0, 0]
            for other in range(3):
                products = mix[one] * mix[other] * band.products[one, other]
                own += products[0, 0]
                signal += kernels[:, one] @ products[1:, 0]
                fitted += kernels[:, one] @ products[1:, 1:] @ kernels[:, other].transpose(0, 2, 1)
    return (mixtures @ signal.T, _form(mixtures, fitted), _form(mixtures, noise), own, own_noise)


def _form(mixtures: Array, matrices: Array) -> Array:
    """[candidates, sizes] of u' A u."""
    pairs = (mixtures[:, :, None] * mixtures[:, None, :]).reshape(len(mixtures), -1)
    return pairs @ matrices.reshape(len(matrices), -1).T
